"""Reading the advised strategies of a case and of a school."""

from portal.plans.queries.of_case import (
    OpenedStrategy,
    StrategyRow,
    draft_of,
    row_of,
    state_of,
    states_by_case,
    strategies_of,
    strategy_for,
    summary,
)
from portal.plans.queries.of_school import (
    OpenedSchoolStrategy,
    SchoolStrategyRow,
    school_draft_of,
    school_strategies,
    school_strategy_for,
)

__all__ = [
    "OpenedSchoolStrategy",
    "OpenedStrategy",
    "SchoolStrategyRow",
    "StrategyRow",
    "draft_of",
    "row_of",
    "school_draft_of",
    "school_strategies",
    "school_strategy_for",
    "state_of",
    "states_by_case",
    "strategies_of",
    "strategy_for",
    "summary",
]
