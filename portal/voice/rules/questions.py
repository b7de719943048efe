"""What a questionnaire asks, and in which words for which age; a document that freezes once it was used."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from portal.voice.rules.symbols import PICTURES, SYMBOLS

FEWEST_QUESTIONS, MOST_QUESTIONS = 1, 12
USUAL_QUESTIONS = (5, 8)
"""About five minutes; the builder says so when a questionnaire is longer or shorter."""
LONGEST_WORDING = 160
FEWEST_PICTURES, MOST_PICTURES = 2, 8


class Age(StrEnum):
    """For whom a wording is written."""

    INFANTS = "infants"
    JUNIORS = "juniors"
    SECONDARY = "secondary"


AGES: Mapping[Age, str] = {
    Age.INFANTS: "Infants (up to 7)",
    Age.JUNIORS: "Juniors (7 to 11)",
    Age.SECONDARY: "Secondary (11 and older)",
}


class Moment(StrEnum):
    """When a questionnaire is asked."""

    START = "start"
    END = "end"
    HELP = "help"
    OTHER = "other"


MOMENTS: Mapping[Moment, str] = {
    Moment.START: "At the start",
    Moment.END: "At the end",
    Moment.HELP: "About our help",
    Moment.OTHER: "At another time",
}


class Kind(StrEnum):
    """How a question is answered."""

    FEELINGS = "feelings"
    HELPED = "helped"
    CIRCLES = "circles"
    HOW_MUCH = "how_much"
    YES_MAYBE_NO = "yes_maybe_no"
    PICTURES = "pictures"
    WORDS = "words"
    DRAWING = "drawing"
    FEELING = "feeling"
    HELP = "help"
    STEPS = "steps"


KINDS: Mapping[Kind, str] = {
    Kind.FEELINGS: "Faces: how it feels, from very happy to very sad",
    Kind.HELPED: "Faces: how good it was, from very good to not good at all",
    Kind.CIRCLES: "Circles: how often, from always to never",
    Kind.HOW_MUCH: "Circles: how much, from very to not at all",
    Kind.YES_MAYBE_NO: "Yes, maybe, no",
    Kind.PICTURES: "Choose pictures",
    Kind.WORDS: "Words of their own",
    Kind.DRAWING: "A drawing",
    Kind.FEELING: "Faces: how it feels (an earlier scale)",
    Kind.HELP: "Faces: how the help was (an earlier scale)",
    Kind.STEPS: "Steps from one to ten (an earlier scale)",
}
RETIRED = frozenset({Kind.FEELING, Kind.HELP, Kind.STEPS})
"""Not for new versions: two have more answers on one side than on the other, one has more steps than fit beside each
other. What was asked with them stays as it was asked.
"""
OFFERED: Mapping[Kind, str] = {kind: words for kind, words in KINDS.items() if kind not in RETIRED}
MOST_FOR_INFANTS = 5
"""Answers of one scale"""


@dataclass(frozen=True)
class Choice:
    """One thing to touch: what is kept, what is drawn, and what it says. ``points`` counts upwards for better."""

    code: str
    symbol: str
    words: str
    points: int | None = None


_FEELINGS = (
    Choice("feel_very_good", "face-happy", "Very happy", 4),
    Choice("feel_good", "face-good", "Happy", 3),
    Choice("feel_middle", "face-no-help", "In the middle", 2),
    Choice("feel_bad", "face-sad", "Sad", 1),
    Choice("feel_very_bad", "face-very-sad", "Very sad", 0),
)
_HELPED = (
    Choice("help_very_good", "face-happy", "Very good", 3),
    Choice("help_good", "face-good", "Good", 2),
    Choice("help_not_good", "face-sad", "Not good", 1),
    Choice("help_not_at_all", "face-very-sad", "Not good at all", 0),
)
_HOW_MUCH = (
    Choice("much_very", "circle-5", "Very", 4),
    Choice("much_quite", "circle-4", "Quite", 3),
    Choice("much_middle", "circle-3", "In the middle", 2),
    Choice("much_not_very", "circle-2", "Not very", 1),
    Choice("much_not_at_all", "circle-1", "Not at all", 0),
)
_FEELING = (
    Choice("happy", "face-happy", "Happy", 3),
    Choice("so_so", "face-so-so", "So-so", 2),
    Choice("sad", "face-sad", "Sad", 1),
    Choice("very_sad", "face-very-sad", "Very sad", 0),
)
_HELP = (
    Choice("loved", "face-loved-it", "Loved it", 3),
    Choice("good", "face-good", "It was good", 2),
    Choice("little", "face-a-little", "It helped a little", 1),
    Choice("none", "face-no-help", "It did not help", 0),
)
_CIRCLES = (
    Choice("always", "circle-5", "Always", 4),
    Choice("often", "circle-4", "Often", 3),
    Choice("sometimes", "circle-3", "Sometimes", 2),
    Choice("rarely", "circle-2", "Not often", 1),
    Choice("never", "circle-1", "Never", 0),
)
_YES = (
    Choice("yes", "yes", "Yes", 2),
    Choice("maybe", "maybe", "Maybe", 1),
    Choice("no", "no", "No", 0),
)
_STEPS = tuple(Choice(str(step), "", str(step), step) for step in range(1, 11))
_FIXED: Mapping[Kind, tuple[Choice, ...]] = {
    Kind.FEELINGS: _FEELINGS,
    Kind.HELPED: _HELPED,
    Kind.HOW_MUCH: _HOW_MUCH,
    Kind.FEELING: _FEELING,
    Kind.HELP: _HELP,
    Kind.CIRCLES: _CIRCLES,
    Kind.YES_MAYBE_NO: _YES,
    Kind.STEPS: _STEPS,
}
_WITHOUT_FACES: Mapping[str, tuple[str, str]] = {
    "feel_very_good": ("circle-5", "Very good"),
    "feel_good": ("circle-4", "Good"),
    "feel_middle": ("circle-3", "In the middle"),
    "feel_bad": ("circle-2", "Bad"),
    "feel_very_bad": ("circle-1", "Very bad"),
    "help_very_good": ("circle-5", "Very good"),
    "help_good": ("circle-4", "Good"),
    "help_not_good": ("circle-2", "Not good"),
    "help_not_at_all": ("circle-1", "Not good at all"),
    "happy": ("circle-5", "Good"),
    "so_so": ("circle-4", "All right"),
    "sad": ("circle-2", "Not good"),
    "very_sad": ("circle-1", "Bad"),
    "loved": ("circle-5", "A lot"),
    "good": ("circle-4", "Quite a lot"),
    "little": ("circle-2", "A little"),
    "none": ("circle-1", "It did not help"),
}
"""Secondary pupils get the same points without faces that look like a toy."""

ORDERED = frozenset(_FIXED)
"""Kinds whose answers have an order, so that start and end can be compared."""


@dataclass(frozen=True)
class Question:
    """One screen. ``key`` stays the same in the start and the end questionnaire, so that change shows."""

    key: str
    kind: Kind
    wording: Mapping[Age, str] = field(default_factory=dict)
    symbol: str = ""
    pictures: tuple[str, ...] = ()
    """Names of symbols, for ``PICTURES`` alone"""

    def words(self, age: Age) -> str:
        """The question for this age; where it has no wording of its own, that of the nearest younger age."""
        order = [Age.SECONDARY, Age.JUNIORS, Age.INFANTS]
        nearer = [*order[order.index(age) :], *reversed(order[: order.index(age)])]
        return next((self.wording[one] for one in nearer if self.wording.get(one)), "")

    def choices(self, age: Age) -> tuple[Choice, ...]:
        """What can be touched; empty for words and drawings."""
        if self.kind is Kind.PICTURES:
            return tuple(Choice(name, name, SYMBOLS[name]) for name in self.pictures if name in SYMBOLS)
        fixed = _FIXED.get(self.kind, ())
        return tuple(map(_without_face, fixed)) if age is Age.SECONDARY else fixed

    def points_of(self, code: str) -> int | None:
        """The place of an answer in its order; None for kinds that have none."""
        return next((one.points for one in _FIXED.get(self.kind, ()) if one.code == code), None)


def _without_face(choice: Choice) -> Choice:
    symbol, words = _WITHOUT_FACES.get(choice.code, (choice.symbol, choice.words))
    return replace(choice, symbol=symbol, words=words)


@dataclass(frozen=True)
class Document:
    """The questions of one version, in their order."""

    questions: tuple[Question, ...] = ()

    def question(self, key: str) -> Question | None:
        return next((one for one in self.questions if one.key == key), None)


def to_json(document: Document) -> str:
    """As it is stored."""
    return json.dumps([_packed(question) for question in document.questions], ensure_ascii=False)


def _packed(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "kind": question.kind.value,
        "symbol": question.symbol,
        "wording": {age.value: words for age, words in question.wording.items() if words},
        "pictures": list(question.pictures),
    }


def from_json(text: str) -> Document:
    """What ``to_json`` stored."""
    return Document(tuple(_unpacked(row) for row in json.loads(text)))


def _unpacked(row: Mapping[str, Any]) -> Question:
    return Question(
        key=row["key"],
        kind=Kind(row["kind"]),
        wording={Age(age): words for age, words in row["wording"].items()},
        symbol=row.get("symbol", ""),
        pictures=tuple(row.get("pictures", ())),
    )


def document_problems(document: Document) -> list[str]:
    """What keeps a version from being published, as sentences."""
    number = len(document.questions)
    problems = []
    if not FEWEST_QUESTIONS <= number <= MOST_QUESTIONS:
        problems.append(
            f"A questionnaire has {FEWEST_QUESTIONS} to {MOST_QUESTIONS} questions; five to eight are best."
        )
    for place, question in enumerate(document.questions, start=1):
        problems += [f"Question {place}: {words}" for words in question_problems(question)]
    keys = [question.key for question in document.questions]
    if len(set(keys)) != len(keys):
        problems.append("Two questions have the same key.")
    return problems


def question_problems(question: Question) -> list[str]:
    """What is wrong with one question, as sentences."""
    return list(_problems(question))


def _problems(question: Question) -> Iterator[str]:
    if not any(question.wording.get(age) for age in Age):
        yield "write the question for at least one age."
    if any(len(words) > LONGEST_WORDING for words in question.wording.values()):
        yield f"a question has at most {LONGEST_WORDING} characters."
    if question.kind in RETIRED:
        yield "this scale is no longer offered. Choose another way to answer."
    if question.symbol and question.symbol not in PICTURES:
        yield "choose a symbol from the list."
    if question.kind is Kind.PICTURES:
        yield from _picture_problems(question.pictures)


def _picture_problems(pictures: Sequence[str]) -> Iterator[str]:
    if not FEWEST_PICTURES <= len(set(pictures)) <= MOST_PICTURES:
        yield f"choose {FEWEST_PICTURES} to {MOST_PICTURES} pictures."
    if set(pictures) - set(PICTURES):
        yield "choose pictures from the list."


def has_retired(document: Document) -> bool:
    """Does it ask with a scale that is no longer offered?"""
    return any(question.kind in RETIRED for question in document.questions)


def age_problems(document: Document, age: Age) -> list[str]:
    """What keeps a version from being asked at this age."""
    scales = (question.choices(age) for question in document.questions if question.kind in ORDERED)
    if age is Age.INFANTS and any(len(choices) > MOST_FOR_INFANTS for choices in scales):
        return [
            f"Choose another questionnaire: a scale in this one has more than {MOST_FOR_INFANTS} steps for infants."
        ]
    return []


def advice_words(document: Document) -> str:
    """A hint for the builder about the length; empty when it is right."""
    fewest, most = USUAL_QUESTIONS
    number = len(document.questions)
    if fewest <= number <= most:
        return ""
    return f"Five to eight questions take about five minutes. This one has {number}."


def age_for(year_group: str | None) -> Age:
    """The wording that fits a year group; juniors where it is not known."""
    if year_group in ("N1", "N2", "R", "1", "2"):
        return Age.INFANTS
    if year_group is not None and year_group.isdigit() and int(year_group) >= 7:
        return Age.SECONDARY
    return Age.JUNIORS
