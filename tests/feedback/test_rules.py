"""Truth tables of feedback and its tone."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.feedback.rules import (
    ANSWER_LABELS,
    ASPECTS,
    TONE_LABELS,
    Answer,
    Feedback,
    Source,
    Tone,
    feedback_problems,
    tone,
)

TODAY = date(2026, 3, 2)
GOOD, MIXED, NOT_GOOD, NOT_ASKED = Answer
ALL_GOOD = dict.fromkeys(ASPECTS[Source.FAMILY], GOOD)


def family(answers: dict[str, Answer] | None = None, **facts: Any) -> Feedback:
    return Feedback(Source.FAMILY, answers or {}, **facts)


@pytest.mark.parametrize(
    ("feedback", "said", "words"),
    [
        (family(ALL_GOOD), Tone.ALL_POSITIVE, "Positive for all aspects"),
        (family({"heard": GOOD, "home": NOT_ASKED}), Tone.ALL_POSITIVE, "Positive for every aspect asked (1 of 6)"),
        (family({**ALL_GOOD, "length": NOT_GOOD}), Tone.POSITIVE_EXCEPT, "Positive, except length"),
        (
            family({**ALL_GOOD, "length": MIXED, "heard": NOT_GOOD}),
            Tone.POSITIVE_EXCEPT,
            "Positive, except being listened to, length",
        ),
        (family({"heard": GOOD, "home": NOT_GOOD}), Tone.MIXED, "Mixed"),
        (family({"heard": MIXED}), Tone.MIXED, "Mixed"),
        (family({"heard": NOT_GOOD, "home": NOT_GOOD}), Tone.NOT_POSITIVE, "Not positive"),
        (family({"heard": NOT_GOOD}, good_words="kind"), Tone.NOT_POSITIVE, "Not positive"),
        (family(work_stopped=True), Tone.NOT_ABLE, "Work not able to continue"),
        (family(good_words="Mornings are calmer"), Tone.POSITIVE, "Positive"),
        (family(good_words="Calmer", better_words="Too short"), Tone.MIXED, "Mixed"),
        (family(good_words="Calmer", work_stopped=True), Tone.MIXED, "Mixed"),
        (family(better_words="Too short"), Tone.NOT_POSITIVE, "Not positive"),
        (family(overall=Tone.POSITIVE), Tone.POSITIVE, "Positive"),
        (
            family(overall=Tone.POSITIVE_EXCEPT, better_words="x"),
            Tone.POSITIVE_EXCEPT,
            "Positive, with something to do better",
        ),
        (family({"heard": NOT_GOOD}, overall=Tone.ALL_POSITIVE), Tone.NOT_POSITIVE, "Not positive"),
        (family({"heard": NOT_ASKED}), None, ""),
        (family(), None, ""),
    ],
)
def test_the_tone_and_its_words(feedback: Feedback, said: Tone | None, words: str) -> None:
    assert tone(feedback) is said
    assert feedback.words() == words


@pytest.mark.parametrize(
    ("feedback", "note"),
    [
        (family(), ""),
        (family(good_words="Calmer", better_words="Too short"), "Calmer; Could be better: Too short"),
        (family(good_words="Calmer", work_stopped=True), "Calmer; Work not able to continue"),
        (family(work_stopped=True), ""),
        (family(work_stopped=True, stopped_words="The family moved"), "The family moved"),
    ],
)
def test_their_own_words_are_the_note(feedback: Feedback, note: str) -> None:
    assert feedback.note() == note


@given(st.dictionaries(st.sampled_from(sorted(ASPECTS[Source.SCHOOL])), st.sampled_from(Answer)))
def test_one_answer_that_is_not_good_is_never_all_positive(answers: dict[str, Answer]) -> None:
    said = tone(Feedback(Source.SCHOOL, answers))
    given_answers = set(answers.values()) - {NOT_ASKED}
    assert (said is Tone.ALL_POSITIVE) == (given_answers == {GOOD})
    assert (said is None) == (not given_answers)


@pytest.mark.parametrize(
    ("feedback", "problems"),
    [
        (family(ALL_GOOD, given_on=TODAY), []),
        (family(), ["Record at least one answer, some words, or that the work was not able to continue."]),
        (family({"heard": GOOD, "withdrawal": GOOD}), ["Answer only the aspects on this form."]),
        (family(good_words="a" * 4_001), ["Their words must be 4,000 characters or fewer."]),
        (family(ALL_GOOD, given_on=date(2026, 3, 3)), ["Feedback cannot be given on a date in the future."]),
    ],
)
def test_what_keeps_feedback_from_being_recorded(feedback: Feedback, problems: list[str]) -> None:
    assert feedback_problems(feedback, TODAY) == problems


def test_aspects_are_those_of_the_service() -> None:
    assert {source: len(aspects) for source, aspects in ASPECTS.items()} == {Source.SCHOOL: 9, Source.FAMILY: 6}
    assert set(ANSWER_LABELS) == set(Answer)
    assert set(TONE_LABELS) == set(Tone)
