"""Recording what was measured, and correcting it."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from portal.assessments import queries, rules
from portal.assessments.models import Goal, Measure, Reading
from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools.models import Pupil
from portal.tasks import operations as tasks


def record_reading(
    actor: Actor, case: Case, measure_code: str, draft: rules.ReadingDraft, *, goal: Goal | None = None
) -> Reading:
    """Records one reading of a pupil of the case.

    Raises ``OutOfReach`` for a measure that is not in use, ``Refused`` with what is wrong with the reading.
    """
    ensure(actor, Action.RECORD_READING, scope_of(case))
    measure = queries.measure_for(measure_code)
    _check(case, measure, draft)
    reading = Reading(case=case, measure=measure, goal=goal, order=_next_order(case))
    _put(reading, draft)
    reading.recorded_by_id, reading.recorded_at = actor.person_id, clock.now()
    audit.record(actor, "reading recorded", reading)
    settle_awaited(actor, case, measure)
    return reading


def change_reading(
    actor: Actor, case: Case, reading: Reading, draft: rules.ReadingDraft, *, opened_with: int | None
) -> Reading:
    """Corrects a reading. Raises ``EditConflict`` for the second of two editors, ``Refused`` as when recording."""
    ensure(actor, Action.RECORD_READING, scope_of(case))
    check_version(reading, opened_with)
    _check(case, reading.measure, draft)
    if reading.goal is not None and reading.goal.pupil_id != draft.pupil_id:
        raise Refused("A rating belongs to the pupil whose goal it is.")
    _put(reading, draft)
    audit.record(actor, "reading corrected", reading)
    settle_awaited(actor, case, reading.measure)
    return reading


def remove_reading(actor: Actor, case: Case, reading: Reading, *, opened_with: int | None) -> None:
    """Takes away a reading that was entered by mistake. Raises ``EditConflict`` if it was corrected meanwhile."""
    ensure(actor, Action.RECORD_READING, scope_of(case))
    check_version(reading, opened_with)
    audit.record(actor, "reading removed", reading)
    db.session.delete(reading)


def import_reading(
    case: Case,
    pupil: Pupil | None,
    measure_code: str,
    *,
    value: Decimal | None = None,
    increase: Decimal | None = None,
    order: int = 0,
    informant: str = "",
    edition: str = "",
    taken_on: date | None = None,
) -> Reading:
    """A reading of an earlier chart or of the demonstration, checked by its measure only for its number.

    ``pupil`` is None where the chart does not say which child; ``order`` places readings without dates.
    """
    reading = Reading(
        case=case,
        pupil=pupil,
        measure=queries.measure_for(measure_code, active=False),
        value=value,
        increase=increase,
        order=order,
        informant=informant,
        instrument_version=edition,
        taken_on=taken_on,
        recorded_at=clock.now(),
    )
    audit.record(None, "reading imported", reading)
    return reading


def settle_awaited(actor: Actor, case: Case, measure: Measure) -> None:
    """Once the chart can show a change for every pupil, the measure is no longer on the worker's list."""
    db.session.flush()
    readings = queries.readings_of([case.id], [measure.code]).get(case.id, [])
    changed = {key.pupil_key for key in rules.changes_of(queries.definition_of(measure), readings)}
    if changed >= {str(entry.pupil_id) for entry in case.pupils}:
        tasks.settle(f"case-{case.id}-awaited-{measure.code}", actor)


def _check(case: Case, measure: Measure, draft: rules.ReadingDraft) -> None:
    definition = queries.definition_of(measure)
    problems = rules.reading_problems(definition, draft.reading(definition), clock.today())
    if draft.pupil_id not in {entry.pupil_id for entry in case.pupils}:
        problems.insert(0, "Choose the pupil whom the reading is of.")
    if problems:
        raise Refused(*problems)


def _put(reading: Reading, draft: rules.ReadingDraft) -> None:
    reading.pupil_id = draft.pupil_id
    reading.value, reading.increase = draft.value, draft.increase
    reading.informant, reading.instrument_version = draft.informant, draft.edition
    reading.taken_on, reading.note = draft.taken_on, draft.note.strip() or None


def _next_order(case: Case) -> int:
    last: int = (
        db.session.scalar(select(func.coalesce(func.max(Reading.order), 0)).where(Reading.case_id == case.id)) or 0
    )
    return last + 1
