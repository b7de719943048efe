"""Where the points of a small line of readings stand; up is better for the pupil, whatever the measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.assessments.rules.measures import MeasureDefinition, MeasureKind, number_text

WIDTH, HEIGHT = 280, 64
_LEFT, _RIGHT = 66, WIDTH - 66
_TOP, _BOTTOM = 12, HEIGHT - 12
_LONGEST_LABEL = 8
_WHOLE_RANGE = frozenset({MeasureKind.ORDERED, MeasureKind.PERCENT, MeasureKind.GOAL, MeasureKind.SCORE})


@dataclass(frozen=True)
class Point:
    """A place in the picture, in its own units."""

    x: int
    y: int


@dataclass(frozen=True)
class Picture:
    """A line of readings, at least two; the labels are short words for its first and last point."""

    points: tuple[Point, ...]
    first_label: str
    last_label: str

    @property
    def line(self) -> str:
        """The points as SVG writes them."""
        return " ".join(f"{point.x},{point.y}" for point in self.points)


def picture(definition: MeasureDefinition, values: Sequence[Decimal]) -> Picture | None:
    """The line through these values, first to last and evenly spaced; None for fewer than two."""
    if len(values) < 2:
        return None
    low, high = _range(definition, values)
    span = (high - low) or Decimal(1)
    points = []
    for place, value in enumerate(values):
        share = (value - low) / span
        height = share if definition.higher_is_better else 1 - share
        x = _LEFT + (_RIGHT - _LEFT) * place // (len(values) - 1)
        points.append(Point(x, round(_BOTTOM - (_BOTTOM - _TOP) * height)))
    return Picture(tuple(points), _label(definition, values[0]), _label(definition, values[-1]))


def _range(definition: MeasureDefinition, values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    low, high = definition.lowest(), definition.highest()
    if definition.kind in _WHOLE_RANGE and low is not None and high is not None:
        return min(low, *values), max(high, *values)
    return min(Decimal(0), *values), max(values)


def _label(definition: MeasureDefinition, value: Decimal) -> str:
    words = definition.value_words(value)
    return words if len(words) <= _LONGEST_LABEL else number_text(value)
