"""What the chart and the road read: many cases at a time, one statement each."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, String, cast, func, select

from portal.cases.models import CasePupil
from portal.exits import rules
from portal.exits.models import MonitoringVisit, PupilOutcome, StatedCell, StrategyCheck
from portal.extensions import db

_SEPARATOR = ","


@dataclass(frozen=True)
class MonitoringFacts:
    """One monitoring visit of a case: to come, done, or ``will_not`` take place."""

    id: int
    moment: str
    due_on: date | None
    scheduled_for: date | None
    done_on: date | None
    will_not: bool
    answer: rules.StillInPlace | None
    checks: tuple[rules.Persistence, ...]

    @property
    def is_done(self) -> bool:
        """It took place; an imported one may have no date."""
        return self.done_on is not None or self.answer is not None

    @property
    def is_open(self) -> bool:
        return not self.is_done and not self.will_not


def outcomes_of(case_ids: Collection[int] | Select[int]) -> dict[int, list[rules.PupilOutcome]]:
    """Every pupil of many cases, by case id, with the outcome or without one yet, in one statement.

    ``case_ids`` may be a SELECT of ids; ``pupil_key`` is the pupil's row id as text.
    """
    rows = db.session.execute(
        select(
            CasePupil.case_id,
            CasePupil.pupil_id,
            PupilOutcome.outcome,
            PupilOutcome.placement_holds,
            PupilOutcome.note,
        )
        .outerjoin(
            PupilOutcome,
            (PupilOutcome.case_id == CasePupil.case_id) & (PupilOutcome.pupil_id == CasePupil.pupil_id),
        )
        .where(CasePupil.case_id.in_(case_ids))
        .order_by(CasePupil.case_id, CasePupil.position, CasePupil.id)
    )
    found: dict[int, list[rules.PupilOutcome]] = {}
    for case_id, pupil_id, outcome, holds, note in rows:
        known = rules.Outcome(outcome) if outcome else None
        found.setdefault(case_id, []).append(rules.PupilOutcome(str(pupil_id), known, holds, note or ""))
    return found


def monitoring_of(case_ids: Collection[int] | Select[int]) -> dict[int, list[MonitoringFacts]]:
    """The monitoring visits of many cases, by case id, in the order in which they are due, in one statement."""
    states = (
        select(func.aggregate_strings(cast(StrategyCheck.state, String), _SEPARATOR))
        .where(StrategyCheck.monitoring_visit_id == MonitoringVisit.id)
        .correlate(MonitoringVisit)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            MonitoringVisit.case_id,
            MonitoringVisit.id,
            MonitoringVisit.moment,
            MonitoringVisit.due_on,
            MonitoringVisit.scheduled_for,
            MonitoringVisit.done_on,
            MonitoringVisit.not_done_reason.is_not(None),
            MonitoringVisit.answer,
            states,
        )
        .where(MonitoringVisit.case_id.in_(case_ids))
        .order_by(MonitoringVisit.case_id, MonitoringVisit.due_on.nulls_first(), MonitoringVisit.id)
    )
    found: dict[int, list[MonitoringFacts]] = {}
    for case_id, visit_id, moment, due_on, scheduled_for, done_on, will_not, answer, packed in rows:
        checks = tuple(rules.Persistence(state) for state in (packed or "").split(_SEPARATOR) if state)
        said = rules.StillInPlace(answer) if answer else None
        row = MonitoringFacts(visit_id, moment, due_on, scheduled_for, done_on, bool(will_not), said, checks)
        found.setdefault(case_id, []).append(row)
    return found


def stated_cells_of(case_ids: Collection[int] | Select[int]) -> dict[int, dict[str, rules.Statement]]:
    """What was stated of the columns of many cases, by case id and column, in one statement."""
    rows = db.session.execute(
        select(StatedCell.case_id, StatedCell.column, StatedCell.state, StatedCell.due_on, StatedCell.note)
        .where(StatedCell.case_id.in_(case_ids))
        .order_by(StatedCell.case_id, StatedCell.id)
    )
    found: dict[int, dict[str, rules.Statement]] = {}
    for case_id, column, state, due_on, note in rows:
        found.setdefault(case_id, {})[column] = rules.Statement(rules.ColumnState(state), due_on, note or "")
    return found


def open_monitoring_count(case_id: int) -> int:
    """How many monitoring visits neither took place nor were called off."""
    statement = select(func.count()).where(
        MonitoringVisit.case_id == case_id,
        MonitoringVisit.done_on.is_(None),
        MonitoringVisit.answer.is_(None),
        MonitoringVisit.not_done_reason.is_(None),
    )
    return db.session.scalar(statement) or 0
