"""The road of a referral, from a school's draft to the decision."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.workflow import Step, Workflow
from portal.policy import Action
from portal.referrals.rules.decisions import DECISIONS, ENDING, decisions_for, is_to_arrange, leads_to_case

STATUSES: Mapping[str, str] = {
    "draft": "Draft",
    "awaiting_approval": "Awaiting approval",
    "submitted": "Submitted",
    "returned": "Returned",
    "at_panel": "At panel",
    "decided": "Decided",
    "withdrawn": "Withdrawn",
}

OPEN = frozenset(STATUSES) - {"decided", "withdrawn"}
"""Statuses in which somebody still has something to do."""

WITH_SCHOOL = frozenset({"draft", "awaiting_approval", "returned"})
"""Statuses in which the school holds the referral; the form may be changed in ``draft`` and ``returned``."""

EDITABLE = frozenset({"draft", "returned"})

COMPLETABLE = frozenset({"submitted", "at_panel"})
"""Statuses in which the service has it, and the school can still add to it"""
AS_SENT = frozenset({"pupil", "pupils", "referrer"})
"""Pages that stay as they were sent: whom it is about, and who signed"""


def can_be_added_to(status: str, page: str) -> bool:
    """Whether the school can add to this page (or, with the place of files, a file) though the service has it."""
    return status in COMPLETABLE and page not in AS_SENT


@dataclass(frozen=True)
class ReferralFacts:
    """What the road must know of a referral and its service line.

    ``missing`` holds a sentence for each core answer that is not there; ``asks_head`` says whether the service line
    waits for the head in the portal, ``pupil_known`` whether the referral is linked to a pupil record,
    ``panels_held`` whether there are panels; ``decision`` is the code being recorded; ``kind`` what the referral is
    for (pupil, group, school); ``decided_today`` and ``case_opened`` say whether a decision can still be taken back;
    ``agreed`` is the decision that stands, ``arranged`` whether what it agreed is arranged; ``unanswered`` counts the
    questions of the latest return with neither an answer nor “we don't know”.
    """

    missing: tuple[str, ...] = ()
    asks_head: bool = False
    approved: bool = False
    pupil_known: bool = False
    panels_held: bool = True
    decision: str = ""
    kind: str = "pupil"
    decided_today: bool = False
    case_opened: bool = False
    agreed: str = ""
    arranged: bool = False
    unanswered: int = 0


def _nothing_missing(facts: ReferralFacts) -> list[str]:
    return list(facts.missing)


def _approval_is_asked(facts: ReferralFacts) -> list[str]:
    return [] if facts.asks_head else ["This service does not ask for approval here. Submit the referral directly."]


def _approval_is_not_outstanding(facts: ReferralFacts) -> list[str]:
    if facts.asks_head and not facts.approved:
        return ["The head's approval comes first. Send the referral for approval."]
    return []


def _panels_are_held(facts: ReferralFacts) -> list[str]:
    return [] if facts.panels_held else ["This service line has no panel. Decide the referral directly."]


def _decision_ends_the_road(facts: ReferralFacts) -> list[str]:
    if facts.decision in ENDING:
        return []
    if facts.decision in DECISIONS:
        return [f"“{DECISIONS[facts.decision]}” keeps the referral open. Use the step of that name."]
    return ["Choose the decision."]


def _decision_fits(facts: ReferralFacts) -> list[str]:
    if facts.decision in DECISIONS and facts.decision not in decisions_for(facts.kind):
        return ["This referral is for a whole school, so nothing that needs a pupil can be decided."]
    return []


def _may_be_taken_back(facts: ReferralFacts) -> list[str]:
    if facts.case_opened:
        return ["The case is open already, so the decision stands. End the case instead."]
    if not facts.decided_today:
        return ["A decision can be taken back on the day it was made. Ask the school to refer again."]
    return []


def _waits_to_be_arranged(facts: ReferralFacts) -> list[str]:
    if not is_to_arrange(facts.agreed, facts.kind):
        return ["This decision leaves nothing to arrange."]
    return ["It is arranged already."] if facts.arranged else []


def _questions_are_answered(facts: ReferralFacts) -> list[str]:
    if not facts.unanswered:
        return []
    what = "a question" if facts.unanswered == 1 else f"{facts.unanswered} questions"
    return [f"The service asked {what} with no answer yet. Open “Answer the service” first."]


def _pupil_is_known(facts: ReferralFacts) -> list[str]:
    if leads_to_case(facts.decision, facts.kind) and not facts.pupil_known:
        return ["Link the referral to a pupil first: the work is recorded with the pupil."]
    return []


_NEW = frozenset({"draft"})
_WITH_HEAD = frozenset({"awaiting_approval"})
_SUBMITTED = frozenset({"submitted"})
_RETURNED = frozenset({"returned"})
_AT_PANEL = frozenset({"at_panel"})
_DECIDED = frozenset({"decided"})

ROAD: Workflow[ReferralFacts] = Workflow(
    STATUSES,
    (
        Step(
            "send_for_approval",
            "Send for approval",
            _NEW,
            "awaiting_approval",
            Action.WRITE_REFERRAL,
            (_approval_is_asked, _nothing_missing),
        ),
        Step(
            "submit",
            "Submit",
            _NEW,
            "submitted",
            Action.WRITE_REFERRAL,
            (_approval_is_not_outstanding, _nothing_missing),
        ),
        Step(
            "approve",
            "Approve and submit",
            _WITH_HEAD,
            "submitted",
            Action.APPROVE_REFERRAL,
            (_nothing_missing,),
        ),
        Step(
            "ask_another",
            "Ask somebody else to approve",
            _WITH_HEAD,
            "awaiting_approval",
            Action.WRITE_REFERRAL,
            (_approval_is_asked,),
        ),
        Step("send_back", "Send back to the writer", _WITH_HEAD, "draft", Action.APPROVE_REFERRAL, reason_asked=True),
        Step("recall", "Take it back to change it", _WITH_HEAD, "draft", Action.WRITE_REFERRAL),
        Step(
            "resubmit",
            "Send again",
            _RETURNED,
            "submitted",
            Action.WRITE_REFERRAL,
            (_nothing_missing, _questions_are_answered),
        ),
        Step(
            "decide",
            "Decide",
            _SUBMITTED | _AT_PANEL,
            "decided",
            Action.SCREEN_REFERRAL,
            (_decision_ends_the_road, _decision_fits, _pupil_is_known),
            reason_asked=True,
        ),
        Step("send_to_panel", "Send to panel", _SUBMITTED, "at_panel", Action.SCREEN_REFERRAL, (_panels_are_held,)),
        Step(
            "defer",
            "Defer to the next panel",
            _AT_PANEL,
            "at_panel",
            Action.SCREEN_REFERRAL,
            reason_asked=True,
        ),
        Step(
            "return",
            "Return for more information",
            _SUBMITTED | _AT_PANEL,
            "returned",
            Action.SCREEN_REFERRAL,
            reason_asked=True,
        ),
        Step(
            "arranged",
            "It is arranged",
            _DECIDED,
            "decided",
            Action.SCREEN_REFERRAL,
            (_waits_to_be_arranged,),
        ),
        Step(
            "take_back",
            "Take the decision back",
            _DECIDED,
            "submitted",
            Action.SCREEN_REFERRAL,
            (_may_be_taken_back,),
            reason_asked=True,
        ),
        Step("withdraw", "Withdraw", OPEN, "withdrawn", Action.WITHDRAW_REFERRAL, reason_asked=True),
    ),
)


def offered(status: str, facts: ReferralFacts) -> tuple[Step[ReferralFacts], ...]:
    """The steps worth a button: those from this status, without the ones that this service line does not use."""
    unused = {"submit" if facts.asks_head and not facts.approved else "send_for_approval"}
    if not facts.panels_held:
        unused.add("send_to_panel")
    if facts.case_opened or not facts.decided_today:
        unused.add("take_back")
    if _waits_to_be_arranged(facts):
        unused.add("arranged")
    return tuple(step for step in ROAD.available(status) if step.name not in unused)
