"""A place is one child's turn: how long it lasts, who helps, and how a turn goes from screen to screen."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.voice.rules.answers import Ended, Turn

AFTER_EACH_TOUCH = timedelta(minutes=45)
"""So long a child's session lasts after the latest touch."""
TAKEN_FOR = timedelta(days=7)
"""So long a place's sealed answers are taken after it was prepared."""
DAY_ENDS_AT = time(18)
"""When the session of places for several children ends, in England; at least four hours after it began."""
AT_LEAST = timedelta(hours=4)
MOST_PLACES = 12
_LONDON = ZoneInfo("Europe/London")


class How(StrEnum):
    """How the child was helped; kept with every answer."""

    ALONE = "alone"
    READ_ALOUD = "read_aloud"
    POINTED = "pointed"
    PROXY = "proxy"


HOWS: Mapping[How, str] = {
    How.ALONE: "Alone",
    How.READ_ALOUD: "Somebody read it aloud",
    How.POINTED: "The child pointed, somebody touched",
    How.PROXY: "Somebody answered for the child",
}

HOWS_AHEAD: Mapping[How, str] = {
    How.ALONE: "Alone",
    How.READ_ALOUD: "Somebody reads it aloud",
    How.POINTED: "The child points, somebody touches",
    How.PROXY: "Somebody answers for the child",
}
"""The same before it happened."""


class Outcome(StrEnum):
    """How a place ended."""

    ANSWERED = "answered"
    KEPT_NOTHING = "kept_nothing"
    UNFINISHED = "unfinished"
    WITHDRAWN = "withdrawn"


class PlaceState(StrEnum):
    """Where a place stands, for the worker and the coordinator."""

    PREPARED = "prepared"
    HANDED_OVER = "handed_over"
    NOTHING_CAME = "nothing_came"
    ANSWERED = "answered"
    KEPT_NOTHING = "kept_nothing"
    UNFINISHED = "unfinished"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


PLACE_STATES: Mapping[PlaceState, str] = {
    PlaceState.PREPARED: "Prepared",
    PlaceState.HANDED_OVER: "With the child",
    PlaceState.NOTHING_CAME: "Nothing has come back",
    PlaceState.ANSWERED: "Answered",
    PlaceState.KEPT_NOTHING: "The child kept nothing",
    PlaceState.UNFINISHED: "Time ran out, and nothing was kept",
    PlaceState.WITHDRAWN: "Withdrawn",
    PlaceState.LAPSED: "Too old to be taken",
}


def outcome_of(turn: Turn) -> Outcome:
    """How a place ends with what came back."""
    if turn.keep:
        return Outcome.ANSWERED
    return Outcome.UNFINISHED if turn.ended is Ended.UNFINISHED else Outcome.KEPT_NOTHING


def place_state(
    outcome: Outcome | None, handed_until: datetime | None, taken_until: datetime, now: datetime
) -> PlaceState:
    """``handed_until`` is the end of the hand-over's session, None while it was not handed over."""
    if outcome is not None:
        return PlaceState(outcome.value)
    if now >= taken_until:
        return PlaceState.LAPSED
    if handed_until is None:
        return PlaceState.PREPARED
    return PlaceState.HANDED_OVER if now < handed_until else PlaceState.NOTHING_CAME


def session_until(handed_at: datetime, *, touched_at: datetime | None, for_several: bool) -> datetime:
    """When a child's session ends: 45 minutes after the latest touch; with several children not before the day."""
    if touched_at is None:
        return day_end(handed_at)
    slid = touched_at + AFTER_EACH_TOUCH
    return max(day_end(handed_at), slid) if for_several else slid


def day_end(moment: datetime) -> datetime:
    """The end of the school day, for what was handed over at ``moment``."""
    local = moment.astimezone(_LONDON)
    return max(datetime.combine(local.date(), DAY_ENDS_AT, _LONDON), local + AT_LEAST)


def free_animal(animals: Sequence[str], taken: Sequence[str]) -> str:
    """The first animal that no other child of this tablet is. Raises ``StopIteration`` past the last one."""
    return next(animal for animal in animals if animal not in taken)
