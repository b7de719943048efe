"""What an adult reads first: a child who wants to talk, then what may worry, then words, then the oldest."""

from collections.abc import Iterable
from datetime import datetime

from portal.voice.rules.answers import AnswerState, Given

WORRYING = frozenset({"feel_very_bad", "very_sad", "help_not_at_all", "none", "hurt"})
"""Answers that are read before others: very sad, not good at all or no help, and the picture of getting hurt"""


def may_worry(answers: Iterable[Given]) -> bool:
    """Does any answer hold something that is read first?"""
    return any(given.state is AnswerState.ANSWERED and WORRYING & set(given.choices) for given in answers)


def reading_key(
    *, wants_to_talk: bool, worrying: bool, has_words: bool, arrived_at: datetime, view_id: int
) -> tuple[int, datetime, int]:
    """Sorts the reading list."""
    first = 0 if wants_to_talk else 1 if worrying else 2 if has_words else 3
    return first, arrived_at, view_id
