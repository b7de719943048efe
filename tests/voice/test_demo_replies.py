"""What the demonstration tells a child was done: an answer to what that child said, and to nothing else."""

import pytest

from portal.demo.children import HARD, NO_WORDS, WORDS, reply_to
from portal.voice.models import ChildView, ViewAnswer
from portal.voice.operations.reading import LONGEST_REPLY
from portal.voice.rules.symbols import PICTURES


def said(question: str, *, words: str | None = None, choices: str = "") -> ChildView:
    return ChildView(answers=[ViewAnswer(question=question, words=words, choices=choices)])


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (said("wish", words="I want a place where it is quiet."), "You want a place where it is quiet."),
        (said("better", words="Lunch is still too loud."), "Lunch is still too loud."),
        (said("hard", choices="corridor,rules"), "The corridor is hard for you."),
        (said("hard", choices="noise"), "Noise is hard for you."),
        (said("school", choices="feel_bad"), "You touched your answers and wrote nothing."),
    ],
)
def test_you_said_repeats_what_was_said(view: ChildView, told: str) -> None:
    assert reply_to(view)[0] == told


def test_every_reply_can_be_written() -> None:
    replies = [*HARD.values(), NO_WORDS, *(reply for of_moment in WORDS.values() for reply in of_moment.values())]
    for you_said, said_symbol, we_did, did_symbol in replies:
        assert {said_symbol, did_symbol} <= set(PICTURES)
        assert max(len(you_said), len(we_did)) <= LONGEST_REPLY
