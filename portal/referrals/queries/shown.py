"""The story of one referral: its steps and its decision, in words."""

from dataclasses import dataclass
from datetime import datetime

from portal.kernel import clock
from portal.kernel.dates import clock_words, day_words
from portal.kernel.history import StepTaken, steps_of
from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import Referral


@dataclass(frozen=True)
class TimelineRow:
    """One step, as the timeline shows it."""

    when: str
    what: str
    who: str
    note: str


@dataclass(frozen=True)
class DecisionRow:
    """The decision as the school reads it."""

    words: str
    reason: str
    conditions: str
    route: str
    decided: str
    to_be_ratified: bool
    signpost: str


def timeline_of(actor: Actor, referral: Referral) -> list[TimelineRow]:
    """The steps, the newest first. What a school did before it sent the referral stays its own."""
    taken = steps_of("referral", referral.id)
    if referral.school_id not in actor.school_ids:
        taken = _since_handed_in(taken)
        return [_row(step) for step in reversed(taken)]
    begun = TimelineRow(moment_words(referral.created_at), "Begun", referral.written_by.name, "")
    return [*(_row(step) for step in reversed(taken)), begun]


def _since_handed_in(taken: list[StepTaken]) -> list[StepTaken]:
    arrivals = (number for number, step in enumerate(taken) if step.target == "submitted")
    return taken[next(arrivals, len(taken)) :]


def _row(taken: StepTaken) -> TimelineRow:
    words = rules.STEP_WORDS.get(taken.step, taken.step)
    return TimelineRow(moment_words(taken.at), words, taken.person_name, taken.note or "")


def moment_words(at: datetime) -> str:
    """A moment as people in England read it: "Tuesday 10 November, 9:30am"."""
    local = at.astimezone(clock.LONDON)
    return f"{day_words(local.date(), clock.today())}, {clock_words(local.time())}"


def decision_of(referral: Referral) -> DecisionRow | None:
    """What was decided; None while nothing is."""
    if referral.decision is None or referral.decided_at is None:
        return None
    return DecisionRow(
        words=rules.DECIDED.get(referral.decision, referral.decision),
        reason=referral.decision_reason or "",
        conditions=referral.decision_conditions or "",
        route=rules.ROUTES.get(referral.route or "", ""),
        decided=day_words(referral.decided_at.astimezone(clock.LONDON).date(), clock.today()),
        to_be_ratified=referral.to_be_ratified,
        signpost=rules.SIGNPOSTS.get(referral.signpost or "", ""),
    )
