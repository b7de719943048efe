"""Where a question stands, and who writes next."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.workflow import Step, Workflow
from portal.policy import Action

STATUSES: Mapping[str, str] = {
    "waiting": "Waits for the service",
    "asked_back": "The service asks you",
    "answered": "Answered",
    "closed": "Closed",
}
STATUS_TONES: Mapping[str, str] = {
    "waiting": "brand",
    "asked_back": "attention",
    "answered": "good",
    "closed": "quiet",
}
WAITING_FOR_SCHOOL = frozenset({"asked_back", "answered"})

HOW_SOON: Mapping[str, tuple[str, int]] = {
    "soon": ("In the next two or three school days", 2),
    "usual": ("Within a school week", 5),
    "later": ("It can wait two weeks", 10),
}
"""Words, and in how many school days the service answers"""

STEP_WORDS: Mapping[str, str] = {
    "answer": "advice answered",
    "ask_back": "school asked back about advice",
    "write": "advice asked on",
    "close": "advice closed by the school",
    "become": "advice became something else",
    "finish": "advice closed by the service",
}
"""What the audit trail says of each step"""


@dataclass(frozen=True)
class Facts:
    """What the steps ask about: nothing beyond the status, so far."""


_OPEN = frozenset({"waiting", "asked_back", "answered"})

ROAD: Workflow[Facts] = Workflow(
    statuses=STATUSES,
    steps=(
        Step("answer", "Send the answer", frozenset(STATUSES), "answered", Action.ANSWER_ADVICE),
        Step("ask_back", "Ask the school back", frozenset(STATUSES), "asked_back", Action.ANSWER_ADVICE),
        Step("write", "Send", frozenset(STATUSES), "waiting", Action.ASK_ADVICE),
        Step("close", "This helps, close the question", _OPEN, "closed", Action.ASK_ADVICE),
        Step("become", "Make something else of it", _OPEN, "closed", Action.ASK_ADVICE),
        Step("finish", "Close the question", frozenset({"answered", "asked_back"}), "closed", Action.ANSWER_ADVICE),
    ),
)


def school_days_for(how_soon: str) -> int:
    """In how many school days an answer is due; the usual time for what nobody knows."""
    return HOW_SOON.get(how_soon, HOW_SOON["usual"])[1]


def status_tone(status: str) -> str:
    """The tone of the tag."""
    return STATUS_TONES[status]


def status_line(status: str, *, by_when: str, worker: str, is_school: bool) -> str:
    """Where it stands, who acts next and by when, in a line. ``by_when`` is what ``by_when_words`` says of the day on
    which the answer is due; ``worker`` may be empty."""
    who = worker or "the service"
    if status == "waiting":
        return f"Next: {who} answers{by_when}" if is_school else f"Next: answer{by_when}"
    if status == "asked_back":
        return "Next: answer what the service asks." if is_school else "Next: the school answers."
    if status == "answered":
        return (
            "Read the answer. Then write again, or close the question if it helps."
            if is_school
            else "Next: the school writes again, or closes the question."
        )
    return "It opens again as soon as somebody writes."
