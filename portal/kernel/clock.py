"""The time, asked in one place so that tests and the demonstration can pass another in."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

LONDON = ZoneInfo("Europe/London")

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """This moment in UTC, by the application's clock."""
    clock: Clock = current_app.extensions["clock"]
    return clock()


def local_now() -> datetime:
    """This moment as people in England read it."""
    return now().astimezone(LONDON)


def today() -> date:
    """Today's date in England."""
    return local_now().date()
