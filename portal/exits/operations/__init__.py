"""What people do at the end: end a piece of work, take that back, monitor what holds, say what the chart awaits."""

from portal.exits.operations.cells import state_cell, withdraw_statement
from portal.exits.operations.endings import change_ending, change_outcome, end_case, take_back_ending
from portal.exits.operations.history import import_ending, import_monitoring
from portal.exits.operations.lists import refresh_awaited, report_written
from portal.exits.operations.monitoring import record_monitoring, schedule_monitoring, skip_monitoring

__all__ = [
    "change_ending",
    "change_outcome",
    "end_case",
    "import_ending",
    "import_monitoring",
    "record_monitoring",
    "refresh_awaited",
    "report_written",
    "schedule_monitoring",
    "skip_monitoring",
    "state_cell",
    "take_back_ending",
    "withdraw_statement",
]
