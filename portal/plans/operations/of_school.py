"""Strategies that belong to a whole school: a room, a lunch hall, a routine."""

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.versions import check_version
from portal.plans import rules
from portal.plans.models import SchoolStrategy
from portal.policy import Action, Actor, Scope
from portal.schools.models import School
from portal.schools.operations import RefusedFields


def advise_school(actor: Actor, school: School, draft: rules.SchoolStrategyDraft) -> SchoolStrategy:
    """Adds a strategy to the school. Raises ``RefusedFields`` for what must be mended."""
    ensure(actor, Action.WRITE_SCHOOL_STRATEGY, Scope(school_id=school.id))
    _refuse_any(draft)
    strategy = SchoolStrategy(school_id=school.id, advised_by_id=actor.person_id)
    _put(strategy, draft)
    _date_state(strategy)
    audit.record(actor, "school strategy advised", strategy)
    return strategy


def change_school_strategy(
    actor: Actor, strategy: SchoolStrategy, draft: rules.SchoolStrategyDraft, *, opened_with: int | None
) -> SchoolStrategy:
    """Changes its place, words, owner, date and state. Raises ``EditConflict`` or ``RefusedFields``."""
    _ensure(actor, strategy)
    check_version(strategy, opened_with)
    _refuse_any(draft)
    before = strategy.implemented
    _put(strategy, draft)
    if strategy.implemented != before:
        _date_state(strategy)
    audit.record(actor, "school strategy changed", strategy)
    return strategy


def set_school_implemented(
    actor: Actor, strategy: SchoolStrategy, state: rules.Implemented, *, opened_with: int | None
) -> None:
    """Says whether it is in practice, as seen today; the same state again changes nothing. Raises ``EditConflict``."""
    _ensure(actor, strategy)
    check_version(strategy, opened_with)
    if strategy.implemented != rules.stored_state(state):
        strategy.implemented = rules.stored_state(state)
        _date_state(strategy)
        audit.record(actor, "school strategy state set", strategy)


def remove_school_strategy(actor: Actor, strategy: SchoolStrategy, *, opened_with: int | None) -> None:
    """Takes out a strategy that was added by mistake. Raises ``EditConflict``."""
    _ensure(actor, strategy)
    check_version(strategy, opened_with)
    audit.record(actor, "school strategy removed", strategy)
    db.session.delete(strategy)


def _ensure(actor: Actor, strategy: SchoolStrategy) -> None:
    ensure(actor, Action.WRITE_SCHOOL_STRATEGY, Scope(school_id=strategy.school_id))


def _refuse_any(draft: rules.SchoolStrategyDraft) -> None:
    if problems := rules.school_strategy_problems(draft, clock.today()):
        raise RefusedFields(problems)


def _put(strategy: SchoolStrategy, draft: rules.SchoolStrategyDraft) -> None:
    strategy.place, strategy.words, strategy.owner = draft.place.strip(), draft.words.strip(), draft.owner.strip()
    strategy.advised_on, strategy.implemented = draft.advised_on, rules.stored_state(draft.implemented)


def _date_state(strategy: SchoolStrategy) -> None:
    strategy.implemented_on = clock.today() if strategy.implemented is not None else None
