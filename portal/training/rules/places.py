"""Places of a session: first come, first served, and who moves up when some become free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from portal.training.rules.drafts import MOST_PEOPLE

BOOKED, WAITING, CANCELLED = "booked", "waiting", "cancelled"

STATE_WORDS = {BOOKED: "Booked", WAITING: "On the waiting list", CANCELLED: "Cancelled"}


@dataclass(frozen=True)
class Wish:
    """One school's wish for places; those that wait stand in the order in which they asked."""

    id: int
    places: int
    state: str


def taken(wishes: Iterable[Wish]) -> int:
    """Places that are booked."""
    return sum(wish.places for wish in wishes if wish.state == BOOKED)


def state_of_new(limit: int | None, wishes: Sequence[Wish], wanted: int) -> str:
    """Whether a new wish is booked at once or waits: nobody overtakes a school that asked earlier."""
    if limit is None:
        return BOOKED
    somebody_waits = any(wish.state == WAITING for wish in wishes)
    return WAITING if somebody_waits or taken(wishes) + wanted > limit else BOOKED


def moves_up(limit: int | None, wishes: Sequence[Wish]) -> list[int]:
    """Ids of the wishes that now get their places, in order; it stops at the first for which there are too few."""
    free = None if limit is None else limit - taken(wishes)
    up = []
    for wish in wishes:
        if wish.state != WAITING:
            continue
        if free is not None and wish.places > free:
            break
        up.append(wish.id)
        free = None if free is None else free - wish.places
    return up


def places_problem(wanted: int | None, limit: int | None) -> str:
    """Why a school cannot ask for so many places; "" when it can."""
    if wanted is None or not 1 <= wanted <= MOST_PEOPLE:
        return f"Enter how many places you need, from 1 to {MOST_PEOPLE}."
    if limit is not None and wanted > limit:
        return f"This session has {limit} {'place' if limit == 1 else 'places'} in all. Ask for fewer."
    return ""


def free_words(limit: int | None, booked: int, waiting: int) -> str:
    """How many places are left, as schools read it."""
    if limit is None:
        return "Places for everybody"
    left = limit - booked
    if waiting or left < 1:
        queue = f", {waiting} {'school waits' if waiting == 1 else 'schools wait'}" if waiting else ""
        return f"Full{queue}" if left < 1 else f"{left} of {limit} places free{queue}"
    return f"{left} of {limit} places free"
