"""Reading one record of an ending, for its form."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.cases.models import Case
from portal.exits import rules
from portal.exits.models import MonitoringVisit, PupilOutcome, StatedCell
from portal.extensions import db
from portal.kernel.errors import OutOfReach
from portal.plans.models import Strategy
from portal.plans.rules import Implemented


@dataclass(frozen=True)
class StrategyRow:
    """An advised strategy, as monitoring asks about it."""

    id: int
    words: str
    owner: str
    implemented: Implemented


@dataclass(frozen=True)
class OpenedOutcome:
    """A pupil's outcome as its form opens it."""

    outcome: str
    note: str | None
    version: int


@dataclass(frozen=True)
class OpenedEnding:
    """The end of the work as its form opens it."""

    how_ended: str | None
    ended_on: date | None
    version: int


@dataclass(frozen=True)
class OpenedCell:
    """A statement as its form opens it; version 0 while there is none."""

    state: str | None
    due_on: date | None
    note: str | None
    version: int


def strategies_of(case: Case) -> list[StrategyRow]:
    """The strategies advised in this case, in their order."""
    rows = db.session.execute(
        select(Strategy.id, Strategy.words, Strategy.owner, Strategy.implemented)
        .where(Strategy.case_id == case.id)
        .order_by(Strategy.position, Strategy.id)
    )
    unknown = Implemented.NOT_YET_KNOWN
    return [StrategyRow(i, words, owner, Implemented(said) if said else unknown) for i, words, owner, said in rows]


def outcome_for(case: Case, pupil_id: int) -> PupilOutcome:
    """The outcome of a pupil of this case. Raises ``OutOfReach`` while there is none."""
    row = db.session.scalars(
        select(PupilOutcome).where(PupilOutcome.case_id == case.id, PupilOutcome.pupil_id == pupil_id)
    ).one_or_none()
    if row is None:
        raise OutOfReach(pupil_id)
    return row


def opened_outcome(row: PupilOutcome) -> OpenedOutcome:
    """The outcome as its form opens it."""
    choice = rules.choice_of_outcome(rules.Outcome(row.outcome), row.placement_holds)
    return OpenedOutcome(choice, row.note, row.version)


def opened_ending(case: Case) -> OpenedEnding:
    """The end of the work as its form opens it."""
    return OpenedEnding(case.how_ended, case.ended_on, case.version)


def monitoring_for(case: Case, visit_id: int) -> MonitoringVisit:
    """A monitoring visit of this case. Raises ``OutOfReach`` for any other."""
    visit = db.session.scalars(
        select(MonitoringVisit).where(MonitoringVisit.id == visit_id, MonitoringVisit.case_id == case.id)
    ).one_or_none()
    if visit is None:
        raise OutOfReach(visit_id)
    return visit


def opened_monitoring(visit: MonitoringVisit, today: date) -> dict[str, object]:
    """A monitoring visit as its forms open it, by field name."""
    found = {f"strategy_{check.strategy_id}": check.state for check in visit.checks}
    notes = {f"note_{check.strategy_id}": check.note for check in visit.checks}
    return {
        **found,
        **notes,
        "answer": visit.answer,
        "done_on": visit.done_on or today,
        "note": visit.note,
        "scheduled_for": visit.scheduled_for,
        "reason": visit.not_done_reason,
        "version": visit.version,
    }


def cell_for(case: Case, column: str) -> StatedCell | None:
    """What was stated of a column; None while nothing was. Raises ``OutOfReach`` for an unknown column."""
    if column not in rules.COLUMNS:
        raise OutOfReach(column)
    return db.session.scalars(
        select(StatedCell).where(StatedCell.case_id == case.id, StatedCell.column == column)
    ).one_or_none()


def opened_cell(cell: StatedCell | None) -> OpenedCell:
    """A statement as its form opens it."""
    if cell is None:
        return OpenedCell(None, None, None, 0)
    return OpenedCell(cell.state, cell.due_on, cell.note, cell.version)
