"""Reading what was measured: for the chart, and one by one for their forms."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, func, select

from portal.assessments import rules
from portal.assessments.models import Goal, Measure, Reading
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel.errors import OutOfReach


@dataclass(frozen=True)
class OpenedReading:
    """A reading as its form opens it; a step of an ordered scale stands as its words."""

    pupil_id: int | None
    value: Decimal | int | str | None
    increase: Decimal | None
    informant: str
    edition: str
    taken_on: date | None
    note: str | None
    version: int


@dataclass(frozen=True)
class OpenedGoal:
    """A goal as its form opens it."""

    words: str
    set_by: str
    version: int


def readings_of(case_ids: Collection[int] | Select[int], codes: Collection[str] = ()) -> dict[int, list[rules.Reading]]:
    """The readings of many cases, by case id, in one statement; of the measures ``codes``, or of all.

    ``case_ids`` may be a SELECT of ids. Keys of pupils and goals are their row ids as text.
    """
    statement = (
        select(
            Reading.case_id,
            Measure.code,
            Reading.pupil_id,
            Reading.informant,
            Reading.instrument_version,
            Reading.taken_on,
            Reading.value,
            Reading.increase,
            Reading.order,
            Reading.goal_id,
        )
        .join(Measure, Measure.id == Reading.measure_id)
        .where(Reading.case_id.in_(case_ids))
        .order_by(Reading.case_id, Reading.id)
    )
    if codes:
        statement = statement.where(Measure.code.in_(codes))
    found: dict[int, list[rules.Reading]] = {}
    for case_id, code, pupil_id, informant, version, taken_on, value, increase, order, goal_id in db.session.execute(
        statement
    ):
        pupil_key = None if pupil_id is None else str(pupil_id)
        goal_key = "" if goal_id is None else str(goal_id)
        found.setdefault(case_id, []).append(
            rules.Reading(code, pupil_key, informant, version, taken_on, value, increase, order, goal_key)
        )
    return found


def reading_for(case: Case, reading_id: int) -> Reading:
    """A reading of this case. Raises ``OutOfReach`` for any other."""
    reading = db.session.scalars(
        select(Reading).where(Reading.id == reading_id, Reading.case_id == case.id)
    ).one_or_none()
    if reading is None:
        raise OutOfReach(reading_id)
    return reading


def goal_for(case: Case, goal_id: int) -> Goal:
    """A goal of this case. Raises ``OutOfReach`` for any other."""
    goal = db.session.scalars(select(Goal).where(Goal.id == goal_id, Goal.case_id == case.id)).one_or_none()
    if goal is None:
        raise OutOfReach(goal_id)
    return goal


def goals_left(case: Case) -> dict[int, int]:
    """How many more goals each pupil of the case may have, by pupil id."""
    counted = dict(
        db.session.execute(
            select(Goal.pupil_id, func.count()).where(Goal.case_id == case.id).group_by(Goal.pupil_id)
        ).all()
    )
    return {entry.pupil_id: rules.MOST_GOALS - counted.get(entry.pupil_id, 0) for entry in case.pupils}


def opened_reading(reading: Reading, definition: rules.MeasureDefinition) -> OpenedReading:
    """The reading as its form opens it."""
    return OpenedReading(
        pupil_id=reading.pupil_id,
        value=_typed(definition, reading.value),
        increase=reading.increase,
        informant=reading.informant,
        edition=reading.instrument_version,
        taken_on=reading.taken_on,
        note=reading.note,
        version=reading.version,
    )


def _typed(definition: rules.MeasureDefinition, value: Decimal | None) -> Decimal | int | str | None:
    if value is None or definition.kind not in rules.WHOLE_KINDS:
        return value
    return definition.value_words(value) if definition.kind is rules.MeasureKind.ORDERED else int(value)


def opened_goal(goal: Goal) -> OpenedGoal:
    """The goal as its form opens it."""
    return OpenedGoal(goal.words, goal.set_by, goal.version)
