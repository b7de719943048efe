"""What a family is asked, one question a page, and whom the service may ask, when, and in which way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from portal.feedback.rules.said import ASPECTS, Answer, Feedback, Source, Way
from portal.kernel.contact import Contact

OPEN_FOR = timedelta(days=21)
REMIND_AFTER = timedelta(days=7)
SITTING = timedelta(hours=2)
SCHOOL_DAYS_TO_ASK = 10
SCHOOL_DAYS_TO_SEND = 2
LONGEST_FAMILY_WORDS = 3_000
CODE_LETTERS = "ABCDEFGHJKMNPQRTUVWXYZ2346789"
"""Without the letters and figures that are taken for one another: I, L, O, S and 0, 1, 5"""
CODE_LENGTH = 10
MARK_LENGTH = 4
ASK_AGAIN_AFTER = timedelta(days=7)


class FamilyMoment(StrEnum):
    """When a family is asked."""

    MIDWAY = "midway"
    END = "end"
    TERM_AFTER = "term_after"


FAMILY_MOMENTS: Mapping[FamilyMoment, str] = {
    FamilyMoment.MIDWAY: "Midway through the work",
    FamilyMoment.END: "At the end of the work",
    FamilyMoment.TERM_AFTER: "A term after the end",
}


class Channel(StrEnum):
    """How the question reaches a family."""

    EMAIL = "email"
    TEXT = "text"
    LETTER = "letter"


CHANNELS: Mapping[Channel, str] = {
    Channel.EMAIL: "E-mail: the portal sends it",
    Channel.TEXT: "Text message: the portal writes it, you send it",
    Channel.LETTER: "Letter with a square to scan and a short code: you print it",
}
CHANNEL_WORDS: Mapping[Channel, str] = {
    Channel.EMAIL: "e-mail",
    Channel.TEXT: "text message",
    Channel.LETTER: "letter",
}
CONTACT_WAY: Mapping[Channel, str] = {Channel.EMAIL: "email", Channel.TEXT: "text", Channel.LETTER: "post"}
"""The way among a contact's safe ones that each channel needs."""


class Point(StrEnum):
    """A point of a family's scale, or one of two ways past a question that count against nobody."""

    BEST = "best"
    GOOD = "good"
    MIDDLE = "middle"
    POOR = "poor"
    WORST = "worst"
    TOO_SHORT = "too_short"
    RIGHT = "right"
    TOO_LONG = "too_long"
    NOT_APPLY = "not_apply"
    NOT_SAY = "not_say"


_FIVE = (Point.BEST, Point.GOOD, Point.MIDDLE, Point.POOR, Point.WORST)
_LENGTHS = (Point.TOO_SHORT, Point.RIGHT, Point.TOO_LONG)
PASSES = (Point.NOT_APPLY, Point.NOT_SAY)
_ANSWERS: Mapping[Point, Answer] = {
    Point.BEST: Answer.GOOD,
    Point.GOOD: Answer.GOOD,
    Point.MIDDLE: Answer.MIXED,
    Point.POOR: Answer.NOT_GOOD,
    Point.WORST: Answer.NOT_GOOD,
    Point.TOO_SHORT: Answer.NOT_GOOD,
    Point.RIGHT: Answer.GOOD,
    Point.TOO_LONG: Answer.NOT_GOOD,
    Point.NOT_APPLY: Answer.NOT_ASKED,
    Point.NOT_SAY: Answer.NOT_ASKED,
}
FACES: Mapping[Point, str] = {
    Point.BEST: "face-loved-it.svg",
    Point.GOOD: "face-good.svg",
    Point.MIDDLE: "face-so-so.svg",
    Point.POOR: "face-sad.svg",
    Point.WORST: "face-very-sad.svg",
    Point.TOO_SHORT: "face-sad.svg",
    Point.RIGHT: "face-good.svg",
    Point.TOO_LONG: "face-so-so.svg",
    Point.NOT_APPLY: "not-know.svg",
    Point.NOT_SAY: "not-say.svg",
}
POINT_LABELS: Mapping[Point, str] = {
    Point.BEST: "Very good",
    Point.GOOD: "Good",
    Point.MIDDLE: "Neither good nor bad",
    Point.POOR: "Not good",
    Point.WORST: "Not good at all",
    Point.TOO_SHORT: "Too short",
    Point.RIGHT: "About right",
    Point.TOO_LONG: "Too long",
    Point.NOT_APPLY: "Does not apply",
    Point.NOT_SAY: "Chose not to say",
}
"""For the service; the family reads the words of its language."""
_NOT_MIDWAY = frozenset({"ending", "length"})
"""What cannot be said before the end"""
GOOD_WORDS, BETTER_WORDS, QUOTE, CHECK = "good", "better", "quote", "check"
FIRST, MANAGER = "first", "manager"
"""Beside the questions: the page before them, and who reads the words, changed from the page that shows all"""


@dataclass(frozen=True)
class Asking:
    """Who is asked, when, how, and in which language."""

    contact_id: int
    moment: FamilyMoment
    channel: Channel
    language: str = "en"
    large_print: bool = False


@dataclass(frozen=True)
class FamilyAnswer:
    """What a family says, sent at once or still a draft; ``quote`` is None where it was not asked or not answered."""

    points: Mapping[str, Point] = field(default_factory=dict)
    good_words: str = ""
    better_words: str = ""
    quote: bool | None = None
    manager_only: bool = False

    @property
    def has_words(self) -> bool:
        return bool(self.good_words.strip() or self.better_words.strip())


def points_of(aspect: str) -> tuple[Point, ...]:
    """The choices of one aspect, the ways past it last."""
    return (*(_LENGTHS if aspect == "length" else _FIVE), *PASSES)


def point_key(aspect: str, point: Point) -> str:
    """The key of a choice's words."""
    return f"pass.{point}" if point in PASSES else f"{aspect}.{point}"


def family_aspects(moment: FamilyMoment) -> tuple[str, ...]:
    """The aspects that a family is asked about at this moment, in their order."""
    left_out = _NOT_MIDWAY if moment is FamilyMoment.MIDWAY else frozenset()
    return tuple(code for code in ASPECTS[Source.FAMILY] if code not in left_out)


def pages(moment: FamilyMoment, answer: FamilyAnswer) -> tuple[str, ...]:
    """The pages in their order; whether the words may be quoted is asked only where there are words."""
    quote = (QUOTE,) if answer.has_words else ()
    return (*family_aspects(moment), GOOD_WORDS, BETTER_WORDS, *quote, CHECK)


def after(page: str, moment: FamilyMoment, answer: FamilyAnswer) -> str:
    """The page that follows; the last one follows itself."""
    found = pages(moment, answer)
    place = found.index(page) if page in found else len(found) - 2
    return found[min(place + 1, len(found) - 1)]


def before(page: str, moment: FamilyMoment, answer: FamilyAnswer) -> str:
    """The page before; before the first question stands the page on which a family begins."""
    found = (FIRST, *pages(moment, answer))
    return found[found.index(page) - 1] if page in found[1:] else found[1]


def questions_at_most(moment: FamilyMoment) -> int:
    """How many questions there are with the one about quoting, so that no number grows once words are typed."""
    return len(pages(moment, FamilyAnswer(good_words="some"))) - 1


def answer_of_point(point: Point) -> Answer:
    """How the chart counts a point: it knows good, mixed and not good."""
    return _ANSWERS[point]


def as_family_feedback(answer: FamilyAnswer, way: Way) -> Feedback:
    """The same as the chart reads it."""
    return Feedback(
        source=Source.FAMILY,
        answers={code: answer_of_point(point) for code, point in answer.points.items()},
        good_words=answer.good_words,
        better_words=answer.better_words,
        way=way,
    )


def family_problems(answer: FamilyAnswer, moment: FamilyMoment) -> list[str]:
    """What keeps an answer from being kept, as keys of the words that say so."""
    problems = []
    if any(point not in points_of(code) for code, point in answer.points.items()):
        problems.append("problem.choose")
    if set(answer.points) - set(family_aspects(moment)):
        problems.append("problem.choose")
    if max(len(answer.good_words), len(answer.better_words)) > LONGEST_FAMILY_WORDS:
        problems.append("problem.too_long")
    if not answer.has_words and not any(_ANSWERS[p] is not Answer.NOT_ASKED for p in answer.points.values()):
        problems.append("problem.nothing")
    return problems


def shaped_code(text: str) -> str:
    """A typed code without spaces and dashes, in capitals."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def code_words(code: str) -> str:
    """The code as a letter shows it: XXXXX-XXXXX."""
    return f"{code[:5]}-{code[5:]}"


def mark_of(digest: str) -> str:
    """A short mark in the letters of the codes, made of a digest in hexadecimal figures."""
    return "".join(CODE_LETTERS[figure % len(CODE_LETTERS)] for figure in bytes.fromhex(digest)[:MARK_LENGTH])


class InvitationState(StrEnum):
    """Where an invitation stands."""

    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"
    EXPIRED = "expired"
    OPENED = "opened"
    SENT = "sent"
    ASKED = "asked"


INVITATION_STATES: Mapping[InvitationState, str] = {
    InvitationState.ANSWERED: "Answered",
    InvitationState.TAKEN_BACK: "Taken back",
    InvitationState.EXPIRED: "Not answered, closed",
    InvitationState.OPENED: "Opened, not answered yet",
    InvitationState.SENT: "Sent",
    InvitationState.ASKED: "To be sent",
}


@dataclass(frozen=True)
class InvitationFacts:
    """The moments of one invitation; ``reachable`` is False once its person may not be asked in this way."""

    expires_at: datetime
    sent_at: datetime | None = None
    opened_at: datetime | None = None
    answered_at: datetime | None = None
    revoked_at: datetime | None = None
    reminded_at: datetime | None = None
    reachable: bool = True


def invitation_state(facts: InvitationFacts, now: datetime) -> InvitationState:
    """One word for where it stands; an answer stands above all that came after it."""
    if facts.answered_at:
        return InvitationState.ANSWERED
    if facts.revoked_at:
        return InvitationState.TAKEN_BACK
    if facts.expires_at <= now:
        return InvitationState.EXPIRED
    if facts.opened_at:
        return InvitationState.OPENED
    return InvitationState.SENT if facts.sent_at else InvitationState.ASKED


def can_be_answered(facts: InvitationFacts, now: datetime) -> bool:
    """Whether a link or code of it still opens the questions."""
    closed = facts.answered_at or facts.revoked_at or facts.expires_at <= now
    return not closed


def may_send(facts: InvitationFacts, now: datetime) -> bool:
    """Whether a message with a new link may go to its person."""
    return can_be_answered(facts, now) and facts.reachable


def may_remind(facts: InvitationFacts, now: datetime) -> bool:
    """Once, and only who was sent something and has not answered."""
    return may_send(facts, now) and facts.sent_at is not None and facts.reminded_at is None


def asking_problem(earlier: Iterable[InvitationFacts], now: datetime) -> str:
    """What keeps somebody from being asked about a moment that they were asked about before; empty when nothing does.

    Taking a question back and asking anew must not be a way to remind more than once.
    """
    questions = list(earlier)
    if any(can_be_answered(one, now) for one in questions):
        return "This person is asked already. Take that back first, or remind them."
    if any(one.reminded_at for one in questions):
        return "This person was asked about this moment and reminded. One reminder, then silence."
    if any(one.revoked_at and one.sent_at and now < one.sent_at + ASK_AGAIN_AFTER for one in questions):
        return "This person was sent a question about this moment less than a week ago. Wait until the week is over."
    return ""


def signature(name: str, telephone: str, contact: Contact, *, english: bool) -> str:
    """How a text message ends: who sends it, and the number by which a family can check that.

    A message in another language ends with names and number alone, which need no translation.
    """
    number = telephone or contact.telephone
    if not english:
        return ", ".join(filter(None, (name, contact.name, number)))
    check = f" To check that this is from us, you can call {'me on ' if telephone else ''}{number}." if number else ""
    return f"From {name}, {contact.name}.{check}"
