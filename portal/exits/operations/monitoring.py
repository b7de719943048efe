"""Monitoring visits: booked, recorded strategy by strategy, or called off with a reason."""

from datetime import date

from sqlalchemy.orm.attributes import flag_modified

from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.exits import queries, rules
from portal.exits.models import MonitoringVisit, StrategyCheck
from portal.exits.operations import lists
from portal.exits.operations.cells import state_cell
from portal.exits.operations.endings import NONE_WILL, STILL_IN_PLACE
from portal.feedback.operations import ask_school
from portal.feedback.rules import Moment
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.tasks import operations as tasks


def schedule_monitoring(
    actor: Actor, case: Case, visit: MonitoringVisit, day: date | None, *, opened_with: int | None
) -> None:
    """Books the visit for a day; one that was called off takes place after all. Raises ``Refused`` for a past day."""
    ensure(actor, Action.RECORD_MONITORING, scope_of(case))
    check_version(visit, opened_with)
    problems = rules.booking_problems(day, clock.today())
    if visit.done_on is not None or visit.answer is not None:
        problems = ["This visit took place already. Correct what was recorded instead."]
    if problems:
        raise Refused(*problems)
    visit.scheduled_for, visit.not_done_reason = day, None
    audit.record(actor, "monitoring visit booked", visit)
    lists.ask_for_visit(case, visit)


def record_monitoring(
    actor: Actor, case: Case, visit: MonitoringVisit, draft: rules.MonitoringDraft, *, opened_with: int | None
) -> None:
    """Keeps what the visit found of each strategy; where none was advised, whether what was agreed still holds.

    A visit may be recorded again, to correct it. After the first one the school is asked how it goes. Raises
    ``EditConflict`` or ``Refused``.
    """
    ensure(actor, Action.RECORD_MONITORING, scope_of(case))
    check_version(visit, opened_with)
    strategy_ids = frozenset(strategy.id for strategy in queries.strategies_of(case))
    problems = rules.monitoring_problems(draft, strategy_ids, case.ended_on, clock.today())
    if problems:
        raise Refused(*problems)
    _put(visit, draft, strategy_ids)
    audit.record(actor, "monitoring visit recorded", visit)
    tasks.settle(lists.visit_key(visit), actor)
    ask_school(actor, case, Moment.MONITORING)


def _put(visit: MonitoringVisit, draft: rules.MonitoringDraft, strategy_ids: frozenset[int]) -> None:
    visit.done_on, visit.note = draft.done_on, draft.note.strip() or None
    visit.answer = None if strategy_ids or draft.answer is None else draft.answer.value
    visit.not_done_reason = None
    visit.recorded_at = clock.now()
    flag_modified(visit, "recorded_at")  # a new version also where only a check changed
    known = {check.strategy_id: check for check in visit.checks}
    for strategy_id in sorted(strategy_ids):
        check = known.get(strategy_id)
        if check is None:
            check = StrategyCheck(strategy_id=strategy_id)
            visit.checks.append(check)
        check.state = draft.checks[strategy_id].value
        check.note = draft.notes.get(strategy_id, "").strip() or None


def skip_monitoring(actor: Actor, case: Case, visit: MonitoringVisit, reason: str, *, opened_with: int | None) -> None:
    """Says that the visit will not take place, and why; it no longer waits. Raises ``Refused`` without a reason."""
    ensure(actor, Action.RECORD_MONITORING, scope_of(case))
    check_version(visit, opened_with)
    if visit.done_on is not None or visit.answer is not None:
        raise Refused("This visit took place already.")
    if not reason.strip():
        raise Refused("Say why the visit will not take place, in a few words. The reason stays on the record.")
    visit.not_done_reason, visit.scheduled_for = reason.strip(), None
    audit.record(actor, "monitoring visit called off", visit)
    tasks.settle(lists.visit_key(visit), actor)
    _state_that_none_will(actor, case)


def _state_that_none_will(actor: Actor, case: Case) -> None:
    """Without any visit left there is nothing to arrange: the column says so, unless somebody said something else."""
    visits = queries.monitoring_of([case.id])[case.id]
    if all(visit.will_not for visit in visits) and queries.cell_for(case, STILL_IN_PLACE) is None:
        state_cell(actor, case, STILL_IN_PLACE, rules.ColumnState.NOT_APPLICABLE, note=NONE_WILL)
