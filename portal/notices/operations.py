"""Telling people, and what an administrator or a person decides about messages."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select, update

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.crypto import keyed_digest
from portal.kernel.errors import OutOfReach
from portal.kernel.languages import Language, Text
from portal.notices import rules
from portal.notices.models import Message, Notice, Preference
from portal.policy import Action, Actor


@dataclass(frozen=True)
class OwnWords:
    """An outside message in the reader's language; a text that the language lacks stands in English and says so."""

    path: str
    language: Language
    subject: Text
    sentences: tuple[Text, ...]
    link: Text
    ending: Text


Composer = Callable[[Mapping[str, int | str]], "str | OwnWords | None"]
composers: dict[str, Composer] = {}


def composes(kind: str) -> Callable[[Composer], Composer]:
    """Marks the function that makes the address (a path) which an outside message of ``kind`` leads to.

    It runs in a writing unit of the worker just before each attempt, so that a token is made then and stands in no
    outbox. It gets what ``tell_outside`` was given as ``about``; None means that nothing is to be sent any more, and
    ``OwnWords`` that the message speaks the reader's language and not the words of its kind.
    """

    def mark(composer: Composer) -> Composer:
        composers[kind] = composer
        return composer

    return mark


def tell(kind: str, person_ids: Iterable[int], url: str, *, key: str, at_once: bool = False) -> None:
    """One message to each person, in the current unit: it goes when the unit is committed, and not otherwise.

    ``kind`` is a word of ``rules.KINDS``; ``url`` a path of the portal. The same ``key`` tells the same person once.
    ``at_once`` does not wait for the daily e-mail, whatever the person chose.
    Raises ValueError for an unknown kind or an address outside the portal.
    """
    _check(kind, url)
    wanted = dict.fromkeys(person_ids)
    told = _recipients_of(key)
    at_once = at_once or not rules.KINDS[kind].can_wait
    for person_id in wanted:
        if _person(person_id) not in told:
            message = _new_message(clock.now(), person_id=person_id) if at_once else _message_for(person_id)
            message.notices.append(_notice(kind, key, _person(person_id), url=url))
    db.session.flush()


def tell_outside(kind: str, address: str, *, key: str, about: Mapping[str, int | str]) -> None:
    """One message to somebody without an account; its address is made by the composer of ``kind`` when it goes.

    ``about`` holds ids. Raises ValueError for an unknown kind.
    """
    _check(kind, "/")
    recipient = f"outside-{keyed_digest('outside address', address.strip().lower())}"
    if recipient in _recipients_of(key):
        return
    message = _new_message(clock.now(), address=address.strip())
    message.notices.append(_notice(kind, key, recipient, about=json.dumps(dict(about))))
    db.session.flush()


def can_send() -> bool:
    """Is there a mail server? Without one nothing may depend on an e-mail."""
    return current_app.extensions["config"].mail is not None


def _check(kind: str, url: str) -> None:
    if kind not in rules.KINDS:
        raise ValueError(f"no kind of message is called {kind}")
    if not url.startswith("/") or url.startswith("//"):
        raise ValueError("a message leads to a path of the portal")


def _person(person_id: int) -> str:
    return f"person-{person_id}"


def _recipients_of(key: str) -> frozenset[str]:
    return frozenset(db.session.scalars(select(Notice.recipient).where(Notice.key == key)))


def _notice(kind: str, key: str, recipient: str, *, url: str = "", about: str = "{}") -> Notice:
    return Notice(kind=kind, key=key, recipient=recipient, url=url, about=about, written_at=clock.now())


def _message_for(person_id: int) -> Message:
    daily = db.session.scalar(select(Preference.daily).where(Preference.person_id == person_id))
    if not daily:
        return _new_message(clock.now(), person_id=person_id)
    return _digest_of(person_id)


def _digest_of(person_id: int) -> Message:
    """The person's next daily e-mail. Locked: the sender must not take it while this unit adds to it."""
    day, due = rules.next_digest(clock.now(), clock.LONDON)
    message = db.session.scalars(
        select(Message)
        .where(Message.person_id == person_id, Message.digest_on == day)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if message is not None and message.attempts == 0 and message.state == rules.State.WAITING:
        return message
    made = _new_message(due, person_id=person_id)
    made.digest_on = day if message is None else None
    return made


def _new_message(due_at: datetime, *, person_id: int | None = None, address: str | None = None) -> Message:
    base = current_app.extensions["config"].public_base_url
    host = (urlsplit(base).hostname if base else None) or "portal.invalid"
    message = Message(
        message_id=f"<{uuid.uuid4().hex}@{host}>",
        person_id=person_id,
        address=address,
        written_at=clock.now(),
        due_at=due_at,
        state=rules.State.WAITING.value,
        attempts=0,
        maybe_delivered=0,
    )
    db.session.add(message)
    return message


def choose(actor: Actor, daily: bool) -> None:
    """The person is told once a day, or at once; then what waits for the evening goes now."""
    ensure(actor, Action.OWN_ACCOUNT)
    preference = db.session.scalars(select(Preference).where(Preference.person_id == actor.person_id)).one_or_none()
    if preference is None:
        preference = Preference(person_id=actor.person_id, daily=False)
    if preference.daily != daily or preference.id is None:
        preference.daily = daily
        audit.record(actor, "way of being told chosen", preference)
    if not daily:
        _send_digests_now(actor.person_id)


def _send_digests_now(person_id: int) -> None:
    waiting = select(Message).where(
        Message.person_id == person_id, Message.state == rules.State.WAITING, Message.digest_on.is_not(None)
    )
    for message in db.session.scalars(waiting.with_for_update()):
        message.digest_on, message.due_at = None, min(message.due_at, clock.now())


def try_again(actor: Actor, message_id: int) -> None:
    """A message that failed is tried again from its first attempt on. Raises ``OutOfReach`` for any other."""
    ensure(actor, Action.READ_OUTBOX)
    message = db.session.get(Message, message_id)
    if message is None or message.state != rules.State.FAILED:
        raise OutOfReach
    _reopen(message)
    audit.record_act(actor, "message tried again", "message", message_id)


def try_all_again(actor: Actor) -> int:
    """All that failed are tried again; says how many."""
    ensure(actor, Action.READ_OUTBOX)
    failed = list(db.session.scalars(select(Message).where(Message.state == rules.State.FAILED)))
    for message in failed:
        _reopen(message)
    audit.record_act(actor, "failed messages tried again", "message", None)
    return len(failed)


def _reopen(message: Message) -> None:
    message.state, message.attempts, message.settled_at = rules.State.WAITING.value, 0, None
    message.due_at, message.leased_until = clock.now(), None


def set_aside(written_before: datetime) -> None:
    """What was written before this moment and still waits is not sent: the past that a demonstration plays."""
    waiting = (Message.state == rules.State.WAITING.value) & (Message.written_at < written_before)
    settled = {"state": rules.State.NOT_NEEDED.value, "settled_at": clock.now()}
    db.session.execute(update(Message).where(waiting).values(settled))
