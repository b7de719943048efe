"""The records behind the chart, by case: one statement for each kind, however many cases there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select

from portal.assessments.queries import definitions, readings_of
from portal.assessments.rules import THRESHOLD, THRIVE, MeasureDefinition, Reading
from portal.exits.queries import MonitoringFacts, monitoring_of, outcomes_of, stated_cells_of
from portal.exits.rules import ColumnState, PupilOutcome, Statement
from portal.feedback.queries import feedback_of
from portal.feedback.rules import Feedback, Source
from portal.impact.rules import Cell, CellState, ChildVoice, MonitoringVisit, stated_cell
from portal.kernel.settings import Feature, is_on
from portal.plans.rules import ImplementedSummary
from portal.voice.queries.said import voices_of

_STATED_SUMMARIES = {
    ColumnState.MET: ImplementedSummary.ALL,
    ColumnState.PARTLY: ImplementedSummary.SOME,
    ColumnState.NOT_MET: ImplementedSummary.NONE,
}


@dataclass(frozen=True)
class Records:
    """The records of all chosen cases; a case that has none of a kind is left out there."""

    outcomes: Mapping[int, Sequence[PupilOutcome]] = field(default_factory=dict)
    readings: Mapping[int, Sequence[Reading]] = field(default_factory=dict)
    monitoring: Mapping[int, Sequence[MonitoringFacts]] = field(default_factory=dict)
    feedback: Mapping[int, Sequence[Feedback]] = field(default_factory=dict)
    statements: Mapping[int, Mapping[str, Statement]] = field(default_factory=dict)
    measures: Mapping[str, MeasureDefinition] = field(default_factory=dict)
    voices: Mapping[int, ChildVoice] = field(default_factory=dict)

    def pupils(self, case_id: int) -> tuple[PupilOutcome, ...]:
        """Every pupil of the case, with the outcome or without one yet."""
        return tuple(self.outcomes.get(case_id, ()))

    def of_measure(self, case_id: int, code: str) -> tuple[Reading, ...]:
        """The readings of one measure."""
        return tuple(reading for reading in self.readings.get(case_id, ()) if reading.measure_code == code)

    def from_source(self, case_id: int, source: Source) -> tuple[Feedback, ...]:
        """What one side said."""
        return tuple(feedback for feedback in self.feedback.get(case_id, ()) if feedback.source is source)

    def visits(self, case_id: int) -> tuple[MonitoringVisit, ...]:
        """The monitoring visits that took place."""
        found = self.monitoring.get(case_id, ())
        return tuple(MonitoringVisit(one.done_on, one.checks, one.answer) for one in found if one.is_done)

    def booked_on(self, case_id: int) -> date | None:
        """The next day that a monitoring visit is booked for."""
        found = self.monitoring.get(case_id, ())
        return min((one.scheduled_for for one in found if one.is_open and one.scheduled_for), default=None)

    def implemented(self, case_id: int) -> ImplementedSummary | None:
        """All, some or none of the advice, where an earlier chart says only that much."""
        said = self.statements.get(case_id, {}).get("actions_implemented")
        return _STATED_SUMMARIES.get(said.state) if said else None

    def stated(self, case_id: int) -> dict[str, Cell]:
        """What was said of columns that have no record."""
        found = self.statements.get(case_id, {})
        return {column: _cell(column, said) for column, said in found.items() if said.state not in _STATED_SUMMARIES}


def _cell(column: str, said: Statement) -> Cell:
    state = CellState(said.state.value)
    if state is CellState.SCHEDULED and said.due_on is None:
        state = CellState.AWAITED
    return stated_cell(column, state, said.note, said.due_on)


def gather(cases: Select[int], *, manager_only: bool) -> Records:
    """Everything that hangs on these cases and stands in the chart, in seven statements."""
    return Records(
        outcomes=outcomes_of(cases),
        readings=readings_of(cases, [THRESHOLD.code, THRIVE.code]),
        monitoring=monitoring_of(cases),
        feedback=feedback_of(cases, manager_only=manager_only),
        statements=stated_cells_of(cases),
        measures=definitions(),
        voices=_voices(cases),
    )


def _voices(cases: Select[int]) -> dict[int, ChildVoice]:
    if not is_on(Feature.VOICE):
        return {}
    return {case_id: ChildVoice(said.value) for case_id, said in voices_of(cases).items()}
