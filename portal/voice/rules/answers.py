"""A child's answers, word for word: what may arrive, what it says, and what changed between start and end."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal.voice.rules.questions import ORDERED, Age, Document, Kind, Question
from portal.voice.rules.sharing import Audience

LONGEST_WORDS = 2_000
MOST_STROKES, MOST_POINTS = 200, 4_000
PAPER = 1_000
"""A drawing's coordinates run from 0 to this, in both directions."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


class AnswerState(StrEnum):
    """What a child did with a question. None of these counts against anyone."""

    ANSWERED = "answered"
    NOT_SAY = "not_say"
    NOT_KNOW = "not_know"
    NOT_REACHED = "not_reached"
    UNREADABLE = "unreadable"
    """Something came that fits no answer to this question; the rest of the turn is kept"""


STATE_WORDS: Mapping[AnswerState, str] = {
    AnswerState.ANSWERED: "",
    AnswerState.NOT_SAY: "Chose not to say",
    AnswerState.NOT_KNOW: "I do not know",
    AnswerState.NOT_REACHED: "Not reached",
    AnswerState.UNREADABLE: "Came back and could not be read",
}


class Ended(StrEnum):
    """How a turn ended."""

    FINISHED = "finished"
    STOPPED = "stopped"
    UNFINISHED = "unfinished"
    """Its time ran out, or the tablet was handed over anew: what was answered is kept for the team alone"""


ENDED_EARLY: Mapping[Ended, str] = {
    Ended.STOPPED: "Stopped early",
    Ended.UNFINISHED: "Time ran out: ask the child if we can keep this",
}

Stroke = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Given:
    """One answer."""

    key: str
    state: AnswerState
    choices: tuple[str, ...] = ()
    words: str = ""
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True)
class Turn:
    """Everything that one turn brought. ``keep`` is False when the child stopped and kept nothing."""

    ended: Ended
    keep: bool
    answers: tuple[Given, ...] = ()
    audiences: frozenset[Audience] = frozenset()
    given_at: datetime | None = None


class Unreadable(Exception):
    """What arrived is not a turn of this questionnaire."""


def read_turn(parts: Sequence[Mapping[str, Any]], document: Document) -> Turn:
    """The turn that unsealed parts make: answers in the order in which they were given, the later one of two counts,
    and one part that ends it. An answer that does not fit its question loses itself alone. Raises ``Unreadable``
    where the end is missing or is none.
    """
    ends = [part for part in parts if "end" in part]
    if len(ends) != 1:
        raise Unreadable("a turn has one end")
    end = ends[0]
    answers: dict[str, Given] = {}
    for part in sorted((part for part in parts if "end" not in part), key=_order):
        question = document.question(str(part.get("q", "")))
        if question is not None:
            answers[question.key] = _given_or_unreadable(part, question)
    try:
        ended, keep = Ended(str(end["end"])), end["keep"] is True
    except (ValueError, KeyError) as error:
        raise Unreadable("the end of the turn") from error
    given_at = moment_of(end.get("at"))
    if not keep or (ended is Ended.UNFINISHED and not answers):
        return Turn(ended, False, given_at=given_at)
    audiences = frozenset() if ended is Ended.UNFINISHED else _audiences(end.get("share"))
    return Turn(ended, True, complete(document, answers.values()), audiences, given_at)


def moment_of(text: object) -> datetime | None:
    """A moment as a tablet writes it; None where it is none, or has no zone."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _audiences(codes: object) -> frozenset[Audience]:
    """Who else may see it. Nobody, where any of it is not readable."""
    try:
        return frozenset(Audience(code) for code in codes) if isinstance(codes, list | tuple) else frozenset()
    except ValueError:
        return frozenset()


def _order(part: Mapping[str, Any]) -> int:
    number = part.get("n", 0)
    return number if type(number) is int else 0


def _given_or_unreadable(part: Mapping[str, Any], question: Question) -> Given:
    try:
        return _given(part, question)
    except Unreadable:
        return Given(question.key, AnswerState.UNREADABLE)


def _given(part: Mapping[str, Any], question: Question) -> Given:
    try:
        state = AnswerState(str(part.get("state")))
    except ValueError as error:
        raise Unreadable("the state of an answer") from error
    if state is not AnswerState.ANSWERED:
        return Given(question.key, state)
    given = fitting(
        question,
        Given(
            question.key,
            state,
            choices=tuple(_texts(part.get("choices", ()))),
            words=_clean(part.get("words", "")),
            strokes=_strokes(part.get("strokes", ())),
        ),
    )
    if problem := answer_problem(question, given):
        raise Unreadable(problem)
    return given


def fitting(question: Question, given: Given) -> Given:
    """Only what this kind of question asks for; anything else that was sent with it is not kept."""
    if question.kind is Kind.WORDS:
        return replace(given, choices=(), strokes=())
    if question.kind is Kind.DRAWING:
        return replace(given, choices=(), words="")
    return replace(given, words="", strokes=())


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise Unreadable("a choice")
    return list(dict.fromkeys(values))


def _clean(words: Any) -> str:
    if not isinstance(words, str) or _CONTROL.search(words):
        raise Unreadable("words that cannot be stored")
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()


def _strokes(values: Any) -> tuple[Stroke, ...]:
    if not isinstance(values, list | tuple) or len(values) > MOST_STROKES:
        raise Unreadable("a drawing")
    strokes = tuple(tuple(_point(point) for point in stroke) for stroke in map(_a_list, values))
    if sum(map(len, strokes)) > MOST_POINTS:
        raise Unreadable("a drawing")
    return tuple(stroke for stroke in strokes if stroke)


def _a_list(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise Unreadable("a drawing")
    return value


def _point(value: Any) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Unreadable("a drawing")
    x, y = value
    if type(x) is not int or type(y) is not int or not (0 <= x <= PAPER and 0 <= y <= PAPER):
        raise Unreadable("a drawing")
    return x, y


def answer_problem(question: Question, given: Given) -> str:
    """Why an answer does not fit its question; empty when it does, and always for what was not answered."""
    if given.state is not AnswerState.ANSWERED:
        return ""
    if question.kind is Kind.WORDS:
        return "" if given.words and len(given.words) <= LONGEST_WORDS else "Words are missing or too long."
    if question.kind is Kind.DRAWING:
        return "" if given.strokes else "Nothing was drawn."
    offered = {choice.code for choice in question.choices(Age.JUNIORS)}
    if not given.choices or not set(given.choices) <= offered:
        return "Choose one of the pictures."
    if question.kind is not Kind.PICTURES and len(given.choices) > 1:
        return "Choose only one."
    return ""


def complete(document: Document, answers: Iterable[Given]) -> tuple[Given, ...]:
    """One answer for every question, in their order; what was not reached is said."""
    found = {given.key: given for given in answers}
    return tuple(
        found.get(question.key, Given(question.key, AnswerState.NOT_REACHED)) for question in document.questions
    )


def answer_words(question: Question, given: Given, age: Age) -> str:
    """An answer in words as the child saw them."""
    if given.state is not AnswerState.ANSWERED:
        return STATE_WORDS[given.state]
    if question.kind is Kind.WORDS:
        return given.words
    if question.kind is Kind.DRAWING:
        return "A drawing"
    by_code = {choice.code: choice.words for choice in question.choices(age)}
    words = ", ".join(by_code.get(code, code) for code in given.choices)
    return f"Step {words} of 10" if question.kind is Kind.STEPS else words


def strokes_to_json(strokes: Sequence[Stroke]) -> str:
    """As a drawing is stored."""
    return json.dumps(strokes, separators=(",", ":"))


def strokes_from_json(text: str | None) -> tuple[Stroke, ...]:
    return _strokes(json.loads(text)) if text else ()


def drawing_path(strokes: Sequence[Stroke]) -> str:
    """The ``d`` of an SVG path; built from whole numbers alone, so that nothing of it can be anything else."""
    return " ".join(_one_path(stroke) for stroke in strokes)


def _one_path(stroke: Stroke) -> str:
    (x, y), *others = stroke
    line = " ".join(f"L{x} {y}" for x, y in others or [(x, y)])
    return f"M{x} {y} {line}"


def has_words(answers: Iterable[Given]) -> bool:
    """Is there anything in the child's own words or lines, or that could be? An adult reads it the same day."""
    return any(given.words or given.strokes or given.state is AnswerState.UNREADABLE for given in answers)


class Change(StrEnum):
    """How an item moved between start and end."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


CHANGES: Mapping[Change, str] = {Change.BETTER: "Better", Change.SAME: "No change", Change.WORSE: "Worse"}


def item_change(question: Question, first: Given | None, last: Given | None) -> Change | None:
    """Between two answers of the same question; None where one of them is missing or has no order."""
    before, after = _points(question, first), _points(question, last)
    if before is None or after is None:
        return None
    if before == after:
        return Change.SAME
    return Change.BETTER if after > before else Change.WORSE


def _points(question: Question, given: Given | None) -> int | None:
    if given is None or question.kind not in ORDERED or len(given.choices) != 1:
        return None
    return question.points_of(given.choices[0])
