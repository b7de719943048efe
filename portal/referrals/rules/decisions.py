"""What can be decided about a referral, by which route, and what each decision leads to."""

from collections.abc import Mapping
from datetime import date

DECISIONS: Mapping[str, str] = {
    "outreach": "Outreach",
    "whole_school": "Whole-school or staff support",
    "training": "Training",
    "consultation": "Consultation only",
    "return": "Return for more information",
    "signpost": "Signpost elsewhere",
    "placement": "Short-term or dual-registered placement",
    "managed_move": "Managed move",
    "defer": "Defer to the next panel",
    "decline": "Decline",
}

DECIDED: Mapping[str, str] = {
    "outreach": "Accepted for outreach",
    "whole_school": "Accepted for whole-school or staff support",
    "training": "Training was agreed",
    "consultation": "A consultation was agreed",
    "signpost": "Not for outreach",
    "placement": "Accepted for a short-term or dual-registered placement",
    "managed_move": "A managed move was agreed",
    "decline": "Not accepted",
}
"""What a decision that ends the referral says to its school."""

REFUSING = frozenset({"signpost", "decline"})
"""Decisions after which the service does nothing itself."""

SIGNPOSTS: Mapping[str, str] = {
    "early_help": "Early help",
    "camhs": "CAMHS",
    "educational_psychology": "Educational psychology",
    "sen_statutory": "SEN statutory service",
    "other": "Another service",
}

ROUTES: Mapping[str, str] = {
    "direct": "Direct",
    "panel": "Panel",
    "partnership": "Partnership meeting",
    "emergency": "Emergency",
}

ACCEPTING = frozenset({"outreach", "whole_school", "placement"})
"""Decisions after which the coordinator opens a case."""

KEEPING_OPEN = frozenset({"return", "defer"})
"""Decisions after which the referral is still open: back with the school, or on the next agenda."""

WHOLE_SCHOOL = "school"
"""The kind of a referral that is for no single pupil."""

ENDING = frozenset(DECISIONS) - KEEPING_OPEN
"""Decisions that the step ``decide`` records."""


def leads_to_case(decision: str, kind: str = "pupil") -> bool:
    """Whether a case follows from the decision; False while there is none.

    ``kind`` is what the referral is for: pupil, group, or school, which has no pupil and so no case.
    """
    return decision in ACCEPTING and kind != WHOLE_SCHOOL


ARRANGED = frozenset({"training", "consultation", "managed_move"})
"""Decisions after which no case is opened and the coordinator arranges something with the school."""


def is_to_arrange(decision: str, kind: str = "pupil") -> bool:
    """Whether the decision agreed something that leads to no case and must be arranged."""
    return decision in ARRANGED or (decision == "whole_school" and kind == WHOLE_SCHOOL)


def decisions_for(kind: str) -> dict[str, str]:
    """What can be decided about a referral of this kind: about a whole school nothing that needs a pupil."""
    about_a_pupil = {"outreach", "placement", "managed_move"}
    return {code: words for code, words in DECISIONS.items() if kind != WHOLE_SCHOOL or code not in about_a_pupil}


def step_for(decision: str, status: str) -> str:
    """The step of the road that carries out a decision made while the referral is ``submitted`` or ``at_panel``.

    Raises KeyError for an unknown decision.
    """
    if decision not in DECISIONS:
        raise KeyError(decision)
    if decision == "return":
        return "return"
    if decision == "defer":
        return "defer" if status == "at_panel" else "send_to_panel"
    return "decide"


def to_be_ratified(route: str, ratified_on: date | None) -> bool:
    """Whether an emergency decision still waits for the next panel's word."""
    return route == "emergency" and ratified_on is None


def decision_problems(decision: str, reason: str, route: str, signpost: str = "") -> dict[str, str]:
    """What must be mended before a decision can be recorded: a sentence by field, empty when all is well."""
    problems = {}
    if decision not in DECISIONS:
        problems["decision"] = "Choose the decision."
    if not reason.strip():
        problems["reason"] = "Give the reason: the school will read it."
    if route not in ROUTES:
        problems["route"] = "Choose how the decision was made."
    if decision == "signpost" and signpost not in SIGNPOSTS:
        problems["signpost"] = "Choose where the school should turn."
    return problems
