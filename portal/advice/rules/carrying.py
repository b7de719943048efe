"""What was written, put into the words of a referral or of a request for training, with where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass

CONCERN, STRATEGY, STRATEGIES = 4_000, 400, 12
"""Characters of a concern and of one strategy, and how many strategies the form takes"""
DIFFERENCE = 2_000
"""Characters of what training should change"""


@dataclass(frozen=True)
class Written:
    """One message: when in words, whether the school wrote it, and what it says."""

    when: str
    from_school: bool
    words: str


def concern_words(subject: str, messages: Sequence[Written]) -> str:
    """The school's own words as the concern of a referral; what does not fit is left where it is, and that is said."""
    parts = [f"From our question to the service, “{subject}”:"]
    parts += [f"({one.when}) {one.words}" for one in messages if one.from_school]
    return _shortened("\n\n".join(parts), CONCERN)


def tried_words(tried: str, messages: Sequence[Written]) -> tuple[str, ...]:
    """What the school had tried, then what the service advised, each a strategy of its own."""
    own = [_shortened(tried, STRATEGY)] if tried else []
    advised = [
        _shortened(f"Advised by the service ({one.when}): {one.words}", STRATEGY)
        for one in messages
        if not one.from_school
    ]
    return tuple([*own, *advised][:STRATEGIES])


def difference_words(subject: str, messages: Sequence[Written]) -> str:
    """The school's question as what training should change."""
    asked = next((one.words for one in messages if one.from_school), "")
    return _shortened(f"From our question to the service, “{subject}”: {asked}", DIFFERENCE)


def _shortened(text: str, longest: int) -> str:
    note = " … (the rest is in the question)"
    return text if len(text) <= longest else text[: longest - len(note)].rstrip() + note
