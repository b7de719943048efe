"""How long a referral has waited, when the next cut-off is, and how a reference is read."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from portal.kernel.dates import clock_words, day_words
from portal.schools.rules import TermCalendar


@dataclass(frozen=True)
class Waiting:
    """How long a referral has waited, in school days and in words."""

    school_days: int
    words: str


def waiting(submitted_on: date, today: date, calendar: TermCalendar) -> Waiting:
    """The wait since a referral was submitted, in school days; holidays do not count."""
    days = calendar.school_days_between(submitted_on, today)
    if today <= submitted_on:
        return Waiting(0, "came today")
    if days == 0:
        return Waiting(0, "no school day yet")
    return Waiting(days, f"{days} school {'day' if days == 1 else 'days'}")


def cut_off_words(cut_off: datetime, now: datetime) -> str:
    """The next cut-off in words, both times local: "today, 12 noon" or "Tuesday 5 December, 12 noon"."""
    day = "today" if cut_off.date() == now.date() else day_words(cut_off.date(), now.date())
    return f"{day}, {clock_words(cut_off.time())}"


def after_cut_off(submitted_at: datetime, cut_off: datetime) -> bool:
    """Whether a referral came too late for this cut-off; one that came at the very minute is in time."""
    return submitted_at > cut_off


def read_reference(text: str) -> str | None:
    """The reference somebody typed, as ``R-2026-0007``; forgives small letters, spaces and missing noughts."""
    found = re.fullmatch(r"R[-\s]*([0-9]{4})[-\s]+([0-9]{1,9})", text.strip().upper())
    return f"R-{found[1]}-{int(found[2]):04d}" if found else None
