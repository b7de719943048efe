"""Reading the outbox for an administrator, and a person's own choice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, column, func, select, table
from sqlalchemy.orm import selectinload

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach
from portal.notices import rules
from portal.notices.models import Message, Notice, Preference
from portal.policy import Action, Actor

SHOWN = 50
SENT_SINCE = timedelta(days=30)

_person = table("person", column("id"), column("name"), column("email"))
"""People belong to the feature above, which may not be imported here."""


@dataclass(frozen=True)
class Told:
    """One sentence of a message and the page that it leads to."""

    sentence: str
    url: str


@dataclass(frozen=True)
class MessageRow:
    """One message as an administrator sees it; times are of London."""

    id: int
    to: str
    subject: str
    told: tuple[Told, ...]
    written_at: datetime
    due_at: datetime
    settled_at: datetime | None
    attempts: int
    maybe_delivered: int
    error: str


@dataclass(frozen=True)
class Outbox:
    """The newest failed and waiting messages, and how many there are of each."""

    failed: tuple[MessageRow, ...]
    waiting: tuple[MessageRow, ...]
    failed_number: int
    waiting_number: int
    sent_number: int
    """In the last thirty days"""
    twice_number: int
    """Of those, how many may have arrived twice"""


def outbox(actor: Actor) -> Outbox:
    """Raises ``NotPermitted``."""
    ensure(actor, Action.READ_OUTBOX)
    by_state = select(Message.state, func.count()).group_by(Message.state)
    counted = {row[0]: row[1] for row in db.session.execute(by_state)}
    since = clock.now() - SENT_SINCE
    recent = (Message.state == rules.State.SENT) & (Message.settled_at >= since)
    sent = db.session.scalar(select(func.count()).where(recent))
    twice = db.session.scalar(select(func.count()).where(recent, Message.maybe_delivered > 0))
    return Outbox(
        _rows(rules.State.FAILED),
        _rows(rules.State.WAITING),
        counted.get(rules.State.FAILED, 0),
        counted.get(rules.State.WAITING, 0),
        sent or 0,
        twice or 0,
    )


def failed_messages() -> Select[int]:
    """How many messages wait for an administrator, as a statement to be counted with others."""
    return select(func.count(Message.id)).where(Message.state == rules.State.FAILED)


def is_stuck(since: datetime) -> bool:
    """A message was due before ``since``, and none was tried from then on: no worker runs."""
    due = db.session.scalar(select(func.min(Message.due_at)).where(Message.state == rules.State.WAITING))
    tried = db.session.scalar(select(func.max(Message.tried_at)))
    return due is not None and due < since and (tried is None or tried < since)


def _rows(state: rules.State) -> tuple[MessageRow, ...]:
    rows = db.session.execute(
        select(Message, _person.c.name, _person.c.email)
        .outerjoin(_person, _person.c.id == Message.person_id)
        .options(selectinload(Message.notices))
        .where(Message.state == state)
        .order_by(Message.written_at.desc(), Message.id.desc())
        .limit(SHOWN)
    )
    return tuple(_row(message, name, email) for message, name, email in rows)


def _row(message: Message, name: str | None, email: str | None) -> MessageRow:
    settled = message.settled_at
    return MessageRow(
        message.id,
        f"{name} ({email})" if name else "Somebody without an account",
        rules.subject_of([notice.kind for notice in message.notices], is_digest=message.digest_on is not None),
        tuple(Told(rules.KINDS[n.kind].sentence, n.url) for n in message.notices if n.kind in rules.KINDS),
        message.written_at.astimezone(clock.LONDON),
        message.due_at.astimezone(clock.LONDON),
        settled.astimezone(clock.LONDON) if settled else None,
        message.attempts,
        message.maybe_delivered,
        rules.ending_words(message.last_error),
    )


def wants_daily(actor: Actor) -> bool:
    """Is the person told once a day?"""
    return bool(db.session.scalar(select(Preference.daily).where(Preference.person_id == actor.person_id)))


def address_of(actor: Actor, notice_id: int) -> str:
    """The page that a notice to this person leads to. Raises ``OutOfReach`` for anybody else's."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.recipient != f"person-{actor.person_id}":
        raise OutOfReach
    return notice.url
