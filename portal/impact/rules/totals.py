"""The totals under the chart: every one with its denominator, every child and every piece of work counted once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from portal.assessments.rules import number_text
from portal.exits.rules import PupilOutcome
from portal.impact.rules.cells import CellState
from portal.impact.rules.rows import STATE_COLUMNS, ChartRow

_ANSWERS = frozenset({CellState.MET, CellState.PARTLY, CellState.NOT_MET})


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def percentage(self) -> Decimal | None:
        """Per cent to one decimal, half up; None of none."""
        return rounded(Decimal(100 * self.count) / self.of, "0.1") if self.of else None

    def words(self) -> str:
        """The share with its denominator: "8 of 10"."""
        return f"{self.count} of {self.of}"


@dataclass(frozen=True)
class WorkerDays:
    """The days of one worker, in half days."""

    worker_key: str
    worker: str
    days: Decimal


@dataclass(frozen=True)
class Spread:
    """The numbers of one column, in the order of the rows, and how many pieces of work they come from."""

    values: tuple[Decimal, ...]
    known: Share

    @property
    def mean(self) -> Decimal | None:
        """The mean to two decimals, half up; None of none."""
        return rounded(sum(self.values, Decimal(0)) / len(self.values), "0.01") if self.values else None

    @property
    def median(self) -> Decimal | None:
        """The median to two decimals, half up; None of none."""
        return rounded(Decimal(median(self.values)), "0.01") if self.values else None


@dataclass(frozen=True)
class Totals:
    """The totals of a chart.

    ``rows`` counts rows and ``works`` pieces of work; everything but the days is taken once from each piece of work.
    ``placement_kept`` is of the children whose outcome is known, ``placement_unknown`` counts the others.
    ``threshold_moves`` holds (school, steps better) in the order of the rows. ``states`` says, by column, how many
    pieces of work stand in each state.
    """

    rows: int
    works: int
    children: int
    days: Decimal
    days_by_worker: tuple[WorkerDays, ...]
    placement_kept: Share
    placement_unknown: int
    thrive: Spread
    threshold: Spread
    threshold_moves: tuple[tuple[str, Decimal], ...]
    monitoring_answered: Share
    states: Mapping[str, Mapping[CellState, Share]]


def totals(rows: Iterable[ChartRow]) -> Totals:
    """The totals of these rows; days are the sum of what the rows print."""
    all_rows = list(rows)
    works = one_row_a_work(all_rows)
    kept = list(kept_by_child(works).values())
    known = [answer for answer in kept if answer is not None]
    return Totals(
        rows=len(all_rows),
        works=len(works),
        children=len(kept),
        days=sum((_days(row) for row in all_rows), Decimal(0)),
        days_by_worker=_days_by_worker(all_rows),
        placement_kept=Share(sum(known), len(known)),
        placement_unknown=len(kept) - len(known),
        thrive=_spread(works, "thrive"),
        threshold=_spread(works, "threshold"),
        threshold_moves=tuple(
            (row.school.value, row.threshold.number) for row in works if row.threshold.number is not None
        ),
        monitoring_answered=Share(sum(row.still_in_place.state in _ANSWERS for row in works), len(works)),
        states={column: _distribution(works, column) for column in STATE_COLUMNS},
    )


def one_row_a_work(rows: Iterable[ChartRow]) -> list[ChartRow]:
    """The first row of each piece of work, so that two workers on a case do not count its answers twice."""
    works: dict[str, ChartRow] = {}
    for row in rows:
        works.setdefault(row.case_key, row)
    return list(works.values())


def kept_by_child(works: Sequence[ChartRow]) -> dict[str, bool | None]:
    """Whether each child kept the place, once for each child; None where that is not known.

    A child with several pieces of work has the answer of the one that ended last, work still going on being later.
    """
    answers: dict[str, bool | None] = {}
    for row in sorted(works, key=lambda row: row.ended_on or date.max):
        for pupil in row.pupils:
            answers[pupil.pupil_key] = _later(answers.get(pupil.pupil_key), pupil)
    return answers


def _later(before: bool | None, pupil: PupilOutcome) -> bool | None:
    return before if pupil.kept is None else pupil.kept


def _days(row: ChartRow) -> Decimal:
    return row.days.number or Decimal(0)


def _days_by_worker(rows: Sequence[ChartRow]) -> tuple[WorkerDays, ...]:
    names = {row.worker_key: row.worker.value for row in rows}
    return tuple(
        WorkerDays(key, name, sum((_days(row) for row in rows if row.worker_key == key), Decimal(0)))
        for key, name in sorted(names.items(), key=lambda item: (item[1], item[0]))
    )


def _spread(works: Sequence[ChartRow], column: str) -> Spread:
    numbers = [row.cell(column).number for row in works]
    values = tuple(number for number in numbers if number is not None)
    return Spread(values, Share(len(values), len(works)))


def _distribution(works: Sequence[ChartRow], column: str) -> dict[CellState, Share]:
    counted = Counter(row.cell(column).state for row in works)
    return {state: Share(counted[state], len(works)) for state in CellState}


def rounded(value: Decimal, step: str) -> Decimal:
    """A number to the decimals of ``step`` ("0.01"), half up."""
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)


def percent_words(share: Share) -> str:
    """A share as the chart prints it: "11 of 12 (91.7%)"; without a percentage where there is nothing to divide by."""
    return share.words() if share.percentage is None else f"{share.words()} ({number_text(share.percentage)}%)"
