"""What the board is narrowed by, as it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from portal.cases.rules import ON_BOARD
from portal.kernel.dates import monday_of

FIRST, MORE = 25, 20
"""Cards of a stage at first, and with each “Show 20 more”."""
_MOST_MORE = 50
_LARGEST = 2_147_483_647

DUE: Mapping[str, str] = {"late": "Late", "week": "Late or this week", "month": "Late or in four weeks"}


@dataclass(frozen=True)
class BoardFilter:
    """The board's address, taken apart. ``stage`` is the one shown on a phone ("" for the first that has
    cards), ``more`` widens that stage."""

    line: int | None = None
    worker: int | None = None
    school: int | None = None
    year: int | None = None
    due: str = ""
    q: str = ""
    stage: str = ""
    more: int = 0

    @property
    def in_use(self) -> int:
        """How many filters narrow the board."""
        return sum(bool(part) for part in (self.line, self.worker, self.school, self.year, self.due, self.q))

    def limit_of(self, stage: str) -> int:
        """How many cards of a stage are shown."""
        return FIRST + (MORE * self.more if stage == self.stage else 0)

    def query(self, **changes: Any) -> str:
        """The query string of this board, or of one that differs; "" for the plain board."""
        wanted = replace(self, **changes)
        parts = {name: getattr(wanted, name) for name in self.__dataclass_fields__}
        plain = BoardFilter()
        return urlencode({name: value for name, value in parts.items() if value and value != getattr(plain, name)})


def read_filter(values: Mapping[str, str]) -> BoardFilter:
    """The filter in an address; whatever does not fit is left out."""
    stage = values.get("stage", "")
    due = values.get("due", "")
    return BoardFilter(
        line=_number(values.get("line")),
        worker=_number(values.get("worker")),
        school=_number(values.get("school")),
        year=_year(values.get("year")),
        due=due if due in DUE else "",
        q=values.get("q", ""),
        stage=stage if stage in ON_BOARD else "",
        more=min(_number(values.get("more")) or 0, _MOST_MORE),
    )


def due_before(due: str, today: date) -> date | None:
    """The day before which something must be due for a card to be shown; None without this filter."""
    days = {"late": today, "week": monday_of(today) + timedelta(days=7), "month": today + timedelta(days=29)}
    return days.get(due)


def _number(text: str | None) -> int | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    number = int(text)
    return number if 0 < number <= _LARGEST else None


def _year(text: str | None) -> int | None:
    number = _number(text)
    return number if number and 2000 <= number <= 2100 else None
