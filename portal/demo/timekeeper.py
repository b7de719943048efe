"""Plays stories in the order of time: each is a generator that yields the moment it waits for."""

import gc
import heapq
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

from flask import current_app

from portal.extensions import db
from portal.kernel.clock import LONDON
from portal.kernel.unit_of_work import writing

Story = Generator[datetime, None, None]


def play(stories: Iterable[Story], until: datetime) -> None:
    """Runs every story up to ``until``; the clock of the portal shows the moment of each act.

    One unit of work a week. A story that waits for a moment after ``until`` stays where it is: that is how the
    demonstration has work at every stage.
    """
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        _go_on(waiting, number, story, until)
    with _nothing_forgotten():
        while waiting:
            week = waiting[0][0].isocalendar()[:2]
            with writing():
                while waiting and waiting[0][0].isocalendar()[:2] == week:
                    moment, number, story = heapq.heappop(waiting)
                    with clock_at(moment):
                        _go_on(waiting, number, story, until)


@contextmanager
def _nothing_forgotten() -> Iterator[None]:
    """Nobody else writes meanwhile, so what was read stays good: this halves the time."""
    session = db.session()
    session.expire_on_commit = False
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        session.expire_on_commit = True
        session.expire_all()


def _go_on(waiting: list[tuple[datetime, int, Story]], number: int, story: Story, until: datetime) -> None:
    moment = next(story, None)
    if moment is not None and moment <= until:
        heapq.heappush(waiting, (moment, number, story))


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """The portal's clock stands at ``moment``."""
    before = current_app.extensions["clock"]
    current_app.extensions["clock"] = lambda: moment.astimezone(UTC)
    try:
        yield
    finally:
        current_app.extensions["clock"] = before


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in England."""
    return datetime.combine(day, time(hour, minute), LONDON)
