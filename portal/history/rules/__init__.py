"""Earlier charts: their columns, and what each printed cell means as a record."""

from portal.history.rules.keys import changed_problems, keys_of
from portal.history.rules.placements import SPECIALIST_PROVISIONS
from portal.history.rules.texts import cell_text
from portal.history.rules.works import (
    COLUMNS,
    OPTIONAL_COLUMNS,
    ImportedWork,
    column_of,
    header_problems,
    parse_chart,
    parse_row,
)

__all__ = [
    "COLUMNS",
    "OPTIONAL_COLUMNS",
    "SPECIALIST_PROVISIONS",
    "ImportedWork",
    "cell_text",
    "changed_problems",
    "column_of",
    "header_problems",
    "keys_of",
    "parse_chart",
    "parse_row",
]
