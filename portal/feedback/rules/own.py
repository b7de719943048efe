"""What the school is asked to say itself: how far it agrees with each sentence, in words of its own where it likes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.feedback.rules.said import ASPECTS, LONGEST_WORDS, Answer, Feedback, Moment, Source

SCHOOL_DAYS_TO_ANSWER = 10
LONGEST_ASPECT_WORDS = 500


class Scale(StrEnum):
    """How far the school agrees with a sentence."""

    STRONGLY_AGREE = "strongly_agree"
    AGREE = "agree"
    NEITHER = "neither"
    DISAGREE = "disagree"
    STRONGLY_DISAGREE = "strongly_disagree"
    DOES_NOT_APPLY = "does_not_apply"


SCALE_LABELS: dict[Scale, str] = {
    Scale.STRONGLY_AGREE: "Strongly agree",
    Scale.AGREE: "Agree",
    Scale.NEITHER: "Neither agree nor disagree",
    Scale.DISAGREE: "Disagree",
    Scale.STRONGLY_DISAGREE: "Strongly disagree",
    Scale.DOES_NOT_APPLY: "Does not apply",
}
_ANSWERS: dict[Scale, Answer] = {
    Scale.STRONGLY_AGREE: Answer.GOOD,
    Scale.AGREE: Answer.GOOD,
    Scale.NEITHER: Answer.MIXED,
    Scale.DISAGREE: Answer.NOT_GOOD,
    Scale.STRONGLY_DISAGREE: Answer.NOT_GOOD,
    Scale.DOES_NOT_APPLY: Answer.NOT_ASKED,
}

SENTENCES: dict[str, str] = {
    "heard": "We were listened to",
    "advice": "The advice was good and fitted our school",
    "pupil": "It made a difference for the pupil",
    "staff": "It made a difference for our staff",
    "length": "The support lasted long enough",
    "how_often": "You came as often as was needed",
    "withdrawal": "The way the support came to its end was right",
    "follow_up": "The follow-up visits help us to keep going",
    "again": "We would use the service again",
}
"""The sentence of each aspect, the same at both moments, so that the answers can be compared."""


@dataclass(frozen=True)
class OwnAnswer:
    """One page of what the school says itself; aspects without an answer are left out of both mappings."""

    scales: Mapping[str, Scale] = field(default_factory=dict)
    aspect_words: Mapping[str, str] = field(default_factory=dict)
    good_words: str = ""
    better_words: str = ""
    work_stopped: bool = False
    stopped_words: str = ""


def answer_of(scale: Scale) -> Answer:
    """How the chart counts a point of the scale: it knows good, mixed and not good."""
    return _ANSWERS[scale]


def as_feedback(own: OwnAnswer, moment: Moment) -> Feedback:
    """The same as the chart reads it."""
    return Feedback(
        source=Source.SCHOOL,
        answers={code: answer_of(scale) for code, scale in own.scales.items()},
        good_words=own.good_words,
        better_words=own.better_words,
        work_stopped=own.work_stopped,
        stopped_words=own.stopped_words,
        moment=moment,
    )


def own_problems(own: OwnAnswer) -> list[str]:
    """What keeps the school's own answer from being kept, as sentences."""
    problems = []
    if (set(own.scales) | set(own.aspect_words)) - set(ASPECTS[Source.SCHOOL]):
        problems.append("Answer only the sentences on this form.")
    if not _says_something(own):
        problems.append("Answer at least one sentence, or say something in your own words.")
    if max(len(own.good_words), len(own.better_words), len(own.stopped_words)) > LONGEST_WORDS:
        problems.append(f"Shorten your words to {LONGEST_WORDS:,} characters or fewer.")
    if any(len(words) > LONGEST_ASPECT_WORDS for words in own.aspect_words.values()):
        problems.append(f"Shorten what you say about one sentence to {LONGEST_ASPECT_WORDS} characters or fewer.")
    return problems


def _says_something(own: OwnAnswer) -> bool:
    told = any(answer_of(scale) is not Answer.NOT_ASKED for scale in own.scales.values())
    return told or bool(own.good_words.strip() or own.better_words.strip() or own.work_stopped)
