"""Writing down what the service advises, and whether the school put it into practice."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.cases.models import Case
from portal.cases.queries import scope_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.plans import queries, rules
from portal.plans.models import Strategy
from portal.policy import Action, Actor
from portal.schools.operations import RefusedFields
from portal.tasks import operations as tasks

DIRECTIONS = {"up": -1, "down": 1}


def advise(actor: Actor, case: Case, draft: rules.StrategyDraft) -> Strategy:
    """Adds a strategy at the end of the plan. Raises ``RefusedFields`` for what must be mended."""
    ensure(actor, Action.WRITE_PLAN, scope_of(case))
    _refuse_any(draft)
    strategy = Strategy(case=case, position=_next_position(case))
    _put(strategy, draft)
    if draft.implemented is not rules.Implemented.NOT_YET_KNOWN:
        strategy.implemented_on = clock.today()
    audit.record(actor, "strategy advised", strategy)
    _settle_awaited(actor, case.id)
    return strategy


def change_strategy(
    actor: Actor, strategy: Strategy, draft: rules.StrategyDraft, *, opened_with: int | None
) -> Strategy:
    """Changes a strategy's words, owner, date and state. Raises ``EditConflict`` or ``RefusedFields``."""
    ensure(actor, Action.WRITE_PLAN, scope_of(strategy.case))
    check_version(strategy, opened_with)
    _refuse_any(draft)
    before = strategy.implemented
    _put(strategy, draft)
    if strategy.implemented != before:
        _date_state(strategy)
    audit.record(actor, "strategy changed", strategy)
    _settle_awaited(actor, strategy.case_id)
    return strategy


def set_implemented(
    actor: Actor, strategy: Strategy, state: rules.Implemented, *, opened_with: int | None = None
) -> Strategy:
    """Says whether the school put the strategy into practice, as seen today; the same state again changes nothing.

    Raises ``EditConflict`` when ``opened_with`` is given and is not the strategy's version.
    """
    ensure(actor, Action.WRITE_PLAN, scope_of(strategy.case))
    if opened_with is not None:
        check_version(strategy, opened_with)
    stored = rules.stored_state(state)
    if strategy.implemented != stored:
        strategy.implemented = stored
        _date_state(strategy)
        audit.record(actor, "strategy state set", strategy)
        _settle_awaited(actor, strategy.case_id)
    return strategy


def _settle_awaited(actor: Actor, case_id: int) -> None:
    """Once the plan says what was put into practice, the chart no longer waits for it."""
    if queries.summary(case_id) is not rules.ImplementedSummary.AWAITED:
        tasks.settle(f"case-{case_id}-awaited-actions_implemented", actor)


def move_strategy(actor: Actor, strategy: Strategy, direction: str) -> None:
    """Moves a strategy one place ``up`` or ``down`` in the plan; at the end it stays. Raises ``OutOfReach``."""
    ensure(actor, Action.WRITE_PLAN, scope_of(strategy.case))
    if direction not in DIRECTIONS:
        raise OutOfReach(direction)
    plan = list(
        db.session.scalars(
            select(Strategy).where(Strategy.case_id == strategy.case_id).order_by(Strategy.position, Strategy.id)
        )
    )
    here = plan.index(strategy)
    there = here + DIRECTIONS[direction]
    if 0 <= there < len(plan):
        plan[here], plan[there] = plan[there], plan[here]
    for place, one in enumerate(plan, start=1):
        if one.position != place:
            one.position = place
            audit.record(actor, "strategy moved", one)


def remove_strategy(actor: Actor, strategy: Strategy, *, opened_with: int | None) -> None:
    """Takes out a strategy that was added by mistake. Raises ``EditConflict``, or ``Refused`` once it was checked."""
    ensure(actor, Action.WRITE_PLAN, scope_of(strategy.case))
    check_version(strategy, opened_with)
    try:
        with db.session.begin_nested():
            db.session.delete(strategy)
            audit.record(actor, "strategy removed", strategy)
    except IntegrityError:
        raise Refused(
            "A monitoring visit has looked at this strategy, so it stays in the plan. Set it to “No” instead."
        ) from None


def import_strategy(case: Case, words: str, implemented: rules.Implemented) -> Strategy:
    """A strategy of an earlier chart: nobody's name, no date."""
    strategy = Strategy(
        case=case, words=words, position=_next_position(case), implemented=rules.stored_state(implemented)
    )
    audit.record(None, "strategy imported", strategy)
    return strategy


def _refuse_any(draft: rules.StrategyDraft) -> None:
    if problems := rules.strategy_problems(draft, clock.today()):
        raise RefusedFields(problems)


def _put(strategy: Strategy, draft: rules.StrategyDraft) -> None:
    strategy.words, strategy.owner = draft.words.strip(), draft.owner.strip()
    strategy.advised_on, strategy.implemented = draft.advised_on, rules.stored_state(draft.implemented)


def _date_state(strategy: Strategy) -> None:
    strategy.implemented_on = clock.today() if strategy.implemented is not None else None


def _next_position(case: Case) -> int:
    last: Any = db.session.scalar(select(func.max(Strategy.position)).where(Strategy.case_id == case.id))
    return (last or 0) + 1
