"""What follows training in the demonstration: numbers of staff, what people said, and events for several schools."""

from collections.abc import Iterator
from datetime import date, time

from sqlalchemy import select

from portal.accounts.queries import actor_of
from portal.demo.cast import Cast
from portal.demo.timekeeper import Story, at
from portal.demo.training import SHARED
from portal.extensions import db
from portal.schools.queries import calendar_of
from portal.training.models import Event, TrainingSession
from portal.training.operations import evaluations, events, programmes
from portal.training.rules import to_utc
from portal.training.rules.evaluations import Answer, Moment
from portal.training.rules.events import EventDraft

STAFF = (38, 74, 29, 41)
"""Of the cast's two schools, and of two others"""
SAID = (
    Answer("very", "I will name what I see before I ask for anything.", "More time to practise in pairs."),
    Answer("very", "I will greet the class at the door.", ""),
    Answer("quite", "Wait longer before I speak.", "A shorter first part."),
    Answer("a_little", "", "Examples for the playground."),
)
LATER = (
    Answer("every_day", "The whole team uses the same three sentences.", "The head took it into our assembly."),
    Answer("sometimes", "I step back and breathe first.", "Lunchtimes are still too busy for it."),
)
SHARED_WORDS = (
    "Three schools told how they made the first ten minutes of the day calmer.\n"
    "Agreed: one page of sentences that every adult uses; we try it until spring and bring back what we saw.\n"
    "Papers are with the service; ask the coordinator."
)


def stories(cast: Cast, today: date) -> Iterator[Story]:
    """All of it, the same for the same day."""
    yield _staff(cast, today)
    calendar = calendar_of(cast.primary_line)
    for days, *_ in SHARED:
        if days < -1:
            yield _evaluations(cast, calendar.add_school_days(today, days))
    yield _network(cast, calendar.add_school_days(today, -45), "SENDCo network, autumn term", held=True)
    yield _network(cast, calendar.add_school_days(today, 12), "Inclusion event: transitions", held=False)


def _schools(cast: Cast) -> tuple[int, ...]:
    return (cast.primary[0], cast.secondary[0], *cast.primary[1:3])


def _staff(cast: Cast, today: date) -> Story:
    calendar = calendar_of(cast.primary_line)
    yield at(calendar.add_school_days(today, -155), 9, 20)
    for school_id, number in zip(_schools(cast), STAFF, strict=True):
        programmes.say_staff(actor_of(cast.writers[school_id]), school_id, number)


def _evaluations(cast: Cast, on: date) -> Story:
    """Those who came point their phones at the square; some are asked again after a term."""
    yield at(on, 16, 30)
    coordinator = actor_of(cast.coordinator)
    session = _held_on(on)
    if session is None:
        return
    _answers(evaluations.make_room_link(coordinator, session, Moment.AFTER).token, SAID)
    later = calendar_of(cast.primary_line).add_school_days(on, 60)
    yield at(later, 10)
    _answers(evaluations.make_room_link(coordinator, session, Moment.LATER).token, LATER)


def _held_on(on: date) -> TrainingSession | None:
    begins, ends = to_utc(on, time(0)), to_utc(on, time(23, 59))
    return db.session.scalars(
        select(TrainingSession).where(
            TrainingSession.status == "held",
            TrainingSession.is_shared.is_(True),
            TrainingSession.starts_at.between(begins, ends),
        )
    ).first()


def _answers(token: str, given: tuple[Answer, ...]) -> None:
    for one in given:
        evaluations.answer(token, one)


def _network(cast: Cast, on: date, title: str, *, held: bool) -> Story:
    calendar = calendar_of(cast.primary_line)
    coordinator = actor_of(cast.coordinator)
    yield at(calendar.add_school_days(on, -25), 9, 40)
    kind = "network" if held else "inclusion_event"
    draft = EventDraft(
        kind=kind,
        title=title,
        about="How we begin the day, and what helps pupils who arrive upset. Bring one thing that worked.",
        starts_at=to_utc(on, time(14)),
        minutes=120,
        place="Harbour Special School, hall",
    )
    event = events.plan_event(coordinator, draft)
    events.invite(coordinator, event, _schools(cast))
    yield at(calendar.add_school_days(on, -18), 11)
    for school_id in _schools(cast)[1:]:
        events.answer_invitation(actor_of(cast.writers[school_id]), event, school_id, comes=True, people=2)
    if not held:
        return
    own = cast.primary[0]
    events.answer_invitation(actor_of(cast.writers[own]), event, own, comes=True, people=3)
    yield at(on, 16, 15)
    _record(event, cast)


def _record(event: Event, cast: Cast) -> None:
    coordinator = actor_of(cast.coordinator)
    came = dict.fromkeys(_schools(cast), 2)
    events.record_who_came(coordinator, event, came, opened_with=event.version)
    events.share(coordinator, event, SHARED_WORDS, opened_with=event.version)
