"""Reading the advised strategies of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.kernel.errors import OutOfReach
from portal.plans import rules
from portal.plans.models import Strategy

TONES = {
    rules.Implemented.YES: "good",
    rules.Implemented.PARTLY: "attention",
    rules.Implemented.NO: "problem",
    rules.Implemented.NOT_YET_KNOWN: "quiet",
}


@dataclass(frozen=True)
class StrategyRow:
    """One advised strategy, as pages show it."""

    id: int
    words: str
    owner: str
    advised: str
    state: rules.Implemented
    state_words: str
    tone: str
    since: str
    """The day on which the state was seen; empty while it is not known"""
    is_first: bool
    is_last: bool
    version: int


@dataclass(frozen=True)
class OpenedStrategy(rules.StrategyDraft):
    """A strategy as its form opens it."""

    version: int = 0


def strategies_of(case_id: int) -> list[StrategyRow]:
    """The strategies of a case, in their order."""
    found = list(
        db.session.scalars(select(Strategy).where(Strategy.case_id == case_id).order_by(Strategy.position, Strategy.id))
    )
    last = len(found) - 1
    return [_row(strategy, place == 0, place == last) for place, strategy in enumerate(found)]


def summary(case_id: int) -> rules.ImplementedSummary:
    """All, some or none of a case's strategies; awaited while what is known cannot decide it."""
    return rules.implemented_summary(states_by_case([case_id]).get(case_id, ()))


def states_by_case(case_ids: Sequence[int]) -> dict[int, tuple[rules.Implemented, ...]]:
    """The states of each case's strategies, in one statement; a case without strategies is left out."""
    rows = db.session.execute(
        select(Strategy.case_id, Strategy.implemented)
        .where(Strategy.case_id.in_(case_ids))
        .order_by(Strategy.case_id, Strategy.position, Strategy.id)
    )
    found: dict[int, tuple[rules.Implemented, ...]] = {}
    for case_id, stored in rows:
        found[case_id] = (*found.get(case_id, ()), state_of(stored))
    return found


def row_of(strategy: Strategy) -> StrategyRow:
    """One strategy with its place in its plan."""
    return next(row for row in strategies_of(strategy.case_id) if row.id == strategy.id)


def strategy_for(case: Case, strategy_id: int) -> Strategy:
    """The strategy of a case that the actor already reached. Raises ``OutOfReach`` when it has none such."""
    strategy = db.session.scalars(
        select(Strategy).where(Strategy.id == strategy_id, Strategy.case_id == case.id)
    ).one_or_none()
    if strategy is None:
        raise OutOfReach
    return strategy


def draft_of(strategy: Strategy) -> OpenedStrategy:
    """What the form of a strategy is opened with."""
    return OpenedStrategy(
        words=strategy.words,
        owner=strategy.owner,
        advised_on=strategy.advised_on,
        implemented=state_of(strategy.implemented),
        version=strategy.version,
    )


def state_of(stored: str | None) -> rules.Implemented:
    """The state as the rules say it; the table leaves “not yet known” empty."""
    return rules.Implemented.NOT_YET_KNOWN if stored is None else rules.Implemented(stored)


def _row(strategy: Strategy, is_first: bool, is_last: bool) -> StrategyRow:
    state = state_of(strategy.implemented)
    return StrategyRow(
        id=strategy.id,
        words=strategy.words,
        owner=strategy.owner,
        advised=_day(strategy.advised_on),
        state=state,
        state_words=rules.IMPLEMENTED_LABELS[state],
        tone=TONES[state],
        since=_day(strategy.implemented_on),
        is_first=is_first,
        is_last=is_last,
        version=strategy.version,
    )


def _day(day: date | None) -> str:
    return day_words(day, clock.today()) if day else ""
