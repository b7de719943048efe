"""Rows of an earlier chart, read into pieces of work; what cannot be read is named by line, column and reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import zip_longest
from typing import TypeVar

from portal.exits.rules import Outcome, PupilOutcome, StillInPlace
from portal.feedback.rules import Feedback, Source
from portal.history.rules.opinions import parse_feedback
from portal.history.rules.placements import SPECIALIST_PROVISIONS, parse_placement, unknown_outcomes
from portal.history.rules.texts import Unreadable, cell_text, checked, folded, label, quoted
from portal.history.rules.values import (
    STATED_WORDS,
    parse_children,
    parse_days,
    parse_implemented,
    parse_increase,
    parse_still_in_place,
    parse_thresholds,
    stated,
)
from portal.impact.rules import Cell, CellState, not_applicable, ongoing
from portal.plans.rules import ImplementedSummary

COLUMNS: tuple[str, ...] = (
    "school",
    "worker",
    "days",
    "children",
    "placement",
    "actions_implemented",
    "threshold",
    "thrive_increase",
    "still_in_place",
    "school_feedback",
    "family_feedback",
)
OPTIONAL_COLUMNS = frozenset({"children"})
_NOT_IN_CHART = not_applicable(note="not in the earlier chart")

Value = TypeVar("Value")


@dataclass(frozen=True)
class ImportedWork:
    """One row of an earlier chart as records.

    A value is None where the chart states something else instead; that stands in ``stated``, under the names of the
    impact chart's columns. ``threshold`` is first and last step, 1 to 12; ``thrive`` an increase in per cent. Children
    have no names: ``child-1``, ``child-2`` are theirs within this row.
    """

    line: int
    school: str
    worker: str
    days: Decimal
    pupils: tuple[PupilOutcome, ...]
    ended: bool
    implemented: ImplementedSummary | None
    threshold: tuple[int, int] | None
    thrive: Decimal | None
    monitoring: StillInPlace | None
    school_feedback: Feedback | None
    family_feedback: Feedback | None
    stated: Mapping[str, Cell]


def column_of(heading: object) -> str:
    """The column that a heading names: "Thrive increase" is ``thrive_increase``."""
    return "_".join(folded(cell_text(heading)).removeprefix("\ufeff").replace("-", " ").replace("_", " ").split())


def header_problems(headings: Sequence[object]) -> list[str]:
    """Headings that are missing, unknown or there twice, as sentences."""
    names = [column_of(heading) for heading in headings]
    missing = [name for name in COLUMNS if name not in names and name not in OPTIONAL_COLUMNS]
    unknown = [cell_text(heading) for heading, name in zip(headings, names, strict=True) if name not in ("", *COLUMNS)]
    return [
        *(f"Line 1, column {name}: this heading is missing." for name in missing),
        *(f"Line 1: the heading {quoted(text)} is not known." for text in unknown),
        *(
            f"Line 1, column {name}: this heading is there {names.count(name)} times."
            for name in COLUMNS
            if names.count(name) > 1
        ),
    ]


def parse_chart(
    headings: Sequence[object],
    rows: Iterable[tuple[int, Sequence[object]]],
    specialist: frozenset[str] = SPECIALIST_PROVISIONS,
) -> tuple[tuple[ImportedWork, ...], list[str]]:
    """All rows as pieces of work, or every problem; never some of both, so that half a chart is never imported.

    ``rows`` are (line number in the file, cells); wholly empty rows are passed over.
    """
    problems = header_problems(headings)
    if problems:
        return (), problems
    names = [column_of(heading) for heading in headings]
    works: list[ImportedWork] = []
    for line, cells in rows:
        if any(cell_text(cell).strip() for cell in cells):
            parsed = _parse_cells(line, names, cells, specialist)
            problems.extend(parsed) if isinstance(parsed, list) else works.append(parsed)
    if not works and not problems:
        return (), ["The file has headings, but no rows."]
    return (() if problems else tuple(works)), problems


def _parse_cells(
    line: int, names: Sequence[str], cells: Sequence[object], specialist: frozenset[str]
) -> ImportedWork | list[str]:
    named = dict(zip(names, cells, strict=False))
    unnamed = [cell for name, cell in zip_longest(names, cells, fillvalue="") if not name]
    if any(cell_text(cell).strip() for cell in unnamed):
        return [f"Line {line}: there is a cell without a heading."]
    return parse_row(line, named, specialist)


def parse_row(
    number: int, mapping: Mapping[str, object], specialist: frozenset[str] = SPECIALIST_PROVISIONS
) -> ImportedWork | list[str]:
    """One row, by column name, as a piece of work, or its problems as sentences; never raises for what a cell holds."""
    row = _Row(number, mapping)
    school = row.read("school", label)
    worker = row.read("worker", label)
    days = row.read("days", parse_days)
    children = row.read("children", parse_children) if "children" in mapping else None
    pupils = row.answer("placement", partial(parse_placement, children=children, specialist=specialist))
    implemented = row.answer("actions_implemented", parse_implemented)
    threshold = row.answer("threshold", parse_thresholds)
    thrive = row.answer("thrive_increase", parse_increase, states="thrive")
    monitoring = row.answer("still_in_place", parse_still_in_place)
    school_feedback = row.answer("school_feedback", partial(parse_feedback, source=Source.SCHOOL))
    family_feedback = row.answer("family_feedback", partial(parse_feedback, source=Source.FAMILY))
    if row.problems or school is None or worker is None or days is None:
        return row.problems
    if isinstance(monitoring, Cell):
        row.stated["still_in_place"] = monitoring
    ended = _has_ended(pupils, row.stated)
    return ImportedWork(
        line=number,
        school=school,
        worker=worker,
        days=days,
        pupils=pupils or unknown_outcomes(children),
        ended=ended,
        implemented=implemented,
        threshold=threshold,
        thrive=thrive,
        monitoring=monitoring if isinstance(monitoring, StillInPlace) else None,
        school_feedback=school_feedback,
        family_feedback=family_feedback,
        stated={"how_it_ended": _NOT_IN_CHART if ended else ongoing(), "child_voice": _NOT_IN_CHART, **row.stated},
    )


def _has_ended(pupils: Sequence[PupilOutcome] | None, said: Mapping[str, Cell]) -> bool:
    if pupils is not None:
        return all(pupil.outcome is not Outcome.CONTINUING for pupil in pupils)
    return said["placement"].state is not CellState.IN_PROGRESS


class _Row:
    """The cells of one line, the statements met in them, and what could not be read."""

    def __init__(self, number: int, mapping: Mapping[str, object]) -> None:
        self.number = number
        self.mapping = mapping
        self.problems: list[str] = []
        self.stated: dict[str, Cell] = {}

    def read(self, column: str, parse: Callable[[str], Value], when_empty: str = "is empty") -> Value | None:
        """The cell's value; None, and a problem noted, when it cannot be read."""
        text = cell_text(self.mapping.get(column))
        try:
            return parse(checked(text, when_empty))
        except Unreadable as reason:
            shown = f"{quoted(text)} " if text.strip() else "this cell "
            self.problems.append(f"Line {self.number}, column {column}: {shown}{reason}.")
            return None

    def answer(self, column: str, parse: Callable[[str], Value], states: str = "") -> Value | None:
        """As ``read``, but None without a problem when the cell states that there is no answer, which is then kept."""
        said = stated(cell_text(self.mapping.get(column)))
        if said is None:
            return self.read(column, parse, "is empty; where there is no answer, write " + " or ".join(STATED_WORDS))
        self.stated[states or column] = said
        return None
