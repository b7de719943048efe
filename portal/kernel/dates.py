"""Dates as people in schools say them: school years, weeks and days in words."""

import re
from datetime import date, time, timedelta

SEPTEMBER = 9
# Python's own day and month names follow the machine's locale; the portal speaks English everywhere.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def school_year_start(day: date) -> int:
    """The year in which the school year of ``day`` began: 2016 for every day of 2016/17 (1 September to 31 August)."""
    return day.year if day.month >= SEPTEMBER else day.year - 1


def school_year_label(school_year: int) -> str:
    """A school year as people write it: ``2016`` is "2016/17"."""
    return f"{school_year}/{(school_year + 1) % 100:02d}"


def school_year_from_label(label: str) -> int:
    """``2016`` for "2016/17", "2016-17" or "2016/2017". Raises ValueError for anything else."""
    found = re.fullmatch(r"([0-9]{4})[/-]((?:[0-9]{2})?[0-9]{2})", label.strip())
    if not found or int(found[2]) % 100 != (int(found[1]) + 1) % 100:
        raise ValueError("A school year is written like 2016/17.")
    return int(found[1])


def school_year_days(school_year: int) -> tuple[date, date]:
    """The first and the last day of a school year: 1 September and 31 August."""
    return date(school_year, SEPTEMBER, 1), date(school_year + 1, 8, 31)


def monday_of(day: date) -> date:
    """The Monday of the Monday-to-Sunday week that holds ``day``."""
    return day - timedelta(days=day.weekday())


def week_of(day: date) -> tuple[date, ...]:
    """The seven days, Monday first, of the week that holds ``day``."""
    monday = monday_of(day)
    return tuple(monday + timedelta(days=number) for number in range(7))


def short_day_words(day: date, today: date) -> str:
    """A date like "5 December", with the year only when it is not this school year."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if school_year_start(day) == school_year_start(today) else f"{words} {day.year}"


def day_words(day: date, today: date) -> str:
    """A date like "Tuesday 5 December", with the year only when it is not this school year."""
    return f"{WEEKDAYS[day.weekday()]} {short_day_words(day, today)}"


def by_when_words(day: date | None, today: date) -> str:
    """The end of “Next: somebody”: ", by Tuesday 5 December." while that is a promise, and ". This was due on Tuesday
    5 December." once it has passed; "." without a date."""
    if day is None:
        return "."
    return f". This was due on {day_words(day, today)}." if day < today else f", by {day_words(day, today)}."


def week_words(day: date, today: date) -> str:
    """The week that holds ``day``: "Week of Monday 4 December"."""
    return f"Week of {day_words(monday_of(day), today)}"


def clock_words(at: time) -> str:
    """A time of day as people say it: "9am", "12 noon", "midnight", "2:30pm"."""
    if at.minute == 0 and at.hour in (0, 12):
        return "12 noon" if at.hour else "midnight"
    hour = at.hour % 12 or 12
    half = "am" if at.hour < 12 else "pm"
    return f"{hour}:{at.minute:02d}{half}" if at.minute else f"{hour}{half}"


def age_on(born_on: date, day: date) -> int:
    """Whole years between birth and ``day``; somebody born on 29 February turns a year older on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
