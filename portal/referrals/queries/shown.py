"""The story of one referral: its steps and its decision, in words."""

from dataclasses import dataclass
from datetime import date, datetime, time

from flask import current_app

from portal.kernel import clock
from portal.kernel.dates import clock_words, day_words
from portal.kernel.history import StepTaken, steps_of
from portal.kernel.settings import Feature, is_on
from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.referrals.queries.records import facts_of, facts_of_line

HAND_OVER = "hand_over"
"""The step of a draft that goes to a colleague, with a note for that colleague alone."""

EVENTS = "referrals.events"
"""Where ``app`` puts the ``rules.Events`` of features above (a list), among the application's extensions."""


@dataclass(frozen=True)
class TimelineRow:
    """One thing that happened, as the timeline shows it."""

    when: str
    what: str
    who: str
    note: str


@dataclass(frozen=True)
class Timeline:
    """What is still to come (the next first, in words), and what happened (the newest first)."""

    coming: tuple[str, ...]
    past: tuple[TimelineRow, ...]


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
    signpost_contact: str


def timeline_of(actor: Actor, referral: Referral) -> Timeline:
    """The same for school and service, save that what concerns the school alone stays its own.

    That is all before it sent the referral, and every hand-over among colleagues with its note.
    """
    taken = steps_of("referral", referral.id)
    own = referral.school_id in actor.school_ids
    shown = taken if own else _since_handed_in(taken)
    dated = [(step.at, _row(step)) for step in shown]
    planned = []
    for event in _events(referral):
        if event.on > clock.today():
            planned.append(event)
        else:
            dated.append((event.at or _midday(event.on), _event_row(event)))
    begun = [TimelineRow(moment_words(referral.created_at), "Begun", referral.written_by.name, "")] if own else []
    dated.sort(key=lambda pair: pair[0])  # of two at one moment the later told stays the later
    return Timeline(_coming(referral, planned), (*(row for _, row in dated[::-1]), *begun))


def _coming(referral: Referral, planned: list[rules.Event]) -> tuple[str, ...]:
    facts = facts_of_line(referral)
    panel = is_on(Feature.PANELS) and referral.service_line.route == "panel"
    road = rules.Road(asks_head=facts_of(referral).asks_head, by_panel=panel)
    today = clock.today()
    steps = rules.coming(facts, rules.status_line(facts), road, today)
    dates = sorted(planned, key=lambda event: event.on)
    return (*steps, *(f"{event.words}: {day_words(event.on, today)}" for event in dates))


def _events(referral: Referral) -> list[rules.Event]:
    """What features above tell, once something was decided."""
    if referral.status != "decided":
        return []
    providers: list[rules.Events] = current_app.extensions.get(EVENTS, [])
    return [event for provider in providers for event in provider(referral.id)]


def _midday(day: date) -> datetime:
    return datetime.combine(day, time(12), clock.LONDON)


def _event_row(event: rules.Event) -> TimelineRow:
    when = moment_words(event.at) if event.at else day_words(event.on, clock.today())
    return TimelineRow(when, event.words, event.who, "")


def _since_handed_in(taken: list[StepTaken]) -> list[StepTaken]:
    arrivals = (number for number, step in enumerate(taken) if step.target == "submitted")
    since = taken[next(arrivals, len(taken)) :]
    return [step for step in since if step.step != HAND_OVER]


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
        signpost_contact=referral.signpost_contact or "",
    )
