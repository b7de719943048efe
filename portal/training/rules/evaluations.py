"""Three questions straight after a session, and three a term later; and what the answers come to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LASTS = timedelta(days=28)
"""How long a link opens"""
TERM_SCHOOL_DAYS = 60
"""School days from the session to the second asking: about a term"""
LONGEST_ANSWER = 2_000


class Moment(StrEnum):
    """When somebody is asked."""

    AFTER = "after"
    LATER = "later"


MOMENT_WORDS: Mapping[Moment, str] = {Moment.AFTER: "Straight after", Moment.LATER: "After a term"}

SCALES: Mapping[Moment, Mapping[str, str]] = {
    Moment.AFTER: {
        "very": "Very useful",
        "quite": "Quite useful",
        "a_little": "A little useful",
        "not": "Not useful",
    },
    Moment.LATER: {
        "every_day": "Every day",
        "often": "Often",
        "sometimes": "Sometimes",
        "never": "Not at all",
    },
}
QUESTIONS: Mapping[Moment, tuple[str, str, str]] = {
    Moment.AFTER: (
        "How useful was this session for your work?",
        "What will you do differently?",
        "What would have made it better?",
    ),
    Moment.LATER: (
        "How often do you use what you learned?",
        "What do you do differently?",
        "What has helped, or got in the way?",
    ),
}


@dataclass(frozen=True)
class Answer:
    """One set of answers; ``different`` and ``more`` may be empty."""

    scale: str
    different: str = ""
    more: str = ""


def answer_problems(moment: Moment, answer: Answer) -> dict[str, str]:
    """Why an answer cannot be kept, by field."""
    problems = {}
    if answer.scale not in SCALES[moment]:
        problems["scale"] = "Choose one of the answers to the first question."
    for name, words in (("different", answer.different), ("more", answer.more)):
        if len(words) > LONGEST_ANSWER:
            problems[name] = f"Shorten this answer to {LONGEST_ANSWER:,} characters."
    return problems


@dataclass(frozen=True)
class Share:
    """How many chose one answer of the scale, of all who answered."""

    label: str
    number: int
    of: int

    @property
    def words(self) -> str:
        return f"{self.number} of {self.of}"


def shares(moment: Moment, scales: Iterable[str]) -> tuple[Share, ...]:
    """The whole scale in its order, each with its number; empty when nobody answered."""
    counted = Counter(scales)
    total = sum(counted.values())
    return tuple(Share(label, counted[code], total) for code, label in SCALES[moment].items()) if total else ()
