"""Reading feedback: for the chart, for a case's section, for the school, and one for its form."""

from portal.feedback.queries.own import (
    Ask,
    Line,
    OwnRow,
    asks_of,
    beyond_of,
    may_still_answer,
    opened_beyond,
    opened_own,
    own_answers,
    own_feedback,
)
from portal.feedback.queries.said import (
    FeedbackRow,
    SourceRow,
    case_feedback,
    feedback_for,
    feedback_of,
    opened_feedback,
)

__all__ = [
    "Ask",
    "FeedbackRow",
    "Line",
    "OwnRow",
    "SourceRow",
    "asks_of",
    "beyond_of",
    "case_feedback",
    "feedback_for",
    "feedback_of",
    "may_still_answer",
    "opened_beyond",
    "opened_feedback",
    "opened_own",
    "own_answers",
    "own_feedback",
]
