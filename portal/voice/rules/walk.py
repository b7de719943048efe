"""How a turn goes from screen to screen where the tablet asks the server for each: the same road as in the script."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from portal.voice.rules.answers import AnswerState, Ended, Given, Turn, answer_problem, complete
from portal.voice.rules.questions import Document
from portal.voice.rules.sharing import Audience


class Screen(StrEnum):
    """What the child sees."""

    WELCOME = "welcome"
    QUESTION = "question"
    STOP = "stop"
    TELL = "tell"
    SHARE = "share"
    TALK = "talk"
    END = "end"


@dataclass(frozen=True)
class Walk:
    """Where a child is. ``at`` is the number of the question (0, 1, …)."""

    screen: Screen = Screen.WELCOME
    at: int = 0
    answers: tuple[Given, ...] = ()
    audiences: frozenset[Audience] = frozenset()
    keep: bool = True
    ended: Ended = Ended.FINISHED
    came_from: Screen = Screen.WELCOME
    """Where “Stop” and “I want to talk” go back to"""
    asked_from: Screen = Screen.WELCOME
    """Where “No, by mistake” goes back to"""

    def given(self, key: str) -> Given | None:
        return next((one for one in self.answers if one.key == key), None)

    def turn(self, document: Document) -> Turn:
        """What the walk brought, once it is at its end."""
        if not self.keep:
            return Turn(self.ended, False)
        return Turn(self.ended, True, complete(document, self.answers), self.audiences)


def begin(walk: Walk) -> Walk:
    return replace(walk, screen=Screen.QUESTION, at=0)


def answer(walk: Walk, document: Document, given: Given) -> tuple[Walk, str]:
    """Takes an answer to the question in sight and goes on; with a sentence where it does not fit."""
    question = document.questions[walk.at]
    problem = answer_problem(question, given)
    if problem:
        return walk, problem
    others = tuple(one for one in walk.answers if one.key != question.key)
    return forward(replace(walk, answers=(*others, replace(given, key=question.key))), document), ""


def forward(walk: Walk, document: Document) -> Walk:
    """The next question, or who else may see it after the last one."""
    if walk.at + 1 < len(document.questions):
        return replace(walk, screen=Screen.QUESTION, at=walk.at + 1)
    return replace(walk, screen=Screen.SHARE)


def back(walk: Walk) -> Walk:
    """One screen back; from the first question to the welcome. Whoever stopped and then goes on is at a question."""
    if walk.screen is Screen.TELL:
        return replace(walk, screen=walk.asked_from)
    if walk.screen in (Screen.STOP, Screen.TALK):
        return replace(walk, screen=walk.came_from)
    if walk.screen is Screen.SHARE and walk.ended is Ended.STOPPED:
        return replace(walk, screen=Screen.STOP, ended=Ended.FINISHED, came_from=Screen.QUESTION)
    if walk.screen is Screen.SHARE:
        return replace(walk, screen=Screen.QUESTION)
    if walk.at == 0:
        return replace(walk, screen=Screen.WELCOME)
    return replace(walk, at=walk.at - 1)


def before(walk: Walk) -> Walk:
    """From “Stop” to the question before the one where the child stopped."""
    if walk.screen is not Screen.STOP or walk.came_from is not Screen.QUESTION:
        return walk
    return back(replace(walk, screen=Screen.QUESTION))


_ASIDE = (Screen.STOP, Screen.TELL, Screen.TALK)


def aside(walk: Walk, screen: Screen) -> Walk:
    """To “Stop” or “I want to talk”, from where one can come back; between them the way back stays the same."""
    came_from = walk.came_from if walk.screen in _ASIDE else walk.screen
    asked_from = walk.asked_from if walk.screen in (Screen.TELL, Screen.TALK) else walk.screen
    return replace(walk, screen=screen, came_from=came_from, asked_from=asked_from)


def stop(walk: Walk, *, keep: bool) -> Walk:
    """The child stops, and says whether what was answered is kept. Without answers there is nothing to keep."""
    if keep and walk.answers:
        return replace(walk, screen=Screen.SHARE, keep=True, ended=Ended.STOPPED)
    return replace(walk, screen=Screen.END, keep=False, ended=Ended.STOPPED)


def share(walk: Walk, audiences: frozenset[Audience]) -> Walk:
    """Who else may see it; the turn is over."""
    return replace(walk, screen=Screen.END, audiences=audiences)


def run_out(walk: Walk, document: Document) -> Turn:
    """What is kept where the time ran out: each answer that was given, for the team alone, because the child was told
    who reads it. Nothing from “Stop”: there the child was asked, and had not said so.
    """
    stands_at = walk.asked_from if walk.screen in (Screen.TELL, Screen.TALK) else walk.screen
    if not walk.answers or stands_at is Screen.STOP:
        return Turn(Ended.UNFINISHED, False)
    return Turn(Ended.UNFINISHED, True, complete(document, walk.answers))


def to_json(walk: Walk) -> str:
    """As it is kept, encrypted, between two screens."""
    return json.dumps(
        {
            "screen": walk.screen.value,
            "at": walk.at,
            "answers": [_packed(one) for one in walk.answers],
            "ended": walk.ended.value,
            "came_from": walk.came_from.value,
            "asked_from": walk.asked_from.value,
        }
    )


def _packed(given: Given) -> dict[str, Any]:
    return {"key": given.key, "state": given.state.value, "choices": given.choices, "words": given.words}


def from_json(text: str | None) -> Walk:
    """What ``to_json`` kept; the beginning where nothing was."""
    if not text:
        return Walk()
    row = json.loads(text)
    answers = tuple(
        Given(one["key"], AnswerState(one["state"]), tuple(one["choices"]), one["words"]) for one in row["answers"]
    )
    return Walk(
        Screen(row["screen"]),
        row["at"],
        answers,
        ended=Ended(row["ended"]),
        came_from=Screen(row["came_from"]),
        asked_from=Screen(row.get("asked_from", row["came_from"])),
    )
