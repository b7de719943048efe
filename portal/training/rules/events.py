"""Events for several schools: what they are, their road, and what schools answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.kernel.workflow import Step, Workflow
from portal.policy import Action
from portal.training.rules.times import EARLIEST, LATEST, day_of, local

KINDS: Mapping[str, str] = {
    "inclusion_event": "Inclusion event",
    "network": "SENDCo network",
    "other": "Other event",
}
STATUSES: Mapping[str, str] = {"planned": "Planned", "held": "Held", "cancelled": "Cancelled"}
TONES: Mapping[str, str] = {"planned": "brand", "held": "good", "cancelled": "quiet"}
ANSWERS: Mapping[str, str] = {"invited": "Not answered", "coming": "Coming", "not_coming": "Not coming"}
ANSWER_TONES: Mapping[str, str] = {"invited": "attention", "coming": "good", "not_coming": "quiet"}
SHORTEST, LONGEST = 15, 600
"""Minutes"""
MOST_PEOPLE = 200

_PLANNED = frozenset({"planned"})
ROAD: Workflow[None] = Workflow(
    STATUSES,
    (
        Step("move", "Change", _PLANNED, "planned", Action.MANAGE_TRAINING),
        Step("cancel", "Cancel", _PLANNED, "cancelled", Action.MANAGE_TRAINING, reason_asked=True),
        Step("hold", "Record who came", _PLANNED, "held", Action.MANAGE_TRAINING),
        Step("correct", "Correct who came", frozenset({"held"}), "held", Action.MANAGE_TRAINING),
    ),
)


@dataclass(frozen=True)
class EventDraft:
    """What an event is; ``starts_at`` in UTC, ``minutes`` its length."""

    kind: str
    title: str
    about: str
    starts_at: datetime | None
    minutes: int | None
    place: str


def event_problems(draft: EventDraft, today: date) -> dict[str, str]:
    """Why an event cannot be planned like this, by field of its form."""
    problems = {}
    if draft.kind not in KINDS:
        problems["kind"] = "Choose what kind of event it is."
    if not draft.title.strip():
        problems["title"] = "Enter a title, such as “SENDCo network, autumn term”."
    if draft.starts_at is None:
        problems["on"] = "Enter the date."
    elif day_of(draft.starts_at) < today:
        problems["on"] = "The date lies in the past. Enter a date from today on."
    elif not EARLIEST <= local(draft.starts_at).time() <= LATEST:
        problems["at"] = "Enter a start between 7am and 9pm."
    if draft.minutes is None or not SHORTEST <= draft.minutes <= LONGEST:
        problems["minutes"] = f"Enter a length from {SHORTEST} to {LONGEST} minutes."
    if not draft.place.strip():
        problems["place"] = "Enter where it takes place."
    return problems
