"""How far the children of a piece of work were heard. Choosing not to say is their right, not a gap."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.voice.rules.answers import AnswerState
from portal.voice.rules.questions import Moment


class Heard(StrEnum):
    """The child's voice as one cell of a chart."""

    HEARD_TWICE = "heard_twice"
    HEARD_ONCE = "heard_once"
    CHOSE_NOT_TO_SAY = "chose_not_to_say"


HEARD_WORDS: Mapping[Heard, str] = {
    Heard.HEARD_TWICE: "Heard at the start and at the end",
    Heard.HEARD_ONCE: "Heard once",
    Heard.CHOSE_NOT_TO_SAY: "Chose not to say",
}
SAYS = frozenset({AnswerState.ANSWERED, AnswerState.NOT_KNOW})
"""“I do not know” is something a child says; what was not said or not reached is not."""


@dataclass(frozen=True)
class TurnTaken:
    """One turn that came back: of which child, at which moment, and whether it holds anything that the child says.

    ``says`` is False for a turn of which nothing was kept, that was taken back, or that holds no answer.
    """

    pupil_id: int
    moment: Moment
    says: bool


def heard(turns: Iterable[TurnTaken]) -> Heard | None:
    """Twice when every child who was heard was heard at the start and at the end; None without any turn."""
    kept = tuple(turns)
    moments: dict[int, set[Moment]] = {}
    for turn in kept:
        if turn.says:
            moments.setdefault(turn.pupil_id, set()).add(turn.moment)
    if moments:
        both = all({Moment.START, Moment.END} <= of_child for of_child in moments.values())
        return Heard.HEARD_TWICE if both else Heard.HEARD_ONCE
    return Heard.CHOSE_NOT_TO_SAY if kept else None
