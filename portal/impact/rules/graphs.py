"""The graphs beside the chart: each a message, and bars with their values in words; drawing is the template's."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from portal.assessments.rules import number_text
from portal.impact.rules.cells import STATE_LABELS, CellState
from portal.impact.rules.rows import ChartRow
from portal.impact.rules.summary import counted, days_words, headline, workers_words
from portal.impact.rules.totals import Totals, one_row_a_work

MOST_MOVES = 20
"""So many threshold moves are drawn one by one; more are counted by their size."""

_STILL_WORDS = {CellState.MET: "Yes", CellState.PARTLY: "Some", CellState.NOT_MET: "No"}


class Shape(StrEnum):
    """How a bar is drawn: its subject in the brand's colour, context in grey; a change by its direction."""

    SUBJECT = "subject"
    CONTEXT = "context"
    BETTER = "better"
    NO_CHANGE = "no_change"
    WORSE = "worse"


@dataclass(frozen=True)
class Bar:
    """One bar; ``size`` is its length in the graph's own unit, below zero to the left."""

    label: str
    value: str
    size: Decimal
    shape: Shape = Shape.SUBJECT


@dataclass(frozen=True)
class Graph:
    """A graph and the table under it, whose headings are ``label_heading`` and ``value_heading``.

    ``message`` is its title. ``axis`` names what the bars count.
    """

    key: str
    message: str
    axis: str
    label_heading: str
    value_heading: str
    bars: tuple[Bar, ...]

    def start(self, bar: Bar) -> float:
        """Where a bar begins, its left end, as a part of the axis."""
        return float((min(bar.size, Decimal(0)) - self.low) / self.span)

    def length(self, bar: Bar) -> float:
        """How long a bar is, as a part of the axis."""
        return float(abs(bar.size) / self.span)

    @property
    def zero(self) -> float:
        """Where the axis has its zero, as a part of it."""
        return float(-self.low / self.span)

    @property
    def low(self) -> Decimal:
        """The left end of the axis: zero, or the largest worsening."""
        return min([Decimal(0), *(bar.size for bar in self.bars)])

    @property
    def span(self) -> Decimal:
        """The length of the axis; never zero."""
        return max([Decimal(0), *(bar.size for bar in self.bars)]) - self.low or Decimal(1)


def graphs(rows: Sequence[ChartRow], totals: Totals) -> tuple[Graph, ...]:
    """Every graph of a chart that has something to show, in the order of the page."""
    made = (_placements(totals), _moves(rows, totals), _days(totals), _still_in_place(totals))
    return tuple(graph for graph in made if any(bar.size or bar.shape is Shape.NO_CHANGE for bar in graph.bars))


def _placements(totals: Totals) -> Graph:
    kept, unknown = totals.placement_kept, totals.placement_unknown
    rows = [("Kept their place", kept.count, Shape.SUBJECT), ("Did not", kept.of - kept.count, Shape.CONTEXT)]
    if unknown:
        rows.append(("Not known yet", unknown, Shape.CONTEXT))
    return Graph(
        key="placements",
        message=headline(totals) or "No child's outcome is known yet",
        axis="Children",
        label_heading="Place at school",
        value_heading="Children",
        bars=tuple(Bar(label, f"{count} of {totals.children}", Decimal(count), shape) for label, count, shape in rows),
    )


def _moves(rows: Sequence[ChartRow], totals: Totals) -> Graph:
    steps = totals.threshold.values
    better, worse = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    same = len(steps) - better - worse
    one_by_one = len(steps) <= MOST_MOVES
    return Graph(
        key="threshold",
        message=f"Behaviour threshold: better in {better} of {len(steps)}, no change in {same}, worse in {worse}",
        axis="Steps on the threshold, better to the right" if one_by_one else "Pieces of work",
        label_heading="School" if one_by_one else "Change",
        value_heading="Change" if one_by_one else "Pieces of work",
        bars=tuple(_each_move(one_row_a_work(rows)) if one_by_one else _moves_by_size(steps)),
    )


def _each_move(works: Sequence[ChartRow]) -> list[Bar]:
    moved = [(row, row.threshold.number) for row in works if row.threshold.number is not None]
    times = Counter(row.school.value for row, _ in moved)
    return [
        Bar(
            row.school.value if times[row.school.value] == 1 else f"{row.case_key} {row.school.value}",
            step_words(step),
            step,
            direction(step),
        )
        for row, step in moved
    ]


def _moves_by_size(steps: tuple[Decimal, ...]) -> list[Bar]:
    sizes = Counter(steps)
    return [
        Bar(step_words(step), f"{sizes[step]} of {len(steps)}", Decimal(sizes[step]), direction(step))
        for step in sorted(sizes, reverse=True)
    ]


def step_words(step: Decimal) -> str:
    """A move in words: "5 steps better", "1 step worse", "No change"."""
    if step == 0:
        return "No change"
    noun = "step" if abs(step) == 1 else "steps"
    return f"{number_text(abs(step))} {noun} {direction(step).value}"


def direction(step: Decimal) -> Shape:
    """Which way a move went for the child."""
    if step == 0:
        return Shape.NO_CHANGE
    return Shape.BETTER if step > 0 else Shape.WORSE


def _days(totals: Totals) -> Graph:
    return Graph(
        key="days",
        message=f"{days_words(totals)} on this work: {workers_words(totals)}",
        axis="Days",
        label_heading="Worker",
        value_heading="Days",
        bars=tuple(Bar(row.worker, number_text(row.days), row.days) for row in totals.days_by_worker),
    )


def _still_in_place(totals: Totals) -> Graph:
    shares = counted(totals, "still_in_place")
    found = totals.monitoring_answered.count
    yes, some, no = (shares[state].count if state in shares else 0 for state in _STILL_WORDS)
    visited = f"Actions still in place: yes in {yes} of {found} visited, some in {some}, no in {no}"
    return Graph(
        key="still-in-place",
        message=visited if found else "Actions still in place: no monitoring visit has answered yet",
        axis="Pieces of work",
        label_heading="Actions still in place",
        value_heading="Pieces of work",
        bars=tuple(
            Bar(
                _STILL_WORDS.get(state, STATE_LABELS[state]),
                share.words(),
                Decimal(share.count),
                Shape.SUBJECT if state in _STILL_WORDS else Shape.CONTEXT,
            )
            for state, share in shares.items()
        ),
    )
