"""Which measures the service uses."""

import json
import uuid

from sqlalchemy import func, select

from portal.assessments import rules
from portal.assessments.models import Measure
from portal.extensions import db
from portal.kernel import audit
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.policy import Action, Actor


def ensure_standard_measures() -> None:
    """Adds the standard measures that are missing; those that are there stay as the service keeps them."""
    known = set(db.session.scalars(select(Measure.code)))
    for position, definition in enumerate(rules.MEASURES, start=1):
        if definition.code not in known:
            audit.record(None, "measure added", _row(definition, position))


def add_measure(actor: Actor, draft: rules.MeasureDraft) -> Measure:
    """Adds an ordered scale or a count of the service's own. Raises ``Refused`` with every problem."""
    ensure(actor, Action.MANAGE_SETTINGS)
    problems = list(rules.measure_problems(draft).values())
    taken = select(Measure.id).where(func.lower(Measure.name) == draft.name.strip().lower())
    if db.session.scalars(taken).first() is not None:
        problems.append("Another measure has this name. Choose one that people can tell apart.")
    if problems:
        raise Refused(*problems)
    last: int = db.session.scalar(select(func.coalesce(func.max(Measure.position), 0))) or 0
    measure = _row(rules.own_definition(f"own_{uuid.uuid4().hex[:12]}", draft), last + 1)
    audit.record(actor, "measure added", measure)
    return measure


def switch_measure(actor: Actor, measure_id: int, *, on: bool) -> Measure:
    """Offers the measure to workers, or no longer; its readings stay. Raises ``OutOfReach`` for an unknown one."""
    ensure(actor, Action.MANAGE_SETTINGS)
    measure = db.session.get(Measure, measure_id)
    if measure is None:
        raise OutOfReach(measure_id)
    if measure.is_active != on:
        measure.is_active = on
        audit.record(actor, f"measure switched {'on' if on else 'off'}", measure)
    return measure


def _row(definition: rules.MeasureDefinition, position: int) -> Measure:
    return Measure(
        code=definition.code,
        name=definition.name,
        kind=definition.kind.value,
        higher_is_better=definition.higher_is_better,
        minimum=definition.minimum,
        maximum=definition.maximum,
        labels=json.dumps(definition.labels),
        unit=definition.unit,
        informants=json.dumps(definition.informants),
        versions=json.dumps(definition.versions),
        licence=definition.licence.value,
        credit=definition.credit,
        result_words=definition.result_words,
        change_alone=definition.change_alone,
        position=position,
        is_active=True,
    )
