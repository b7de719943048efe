"""What a measure is: its kind, range, direction, informants, versions and what its licence lets us show."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class MeasureKind(StrEnum):
    """What sort of number a reading is; decides how it is entered and worded."""

    ORDERED = "ordered"
    PERCENT = "percent"
    SCORE = "score"
    GOAL = "goal"
    COUNT = "count"
    HOURS = "hours"


class LicenceMode(StrEnum):
    """How much of a measure the portal may show: its questions, its results, or the bare number."""

    QUESTIONS_ALLOWED = "questions_allowed"
    RESULTS_ONLY = "results_only"
    NUMBER_ONLY = "number_only"


INFORMANTS: dict[str, str] = {
    "school": "School staff",
    "family": "Parent or carer",
    "pupil": "The pupil",
    "worker": "Outreach worker",
}
PERIODS: tuple[str, ...] = ("Last 6 school weeks", "Last term", "School year so far")
WHOLE_KINDS = frozenset({MeasureKind.ORDERED, MeasureKind.SCORE, MeasureKind.GOAL, MeasureKind.COUNT})


@dataclass(frozen=True)
class MeasureDefinition:
    """One measure as a service defines it.

    ``minimum`` and ``maximum`` are inclusive (None: open). ``labels`` are the words of ordinals 1..n of an ordered
    scale. ``unit`` is singular ("step", "incident a week"). ``versions`` are editions of the instrument or, for a count
    over time, its periods: readings of two versions are never compared. An empty ``informants`` or ``versions`` means
    that the measure does not ask. ``change_alone`` allows a recorded change without its two readings.
    """

    code: str
    name: str
    kind: MeasureKind
    higher_is_better: bool
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    labels: tuple[str, ...] = ()
    unit: str = "point"
    informants: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    licence: LicenceMode = LicenceMode.QUESTIONS_ALLOWED
    credit: str = ""
    result_words: str = ""
    change_alone: bool = False

    def label(self, ordinal: int) -> str:
        """The words of an ordinal 1..n. Raises ValueError outside the scale."""
        if not 1 <= ordinal <= len(self.labels):
            raise ValueError(f"{self.code} has no step {ordinal}")
        return self.labels[ordinal - 1]

    def lowest(self) -> Decimal | None:
        """The lowest value a reading may have; None where the measure is open below."""
        return Decimal(1) if self.kind is MeasureKind.ORDERED else self.minimum

    def highest(self) -> Decimal | None:
        """The highest value a reading may have; None where the measure is open above."""
        return Decimal(len(self.labels)) if self.kind is MeasureKind.ORDERED else self.maximum

    def value_words(self, value: Decimal) -> str:
        """A reading as people say it: "High 4", "58%", "17"."""
        if self.kind is MeasureKind.ORDERED and 1 <= value <= len(self.labels) and value == int(value):
            return self.label(int(value))
        return number_text(value) + ("%" if self.kind is MeasureKind.PERCENT else "")

    def units(self, amount: Decimal) -> str:
        """The unit to stand behind a number: "1 step", "5 steps", "2 incidents a week"."""
        if amount == 1 or not self.unit:
            return self.unit
        noun, joint, rest = self.unit.partition(" a ")
        return f"{noun}s{joint}{rest}"


def number_text(value: Decimal) -> str:
    """A number without idle zeros: 13.0 is "13", 13.50 is "13.5"; never in exponent form."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text
