"""Where an agreement stands: the steps, what a signature needs, and the one line that school and service read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.kernel.dates import day_words
from portal.kernel.names import name_problem
from portal.kernel.workflow import Step, Workflow
from portal.policy import Action

SCHOOL_DAYS_TO_SIGN = 5

STATUSES: Mapping[str, str] = {
    "waiting": "Waits for the school",
    "signed": "Signed",
    "waived": "Work may start without it",
    "replaced": "Replaced by a newer version",
    "lapsed": "No longer needed",
}

LISTED = ("waiting", "signed", "waived")
"""The states that lists filter by; replaced and lapsed ones are reached from their successors"""

SETTLED = frozenset({"signed", "waived"})
"""With these the work may start."""

SCHOOL, SERVICE = "school", "service"
"""The two who sign."""

_SIGNABLE = frozenset({"waiting", "waived"})
_WAITING = frozenset({"waiting"})


@dataclass(frozen=True)
class RoadFacts:
    """Nothing beyond the status decides what may happen to an agreement."""


ROAD: Workflow[RoadFacts] = Workflow(
    STATUSES,
    (
        Step("sign", "Sign", _SIGNABLE, "signed", Action.SIGN_AGREEMENT),
        Step("sign_on_paper", "Record a signature on paper", _SIGNABLE, "signed", Action.PREPARE_AGREEMENT),
        Step("ask_change", "Ask for a change", _WAITING, "waiting", Action.SIGN_AGREEMENT, reason_asked=True),
        Step("answer", "Answer the school", _WAITING, "waiting", Action.PREPARE_AGREEMENT, reason_asked=True),
        Step("waive", "Start without it", _WAITING, "waived", Action.PREPARE_AGREEMENT, reason_asked=True),
        Step("replace", "Replace", _WAITING, "replaced", Action.PREPARE_AGREEMENT),
        Step("lapse", "No longer needed", _WAITING, "lapsed", Action.PREPARE_AGREEMENT),
    ),
)


@dataclass(frozen=True)
class SignDraft:
    """What the head teacher writes; ``digest`` tells which exact text they saw."""

    name: str
    role: str
    contact: str
    agrees: bool
    digest: str


@dataclass(frozen=True)
class StateLine:
    """Where it is, and who acts next and by when."""

    state: str
    tone: str
    next: str


def sign_problems(draft: SignDraft) -> dict[str, str]:
    """What is missing for a signature, by field; empty when all is well."""
    problems = {}
    if not draft.name.strip():
        problems["name"] = "Enter your name."
    elif wrong := name_problem(draft.name):
        problems["name"] = wrong
    if not draft.role.strip():
        problems["role"] = "Enter your role at the school, such as head teacher."
    if not draft.contact.strip():
        problems["contact"] = "Name the person at your school whom we can turn to."
    if not draft.agrees:
        problems["agrees"] = "Tick that you have read the agreement and sign it for your school."
    return problems


def may_start(status: str | None, *, is_asked: bool) -> bool:
    """May the work start? ``status`` is the newest version's; without one it depends on whether one is asked."""
    return not is_asked if status is None else status in SETTLED


def state_line(
    status: str, due_on: date, today: date, *, change_asked: bool, signed_by: str = "", signed_on: date | None = None
) -> StateLine:
    """The line that school and service both read."""
    if status == "waiting":
        return _waiting_line(due_on, today, change_asked=change_asked)
    if status == "signed" and signed_on is not None:
        by = f"{signed_by} signed it for the school on {day_words(signed_on, today)}."
        return StateLine("Signed", "good", by)
    followed = {
        "waived": ("quiet", "The coordinator let the work start without a signature. The school may still sign."),
        "replaced": ("quiet", "Dates, people or words changed before it was signed. A newer version took its place."),
        "lapsed": ("quiet", "The work ended before it was signed. Nothing more is to be done."),
    }
    tone, words = followed.get(status, ("quiet", ""))
    return StateLine(STATUSES[status], tone, words)


def _waiting_line(due_on: date, today: date, *, change_asked: bool) -> StateLine:
    if change_asked:
        return StateLine(
            "The school asked for a change", "attention", "The coordinator answers next. Work starts once it is signed."
        )
    late = due_on < today
    when = f"It was due {day_words(due_on, today)}" if late else f"It is due by {day_words(due_on, today)}"
    words = f"The head teacher signs next. {when}. Work starts once it is signed."
    return StateLine("Waits for the school", "problem" if late else "attention", words)
