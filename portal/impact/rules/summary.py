"""The totals in words: the headline of the page, the last row of the table, and the list that a file carries."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.assessments.rules import number_text
from portal.impact.rules.answers import children_words
from portal.impact.rules.cells import STATE_LABELS, Cell, CellState
from portal.impact.rules.rows import COLUMNS, STATE_COLUMNS
from portal.impact.rules.totals import Share, Spread, Totals, percent_words

MOST_LISTED_MOVES = 20
"""More are counted by size, in the graph."""

MOST_NAMED_WORKERS = 4
"""So many workers are named with their days in a sentence; more stand in the graph and its table."""


@dataclass(frozen=True)
class TotalLine:
    """One total by itself: what it is, its figure, and of how many (None where nothing was left out)."""

    what: str
    figure: Decimal
    of: int | None = None


@dataclass(frozen=True)
class Summary:
    """The totals as sentences; ``headline``, ``unknown`` and ``moves`` are empty where there is nothing to say."""

    headline: str
    unknown: str
    works: str
    days: str
    workers: str
    thrive: str
    threshold: str
    moves: str
    monitoring: str

    @classmethod
    def of(cls, totals: Totals) -> "Summary":
        return cls(
            headline=headline(totals),
            unknown=unknown_words(totals),
            works=f"{works_words(totals.works)} with {children_words(totals.children)}",
            days=days_words(totals),
            workers=workers_words(totals),
            thrive=thrive_words(totals),
            threshold=threshold_words(totals),
            moves=moves_words(totals),
            monitoring=monitoring_words(totals),
        )


def headline(totals: Totals) -> str:
    """What the chart says first: "11 of 12 children kept their place (91.7%)"; empty while no outcome is known."""
    kept = totals.placement_kept
    if kept.percentage is None:
        return ""
    noun = "child" if kept.of == 1 else "children"
    return f"{kept.words()} {noun} kept their place ({number_text(kept.percentage)}%)"


def unknown_words(totals: Totals) -> str:
    """Of whom the headline does not speak; empty when it speaks of all."""
    count = totals.placement_unknown
    return f"For {children_words(count)} the outcome is not known yet." if count else ""


def works_words(count: int) -> str:
    """A number of pieces of work."""
    return "1 piece of work" if count == 1 else f"{count} pieces of work"


def days_words(totals: Totals) -> str:
    """All days: "339 days"."""
    return f"{number_text(totals.days)} {'day' if totals.days == 1 else 'days'}"


def workers_words(totals: Totals) -> str:
    """Whose days they are: "168 by Worker 1, 171 by Worker 2"; many workers are only counted."""
    workers = totals.days_by_worker
    if len(workers) > MOST_NAMED_WORKERS:
        return f"by {len(workers)} workers"
    return ", ".join(f"{number_text(row.days)} by {row.worker}" for row in workers)


def thrive_words(totals: Totals) -> str:
    """Of how many the Thrive increase is known, its mean and median."""
    return f"Thrive increase known for {totals.thrive.known.words()}{_centre(totals.thrive, '%')}"


def threshold_words(totals: Totals) -> str:
    """Of how many the threshold move is known, its mean and median."""
    return f"Threshold moves known for {totals.threshold.known.words()}{_centre(totals.threshold, ' steps')}"


def moves_words(totals: Totals) -> str:
    """Every threshold move, in the order of the rows: "5, 3, 0 (n = 3)"; empty when there is none, or too many."""
    if not 0 < len(totals.threshold.values) <= MOST_LISTED_MOVES:
        return ""
    return f"{', '.join(map(number_text, totals.threshold.values))} (n = {len(totals.threshold.values)})"


def monitoring_words(totals: Totals) -> str:
    """Of how many a monitoring visit has answered."""
    return f"Monitoring visit answered for {totals.monitoring_answered.words()}"


def _centre(spread: Spread, unit: str) -> str:
    if spread.mean is None or spread.median is None:
        return ""
    return f": mean {_with_unit(spread.mean, unit)}, median {_with_unit(spread.median, unit)}"


def _with_unit(number: Decimal, unit: str) -> str:
    return f"{number_text(number)}{unit.removesuffix('s') if number == 1 else unit}"


def column_totals(totals: Totals) -> Mapping[str, Cell]:
    """The last row of the chart, by column: each total as value, its denominator as note."""
    rows = "1 row" if totals.rows == 1 else f"{totals.rows} rows"
    return {
        "school": Cell("All", note=works_words(totals.works)),
        "worker": Cell(str(len(totals.days_by_worker)), note=rows),
        "days": Cell(number_text(totals.days), number=totals.days),
        "children": Cell(str(totals.children), note="each counted once", number=Decimal(totals.children)),
        **{column: Cell(_state_counts(totals, column), note=f"of {totals.works}") for column in STATE_COLUMNS},
        "placement": Cell(percent_words(totals.placement_kept), note=_kept_note(totals)),
        "threshold": _spread_cell(totals.threshold, " steps"),
        "thrive": _spread_cell(totals.thrive, "%"),
    }


def _kept_note(totals: Totals) -> str:
    unknown = totals.placement_unknown
    return "children kept their place" + (f"; not known yet for {unknown}" if unknown else "")


def _spread_cell(spread: Spread, unit: str) -> Cell:
    note = f"known for {spread.known.words()}"
    if spread.mean is None or spread.median is None:
        return Cell("", note=note)
    value = f"Mean {_with_unit(spread.mean, unit)}, median {_with_unit(spread.median, unit)}"
    return Cell(value, note=note, number=spread.mean)


def _state_counts(totals: Totals, column: str) -> str:
    shares = counted(totals, column)
    return ", ".join(f"{STATE_LABELS[state].lower()} {share.count}" for state, share in shares.items()).capitalize()


def counted(totals: Totals, column: str) -> dict[CellState, Share]:
    """How many pieces of work stand in each state of a column, states without any left out."""
    return {state: share for state, share in totals.states[column].items() if share.count}


def total_lines(totals: Totals) -> Iterator[TotalLine]:
    """Every total as a line of its own, each with its denominator."""
    yield TotalLine("Rows", Decimal(totals.rows))
    yield TotalLine("Pieces of work", Decimal(totals.works))
    yield TotalLine("Children", Decimal(totals.children))
    yield TotalLine("Days", totals.days)
    for row in totals.days_by_worker:
        yield TotalLine(f"Days of {row.worker}", row.days)
    yield TotalLine("Children who kept their place", Decimal(totals.placement_kept.count), totals.placement_kept.of)
    if totals.placement_kept.percentage is not None:
        yield TotalLine(
            "Children who kept their place, per cent", totals.placement_kept.percentage, totals.placement_kept.of
        )
    yield TotalLine("Children whose outcome is not known yet", Decimal(totals.placement_unknown), totals.children)
    yield from _spread_lines("Increase in Thrive", "per cent", totals.thrive)
    yield from _spread_lines("Threshold moves", "steps", totals.threshold)
    for school, steps in totals.threshold_moves:
        yield TotalLine(f"Threshold move in steps: {school}", steps)
    yield TotalLine(
        "Monitoring visits answered", Decimal(totals.monitoring_answered.count), totals.monitoring_answered.of
    )
    for column in STATE_COLUMNS:
        for state, share in counted(totals, column).items():
            yield TotalLine(f"{COLUMNS[column]}: {STATE_LABELS[state].lower()}", Decimal(share.count), share.of)


def _spread_lines(what: str, unit: str, spread: Spread) -> Iterator[TotalLine]:
    yield TotalLine(f"{what}: known", Decimal(spread.known.count), spread.known.of)
    if spread.mean is not None and spread.median is not None:
        yield TotalLine(f"{what}: mean, {unit}", spread.mean, spread.known.count)
        yield TotalLine(f"{what}: median, {unit}", spread.median, spread.known.count)
