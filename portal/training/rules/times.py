"""When a session is: entered and read in England's time, kept in UTC; and whether two sessions collide."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.kernel.dates import clock_words, day_words

LONDON = ZoneInfo("Europe/London")
EARLIEST, LATEST = time(7), time(21)
"""A session starts in between: 03:30 is a slip for half past three in the afternoon."""


def to_utc(day: date, at: time) -> datetime:
    """The moment of a day and time of day in England."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def local(moment: datetime) -> datetime:
    """The moment as clocks in England show it."""
    return moment.astimezone(LONDON)


def day_of(moment: datetime) -> date:
    """The day in England."""
    return local(moment).date()


def ends_at(starts_at: datetime, minutes: int) -> datetime:
    return starts_at + timedelta(minutes=minutes)


def when_words(starts_at: datetime, minutes: int, today: date) -> str:
    """ "Tuesday 1 December, 3:30pm to 5pm"."""
    start, end = local(starts_at), local(ends_at(starts_at, minutes))
    return f"{day_words(start.date(), today)}, {clock_words(start.time())} to {clock_words(end.time())}"


def collide(start: datetime, minutes: int, other_start: datetime, other_minutes: int) -> bool:
    """Whether the two share a minute; one may end when the other begins."""
    return start < ends_at(other_start, other_minutes) and other_start < ends_at(start, minutes)


def length_words(minutes: int) -> str:
    """ "1 hour 30 minutes", "45 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    parts += [f"{rest} minute{'s' if rest > 1 else ''}"] if rest else []
    return " ".join(parts)
