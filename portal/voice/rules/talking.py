"""“I want to talk to someone”: who hears of it, and when it goes further."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.kernel.dates import WEEKDAYS

DEPUTIES_AFTER = timedelta(hours=2)
"""Working hours that a wish may stay unread before the deputies hear of it"""
WORK_BEGINS, WORK_ENDS = time(8), time(17)
LONGEST_DONE = 2_000
_LONDON = ZoneInfo("Europe/London")
_SATURDAY = WEEKDAYS.index("Saturday")


def deputies_at(asked_at: datetime) -> datetime:
    """Two working hours (Monday to Friday, 8am to 5pm in England) after ``asked_at``.

    Holidays are not left out: a child's wish does not wait for a term.
    """
    moment, left = _into_hours(asked_at.astimezone(_LONDON)), DEPUTIES_AFTER
    while True:
        end = datetime.combine(moment.date(), WORK_ENDS, _LONDON)
        if end - moment >= left:
            return moment + left
        left -= end - moment
        moment = _into_hours(end)


def _into_hours(moment: datetime) -> datetime:
    """The same moment, or the next one at which people work."""
    begins = datetime.combine(moment.date(), WORK_BEGINS, _LONDON)
    if moment.weekday() < _SATURDAY and moment.time() < WORK_ENDS:
        return max(moment, begins)
    following = moment.date() + timedelta(days=1)
    while following.weekday() >= _SATURDAY:
        following += timedelta(days=1)
    return datetime.combine(following, WORK_BEGINS, _LONDON)


def deed_problems(words: str) -> list[str]:
    """Why these words do not say what was done; empty when they do."""
    if not words.strip():
        return ["Say what was done."]
    return [f"Shorten this to {LONGEST_DONE:,} characters or fewer."] if len(words) > LONGEST_DONE else []


def closing_problems(done: str, *, words_unread: bool) -> list[str]:
    """What keeps a wish from being closed; ``words_unread``: what the child said in that turn, nobody has read."""
    unread = ["Read what the child said in this turn first, and say that you have read it."] if words_unread else []
    return unread + deed_problems(done)
