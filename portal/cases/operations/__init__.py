"""What people do with cases: open one, move it along, choose and cover its workers, change its plan."""

from portal.cases.operations.history import import_case
from portal.cases.operations.minutes import note_minutes
from portal.cases.operations.opening import open_case
from portal.cases.operations.people import allocate, cover, end_allocation, end_cover
from portal.cases.operations.plan import change_plan
from portal.cases.operations.promises import prepare_agreement
from portal.cases.operations.steps import SETTLED_BY_HAND, mark_done, move

__all__ = [
    "SETTLED_BY_HAND",
    "allocate",
    "change_plan",
    "cover",
    "end_allocation",
    "end_cover",
    "import_case",
    "mark_done",
    "move",
    "note_minutes",
    "open_case",
    "prepare_agreement",
]
