"""One cell of the chart: a value, the state it stands for, and a note; never a bare value."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class CellState(StrEnum):
    """What kind of answer a cell holds; the last four are answers too, and never no, zero or nothing."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    IN_PROGRESS = "in_progress"
    AWAITED = "awaited"
    SCHEDULED = "scheduled"


STATE_LABELS: dict[CellState, str] = {
    CellState.MET: "Met",
    CellState.PARTLY: "Partly",
    CellState.NOT_MET: "Not met",
    CellState.NOT_APPLICABLE: "Not applicable",
    CellState.IN_PROGRESS: "In progress",
    CellState.AWAITED: "Awaited",
    CellState.SCHEDULED: "Scheduled",
}


@dataclass(frozen=True)
class Cell:
    """One answer of a row.

    ``state`` is None only in the columns that describe the work (school, worker, days, children). ``number`` is the
    value as a quantity, in the column's unit, where it has one. ``due_on`` is the day of a scheduled answer.
    """

    value: str
    state: CellState | None = None
    note: str = ""
    due_on: date | None = None
    number: Decimal | None = None

    def words(self) -> str:
        """The cell in a line, for a file or a screen reader: value, then note in brackets."""
        value = self.value or (STATE_LABELS[self.state] if self.state else "")
        return f"{value} ({self.note})" if self.note else value


def not_applicable(value: str = "N/A", note: str = "") -> Cell:
    """The question does not arise for this piece of work."""
    return Cell(value, CellState.NOT_APPLICABLE, note)


def ongoing(value: str = "Ongoing", note: str = "") -> Cell:
    """The work is still going on, so there is no answer yet."""
    return Cell(value, CellState.IN_PROGRESS, note)


def to_come(value: str = "To come", note: str = "") -> Cell:
    """The work has ended and the answer is still expected."""
    return Cell(value, CellState.AWAITED, note)


def to_be_arranged(note: str = "") -> Cell:
    """The work has ended and no monitoring visit is booked yet."""
    return Cell("To be arranged", CellState.AWAITED, note)


def scheduled(due_on: date, note: str = "") -> Cell:
    """The answer will be sought on a day that is booked; the day may lie in the past when nobody went."""
    return Cell(long_date(due_on), CellState.SCHEDULED, note, due_on=due_on)


def long_date(day: date) -> str:
    """A date as it is read: "5 December 2017", whatever the machine's language."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
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
