"""Reading measures."""

import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.assessments import rules
from portal.assessments.models import Measure
from portal.extensions import db
from portal.kernel.errors import OutOfReach


@dataclass(frozen=True)
class MeasureRow:
    """A measure as the list of settings shows it."""

    id: int
    name: str
    result_words: str
    direction: str
    credit: str
    is_active: bool


def definition_of(measure: Measure) -> rules.MeasureDefinition:
    """The measure as the rules read it."""
    return rules.MeasureDefinition(
        code=measure.code,
        name=measure.name,
        kind=rules.MeasureKind(measure.kind),
        higher_is_better=measure.higher_is_better,
        minimum=measure.minimum,
        maximum=measure.maximum,
        labels=tuple(json.loads(measure.labels)),
        unit=measure.unit,
        informants=tuple(json.loads(measure.informants)),
        versions=tuple(json.loads(measure.versions)),
        licence=rules.LicenceMode(measure.licence),
        credit=measure.credit,
        result_words=measure.result_words,
        change_alone=measure.change_alone,
    )


def _measures() -> list[Measure]:
    return list(db.session.scalars(select(Measure).order_by(Measure.position, Measure.id)))


def definitions() -> dict[str, rules.MeasureDefinition]:
    """Every measure by code, also those switched off: their readings stay."""
    return {measure.code: definition_of(measure) for measure in _measures()}


def active_definitions() -> list[rules.MeasureDefinition]:
    """The measures in use, in their order."""
    return [definition_of(measure) for measure in _measures() if measure.is_active]


def measure_choices() -> list[tuple[str, str]]:
    """Code and name of the measures in use, for a form; goals have a page of their own."""
    goal = rules.MeasureKind.GOAL
    return [(d.code, d.name) for d in active_definitions() if d.kind is not goal]


def measure_for(code: str, *, active: bool = True) -> Measure:
    """The measure with this code. Raises ``OutOfReach`` when there is none, or it is switched off."""
    measure = db.session.scalars(select(Measure).where(Measure.code == code)).one_or_none()
    if measure is None or (active and not measure.is_active):
        raise OutOfReach(code)
    return measure


def measure_rows() -> list[MeasureRow]:
    """All measures for the settings, in their order."""
    return [_row(measure) for measure in _measures()]


def _row(measure: Measure) -> MeasureRow:
    return MeasureRow(
        id=measure.id,
        name=measure.name,
        result_words=measure.result_words,
        direction="Higher is better" if measure.higher_is_better else "Lower is better",
        credit=measure.credit,
        is_active=measure.is_active,
    )
