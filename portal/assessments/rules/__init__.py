"""Measures as data, single readings, and the change between two readings that may honestly be compared."""

from portal.assessments.rules.measures import (
    INFORMANTS,
    PERIODS,
    LicenceMode,
    MeasureDefinition,
    MeasureKind,
    number_text,
)
from portal.assessments.rules.readings import (
    Change,
    Comparison,
    Direction,
    Reading,
    change_between,
    changes_of,
    in_order,
    reading_problems,
)
from portal.assessments.rules.standard import MEASURES, THRESHOLD, THRIVE
from portal.assessments.rules.thresholds import BANDS, LEVELS, parse_threshold, threshold_label, threshold_ordinal

__all__ = [
    "BANDS",
    "INFORMANTS",
    "LEVELS",
    "MEASURES",
    "PERIODS",
    "THRESHOLD",
    "THRIVE",
    "Change",
    "Comparison",
    "Direction",
    "LicenceMode",
    "MeasureDefinition",
    "MeasureKind",
    "Reading",
    "change_between",
    "changes_of",
    "in_order",
    "number_text",
    "parse_threshold",
    "reading_problems",
    "threshold_label",
    "threshold_ordinal",
]
