"""The one plain line that the school sees at every stage: where the referral is, who acts next, by when."""

from dataclasses import dataclass
from datetime import date

from portal.kernel.dates import by_when_words
from portal.referrals.rules.decisions import DECIDED, DECISIONS, SIGNPOSTS, leads_to_case, to_be_ratified

_NOBODY = "Nobody: nothing more to do here"
_SCHOOL = "The school"
_COORDINATOR = "The coordinator"


@dataclass(frozen=True)
class StatusFacts:
    """What the line is made of.

    ``case_stage`` is the label of the case's stage, empty before a case is opened; ``due_on`` the date of the next
    thing due, None when none is set; ``workers`` are names to show; ``signpost`` is a label, not a code; ``kind`` what
    the referral is for; ``approver`` whoever was asked to approve it; ``arranged``: what was agreed is arranged.
    """

    status: str
    due_on: date | None = None
    decision: str = ""
    route: str = "direct"
    ratified_on: date | None = None
    signpost: str = ""
    case_stage: str = ""
    workers: tuple[str, ...] = ()
    kind: str = "pupil"
    approver: str = ""
    arranged: bool = False


@dataclass(frozen=True)
class StatusLine:
    """Where the referral is (a sentence), who acts next, and by when if a date is set."""

    where: str
    who_acts: str
    by_when: date | None

    @property
    def is_over(self) -> bool:
        """Nobody has anything to do here any more."""
        return self.who_acts == _NOBODY

    def words(self, today: date) -> str:
        """The whole line: "With the service for screening. Next: the coordinator, by Tuesday 5 December."."""
        if self.is_over:
            return self.where
        return f"{self.where} Next: {small(self.who_acts)}{by_when_words(self.by_when, today)}"


def status_line(facts: StatusFacts) -> StatusLine:
    """The school's line for a referral. Raises KeyError for an unknown status."""
    if facts.status == "decided":
        return _decided_line(facts)
    where, who_acts = _LINES[facts.status]
    if facts.status == "awaiting_approval" and facts.approver:
        where, who_acts = f"Waiting for the approval of {facts.approver}.", facts.approver
    return StatusLine(where, who_acts, facts.due_on)


_LINES = {
    "draft": ("Not sent yet.", _SCHOOL),
    "awaiting_approval": ("Waiting for the head's approval.", "The head teacher"),
    "submitted": ("With the service for screening.", _COORDINATOR),
    "returned": ("Returned: the service needs to know more.", _SCHOOL),
    "at_panel": ("On the agenda of the panel.", "The panel"),
    "withdrawn": ("Withdrawn.", _NOBODY),
}

_AFTERWARDS = {
    "whole_school": "The service will plan it with you.",
    "training": "The service will arrange it with you.",
    "consultation": "The service will speak with you.",
    "managed_move": "The service will arrange it with you.",
}


_AFTER_DECLINE = "The reason is with the decision. Refer again if things change."


def _turn_to(signpost: str) -> str:
    return f"Turn to {small(signpost)} instead." if signpost else "The decision says where to turn."


def _decided_line(facts: StatusFacts) -> StatusLine:
    if facts.case_stage:
        return _case_line(facts)
    where = f"{DECIDED.get(facts.decision, 'Decided: see the letter')}{_ratification(facts)}."
    if leads_to_case(facts.decision, facts.kind):
        return StatusLine(f"{where} The work is being set up.", _COORDINATOR, facts.due_on)
    if facts.decision == "signpost":
        return StatusLine(f"{where} {_turn_to(facts.signpost)} Nothing more to do here.", _NOBODY, None)
    if facts.decision == "decline":
        return StatusLine(f"{where} {_AFTER_DECLINE}", _NOBODY, None)
    if facts.decision in _AFTERWARDS and facts.arranged:
        return StatusLine(f"{where} It is arranged.", _NOBODY, None)
    if facts.decision in _AFTERWARDS:
        return StatusLine(f"{where} {_AFTERWARDS[facts.decision]}", _COORDINATOR, facts.due_on)
    return StatusLine(where, _NOBODY, None)


def _case_line(facts: StatusFacts) -> StatusLine:
    ratification = _ratification(facts)
    if facts.case_stage == "Closed":
        return StatusLine(f"The work has ended and is closed{ratification}.", _NOBODY, None)
    who_acts = " and ".join(facts.workers) or _COORDINATOR
    return StatusLine(f"Work under way: {small(facts.case_stage)}{ratification}.", who_acts, facts.due_on)


def _ratification(facts: StatusFacts) -> str:
    return " (to be ratified by the next panel)" if to_be_ratified(facts.route, facts.ratified_on) else ""


def small(words: str) -> str:
    """The words for the middle of a sentence; names keep their capitals."""
    first = words.split(" ", 1)[0]
    return words[0].lower() + words[1:] if first in _COMMON_FIRST_WORDS else words


_COMMON_FIRST_WORDS = frozenset(
    label.split(" ", 1)[0]
    for label in (
        *DECISIONS.values(),
        *(label for code, label in SIGNPOSTS.items() if code not in ("camhs", "sen_statutory")),
        *(who for _, who in _LINES.values()),
        "See",
        "Waiting",
        "Observation",
        "Plan",
        "Support",
        "Exit",
        "Monitoring",
    )
)
