"""The road of a referral, from a school's draft to the decision."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.workflow import Step, Workflow
from portal.policy import Action
from portal.referrals.rules.decisions import ACCEPTING, DECISIONS, ENDING

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


@dataclass(frozen=True)
class ReferralFacts:
    """What the road must know of a referral and its service line.

    ``missing`` holds a sentence for each core answer that is not there; ``asks_head`` says whether the service line
    waits for the head in the portal, ``pupil_known`` whether the referral is linked to a pupil record,
    ``panels_held`` whether there are panels; ``decision`` is the code being recorded.
    """

    missing: tuple[str, ...] = ()
    asks_head: bool = False
    approved: bool = False
    pupil_known: bool = False
    panels_held: bool = True
    decision: str = ""


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


def _pupil_is_known(facts: ReferralFacts) -> list[str]:
    if facts.decision in ACCEPTING and not facts.pupil_known:
        return ["Link the referral to a pupil first: the work is recorded with the pupil."]
    return []


_NEW = frozenset({"draft"})
_WITH_HEAD = frozenset({"awaiting_approval"})
_SUBMITTED = frozenset({"submitted"})
_RETURNED = frozenset({"returned"})
_AT_PANEL = frozenset({"at_panel"})

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
        Step("send_back", "Send back to the writer", _WITH_HEAD, "draft", Action.APPROVE_REFERRAL, reason_asked=True),
        Step("resubmit", "Send again", _RETURNED, "submitted", Action.WRITE_REFERRAL, (_nothing_missing,)),
        Step(
            "decide",
            "Decide",
            _SUBMITTED | _AT_PANEL,
            "decided",
            Action.SCREEN_REFERRAL,
            (_decision_ends_the_road, _pupil_is_known),
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
        Step("withdraw", "Withdraw", OPEN, "withdrawn", Action.WITHDRAW_REFERRAL, reason_asked=True),
    ),
)


def offered(status: str, facts: ReferralFacts) -> tuple[Step[ReferralFacts], ...]:
    """The steps worth a button: those from this status, without the ones that this service line does not use."""
    unused = {"submit" if facts.asks_head and not facts.approved else "send_for_approval"}
    if not facts.panels_held:
        unused.add("send_to_panel")
    return tuple(step for step in ROAD.available(status) if step.name not in unused)
