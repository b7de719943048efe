"""Single readings, what may be wrong with one, and the change between two that may honestly be compared."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.assessments.rules.measures import INFORMANTS, WHOLE_KINDS, MeasureDefinition, number_text

# A measure that a service leaves open above must still fit its column and its page.
_LARGEST = Decimal(1_000_000)


class Direction(StrEnum):
    """Which way a change went for the pupil; the three weigh the same."""

    BETTER = "better"
    NO_CHANGE = "no_change"
    WORSE = "worse"


@dataclass(frozen=True)
class Reading:
    """One reading, or one recorded change.

    ``pupil_key`` is None where an earlier chart measured the piece of work without saying which child. ``increase`` is
    last minus first in the measure's own unit, given alone. ``order`` places readings whose date is not known.
    ``goal_key`` tells one goal of a pupil from another.
    """

    measure_code: str
    pupil_key: str | None
    informant: str = ""
    version: str = ""
    taken_on: date | None = None
    value: Decimal | None = None
    increase: Decimal | None = None
    order: int = 0
    goal_key: str = ""


@dataclass(frozen=True)
class Change:
    """The change from first to last reading; ``first`` and ``last`` are None when the change alone was recorded.

    ``amount`` is last minus first in the measure's unit; ``count`` is the number of readings behind it.
    """

    definition: MeasureDefinition
    first: Decimal | None
    last: Decimal | None
    amount: Decimal
    count: int

    @property
    def improvement(self) -> Decimal:
        """The amount, signed so that positive is better for the pupil."""
        # 0 - x rather than -x, which would turn a zero into "-0".
        return self.amount if self.definition.higher_is_better else 0 - self.amount

    @property
    def direction(self) -> Direction:
        """Better, no change or worse for the pupil."""
        if self.improvement == 0:
            return Direction.NO_CHANGE
        return Direction.BETTER if self.improvement > 0 else Direction.WORSE

    def words(self) -> str:
        """The change in one line: "5 steps better: High 4 to low 3", "No change: High 4", "2 points worse: 4 to 2"."""
        if self.direction is Direction.NO_CHANGE:
            return "No change" + (f": {self.definition.value_words(self.last)}" if self.last is not None else "")
        size = abs(self.amount)
        measured = f"{number_text(size)} {self.definition.units(size)}".rstrip()
        return f"{measured} {self.direction.value}{self._pair()}"

    def _pair(self) -> str:
        if self.first is None or self.last is None:
            return ""
        last = self.definition.value_words(self.last)
        return f": {self.definition.value_words(self.first)} to {last[:1].lower()}{last[1:]}"


@dataclass(frozen=True)
class Comparison:
    """What two readings must share before one may be taken from the other."""

    pupil_key: str | None
    informant: str
    version: str
    goal_key: str


def changes_of(definition: MeasureDefinition, readings: Iterable[Reading]) -> dict[Comparison, Change]:
    """Every change that readings of this measure allow: one for each pupil, informant, version and goal."""
    groups: dict[Comparison, list[Reading]] = {}
    for reading in readings:
        if reading.measure_code == definition.code:
            key = Comparison(reading.pupil_key, reading.informant, reading.version, reading.goal_key)
            groups.setdefault(key, []).append(reading)
    found = {key: _change_in(definition, in_order(group)) for key, group in groups.items()}
    return {key: change for key, change in found.items() if change is not None}


def change_between(definition: MeasureDefinition, readings: Sequence[Reading]) -> Change | None:
    """One pupil's change from first to last comparable reading; None when there are not two, nor a recorded change.

    Where several informants or versions each allow a change, a measured one goes before a recorded one, then the one
    with most readings, then the first entered; ``changes_of`` gives them all. Raises ValueError for readings of more
    than one pupil.
    """
    if len({reading.pupil_key for reading in readings}) > 1:
        raise ValueError("a change is taken from one pupil's readings")
    changes = changes_of(definition, readings).values()
    return max(changes, key=lambda change: (change.first is not None, change.count), default=None)


def in_order(readings: Iterable[Reading]) -> list[Reading]:
    """Readings from first to last: by date, or by their order as soon as one date is not known."""
    rows = list(readings)
    if any(row.taken_on is None for row in rows):
        return sorted(rows, key=lambda row: row.order)
    return sorted(rows, key=lambda row: (row.taken_on or date.min, row.order))


def _change_in(definition: MeasureDefinition, readings: list[Reading]) -> Change | None:
    values = [reading.value for reading in readings if reading.value is not None]
    if len(values) >= 2:
        return Change(definition, values[0], values[-1], values[-1] - values[0], len(values))
    alone = [reading.increase for reading in readings if reading.increase is not None]
    return Change(definition, None, None, alone[-1], 1) if alone else None


def reading_problems(definition: MeasureDefinition, reading: Reading, today: date) -> list[str]:
    """What keeps a reading from being recorded, as sentences; a date that is not known is not a problem."""
    return [
        *_number_problems(definition, reading),
        *_source_problems(definition, reading),
        *(["The date of the reading is in the future."] if reading.taken_on and reading.taken_on > today else []),
    ]


def _number_problems(definition: MeasureDefinition, reading: Reading) -> list[str]:
    if reading.value is not None and reading.increase is not None:
        return [f"Give either the reading of {definition.name} or its change alone, not both."]
    if reading.increase is not None:
        return _increase_problems(definition, reading.increase)
    if reading.value is None:
        return [f"Enter the reading of {definition.name}."]
    return _value_problems(definition, reading.value)


def _value_problems(definition: MeasureDefinition, value: Decimal) -> list[str]:
    if not value.is_finite() or value.copy_abs() > _LARGEST:
        return [f"{definition.name} must be a number of sensible size."]
    low, high = definition.lowest(), definition.highest()
    if (low is not None and value < low) or (high is not None and value > high):
        return [f"{definition.name} must be {_range_words(definition, low, high)}."]
    return _fineness_problems(definition, value)


def _increase_problems(definition: MeasureDefinition, increase: Decimal) -> list[str]:
    if not definition.change_alone:
        return [f"{definition.name} needs its readings; a change alone cannot be recorded."]
    if not increase.is_finite() or increase.copy_abs() > _LARGEST:
        return [f"The change in {definition.name} must be a number of sensible size."]
    low, high = definition.lowest(), definition.highest()
    if low is not None and high is not None and abs(increase) > high - low:
        return [f"The change in {definition.name} cannot be more than {definition.value_words(high - low)}."]
    return _fineness_problems(definition, increase)


def _fineness_problems(definition: MeasureDefinition, number: Decimal) -> list[str]:
    if definition.kind in WHOLE_KINDS and number != number.to_integral_value():
        return [f"{definition.name} must be a whole number."]
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        return [f"{definition.name} can have at most two decimal places."]
    return []


def _range_words(definition: MeasureDefinition, low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and high is not None:
        return f"from {definition.value_words(low)} to {definition.value_words(high)}"
    if low is not None:
        return f"{definition.value_words(low)} or more"
    return f"{definition.value_words(high)} or less" if high is not None else "a number"


def _source_problems(definition: MeasureDefinition, reading: Reading) -> list[str]:
    problems = []
    if definition.informants and reading.informant not in definition.informants:
        names = [INFORMANTS.get(code, code) for code in definition.informants]
        problems.append(f"Say who the reading of {definition.name} comes from: {', '.join(names)}.")
    if definition.versions and reading.version not in definition.versions:
        problems.append(f"Choose what the reading of {definition.name} is of: {', '.join(definition.versions)}.")
    return problems
