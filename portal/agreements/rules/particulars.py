"""The particulars of one piece of work, and the places of a text that they fill."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from portal.kernel.dates import MONTHS, WEEKDAYS

PLACES: Mapping[str, str] = {
    "school": "the school's name",
    "service": "the service's name",
    "pupils": "first name and initial, or “the whole school”",
    "workers": "who comes",
    "days": "the planned days",
    "start": "the first day",
    "end": "the planned last day",
    "review": "the day around which the review is held",
    "contact": "whom we suggest as contact",
}
"""What a text may leave open, written as [school]; the value says what is put there."""

_PLACE = re.compile(r"\[([^\[\]\n]{1,40})\]")
_OPEN = "a day still to be agreed"


@dataclass(frozen=True)
class Particulars:
    """What is agreed for one piece of work. ``pupils`` are names of cards ("Maya K."); none means the whole school."""

    school: str
    pupils: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    planned_half_days: int = 0
    starts_on: date | None = None
    planned_end_on: date | None = None
    review_on: date | None = None
    contact: str = ""
    """Whom the service suggests as the school's contact; the head names somebody when signing"""
    also_agreed: str = ""


EXAMPLE = Particulars(
    school="Example School",
    pupils=("Maya K.",),
    workers=("Wren Okafor",),
    planned_half_days=24,
    contact="Sam Reed",
)
"""For a preview before there is any real agreement."""


def to_json(particulars: Particulars) -> str:
    """The particulars as they are kept."""
    return json.dumps(asdict(particulars), default=date.isoformat)


def from_json(kept: str) -> Particulars:
    """Undoes ``to_json``; what an older version did not know takes its default."""
    values = {key: value for key, value in json.loads(kept).items() if key in Particulars.__dataclass_fields__}
    for key in ("pupils", "workers"):
        values[key] = tuple(values.get(key, ()))
    for key in ("starts_on", "planned_end_on", "review_on"):
        values[key] = date.fromisoformat(values[key]) if values.get(key) else None
    return Particulars(**values)


def day_in_full(day: date | None) -> str:
    """A date that is read years later: always with its year."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}" if day else _OPEN


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def days_words(half_days: int) -> str:
    """Half days as people say days: "12 days", "half a day", "12.5 days"."""
    if half_days == 1:
        return "half a day"
    days = f"{half_days / 2:g}"
    return f"{days} {'day' if half_days == 2 else 'days'}"


def places(particulars: Particulars, service: str) -> dict[str, str]:
    """What stands in each place of ``PLACES``."""
    p = particulars
    return {
        "school": p.school,
        "service": service,
        "pupils": _listed(p.pupils) or "the whole school",
        "workers": _listed(p.workers) or "a worker whom the service will name",
        "days": days_words(p.planned_half_days),
        "start": day_in_full(p.starts_on),
        "end": day_in_full(p.planned_end_on),
        "review": day_in_full(p.review_on),
        "contact": p.contact or "a person whom the school names",
    }


def unknown_places(text: str) -> tuple[str, ...]:
    """What stands in square brackets and is no place."""
    return tuple(dict.fromkeys(name for name in _PLACE.findall(text) if name not in PLACES))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its places filled, in one go: what is put in is not read again."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)
