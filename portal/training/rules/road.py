"""The two roads of training: of what a school asks for, and of a session."""

from collections.abc import Mapping

from portal.kernel.workflow import Step, Workflow
from portal.policy import Action

REQUEST_STATUSES: Mapping[str, str] = {
    "asked": "Asked",
    "offered": "Dates offered",
    "booked": "Booked",
    "held": "Held",
    "declined": "Declined",
    "cancelled": "Cancelled",
    "withdrawn": "Withdrawn",
}

REQUEST_OPEN = frozenset({"asked", "offered", "booked"})
"""Statuses in which somebody still has something to do."""

SESSION_STATUSES: Mapping[str, str] = {"planned": "Planned", "held": "Held", "cancelled": "Cancelled"}

TONES: Mapping[str, str] = {
    "asked": "attention",
    "offered": "attention",
    "booked": "brand",
    "planned": "brand",
    "waiting": "attention",
    "held": "good",
    "declined": "quiet",
    "cancelled": "quiet",
    "withdrawn": "quiet",
}
"""How the tag of each status looks."""

_UNANSWERED = frozenset({"asked", "offered"})
_OFFERED = frozenset({"offered"})
_BOOKED = frozenset({"booked"})
_PLANNED = frozenset({"planned"})

REQUEST_ROAD: Workflow[None] = Workflow(
    REQUEST_STATUSES,
    (
        Step("offer", "Offer dates", _UNANSWERED, "offered", Action.MANAGE_TRAINING),
        Step("give_places", "Give places in a shared session", _UNANSWERED, "booked", Action.MANAGE_TRAINING),
        Step("choose", "Choose this date", _OFFERED, "booked", Action.REQUEST_TRAINING),
        Step("ask_others", "Ask for other dates", _OFFERED, "asked", Action.REQUEST_TRAINING, reason_asked=True),
        Step("decline", "Decline", _UNANSWERED, "declined", Action.MANAGE_TRAINING, reason_asked=True),
        Step("withdraw", "Withdraw", REQUEST_OPEN, "withdrawn", Action.REQUEST_TRAINING, reason_asked=True),
        Step("cancel", "Cancel", _BOOKED, "cancelled", Action.MANAGE_TRAINING, reason_asked=True),
        Step("hold", "Held", _BOOKED, "held", Action.RUN_TRAINING),
    ),
)

REASON_STEPS = ("ask_others", "decline", "withdraw")
"""Steps of a request that are a page with one question; the others bring data of their own."""

SESSION_ROAD: Workflow[None] = Workflow(
    SESSION_STATUSES,
    (
        Step("move", "Move", _PLANNED, "planned", Action.MANAGE_TRAINING, reason_asked=True),
        Step("cancel", "Cancel", _PLANNED, "cancelled", Action.MANAGE_TRAINING, reason_asked=True),
        Step("finish", "Finish the register", _PLANNED, "held", Action.RUN_TRAINING),
        Step("correct", "Correct the register", frozenset({"held"}), "held", Action.RUN_TRAINING),
    ),
)

STEP_WORDS: Mapping[str, str] = {
    "offer": "Dates offered",
    "give_places": "Places in a shared session given",
    "choose": "Date chosen and booked",
    "ask_others": "Other dates asked for",
    "decline": "Declined",
    "withdraw": "Withdrawn",
    "cancel": "Cancelled",
    "hold": "Held",
    "move": "Moved",
    "finish": "Register finished",
    "correct": "Register corrected",
}
"""What happened, for the timelines."""
