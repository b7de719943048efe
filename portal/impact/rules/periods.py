"""Time as the chart counts it: half days of work, and school years."""

from datetime import date
from decimal import Decimal

FIRST_MONTH_OF_SCHOOL_YEAR = 9
IMPORTED_DAY_MINUTES = 390
"""A day of an earlier chart in the ledger. Never the setting: published days stay what they were when that changes."""


def minutes_to_days(minutes: int, day_minutes: int) -> Decimal:
    """Minutes as days, to the nearest half day, a quarter going up.

    Raises ValueError for negative minutes or a day without minutes.
    """
    if minutes < 0 or day_minutes <= 0:
        raise ValueError("minutes cannot be negative, and a day must have some")
    # Whole numbers throughout: half days, plus one half of one to round up, cut off.
    return Decimal((4 * minutes + day_minutes) // (2 * day_minutes)) / 2


def school_year_of(day: date) -> str:
    """The school year of a day, "2016/17"; it starts on 1 September."""
    first = day.year if day.month >= FIRST_MONTH_OF_SCHOOL_YEAR else day.year - 1
    return f"{first}/{(first + 1) % 100:02d}"


def row_year(ended_on: date | None, imported_year: str | None, today: date) -> str:
    """The school year of a row: its own if it was imported, else that of its end, else the current one."""
    return imported_year or school_year_of(ended_on or today)
