"""Ending a piece of work, mending what was said of it, and taking it back."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.cases import operations as cases
from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.exits import queries, rules
from portal.exits.models import MonitoringVisit, PupilOutcome
from portal.exits.operations import lists
from portal.extensions import db
from portal.feedback.operations import ask_school, withdraw_ask
from portal.feedback.rules import Moment
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import EditConflict, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools.queries import calendar_of

_INTO_EXIT = {"waiting": "stop_early", "observation": "stop_early", "plan": "stop_early", "support": "begin_exit"}
STILL_IN_PLACE = "still_in_place"
NONE_WILL = "The monitoring visits will not take place"
_ENDED_NOTE = "The end of the work is recorded."


def end_case(actor: Actor, case: Case, draft: rules.EndingDraft, *, opened_with: int | None) -> None:
    """Ends a piece of work with the outcome of each pupil, how it ended, and the day; nothing else is asked.

    Makes the two monitoring visits, moves the case to exit where it is not that far, and puts what the chart still
    awaits on the worker's list. Raises ``Refused`` with what is missing, ``EditConflict`` for the second of two.
    """
    ensure(actor, Action.END_CASE, scope_of(case))
    check_version(case, opened_with)
    if case.stage == "closed":
        raise Refused("This case is closed. Open it again first.")
    if case.ended_on is not None:
        raise Refused("The end of this work is recorded already. Change it below.")
    _check(case, draft.outcomes, draft.how_ended, draft.ended_on)
    _put_ending(case, draft)
    audit.record(actor, "case ended", case)
    for outcome in draft.outcomes:
        _put_outcome(actor, case, outcome)
    for visit in _monitoring_visits(case):
        audit.record(actor, "monitoring visit planned", visit)
        lists.ask_for_visit(case, visit)
    if case.stage in _INTO_EXIT:
        cases.move(actor, case, _INTO_EXIT[case.stage], note=_ENDED_NOTE, opened_with=case.version)
    lists.ask_after_end(actor, case)
    ask_school(actor, case, Moment.END)


def _check(
    case: Case, outcomes: Sequence[rules.PupilOutcome], how_ended: rules.HowEnded | None, ended_on: date | None
) -> None:
    pupils = {str(entry.pupil_id) for entry in case.pupils}
    if {outcome.pupil_key for outcome in outcomes} != pupils:
        raise EditConflict  # the pupils of the case changed since the form was opened
    facts = rules.EndingFacts(tuple(outcomes), how_ended, case.starts_on, ended_on, clock.today())
    problems = rules.ending_problems(facts)
    if problems:
        raise Refused(*problems)


def _put_ending(case: Case, draft: rules.EndingDraft) -> None:
    case.ended_on = draft.ended_on
    case.how_ended = draft.how_ended.value if draft.how_ended else None


def _put_outcome(actor: Actor | None, case: Case, said: rules.PupilOutcome) -> None:
    if said.outcome is None:
        return
    row = PupilOutcome(
        case_id=case.id,
        pupil_id=int(said.pupil_key),
        outcome=said.outcome.value,
        placement_holds=said.placement_holds,
        note=said.note.strip() or None,
        recorded_on=clock.today(),
    )
    audit.record(actor, "outcome recorded", row)


def _monitoring_visits(case: Case) -> list[MonitoringVisit]:
    return [
        MonitoringVisit(case_id=case.id, moment=moment, due_on=due_on, checks=[])
        for moment, due_on in _due_dates(case).items()
    ]


def _due_dates(case: Case) -> dict[str, date]:
    if case.ended_on is None:
        return {}
    calendar, weeks = calendar_of(case.service_line_id), case.service_line.monitoring_weeks
    first, second = rules.monitoring_dates(case.ended_on, calendar, weeks)
    return {"weeks": calendar.add_school_days(first, 0), "term": calendar.add_school_days(second, 0)}


def change_outcome(
    actor: Actor, case: Case, row: PupilOutcome, said: rules.PupilOutcome, *, opened_with: int | None
) -> None:
    """Changes what became of one pupil. Raises ``EditConflict`` or ``Refused``."""
    ensure(actor, Action.END_CASE, scope_of(case))
    check_version(row, opened_with)
    if said.outcome is None:
        raise Refused("Choose what became of the pupil.")
    row.outcome, row.placement_holds = said.outcome.value, said.placement_holds
    row.note, row.recorded_on = said.note.strip() or None, clock.today()
    audit.record(actor, "outcome changed", row)


def change_ending(
    actor: Actor, case: Case, how_ended: rules.HowEnded | None, ended_on: date | None, *, opened_with: int | None
) -> None:
    """Changes how and when the work ended; visits that are still open are due anew.

    Raises ``EditConflict`` or ``Refused``.
    """
    ensure(actor, Action.END_CASE, scope_of(case))
    check_version(case, opened_with)
    if case.ended_on is None:
        raise Refused("The work goes on. End it first.")
    _check(case, queries.outcomes_of([case.id])[case.id], how_ended, ended_on)
    visits = _visits(case)
    if any(visit.done_on and ended_on and visit.done_on < ended_on for visit in visits):
        raise Refused("A monitoring visit took place before this day. Check the two dates.")
    _put_ending(case, rules.EndingDraft((), how_ended, ended_on))
    audit.record(actor, "ending changed", case)
    due = _due_dates(case)
    for visit in visits:
        if visit.moment in due and visit.done_on is None:
            visit.due_on = due[visit.moment]
            audit.record(actor, "monitoring visit moved", visit)
            if visit.not_done_reason is None:
                lists.ask_for_visit(case, visit)
    lists.refresh_awaited(actor, case)


def take_back_ending(actor: Actor, case: Case, reason: str, *, opened_with: int | None) -> None:
    """The work goes on after all: outcomes and planned visits are taken away, and the case goes back to support.

    Raises ``Refused`` without a reason, once a monitoring visit is recorded, or while the case is closed.
    """
    ensure(actor, Action.END_CASE, scope_of(case))
    check_version(case, opened_with)
    visits = _visits(case)
    if case.ended_on is None:
        raise Refused("The work goes on already.")
    if case.stage == "closed":
        raise Refused("This case is closed. Open it again first.")
    if any(visit.done_on is not None for visit in visits):
        raise Refused("A monitoring visit is recorded, so the end stands. Open a new referral for further work.")
    if not reason.strip():
        raise Refused("Say why the work goes on, in a few words. The reason stays on the record.")
    lists.forget_end(actor, case, visits)
    withdraw_ask(actor, case, Moment.END)
    _take_away(actor, case, visits)
    _put_ending(case, rules.EndingDraft())
    audit.record(actor, "ending taken back", case)
    if case.stage == "monitoring":
        cases.move(actor, case, "back_to_exit", note=reason, opened_with=case.version)
    cases.move(actor, case, "back_to_support", note=reason, opened_with=case.version)


def _visits(case: Case) -> list[MonitoringVisit]:
    return list(db.session.scalars(select(MonitoringVisit).where(MonitoringVisit.case_id == case.id)))


def _take_away(actor: Actor, case: Case, visits: list[MonitoringVisit]) -> None:
    for visit in visits:
        audit.record(actor, "monitoring visit taken back", visit)
        db.session.delete(visit)
    _withdraw_own_statement(actor, case)
    for outcome in db.session.scalars(select(PupilOutcome).where(PupilOutcome.case_id == case.id)):
        audit.record(actor, "outcome taken back", outcome)
        db.session.delete(outcome)


def _withdraw_own_statement(actor: Actor, case: Case) -> None:
    """That no visit will take place was said by the portal, when the last one was called off: it goes with them."""
    cell = queries.cell_for(case, STILL_IN_PLACE)
    if cell is not None and cell.note == NONE_WILL:
        audit.record(actor, "statement withdrawn", cell)
        db.session.delete(cell)
