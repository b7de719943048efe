"""What people write, and what must be mended before it can be sent."""

from dataclasses import dataclass

from portal.advice.rules.road import HOW_SOON

SUBJECT, LONGEST = 120, 5_000
"""Characters of a subject, and of a text"""
MOST_MINUTES = 960


@dataclass(frozen=True)
class QuestionDraft:
    """A school's question about practice."""

    subject: str = ""
    question: str = ""
    tried: str = ""
    how_soon: str = "usual"

    @property
    def words(self) -> str:
        """All that was typed, as it is searched for people."""
        return "\n".join((self.subject, self.question, self.tried))


@dataclass(frozen=True)
class MessageDraft:
    """What is written into a thread; ``minutes`` is the time that the service spent, None where it is not asked."""

    words: str = ""
    minutes: int | None = None


def question_problems(draft: QuestionDraft) -> dict[str, str]:
    """What must be mended: a sentence by field, empty when all is well."""
    problems = _length_problems({"question": draft.question, "tried": draft.tried})
    if not draft.subject.strip():
        problems["subject"] = "Say in a few words what it is about."
    elif len(draft.subject) > SUBJECT:
        problems["subject"] = f"Shorten this to {SUBJECT} characters; it has {len(draft.subject)}."
    if not draft.question.strip():
        problems["question"] = "Write your question."
    if draft.how_soon not in HOW_SOON:
        problems["how_soon"] = "Choose how soon you need an answer."
    return problems


def message_problems(draft: MessageDraft, *, asks_time: bool) -> dict[str, str]:
    """The same for a message; ``asks_time`` when its minutes go to the ledger."""
    problems = _length_problems({"words": draft.words})
    if not draft.words.strip():
        problems["words"] = "Write something before you send it."
    if asks_time and (draft.minutes is None or not 1 <= draft.minutes <= MOST_MINUTES):
        problems["minutes"] = f"Enter the minutes that it took, from 1 to {MOST_MINUTES}."
    return problems


def _length_problems(texts: dict[str, str]) -> dict[str, str]:
    return {
        field: f"Shorten this to {LONGEST:,} characters; it has {len(text):,}."
        for field, text in texts.items()
        if len(text) > LONGEST
    }
