"""Rules of advice: the road of a question, what may be written, what is carried over."""

from portal.advice.rules.carrying import Written, concern_words, difference_words, tried_words
from portal.advice.rules.road import (
    HOW_SOON,
    ROAD,
    STATUSES,
    STEP_WORDS,
    WAITING_FOR_SCHOOL,
    Facts,
    school_days_for,
    status_line,
    status_tone,
)
from portal.advice.rules.words import (
    LONGEST,
    SUBJECT,
    MessageDraft,
    QuestionDraft,
    message_problems,
    question_problems,
)

__all__ = [
    "HOW_SOON",
    "LONGEST",
    "ROAD",
    "STATUSES",
    "STEP_WORDS",
    "SUBJECT",
    "WAITING_FOR_SCHOOL",
    "Facts",
    "MessageDraft",
    "QuestionDraft",
    "Written",
    "concern_words",
    "difference_words",
    "message_problems",
    "question_problems",
    "school_days_for",
    "status_line",
    "status_tone",
    "tried_words",
]
