"""What people do with measures: record and correct readings, keep goals, choose which measures are used."""

from portal.assessments.operations.goals import MEASURE as GOAL_MEASURE
from portal.assessments.operations.goals import change_goal, rate_goal, set_goal
from portal.assessments.operations.measures import add_measure, ensure_standard_measures, switch_measure
from portal.assessments.operations.readings import change_reading, import_reading, record_reading, remove_reading

__all__ = [
    "GOAL_MEASURE",
    "add_measure",
    "change_goal",
    "change_reading",
    "ensure_standard_measures",
    "import_reading",
    "rate_goal",
    "record_reading",
    "remove_reading",
    "set_goal",
    "switch_measure",
]
