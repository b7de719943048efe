"""What referrals, which lie below, ask of cases: what happened after a decision, and which cases a pupil has had."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.cases import rules
from portal.cases.models import Allocation, Case, CasePupil
from portal.cases.queries.one import KIND
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.history import StepTaken, steps_of
from portal.referrals.rules import Event, PupilCase
from portal.schools.models import School


def case_events(referral_id: int) -> list[Event]:
    """The work that came from one referral, as its school may read it: stages, workers, dates; never a note."""
    case = db.session.scalars(
        select(Case)
        .where(Case.referral_id == referral_id)
        .options(selectinload(Case.allocations).joinedload(Allocation.person))
    ).first()
    if case is None:
        return []
    return [*_steps(case), *_workers(case), *_dates(case)]


def _steps(case: Case) -> list[Event]:
    return [
        Event(step.at.astimezone(clock.LONDON).date(), _words(step), step.person_name, step.at)
        for step in steps_of(KIND, case.id)
    ]


def _words(step: StepTaken) -> str:
    if step.step == "open":
        return "Support is being set up"
    if step.target == "closed":
        return "The work is closed"
    return f"Support: {rules.STAGES.get(step.target, step.target).lower()}"


def _workers(case: Case) -> list[Event]:
    known = ((a.person.name if a.person else a.worker_label or "", a.starts_on) for a in case.allocations)
    return [Event(starts_on, f"{name} works with you from now on") for name, starts_on in known if name and starts_on]


def _dates(case: Case) -> list[Event]:
    """What is planned, as long as it lies ahead, and the end once it is known."""
    today = clock.today()
    planned = [("Support starts", case.starts_on)]
    if case.ended_on is None:
        planned.append(("Support is planned until", case.planned_end_on))
    found = [Event(day, words) for words, day in planned if day is not None and day > today]
    return [*found, *([Event(case.ended_on, "Support ended")] if case.ended_on else [])]


def cases_of_pupils(pupil_ids: Collection[int]) -> Mapping[int, Sequence[PupilCase]]:
    """Every case of these pupils by pupil id, the newest first, in one statement; imported work has no names."""
    if not pupil_ids:
        return {}
    rows = db.session.execute(
        select(CasePupil.pupil_id, Case.reference, Case.stage, Case.referral_id, School.name)
        .join(Case, Case.id == CasePupil.case_id)
        .join(School, School.id == Case.school_id)
        .where(CasePupil.pupil_id.in_(sorted(pupil_ids)), Case.imported_year.is_(None))
        .order_by(Case.id.desc())
    )
    found: dict[int, list[PupilCase]] = defaultdict(list)
    for pupil_id, reference, stage, referral_id, school in rows:
        found[pupil_id].append(PupilCase(reference, school, rules.STAGES[stage], referral_id))
    return found
