"""Who else may see a child's view: the service alone, until the child says otherwise."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Audience(StrEnum):
    """Somebody outside the service who may see a view if the child says so."""

    SCHOOL = "school"
    FAMILY = "family"
    MEETING = "meeting"


AUDIENCES: Mapping[Audience, str] = {
    Audience.SCHOOL: "My school",
    Audience.FAMILY: "My family",
    Audience.MEETING: "A meeting about me",
}
"""In the child's words"""

AUDIENCE_WORDS: Mapping[Audience, str] = {
    Audience.SCHOOL: "the school",
    Audience.FAMILY: "the family",
    Audience.MEETING: "a meeting",
}
AUDIENCE_SYMBOLS: Mapping[Audience, str] = {
    Audience.SCHOOL: "my-school",
    Audience.FAMILY: "my-family",
    Audience.MEETING: "a-meeting",
}


@dataclass(frozen=True)
class Standing:
    """What decides who sees a view."""

    audiences: frozenset[Audience] = frozenset()
    read_at: datetime | None = None
    is_held: bool = False
    taken_back: bool = False


def may_see(standing: Standing, audience: Audience) -> bool:
    """Only what the child gave, what an adult has read first, and what was not held back; nothing flows by itself."""
    return (
        audience in standing.audiences
        and standing.read_at is not None
        and not standing.is_held
        and not standing.taken_back
    )


def sharing_words(audiences: Collection[Audience]) -> str:
    """Who else may see it, in a line: "The service alone", "The service, the school and a meeting"."""
    named = [AUDIENCE_WORDS[one] for one in Audience if one in audiences]
    if not named:
        return "The service alone"
    last = named.pop()
    return f"The service, {', '.join(named)} and {last}" if named else f"The service and {last}"
