"""Cases for tests: schools, lines, pupils and referrals as plain rows; cases through their own operation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import insert

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.agreements import operations as agreements
from portal.agreements.queries.one import newest_of
from portal.cases import operations, rules
from portal.cases.models import Allocation, Case, CasePupil
from portal.extensions import db
from portal.kernel import clock, references
from portal.kernel.audit import record
from portal.policy import Actor, Role
from portal.referrals.models import Referral
from portal.schools.models import Contact, Pupil, PupilYear, School, ServiceLine
from portal.tasks.models import Task
from tests import people


@dataclass
class World:
    """Two schools, two lines, and a person of each kind."""

    ash: School
    birch: School
    primary: ServiceLine
    secondary: ServiceLine
    coordinator: Person
    worker: Person
    colleague: Person
    far_worker: Person
    senco: Person
    other_senco: Person


def world() -> World:
    """The usual cast around cases. Worker and colleague are of the primary line, the far worker of the secondary."""
    ash, birch = people.school(), people.school("Birch Academy", phase="Secondary")
    primary, secondary = line(), line("Secondary outreach", phase="secondary")
    return World(
        ash=ash,
        birch=birch,
        primary=primary,
        secondary=secondary,
        coordinator=people.person("Cora Ordinator", Role.COORDINATOR),
        worker=people.person("Wren Okafor", Role.WORKER, line_id=primary.id),
        colleague=people.person("Jo Bright", Role.WORKER, line_id=primary.id),
        far_worker=people.person("Sam Far", Role.WORKER, line_id=secondary.id),
        senco=people.person("Ash Senco", Role.SCHOOL, school_id=ash.id),
        other_senco=people.person("Birch Senco", Role.SCHOOL, school_id=birch.id),
    )


def line(name: str = "Primary outreach", *, phase: str = "primary", **changes: object) -> ServiceLine:
    found: ServiceLine | None = db.session.scalars(db.select(ServiceLine).where(ServiceLine.name == name)).one_or_none()
    if found is not None:
        return found
    facts = {
        "route": "direct",
        "cut_off_weekday": 1,
        "cut_off_time": time(12),
        "asks_head": False,
        "observation_weeks": 2,
        "review_week": 6,
        "length_weeks": 12,
        "longest_weeks": 14,
        "closing_report_weeks": 2,
        "monitoring_weeks": 6,
        "group_limit": 4,
        "planned_half_days": 24,
        "is_active": True,
    }
    made = ServiceLine(name=name, phase=phase, **(facts | changes))
    record(None, "service line added", made)
    return made


def pupil(
    school: School, given: str = "Maya", family: str = "Khan", *, year_group: str | None = "5", **changes: object
) -> Pupil:
    made = Pupil(school=school, given_name=given, family_name=family, born_on=date(2016, 11, 3), **changes)
    if year_group is not None:
        made.year_groups = [PupilYear(school_year=2026, year_group=year_group)]
    record(None, "pupil added", made)
    return made


def contact(of: Pupil, name: str = "Rosa Khan", **changes: object) -> Contact:
    facts = {"relationship_code": "mother", "phone": "07700 900123", "safe_channels": "phone"}
    made = Contact(name=name, **(facts | changes))
    of.contacts.append(made)
    record(None, "contact added", of)
    return made


def referral(
    school: School,
    of: Pupil,
    by: Person,
    service_line: ServiceLine,
    *,
    status: str = "decided",
    decision: str | None = "outreach",
) -> Referral:
    now = clock.now()
    made = Referral(
        reference=references.next_reference("R", now.year),
        school=school,
        pupil=of,
        written_by=by,
        service_line=service_line,
        status=status,
        decision=decision,
        created_at=now,
        submitted_at=now,
    )
    record(None, "referral made", made)
    return made


def draft(world: World, *pupils: Pupil, **changes: object) -> rules.CaseDraft:
    facts = {
        "service_line_id": world.primary.id,
        "pupil_ids": tuple(p.id for p in pupils),
        "worker_ids": (world.worker.id,),
        "planned_half_days": 24,
        "starts_on": clock.today(),
    }
    return rules.CaseDraft(**(facts | changes))


def case(world: World, *pupils: Pupil, actor: Actor | None = None, agreed: bool = True, **changes: object) -> Case:
    """A case of Ash Primary, opened by the coordinator from an accepted referral; the worker is allocated.

    Its agreement is settled, so that the work may start; with ``agreed`` False it waits for the school.
    """
    chosen = pupils or (pupil(world.ash),)
    accepted = referral(world.ash, chosen[0], world.senco, world.primary)
    opener = actor or actor_of(world.coordinator.id)
    made = operations.open_case(opener, accepted, draft(world, *chosen, **changes))
    waiting = newest_of(accepted.id) if agreed else None
    if waiting is not None:
        agreements.waive(opener, waiting, "Agreed by telephone.", opened_with=waiting.version)
    return made


def bare_cases(
    world: World,
    number: int,
    *,
    stages: Sequence[str] = tuple(rules.STAGES),
    service_line: ServiceLine | None = None,
    school: School | None = None,
) -> list[Case]:
    """Many cases as plain rows, spread over the stages, each with a pupil and the worker."""
    now = clock.now()
    made = []
    for place in range(number):
        child = Pupil(school=school or world.ash, given_name=f"Child{place}", family_name="Bare", year_groups=[])
        child.year_groups = [PupilYear(school_year=2026, year_group=str(place % 6 + 1))]
        record(None, "pupil added", child)
        row = Case(
            reference=references.next_reference("C", now.year),
            school=school or world.ash,
            service_line=service_line or world.primary,
            stage=stages[place % len(stages)],
            stage_since=now - timedelta(hours=place + 1),
            planned_half_days=24,
            minutes_used=place % 24 * 195,
            opened_on=clock.today(),
            starts_on=clock.today(),
        )
        row.pupils = [CasePupil(pupil=child, position=1)]
        row.allocations = [Allocation(person=world.worker, starts_on=clock.today())]
        record(None, "case added", row)
        made.append(row)
    return made


def many_cases(world: World, number: int, *, first: int = 1_000, stages: Sequence[str] = tuple(rules.STAGES)) -> None:
    """Hundreds of cases, each with a pupil, a worker and something due, written past the operations for speed.

    Row ids begin at ``first``; the longer ago a case was written, the longer it stands in its stage.
    """
    now, today, ids = clock.now(), clock.today(), range(first, first + number)
    _insert(Pupil, [_child(world, i) for i in ids])
    _insert(PupilYear, [{"id": i, "pupil_id": i, "school_year": 2026, "year_group": str(i % 6 + 1)} for i in ids])
    _insert(
        Case,
        [
            {
                "id": i,
                "reference": f"C-2025-{i:04}",
                "school_id": world.ash.id,
                "service_line_id": world.primary.id,
                "stage": stages[i % len(stages)],
                "stage_since": now - timedelta(days=400) + timedelta(minutes=i),
                "planned_half_days": 24,
                "minutes_used": 195 * (i % 30),
                "opened_on": today,
                "version": 1,
            }
            for i in ids
        ],
    )
    _insert(CasePupil, [{"id": i, "case_id": i, "pupil_id": i, "position": 1} for i in ids])
    _insert(Allocation, [{"id": i, "case_id": i, "person_id": world.worker.id, "starts_on": today} for i in ids])
    _insert(Task, [_task(i, today, now) for i in ids])


def _insert(model: type, rows: list[dict[str, object]]) -> None:
    db.session.execute(insert(model.__table__), rows)


def _child(world: World, number: int) -> dict[str, object]:
    return {
        "id": number,
        "school_id": world.ash.id,
        "given_name": f"Child{number}",
        "family_name": "Many",
        "interpreter_needed": False,
        "version": 1,
    }


def _task(number: int, today: date, now: datetime) -> dict[str, object]:
    return {
        "id": number,
        "key": f"case-{number}-week_six_review",
        "rule": "week_six_review",
        "title": "Week 6 review",
        "url": "/",
        "case_id": number,
        "role": Role.COORDINATOR.value,
        "due_on": today + timedelta(days=number % 20 - 5),
        "made_at": now,
    }
