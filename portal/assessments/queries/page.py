"""The measures of one case, as its section shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Row, select

from portal.accounts.models import Person
from portal.assessments import rules
from portal.assessments.models import Goal, Measure, Reading
from portal.assessments.queries.measures import definition_of
from portal.cases.models import Case
from portal.cases.queries import pupils_of
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.dates import day_words

_TONES = {rules.Direction.BETTER: "good", rules.Direction.NO_CHANGE: "quiet", rules.Direction.WORSE: "attention"}
_TAGS = {rules.Direction.BETTER: "Better", rules.Direction.NO_CHANGE: "No change", rules.Direction.WORSE: "Worse"}


@dataclass(frozen=True)
class ReadingRow:
    """One reading in words."""

    id: int
    when: str
    value: str
    note: str | None
    by: str | None


@dataclass(frozen=True)
class SeriesRow:
    """Readings that may be compared: one measure, pupil, informant, version and goal.

    ``tag`` and ``tone`` are empty while there is no change to show; ``said`` then says what there is.
    """

    measure: str
    source: str
    credit: str
    tag: str
    tone: str
    said: str
    count_words: str
    readings: tuple[ReadingRow, ...]
    picture: rules.Picture | None
    picture_words: str


@dataclass(frozen=True)
class GoalRow:
    """A goal in the person's own words, with its ratings."""

    id: int
    words: str
    set_by: str
    series: tuple[SeriesRow, ...]


@dataclass(frozen=True)
class PupilReadings:
    """What was measured for one pupil; ``name`` is empty for readings of the whole piece of work."""

    pupil_id: int | None
    name: str
    year_group: str
    goals: tuple[GoalRow, ...]
    series: tuple[SeriesRow, ...]


@dataclass(frozen=True)
class CaseReadings:
    """Every pupil of the case; ``is_empty`` while nothing was measured yet."""

    pupils: tuple[PupilReadings, ...]
    is_empty: bool


class _Key(NamedTuple):
    pupil_id: int | None
    goal_id: int | None
    position: int
    measure_id: int
    informant: str
    version: str


def case_readings(case: Case) -> CaseReadings:
    """What was measured in this case, by pupil: goals first, then each measure. Two statements."""
    rows = db.session.execute(
        select(Reading, Measure, Person.name)
        .join(Measure, Measure.id == Reading.measure_id)
        .outerjoin(Person, Person.id == Reading.recorded_by_id)
        .where(Reading.case_id == case.id)
        .order_by(Measure.position, Reading.id)
    ).all()
    goals = list(db.session.scalars(select(Goal).where(Goal.case_id == case.id).order_by(Goal.position, Goal.id)))
    series = _series_by_key(rows)
    shown: list[tuple[int | None, str, str]] = [(pupil.id, pupil.name, pupil.year_group) for pupil in pupils_of(case)]
    if any(key.pupil_id is None for key in series):
        shown.append((None, "", ""))
    pupils = tuple(
        PupilReadings(
            pupil_id,
            name,
            year_group,
            tuple(_goal_row(goal, series) for goal in goals if goal.pupil_id == pupil_id),
            tuple(row for key, row in series.items() if key.pupil_id == pupil_id and key.goal_id is None),
        )
        for pupil_id, name, year_group in shown
    )
    return CaseReadings(pupils, is_empty=not rows and not goals)


def _goal_row(goal: Goal, series: dict[_Key, SeriesRow]) -> GoalRow:
    own = tuple(row for key, row in series.items() if key.goal_id == goal.id)
    return GoalRow(goal.id, goal.words, rules.GOAL_SETTERS.get(goal.set_by, ""), own)


def _series_by_key(rows: Iterable[Row[Reading, Measure, str]]) -> dict[_Key, SeriesRow]:
    grouped: dict[_Key, list[tuple[Reading, str | None]]] = {}
    measures: dict[int, rules.MeasureDefinition] = {}
    for reading, measure, by in rows:
        key = _Key(
            reading.pupil_id,
            reading.goal_id,
            measure.position,
            measure.id,
            reading.informant,
            reading.instrument_version,
        )
        grouped.setdefault(key, []).append((reading, by))
        measures.setdefault(measure.id, definition_of(measure))
    return {key: _series_row(measures[key.measure_id], key, group) for key, group in grouped.items()}


def _series_row(definition: rules.MeasureDefinition, key: _Key, group: list[tuple[Reading, str | None]]) -> SeriesRow:
    plain = [(_plain(definition, reading), reading, by) for reading, by in group]
    ordered = rules.in_order(row for row, _, _ in plain)
    place = {id(row): number for number, row in enumerate(ordered)}
    plain.sort(key=lambda entry: place[id(entry[0])])
    change = rules.change_between(definition, ordered)
    values = [row.value for row in ordered if row.value is not None]
    picture = rules.picture(definition, values)
    words = [definition.value_words(value) for value in values]
    return SeriesRow(
        measure=definition.name,
        source=", ".join(part for part in (rules.INFORMANTS.get(key.informant, ""), key.version) if part),
        credit=definition.credit,
        tag=_TAGS[change.direction] if change else "",
        tone=_TONES[change.direction] if change else "",
        said=change.words() if change else _single(words),
        count_words=_count_words(change, len(ordered)),
        readings=tuple(_reading_row(definition, reading, by) for _, reading, by in plain),
        picture=picture,
        picture_words=f"{definition.name}, first to last: {', '.join(words)}" if picture else "",
    )


def _plain(definition: rules.MeasureDefinition, reading: Reading) -> rules.Reading:
    return rules.Reading(
        definition.code,
        None if reading.pupil_id is None else str(reading.pupil_id),
        reading.informant,
        reading.instrument_version,
        reading.taken_on,
        reading.value,
        reading.increase,
        reading.order,
        "" if reading.goal_id is None else str(reading.goal_id),
    )


def _single(words: list[str]) -> str:
    return f"{words[0]} at the first reading. A second one will show the change." if words else ""


def _count_words(change: rules.Change | None, count: int) -> str:
    if change is not None and change.first is None:
        return "Recorded as a change alone"
    number = change.count if change else count
    return f"n = {number} {'reading' if number == 1 else 'readings'}"


def _reading_row(definition: rules.MeasureDefinition, reading: Reading, by: str | None) -> ReadingRow:
    when = day_words(reading.taken_on, clock.today()) if reading.taken_on else "Date not known"
    return ReadingRow(reading.id, when, _value_words(definition, reading), reading.note, by)


def _value_words(definition: rules.MeasureDefinition, reading: Reading) -> str:
    if reading.value is not None:
        return definition.value_words(reading.value)
    amount = reading.increase
    if amount is None:
        return ""
    sign = "+" if amount > 0 else "−" if amount < 0 else ""
    size = abs(amount)
    return f"Change of {sign}{rules.number_text(size)} {definition.units(size)}"
