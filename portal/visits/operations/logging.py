"""Entering time: a visit that somebody made, or the days of an earlier chart."""

from dataclasses import replace

from portal.accounts.models import Person
from portal.cases.models import Allocation, Case
from portal.cases.operations import note_minutes
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.policy import Action, Actor
from portal.schools.models import School
from portal.schools.operations import RefusedFields, take_into_use
from portal.visits import rules
from portal.visits.models import Visit
from portal.visits.queries import allocation_for, scope_of


def log_visit(
    actor: Actor,
    draft: rules.VisitDraft,
    case: Case | None = None,
    school_id: int | None = None,
    person_id: int | None = None,
) -> Visit:
    """Logs a visit of a case, or (without one) work for the whole school.

    ``person_id`` is who did the work, the actor unless said otherwise; only who may log for everybody names another.
    Raises ``OutOfReach`` for somebody else's case or entry, ``RefusedFields`` for what must be mended.
    """
    who = person_id or draft.person_id or actor.person_id
    ensure(actor, Action.LOG_VISIT, scope_of(case, who))
    where = case.school_id if case is not None else school_id or draft.school_id
    filled = replace(
        draft, person_id=who, school_id=where, case_id=case.id if case is not None else None, is_imported=False
    )
    _refuse_any(filled, case)
    visit = Visit(
        case=case,
        school_id=filled.school_id,
        person_id=who,
        allocation_id=allocation_for(case, who, filled.on_date) if case is not None and filled.on_date else None,
        kind=filled.kind,
        on_date=filled.on_date,
        starts_at=filled.starts_at,
        minutes=filled.minutes,
        note=filled.note.strip() or None,
        is_imported=False,
        logged_at=clock.now(),
    )
    audit.record(actor, "visit logged", visit)
    if case is None and filled.school_id is not None:
        take_into_use(actor, filled.school_id)
    if case is not None:
        note_minutes(case, visit.minutes)
    return visit


def log_training(actor: Actor, draft: rules.VisitDraft) -> Visit:
    """Logs staff training that ``draft.person_id`` gave at ``draft.school_id``, as its finished register says.

    The caller has checked that ``actor`` may keep that register. Raises ``RefusedFields`` for what must be mended.
    """
    filled = replace(draft, kind=rules.TRAINING_KIND, case_id=None, is_imported=False)
    _refuse_any(filled, None)
    visit = Visit(
        school_id=filled.school_id,
        person_id=filled.person_id,
        kind=filled.kind,
        on_date=filled.on_date,
        starts_at=filled.starts_at,
        minutes=filled.minutes,
        note=filled.note.strip() or None,
        is_imported=False,
        logged_at=clock.now(),
    )
    audit.record(actor, "visit logged", visit)
    return visit


def import_days(case: Case, allocation: Allocation, minutes: int) -> Visit:
    """The time of one worker as an earlier chart gives it: one marked entry without a date, which nobody corrects."""
    visit = Visit(
        case=case,
        school_id=case.school_id,
        person_id=allocation.person_id,
        allocation_id=allocation.id,
        kind=rules.IMPORTED_KIND,
        minutes=minutes,
        is_imported=True,
        logged_at=clock.now(),
    )
    audit.record(None, "days imported", visit)
    note_minutes(case, minutes)
    return visit


def _refuse_any(draft: rules.VisitDraft, case: Case | None) -> None:
    if case is not None and case.imported_year is not None:
        raise Refused("This work came with an earlier chart. Its days cannot be changed here.")
    problems = rules.visit_problems(draft, clock.today())
    if draft.school_id is not None and db.session.get(School, draft.school_id) is None:
        problems["school_id"] = "Choose the school."
    if draft.person_id is not None and db.session.get(Person, draft.person_id) is None:
        problems["person_id"] = "Choose who did the work."
    if problems:
        raise RefusedFields(problems)
