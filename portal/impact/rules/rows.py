"""One row of the chart, made from the records of one piece of work."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.assessments.rules import number_text
from portal.exits.rules import PupilOutcome
from portal.impact.rules.answers import (
    change_cell,
    feedback_cell,
    how_ended_cell,
    implemented_cell,
    monitoring_cell,
    placement_cell,
    voice_cell,
)
from portal.impact.rules.cells import Cell, CellState, not_applicable, ongoing, scheduled, to_be_arranged, to_come
from portal.impact.rules.facts import ChartFacts

COLUMNS: dict[str, str] = {
    "school": "School",
    "worker": "Worker",
    "days": "Time allocation (days)",
    "children": "Children",
    "placement": "Child remained in school or moved to specialist provision",
    "how_it_ended": "How the work ended",
    "actions_implemented": "Actions implemented by the school",
    "threshold": "Reduction on behaviour threshold",
    "thrive": "Increase in Thrive",
    "still_in_place": "Actions still in place",
    "school_feedback": "School feedback",
    "family_feedback": "Family feedback",
    "child_voice": "Child voice",
}
STATE_COLUMNS: tuple[str, ...] = tuple(COLUMNS)[4:]
# Work with a whole school has no child of whom these could be asked.
CHILD_COLUMNS = frozenset({"placement", "threshold", "thrive", "family_feedback", "child_voice"})


@dataclass(frozen=True)
class ChartRow:
    """One row: a worker's part in a piece of work. The keys say which rows share a case, a worker or a child."""

    case_key: str
    worker_key: str
    year: str
    ended_on: date | None
    pupils: tuple[PupilOutcome, ...]
    school: Cell
    worker: Cell
    days: Cell
    children: Cell
    placement: Cell
    how_it_ended: Cell
    actions_implemented: Cell
    threshold: Cell
    thrive: Cell
    still_in_place: Cell
    school_feedback: Cell
    family_feedback: Cell
    child_voice: Cell

    def cell(self, column: str) -> Cell:
        """The cell of a column of ``COLUMNS``. Raises KeyError for another name."""
        if column not in COLUMNS:
            raise KeyError(column)
        found: Cell = getattr(self, column)
        return found

    def cells(self) -> tuple[Cell, ...]:
        """All cells in the order of ``COLUMNS``."""
        return tuple(self.cell(column) for column in COLUMNS)


def make_row(facts: ChartFacts) -> ChartRow:
    """The row of one piece of work.

    A record answers; where there is none, what was stated; where nothing was, "Ongoing" while the work goes on and
    "To come" or "To be arranged" after it. Work without pupils is not asked about a child.
    """
    return ChartRow(
        case_key=facts.case_key,
        worker_key=facts.worker_key,
        year=facts.year,
        ended_on=facts.ended_on,
        pupils=facts.pupils,
        school=Cell(facts.school),
        worker=Cell(facts.worker),
        days=Cell(number_text(facts.days), number=facts.days),
        children=Cell(str(len(facts.pupils)), number=Decimal(len(facts.pupils))),
        placement=_answer(facts, "placement", placement_cell(facts.pupils)),
        how_it_ended=_answer(facts, "how_it_ended", how_ended_cell(facts.how_ended)),
        actions_implemented=_answer(
            facts, "actions_implemented", implemented_cell(facts.strategies, facts.implemented)
        ),
        threshold=_answer(facts, "threshold", change_cell(facts.threshold_measure, facts.threshold)),
        thrive=_answer(facts, "thrive", change_cell(facts.thrive_measure, facts.thrive)),
        still_in_place=_answer(facts, "still_in_place", monitoring_cell(facts.visits, facts.visit_booked_on)),
        school_feedback=_answer(facts, "school_feedback", feedback_cell(facts.school_feedback)),
        family_feedback=_answer(facts, "family_feedback", feedback_cell(facts.family_feedback)),
        child_voice=_answer(facts, "child_voice", voice_cell(facts.child_voice)),
    )


def stated_cell(column: str, state: CellState, note: str = "", due_on: date | None = None) -> Cell:
    """The cell of a statement that was kept as state, note and day; raises ValueError for a state that is a result."""
    if state is CellState.SCHEDULED and due_on:
        return scheduled(due_on, note)
    if state is CellState.AWAITED:
        return to_be_arranged(note) if column == "still_in_place" else to_come(note=note)
    if state is CellState.IN_PROGRESS:
        return ongoing(note=note)
    if state is CellState.NOT_APPLICABLE:
        return not_applicable(note=note)
    raise ValueError(f"{state} cannot be stated without its record or its day")


def _answer(facts: ChartFacts, column: str, recorded: Cell | None) -> Cell:
    if recorded is not None:
        return recorded
    if column in facts.stated:
        return facts.stated[column]
    if not facts.pupils and column in CHILD_COLUMNS:
        return not_applicable(note="work with the whole school")
    if not facts.ended:
        return ongoing()
    return stated_cell(column, CellState.AWAITED)
