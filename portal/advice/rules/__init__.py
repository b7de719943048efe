"""Rules of advice: the road of a question, what may be written, what looks like a person, what is carried over."""

from portal.advice.rules.carrying import Written, concern_words, difference_words, tried_words
from portal.advice.rules.hints import Hint, Piece, looks_like_person, pieces
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
    "Hint",
    "MessageDraft",
    "Piece",
    "QuestionDraft",
    "Written",
    "concern_words",
    "difference_words",
    "looks_like_person",
    "message_problems",
    "pieces",
    "question_problems",
    "school_days_for",
    "status_line",
    "status_tone",
    "tried_words",
]
