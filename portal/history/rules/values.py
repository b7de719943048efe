"""The cells that hold a number, a pair of thresholds, a yes or no, a date, or one of the answers that are neither."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from portal.assessments.rules import parse_threshold
from portal.exits.rules import StillInPlace
from portal.history.rules.placements import MOST_CHILDREN
from portal.history.rules.texts import Unreadable, folded
from portal.impact.rules import Cell, not_applicable, ongoing, scheduled, to_be_arranged, to_come
from portal.plans.rules import ImplementedSummary

STATED_WORDS: tuple[str, ...] = ("N/A", "ongoing", "To come", "To be arranged")
_STATED: Mapping[str, Cell] = {
    "n/a": not_applicable(),
    "na": not_applicable(),
    "not applicable": not_applicable(),
    "ongoing": ongoing(),
    "in progress": ongoing(),
    "to come": to_come(),
    "awaited": to_come(),
    "to be arranged": to_be_arranged(),
}
_IMPLEMENTED = {
    "yes": ImplementedSummary.ALL,
    "all": ImplementedSummary.ALL,
    "some": ImplementedSummary.SOME,
    "no": ImplementedSummary.NONE,
    "none": ImplementedSummary.NONE,
}
_DAYS = re.compile(r"\d{1,3}(\.[05]0?)?", re.ASCII)
_THRESHOLDS = re.compile(r"((?:low|mid|high) [1-4])(?: to | - | -> | → | )((?:low|mid|high) [1-4])")
_PER_CENT = re.compile(r"[+-]?\d{1,3}(\.\d{1,2})? ?%", re.ASCII)
_BRITISH_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


def stated(text: str) -> Cell | None:
    """One of the answers that are no result: N/A, ongoing, To come, To be arranged; None for any other text."""
    return _STATED.get(" ".join(folded(text).split()))


def parse_days(text: str) -> Decimal:
    """Whole or half days below 1,000; raises Unreadable."""
    number = text.replace("½", ".5")
    if not _DAYS.fullmatch(number):
        raise Unreadable("is not a whole or half number of days")
    return Decimal(number)


def parse_children(text: str) -> int:
    """A number of children, at least one; raises Unreadable."""
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII) or not 1 <= int(text) <= MOST_CHILDREN:
        raise Unreadable(f"is not a number of children from 1 to {MOST_CHILDREN}")
    return int(text)


def parse_implemented(text: str) -> ImplementedSummary:
    """Whether the school put the advice into practice; raises Unreadable."""
    if folded(text) not in _IMPLEMENTED:
        raise Unreadable("is none of Yes, Some, No, N/A, ongoing, To come")
    return _IMPLEMENTED[folded(text)]


def parse_thresholds(text: str) -> tuple[int, int]:
    """The first and last step, 1 to 12, of "High 4 to low 3" or "High 4 High 4"; raises Unreadable."""
    found = _THRESHOLDS.fullmatch(folded(text))
    first, last = (parse_threshold(found[1]), parse_threshold(found[2])) if found else (None, None)
    if first is None or last is None:
        raise Unreadable("is not a pair of thresholds such as “High 4 to low 3”")
    return first, last


def parse_increase(text: str) -> Decimal:
    """An increase in per cent, from −100 to 100; raises Unreadable."""
    found = _PER_CENT.fullmatch(folded(text))
    if found is None or abs(Decimal(found[0].rstrip("% "))) > 100:
        raise Unreadable("is not a percentage such as “10%”")
    return Decimal(found[0].rstrip("% "))


def parse_still_in_place(text: str) -> StillInPlace | Cell:
    """What the monitoring visit found, or the day that one is booked for; raises Unreadable."""
    if folded(text) in set(StillInPlace):
        return StillInPlace(folded(text))
    return scheduled(parse_date(text))


def parse_date(text: str) -> date:
    """A British date (5/12/17, 5.12.2017) or an ISO one; a year of two figures is 20..; raises Unreadable."""
    british, iso = _BRITISH_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    if not british and not iso:
        raise Unreadable("is none of Yes, Some, No, a date, N/A, ongoing, To come, To be arranged")
    day, month, year = (iso[3], iso[2], iso[1]) if iso else british.groups() if british else ("", "", "")
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        raise Unreadable("is not a day of the calendar") from None
