"""What comes next for a referral, and what the work that followed tells of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from portal.kernel.dates import by_when_words
from portal.referrals.rules.decisions import leads_to_case
from portal.referrals.rules.status_line import StatusFacts, StatusLine, small


@dataclass(frozen=True)
class Event:
    """Something that happened, or is planned, after the decision; never a note. ``at`` is the moment where known."""

    on: date
    words: str
    who: str = ""
    at: datetime | None = None


class Events(Protocol):
    """What a feature above tells of the work that came from one referral; ``app`` plugs it in."""

    def __call__(self, referral_id: int) -> Sequence[Event]: ...


@dataclass(frozen=True)
class Road:
    """What the line does with referrals: whether the head is asked, and whether a panel decides."""

    asks_head: bool = False
    by_panel: bool = False


def coming(facts: StatusFacts, line: StatusLine, road: Road, today: date) -> tuple[str, ...]:
    """The steps still to come, the next one first with who acts and by when."""
    later = _later(facts, road)
    following = _next_words(line, today)
    return (following, *later) if following else later


def _next_words(line: StatusLine, today: date) -> str:
    if line.is_over:
        return ""
    return f"Next: {small(line.who_acts)}{by_when_words(line.by_when, today)}".removesuffix(".")


_SCREENED = "The coordinator reads it and answers, or asks for more"
_DECIDED = "The decision, with its reason in a letter"
_BY_PANEL = "The panel decides, and the letter says why"


def _later(facts: StatusFacts, road: Road) -> tuple[str, ...]:
    decision = _BY_PANEL if road.by_panel else _DECIDED
    match facts.status:
        case "draft":
            return (*(("The head teacher approves it",) if road.asks_head else ()), _SCREENED, decision)
        case "awaiting_approval" | "returned":
            return _SCREENED, decision
        case "submitted":
            return (decision,)
        case "at_panel":
            return (_DECIDED,)
        case "decided" if leads_to_case(facts.decision, facts.kind) and not facts.case_stage:
            return "A worker and a first day are chosen", "Support begins"
    return ()
