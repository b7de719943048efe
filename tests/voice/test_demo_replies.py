"""What the demonstration tells a child was done: an answer to what that child said, and to nothing else."""

import pytest

from portal.demo.children import reply_to
from portal.voice.models import ChildView, ViewAnswer


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
