"""Reading how work ended, what held later, and what the chart still awaits."""

from portal.exits.queries.facts import (
    MonitoringFacts,
    monitoring_of,
    open_monitoring_count,
    outcomes_of,
    stated_cells_of,
)
from portal.exits.queries.one import (
    OpenedCell,
    StrategyRow,
    cell_for,
    monitoring_for,
    opened_cell,
    opened_ending,
    opened_monitoring,
    opened_outcome,
    outcome_for,
    strategies_of,
)
from portal.exits.queries.page import (
    CheckRow,
    ColumnRow,
    ExitPage,
    MonitoringRow,
    OutcomeRow,
    chart_answers,
    chart_states,
    exit_page,
    moment_words,
)

__all__ = [
    "CheckRow",
    "ColumnRow",
    "ExitPage",
    "MonitoringFacts",
    "MonitoringRow",
    "OpenedCell",
    "OutcomeRow",
    "StrategyRow",
    "cell_for",
    "chart_answers",
    "chart_states",
    "exit_page",
    "moment_words",
    "monitoring_for",
    "monitoring_of",
    "open_monitoring_count",
    "opened_cell",
    "opened_ending",
    "opened_monitoring",
    "opened_outcome",
    "outcome_for",
    "outcomes_of",
    "stated_cells_of",
    "strategies_of",
]
