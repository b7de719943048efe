"""The Summary of Impact: cells, rows made from records, and totals with their denominators."""

from portal.assessments.rules import number_text
from portal.impact.rules.cells import (
    STATE_LABELS,
    Cell,
    CellState,
    long_date,
    not_applicable,
    ongoing,
    scheduled,
    to_be_arranged,
    to_come,
)
from portal.impact.rules.facts import CHILD_VOICE_LABELS, ChartFacts, ChildVoice, MonitoringVisit
from portal.impact.rules.graphs import Bar, Graph, Shape, graphs
from portal.impact.rules.periods import IMPORTED_DAY_MINUTES, minutes_to_days, row_year, school_year_of
from portal.impact.rules.rows import COLUMNS, STATE_COLUMNS, ChartRow, make_row, stated_cell
from portal.impact.rules.sheets import SheetRow, csv_lines
from portal.impact.rules.summary import Summary, column_totals
from portal.impact.rules.totals import Share, Spread, Totals, WorkerDays, percent_words, totals

__all__ = [
    "CHILD_VOICE_LABELS",
    "COLUMNS",
    "IMPORTED_DAY_MINUTES",
    "STATE_COLUMNS",
    "STATE_LABELS",
    "Bar",
    "Cell",
    "CellState",
    "ChartFacts",
    "ChartRow",
    "ChildVoice",
    "Graph",
    "MonitoringVisit",
    "Shape",
    "Share",
    "SheetRow",
    "Spread",
    "Summary",
    "Totals",
    "WorkerDays",
    "column_totals",
    "csv_lines",
    "graphs",
    "long_date",
    "make_row",
    "minutes_to_days",
    "not_applicable",
    "number_text",
    "ongoing",
    "percent_words",
    "row_year",
    "scheduled",
    "school_year_of",
    "stated_cell",
    "to_be_arranged",
    "to_come",
    "totals",
]
