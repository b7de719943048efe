"""Reading measures and what was measured."""

from portal.assessments.queries.measures import (
    MeasureRow,
    active_definitions,
    definition_of,
    definitions,
    measure_choices,
    measure_for,
    measure_rows,
)
from portal.assessments.queries.page import (
    CaseReadings,
    GoalRow,
    PupilReadings,
    ReadingRow,
    SeriesRow,
    case_readings,
)
from portal.assessments.queries.readings import (
    OpenedGoal,
    OpenedReading,
    goal_for,
    goals_left,
    opened_goal,
    opened_reading,
    reading_for,
    readings_of,
)

__all__ = [
    "CaseReadings",
    "GoalRow",
    "MeasureRow",
    "OpenedGoal",
    "OpenedReading",
    "PupilReadings",
    "ReadingRow",
    "SeriesRow",
    "active_definitions",
    "case_readings",
    "definition_of",
    "definitions",
    "goal_for",
    "goals_left",
    "measure_choices",
    "measure_for",
    "measure_rows",
    "opened_goal",
    "opened_reading",
    "reading_for",
    "readings_of",
]
