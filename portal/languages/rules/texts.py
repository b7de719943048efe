"""One text in another language: how far it is, and what somebody typed for it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.kernel.catalogues import Forms

ON_A_PAGE = 20
LONGEST_SPEAKER = 120


class TextState(StrEnum):
    """How far a text is."""

    MISSING = "missing"
    CHANGED = "changed"
    TO_CHECK = "to_check"
    CHECKED = "checked"

    @property
    def words(self) -> str:
        return _STATES[self][0]

    @property
    def tone(self) -> str:
        return _STATES[self][1]


_STATES = {
    TextState.MISSING: ("Missing", "attention"),
    TextState.CHANGED: ("The English has changed", "attention"),
    TextState.TO_CHECK: ("Not checked", "brand"),
    TextState.CHECKED: ("Checked", "good"),
}


@dataclass(frozen=True)
class Typed:
    """What somebody wants to be saved of one text; ``seen`` is the mark of what their page showed of it."""

    catalogue: str
    key: str
    words: Forms
    seen: str
    is_right: bool = False
    """The speaker says that these words are right"""

    @property
    def name(self) -> str:
        return name_of(self.catalogue, self.key)

    @property
    def is_empty(self) -> bool:
        return not any(self.words)


def name_of(catalogue: str, key: str) -> str:
    """What a text is called in a form."""
    return f"{catalogue}/{key}"


def mark_of(english: Forms, words: Forms, state: TextState) -> str:
    """Changes with everything that a page shows of a text, so that nobody saves over what they did not see."""
    return hashlib.sha256(json.dumps([english, words, state.value]).encode()).hexdigest()[:16]


def why_not_offered(language: str, states: Iterable[TextState]) -> str:
    """What is still to do before the language can be offered, as a sentence; empty when nothing is."""
    found = list(states)
    missing = sum(state in (TextState.MISSING, TextState.CHANGED) for state in found)
    unchecked = found.count(TextState.TO_CHECK)
    parts = [
        f"{missing} of {len(found)} texts {_is(missing)} missing" if missing else "",
        f"{unchecked} {_is(unchecked)} not checked" if unchecked else "",
    ]
    said = " and ".join(filter(None, parts))
    return f"{language} can't be offered yet: {said}." if said else ""


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
