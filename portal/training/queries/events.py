"""Reading events: the list, and one event as the service or a school sees it."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from flask import current_app, request
from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import selectinload

from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.access import reach_filter
from portal.kernel.errors import OutOfReach
from portal.kernel.history import steps_of
from portal.policy import Action, Actor, may
from portal.training.models import Event, Invitation
from portal.training.rules import ends_at, local, when_words
from portal.training.rules import events as rules

SHOWN = 60


@dataclass(frozen=True)
class EventRow:
    """An event as lists show it; ``mine`` is the reader's own school's answer, "" for the service."""

    id: int
    title: str
    kind: str
    when: str
    place: str
    status: str
    status_words: str
    tone: str
    coming: int
    mine: str
    mine_tone: str
    has_shared: bool


@dataclass(frozen=True)
class InvitationRow:
    """One school at one event."""

    school_id: int
    school: str
    answer: str
    answer_words: str
    tone: str
    people: int
    came: int | None


@dataclass(frozen=True)
class EventPage:
    """One event; ``invitations`` holds only the own ones of a school."""

    id: int
    title: str
    kind: str
    about: str
    when: str
    place: str
    status: str
    status_words: str
    tone: str
    shared: str
    coming: int
    came: int
    has_begun: bool
    version: int
    invitations: tuple[InvitationRow, ...]


def sees(actor: Actor) -> ColumnElement[bool]:
    """The service sees every event, a school those to which it is invited."""
    invited = exists().where(
        Invitation.event_id == Event.id, reach_filter(actor, Action.READ_TRAINING, school=Invitation.school_id)
    )
    return reach_filter(actor, Action.READ_TRAINING) | invited


def event_for(actor: Actor, event_id: int) -> Event:
    """The event with its invitations. Raises ``OutOfReach``."""
    event = db.session.scalars(
        select(Event)
        .where(Event.id == event_id, sees(actor))
        .options(selectinload(Event.invitations).joinedload(Invitation.school))
    ).one_or_none()
    if event is None:
        raise OutOfReach(event_id)
    return event


def event_rows(actor: Actor) -> tuple[EventRow, ...]:
    """Events in reach: the coming ones, soonest first, then those that were, latest first; in four statements."""
    now, reach = clock.now(), select(Event).where(sees(actor)).limit(SHOWN)
    events = [
        *db.session.scalars(reach.where(Event.starts_at >= now).order_by(Event.starts_at, Event.id)),
        *db.session.scalars(reach.where(Event.starts_at < now).order_by(Event.starts_at.desc(), Event.id)),
    ]
    ids = [event.id for event in events]
    coming = {
        row[0]: row[1]
        for row in db.session.execute(
            select(Invitation.event_id, func.sum(Invitation.people))
            .where(Invitation.event_id.in_(ids))
            .group_by(Invitation.event_id)
        )
    }
    own = {
        row.event_id: row.answer
        for row in db.session.execute(
            select(Invitation.event_id, Invitation.answer).where(
                Invitation.event_id.in_(ids), Invitation.school_id.in_(actor.school_ids)
            )
        )
    }
    today = clock.today()
    return tuple(_row(event, int(coming.get(event.id) or 0), own.get(event.id, ""), today) for event in events)


def _row(event: Event, coming: int, mine: str, today: date) -> EventRow:
    return EventRow(
        event.id,
        event.title,
        rules.KINDS[event.kind],
        when_words(event.starts_at, event.minutes, today),
        event.place,
        event.status,
        rules.STATUSES[event.status],
        rules.TONES[event.status],
        coming,
        rules.ANSWERS.get(mine, ""),
        rules.ANSWER_TONES.get(mine, "quiet"),
        bool(event.shared),
    )


def sees_every_school(actor: Actor) -> bool:
    """Whether this person reads every school's answer: whoever plans events, also one who has a school as well, and
    the rest of the service."""
    return may(actor, Action.MANAGE_TRAINING) or not actor.school_ids


def event_page(actor: Actor, event: Event) -> EventPage:
    """The event as this person may see it: a school its own answer and everybody's number."""
    every = sees_every_school(actor)
    shown = [one for one in event.invitations if every or one.school_id in actor.school_ids]
    return EventPage(
        id=event.id,
        title=event.title,
        kind=rules.KINDS[event.kind],
        about=event.about,
        when=when_words(event.starts_at, event.minutes, clock.today()),
        place=event.place,
        status=event.status,
        status_words=rules.STATUSES[event.status],
        tone=rules.TONES[event.status],
        shared=event.shared,
        coming=sum(one.people for one in event.invitations),
        came=sum(one.came or 0 for one in event.invitations),
        has_begun=event.starts_at <= clock.now(),
        version=event.version,
        invitations=tuple(sorted((_invitation(one) for one in shown), key=lambda one: one.school)),
    )


def _invitation(one: Invitation) -> InvitationRow:
    return InvitationRow(
        one.school_id,
        one.school.name,
        one.answer,
        rules.ANSWERS[one.answer],
        rules.ANSWER_TONES[one.answer],
        one.people,
        one.came,
    )


def opened_event(event: Event) -> dict[str, object]:
    """The event as its form opens it."""
    start = local(event.starts_at)
    return {
        "kind": event.kind,
        "title": event.title,
        "about": event.about,
        "on": start.date(),
        "at": start.time(),
        "minutes": event.minutes,
        "place": event.place,
        "version": event.version,
    }


def event_calendar(event: Event) -> bytes:
    """The event as a calendar file of one entry; it names no child."""
    base = (current_app.extensions["config"].public_base_url or request.host_url).rstrip("/")
    entry = Entry()
    entry.add("uid", f"training-event-{event.id}@{urlsplit(base).hostname or 'portal.invalid'}")
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", clock.now())
    entry.add("dtstart", local(event.starts_at))
    entry.add("dtend", local(ends_at(event.starts_at, event.minutes)))
    entry.add("summary", event.title)
    entry.add("location", event.place)
    entry.add("url", f"{base}/training/events/{event.id}")
    entry.add("status", "CANCELLED" if event.status == "cancelled" else "CONFIRMED")
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//{settings.current().short_name}//Training//EN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def reason_of(event: Event) -> str:
    """Why a cancelled event is not held; "" otherwise."""
    if event.status != "cancelled":
        return ""
    notes = [step.note for step in steps_of(Event.__tablename__, event.id) if step.step == "cancel" and step.note]
    return notes[-1] if notes else ""
