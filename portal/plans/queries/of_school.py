"""Reading the strategies of a whole school."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.kernel.errors import OutOfReach
from portal.plans import rules
from portal.plans.models import SchoolStrategy
from portal.plans.queries.of_case import TONES, state_of


@dataclass(frozen=True)
class SchoolStrategyRow:
    """One strategy of a school, as pages show it."""

    id: int
    place: str
    words: str
    owner: str
    advised: str
    state: rules.Implemented
    state_words: str
    tone: str
    since: str
    """The day on which the state was seen; empty while it is not known"""
    version: int


@dataclass(frozen=True)
class OpenedSchoolStrategy(rules.SchoolStrategyDraft):
    """A school's strategy as its form opens it."""

    version: int = 0


def school_strategies(school_id: int) -> list[SchoolStrategyRow]:
    """The strategies of a school in the order in which they were advised. One statement."""
    rows = db.session.scalars(
        select(SchoolStrategy)
        .where(SchoolStrategy.school_id == school_id)
        .order_by(SchoolStrategy.advised_on.nulls_first(), SchoolStrategy.id)
    )
    return [_row(row) for row in rows]


def _row(strategy: SchoolStrategy) -> SchoolStrategyRow:
    state, today = state_of(strategy.implemented), clock.today()
    return SchoolStrategyRow(
        id=strategy.id,
        place=strategy.place,
        words=strategy.words,
        owner=strategy.owner,
        advised=day_words(strategy.advised_on, today) if strategy.advised_on else "",
        state=state,
        state_words=rules.IMPLEMENTED_LABELS[state],
        tone=TONES[state],
        since=day_words(strategy.implemented_on, today) if strategy.implemented_on else "",
        version=strategy.version,
    )


def school_strategy_for(school_id: int, strategy_id: int) -> SchoolStrategy:
    """The strategy of a school that the actor already reached. Raises ``OutOfReach`` when it has none such."""
    found = db.session.scalars(
        select(SchoolStrategy).where(SchoolStrategy.id == strategy_id, SchoolStrategy.school_id == school_id)
    ).one_or_none()
    if found is None:
        raise OutOfReach(strategy_id)
    return found


def school_draft_of(strategy: SchoolStrategy) -> OpenedSchoolStrategy:
    """What the form of a school's strategy is opened with."""
    return OpenedSchoolStrategy(
        words=strategy.words,
        owner=strategy.owner,
        advised_on=strategy.advised_on,
        implemented=state_of(strategy.implemented),
        place=strategy.place,
        version=strategy.version,
    )
