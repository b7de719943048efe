"""Standing in for a colleague: why, and for how long."""

import re
from datetime import date, timedelta

from portal.kernel.dates import day_words

LONGEST_COVER = 28
USUAL_COVER = 5
"""Days, the first and the last one counted."""

FEWEST_WORDS = 2
_WORD = re.compile(r"[^\W\d_]{2,}")


def cover_problems(reason: str, ends_on: date | None, today: date) -> dict[str, str]:
    """What stands against a cover: a sentence by field, empty when all is well."""
    problems = {}
    if len(_WORD.findall(reason)) < FEWEST_WORDS:
        problems["reason"] = "Say in a few words why you cover this case. The coordinator and its workers will read it."
    last = last_day(today)
    if ends_on is None or not today <= ends_on <= last:
        problems["ends_on"] = f"Choose the last day of your cover, from today to {day_words(last, today)}."
    return problems


def last_day(today: date) -> date:
    """The latest end of a cover that starts today."""
    return today + timedelta(days=LONGEST_COVER - 1)


def usual_last_day(today: date) -> date:
    """The end that the form offers."""
    return today + timedelta(days=USUAL_COVER - 1)
