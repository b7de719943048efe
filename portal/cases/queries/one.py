"""One case: finding it within reach, its head, its pupils, its workers."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.cases import rules
from portal.cases.models import Allocation, Case, CasePupil
from portal.cases.queries.names import PupilRow, full_name, listed_name, pack_names
from portal.extensions import db
from portal.kernel import access, clock, settings
from portal.kernel.access import Involvement
from portal.kernel.dates import school_year_start
from portal.kernel.errors import OutOfReach
from portal.policy import LOOKS, Action, Actor, Scope, may
from portal.schools import rules as schools
from portal.schools.models import Pupil, PupilYear, School

KIND = Case.__tablename__
"""How involvement, history and audit name a case."""


@dataclass(frozen=True)
class CaseHead:
    """What every page of a case says first."""

    id: int
    reference: str
    name: str
    title: str
    school_name: str
    line_name: str
    stage: str
    stage_label: str
    worker_names: tuple[str, ...]
    lone_visit_warnings: tuple[tuple[str, str], ...]
    """Name of the pupil and reason, where a home visit should not be made alone"""
    days_planned: Decimal
    days_used: Decimal
    bar: rules.Bar
    starts_on: date | None
    planned_end_on: date | None
    ended_on: date | None
    is_imported: bool
    version: int


@dataclass(frozen=True)
class CaseIdentity:
    """As much as a colleague sees of a case before covering it."""

    reference: str
    name: str
    school_name: str
    worker_names: tuple[str, ...]


def case_for(actor: Actor, reference: str, action: Action = Action.READ_CASE) -> Case:
    """The case with this reference, with its school, line, pupils and workers.

    Raises ``OutOfReach`` when there is none within the actor's reach for ``action``.
    """
    return _found(Case.reference == reference, actor, action)


def case_of(actor: Actor, case_id: int, action: Action = Action.READ_CASE) -> Case:
    """The same by row id, for records that hang on a case."""
    return _found(Case.id == case_id, actor, action)


def _found(wanted: ColumnElement[bool], actor: Actor, action: Action) -> Case:
    case = _within_reach(wanted, actor, action)
    if case is None:
        looked_at = action not in LOOKS and may(actor, action) and _within_reach(wanted, actor, Action.READ_CASE)
        if looked_at:
            access.ensure(actor, action, scope_of(looked_at))  # says that it is closed, where that is why
        raise OutOfReach(action)
    if case.stage == "closed":
        access.note_looking(actor, scope_of(case))
    return case


def _within_reach(wanted: ColumnElement[bool], actor: Actor, action: Action) -> Case | None:
    reach = access.reach_filter(
        actor, action, school=Case.school_id, line=Case.service_line_id, kind=KIND, record=Case.id
    )
    case: Case | None = db.session.scalars(
        select(Case)
        .where(wanted, reach)
        .options(
            joinedload(Case.school),
            joinedload(Case.service_line),
            selectinload(Case.pupils).joinedload(CasePupil.pupil).joinedload(Pupil.year_groups),
            selectinload(Case.allocations).joinedload(Allocation.person),
        )
    ).one_or_none()
    return case


def scope_of(case: Case) -> Scope:
    """Whose the case is, for ``ensure``."""
    people = access.people_on(KIND, case.id)
    return replace(people, school_id=case.school_id, line_id=case.service_line_id)


def open_case_choices(actor: Actor) -> list[tuple[str, str]]:
    """Reference and words ("Maya K., Year 5, Ash Primary") of the open cases that the actor works on or covers."""
    today = clock.today()
    year = school_year_start(today)
    involved = select(Involvement.record_id).where(
        Involvement.kind == KIND,
        Involvement.person_id == actor.person_id,
        access.works(today),
    )
    nearest = nearest_year(Pupil.id, year)
    rows = db.session.execute(
        select(Case.reference, pack_names(), School.name, PupilYear.school_year, PupilYear.year_group)
        .join(School, School.id == Case.school_id)
        .outerjoin(CasePupil, (CasePupil.case_id == Case.id) & (CasePupil.position == 1))
        .outerjoin(Pupil, Pupil.id == CasePupil.pupil_id)
        .outerjoin(PupilYear, PupilYear.id == nearest)
        .where(Case.id.in_(involved), Case.stage != "closed")
    )
    found = [
        (reference, ", ".join([listed_name(packed), *_year_words(known, group, year), school]))
        for reference, packed, school, known, group in rows
    ]
    return sorted(found, key=lambda choice: (choice[1].casefold(), choice[0]))


def nearest_year(pupil_id: Any, school_year: Any) -> Any:
    """The id of the year group record that counts for a pupil in a school year: the latest before, else the next."""
    return (
        select(PupilYear.id)
        .where(PupilYear.pupil_id == pupil_id)
        .order_by(PupilYear.school_year > school_year, func.abs(PupilYear.school_year - school_year))
        .limit(1)
        .correlate_except(PupilYear)
        .scalar_subquery()
    )


def _year_words(known: int | None, group: str | None, school_year: int) -> list[str]:
    if known is None or group is None:
        return []
    return [schools.year_group_words({known: group}, school_year)]


def case_head(case: Case) -> CaseHead:
    """What every page of a case says first."""
    pupils = pupils_of(case)
    name = rules.group_name(tuple(pupil.short for pupil in pupils))
    year = f" ({pupils[0].year_group})" if len(pupils) == 1 and pupils[0].year_group else ""
    planned = Decimal(case.planned_half_days) / 2
    used = Decimal(case.minutes_used) / settings.current().day_minutes
    return CaseHead(
        id=case.id,
        reference=case.reference,
        name=name,
        title=name + year,
        school_name=case.school.name,
        line_name=case.service_line.name,
        stage=case.stage,
        stage_label=rules.STAGES[case.stage],
        worker_names=worker_names(case),
        lone_visit_warnings=_warnings(case, pupils),
        days_planned=planned,
        days_used=used,
        bar=rules.bar(used, planned),
        starts_on=case.starts_on,
        planned_end_on=case.planned_end_on,
        ended_on=case.ended_on,
        is_imported=case.imported_year is not None,
        version=case.version,
    )


def identity_of(case: Case) -> CaseIdentity:
    """As much as a colleague sees of a case before covering it."""
    name = rules.group_name(tuple(pupil.short for pupil in pupils_of(case)))
    return CaseIdentity(case.reference, name, case.school.name, worker_names(case))


def _warnings(case: Case, pupils: list[PupilRow]) -> tuple[tuple[str, str], ...]:
    shown = zip(case.pupils, pupils, strict=True)
    return tuple((row.short, entry.pupil.lone_visit_warning) for entry, row in shown if entry.pupil.lone_visit_warning)


def worker_names(case: Case) -> tuple[str, ...]:
    """Who works on the case today, in the order of allocation; earlier ones when nobody does any more."""
    today = clock.today()
    names = [(_holds_on(a, today), a.person.name if a.person else a.worker_label or "") for a in case.allocations]
    at_work = [name for holds, name in names if holds and name] or [name for _, name in names if name]
    return tuple(dict.fromkeys(at_work))


def pupils_of(case: Case) -> list[PupilRow]:
    """The pupils in their order, with the year group of this school year (an imported case: of its own year)."""
    year = case.imported_year if case.imported_year is not None else school_year_start(clock.today())
    of = len(case.pupils)
    return [_pupil_row(entry.pupil, place, of, year) for place, entry in enumerate(case.pupils, start=1)]


def _pupil_row(pupil: Pupil, place: int, of: int, year: int) -> PupilRow:
    known = {record.school_year: record.year_group for record in pupil.year_groups}
    name = full_name(pupil, place, of)
    named = pupil.given_name or pupil.family_name
    short = rules.card_name(pupil.given_name, pupil.family_name) if named else name
    return PupilRow(pupil.id, name, schools.year_group_words(known, year) if known else "", short)


def allocation_of(case: Case, person_id: int, day: date) -> Allocation | None:
    """The allocation by which this person worked on the case on ``day``; None for cover and for strangers."""
    return next((a for a in case.allocations if a.person_id == person_id and _holds_on(a, day)), None)


def _holds_on(allocation: Allocation, day: date) -> bool:
    begun = allocation.starts_on is None or allocation.starts_on <= day
    return begun and (allocation.ends_on is None or allocation.ends_on >= day)
