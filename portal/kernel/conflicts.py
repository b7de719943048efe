"""A step that was taken meanwhile: what was decided, by whom and when. Nobody can save over a decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app

from portal.kernel import clock, history
from portal.kernel.dates import clock_words, day_words
from portal.kernel.workflow import Workflow

ROADS = "roads"


@dataclass(frozen=True)
class KnownRoad:
    """How the page of a conflict speaks of one kind of record."""

    road: Workflow[Any]
    url: Callable[[Any], str]
    decided: Callable[[Any], str] = lambda _record: ""
    """What was decided, where the status alone does not say it"""


@dataclass(frozen=True)
class StepMeanwhile:
    who: str
    when: str
    what: str


@dataclass(frozen=True)
class Meanwhile:
    """What happened to a record since a form of it was opened."""

    steps: tuple[StepMeanwhile, ...]
    status: str
    decided: str
    url: str


def meanwhile(record: Any, opened_with: int | None) -> Meanwhile | None:
    """The steps taken since the record had this version; None without any, or for a record that has no road."""
    roads: Mapping[str, KnownRoad] = current_app.extensions.get(ROADS, {})
    known = roads.get(getattr(record, "__tablename__", ""))
    taken = history.steps_since(record, opened_with) if known else []
    if known is None or not taken:
        return None
    return Meanwhile(
        steps=tuple(_step(known.road, step) for step in taken),
        status=known.road.statuses[history.status_of(record)],
        decided=known.decided(record),
        url=known.url(record),
    )


def _step(road: Workflow[Any], step: history.StepTaken) -> StepMeanwhile:
    local = step.at.astimezone(clock.LONDON)
    when = f"{day_words(local.date(), clock.today())}, {clock_words(local.time())}"
    return StepMeanwhile(step.person_name or "The portal", when, road.label(step.step))
