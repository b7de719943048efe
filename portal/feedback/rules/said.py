"""What school and family said about the help: each aspect's answer, their words, and the tone of it all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

LONGEST_WORDS = 4_000


class Source(StrEnum):
    """Who gave the feedback."""

    SCHOOL = "school"
    FAMILY = "family"


SOURCE_LABELS: dict[Source, str] = {
    Source.SCHOOL: "The school",
    Source.FAMILY: "The family",
}


class Answer(StrEnum):
    """What was said about one aspect."""

    GOOD = "good"
    MIXED = "mixed"
    NOT_GOOD = "not_good"
    NOT_ASKED = "not_asked"


class Moment(StrEnum):
    """When the school is asked: at the end of the work, and after the first monitoring visit."""

    END = "end"
    MONITORING = "monitoring"


MOMENT_LABELS: dict[Moment, str] = {
    Moment.END: "At the end of the work",
    Moment.MONITORING: "After the monitoring visit",
}


class Way(StrEnum):
    """How a family gave its own words."""

    LINK = "link"
    PAPER = "paper"


class Tone(StrEnum):
    """Feedback in a word; NOT_ABLE is no opinion but a fact: the work could not continue."""

    ALL_POSITIVE = "all_positive"
    POSITIVE = "positive"
    POSITIVE_EXCEPT = "positive_except"
    MIXED = "mixed"
    NOT_POSITIVE = "not_positive"
    NOT_ABLE = "not_able"


ANSWER_LABELS: dict[Answer, str] = {
    Answer.GOOD: "Good",
    Answer.MIXED: "Mixed",
    Answer.NOT_GOOD: "Not good",
    Answer.NOT_ASKED: "Not asked",
}
TONE_LABELS: dict[Tone, str] = {
    Tone.ALL_POSITIVE: "Positive for all aspects",
    Tone.POSITIVE: "Positive",
    Tone.POSITIVE_EXCEPT: "Positive, except …",
    Tone.MIXED: "Mixed",
    Tone.NOT_POSITIVE: "Not positive",
    Tone.NOT_ABLE: "Work not able to continue",
}
ASPECTS: dict[Source, dict[str, str]] = {
    Source.SCHOOL: {
        "heard": "being heard",
        "advice": "quality of advice",
        "pupil": "difference for the pupil",
        "staff": "difference for staff",
        "length": "length",
        "how_often": "how often we came",
        "withdrawal": "withdrawal",
        "follow_up": "follow-up visits",
        "again": "would use again",
    },
    Source.FAMILY: {
        "heard": "being listened to",
        "home": "what helped at home",
        "child": "what changed for my child",
        "ending": "how it ended",
        "length": "length",
        "again": "would you want it again",
    },
}


@dataclass(frozen=True)
class Feedback:
    """One person's feedback, as recorded.

    ``answers`` maps aspect codes of the source to answers. ``overall`` is a tone stated as such, where an earlier chart
    gives no aspects. ``work_stopped`` says that the work was not able to continue, ``stopped_words`` why. ``moment`` is
    set where the school answered itself; without one, somebody of the service wrote down what was said. ``way`` is set
    where a family answered itself, ``contact_id`` says which of them.
    """

    source: Source
    answers: Mapping[str, Answer] = field(default_factory=dict)
    good_words: str = ""
    better_words: str = ""
    work_stopped: bool = False
    stopped_words: str = ""
    given_on: date | None = None
    overall: Tone | None = None
    moment: Moment | None = None
    way: Way | None = None
    contact_id: int | None = None

    def asked(self) -> dict[str, Answer]:
        """The aspects that were answered, in the order of the form."""
        given = {code: self.answers.get(code, Answer.NOT_ASKED) for code in ASPECTS[self.source]}
        return {code: answer for code, answer in given.items() if answer is not Answer.NOT_ASKED}

    def words(self) -> str:
        """The tone in a line that names what was not good: "Positive, except length"; empty when nothing was said."""
        said = tone(self)
        if said is Tone.ALL_POSITIVE and 0 < len(self.asked()) < len(ASPECTS[self.source]):
            return f"Positive for every aspect asked ({len(self.asked())} of {len(ASPECTS[self.source])})"
        if said is Tone.POSITIVE_EXCEPT:
            return f"Positive, except {self._lesser()}" if self._lesser() else "Positive, with something to do better"
        return TONE_LABELS[said] if said else ""

    def note(self) -> str:
        """Their own words: what was good, what could be better, and whether the work had to stop."""
        better = f"Could be better: {self.better_words}" if self.better_words else ""
        return "; ".join(part for part in (self.good_words, better, self._stopped()) if part)

    def _stopped(self) -> str:
        """Why the work stopped, else the bare fact where ``words`` does not already say it."""
        unsaid = self.work_stopped and tone(self) is not Tone.NOT_ABLE
        return self.stopped_words or (TONE_LABELS[Tone.NOT_ABLE] if unsaid else "")

    def _lesser(self) -> str:
        labels = ASPECTS[self.source]
        return ", ".join(labels[code] for code, answer in self.asked().items() if answer is not Answer.GOOD)


def tone(feedback: Feedback) -> Tone | None:
    """The tone of one person's feedback; None when nothing was said.

    Answers to aspects decide; without any, the stated tone, or which words there are. "Positive, except" needs more
    good answers than others, otherwise the feedback is mixed.
    """
    answers = list(feedback.asked().values())
    return _tone_of(answers) if answers else feedback.overall or _tone_of_words(feedback)


def _tone_of_words(feedback: Feedback) -> Tone | None:
    if feedback.good_words:
        return Tone.MIXED if feedback.better_words or feedback.work_stopped else Tone.POSITIVE
    if feedback.better_words:
        return Tone.NOT_POSITIVE
    return Tone.NOT_ABLE if feedback.work_stopped else None


def _tone_of(answers: list[Answer]) -> Tone:
    good = answers.count(Answer.GOOD)
    if good == len(answers):
        return Tone.ALL_POSITIVE
    if answers.count(Answer.NOT_GOOD) == len(answers):
        return Tone.NOT_POSITIVE
    return Tone.POSITIVE_EXCEPT if good > len(answers) - good else Tone.MIXED


def that_counts(said: Sequence[Feedback]) -> list[Feedback]:
    """Of one side's feedback, what its tone is made of: its own latest answer, else everything that was written down.

    Nobody's account of a conversation stands against what the school says itself, and of its two answers the one
    after monitoring knows more. Of a family, the latest answer of each person counts; ``said`` is oldest first.
    """
    own_of_family = [row for row in said if row.way is not None and tone(row) is not None]
    if own_of_family:
        return list({row.contact_id or -place: row for place, row in enumerate(own_of_family, 1)}.values())
    own = {row.moment: row for row in said if row.moment is not None and tone(row) is not None}
    latest = own.get(Moment.MONITORING) or own.get(Moment.END)
    return [latest] if latest else list(said)


def told(said: Sequence[Feedback]) -> list[str]:
    """One side's feedback in words, what counts first; an own answer that another one followed says when it was."""
    counting = that_counts(said)
    words = [row.words() for row in counting]
    earlier = [row for row in said if row.moment is Moment.END and row not in counting]
    words += [f"At the end of the work: {_inside(row.words())}" for row in earlier if row.words()]
    return [one for one in dict.fromkeys(words) if one]


def _inside(words: str) -> str:
    return words[:1].lower() + words[1:]


def feedback_problems(feedback: Feedback, today: date) -> list[str]:
    """What keeps feedback from being recorded, as sentences."""
    problems = []
    if set(feedback.answers) - set(ASPECTS[feedback.source]):
        problems.append("Answer only the aspects on this form.")
    if tone(feedback) is None:
        problems.append("Record at least one answer, some words, or that the work was not able to continue.")
    if max(len(feedback.good_words), len(feedback.better_words), len(feedback.stopped_words)) > LONGEST_WORDS:
        problems.append(f"Their words must be {LONGEST_WORDS:,} characters or fewer.")
    if feedback.given_on and feedback.given_on > today:
        problems.append("Feedback cannot be given on a date in the future.")
    return problems
