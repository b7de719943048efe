"""The worker's part: takes the next message that is due, sends it, and keeps how that ended.

The message itself is the record: claimed with a lease in one short unit, sent outside every transaction, settled in
another. A worker that dies in between leaves the lease, and after it the message is tried again under the same
Message-ID.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import column, select, table
from sqlalchemy.exc import SQLAlchemyError

from portal.config import Config, MailServer
from portal.extensions import db
from portal.kernel import clock, logs
from portal.kernel.unit_of_work import writing
from portal.notices import rules, smtp
from portal.notices.mail import Letter, Line, composed
from portal.notices.models import Message, Notice
from portal.notices.operations import composers

LEASE = timedelta(minutes=5)

QUIET = timedelta(minutes=1)
"""How long nothing is tried after the server was not to be had: the next message would meet the same end."""

_QUIET_UNTIL = "mail_quiet_until"
_log = structlog.get_logger("portal.mail")

person = table("person", column("id"), column("email"), column("disabled_at"))
"""People belong to the feature above, which may not be imported here; a message refers to them by foreign key."""


@dataclass(frozen=True)
class _Claimed:
    id: int
    message_id: str
    is_digest: bool


def send_next() -> bool:
    """Sends one message that is due; False when there is none, or no server to be had."""
    config: Config = current_app.extensions["config"]
    if config.mail is None or _is_quiet():
        return False
    claimed = _claim()
    if claimed is None:
        return False
    try:
        state = _send(claimed, config.mail)
    except smtp.NotSent as refusal:
        _log.warning("message not sent", message=claimed.id, ending=refusal.ending.value, code=refusal.code)
        _put_off(claimed.id, refusal)
    else:
        _settle(claimed.id, state)
    return True


def _send(claimed: _Claimed, server: MailServer) -> rules.State:
    """Raises ``NotSent``."""
    try:
        letter = _letter(claimed)
        content = composed(letter, server.sender) if letter else b""
    except SQLAlchemyError:
        raise
    except Exception as error:  # one message that cannot be written must not hold up the others
        db.session.rollback()
        logs.unexpected(error)
        raise smtp.NotSent(rules.Ending.NOT_COMPOSED) from None
    if letter is None:
        return rules.State.NOT_NEEDED
    patience = float(current_app.config.get("SMTP_PATIENCE", smtp.PATIENCE))
    smtp.send(server, letter.recipient, content, patience=patience)
    return rules.State.SENT


def _is_quiet() -> bool:
    until: datetime | None = current_app.extensions.get(_QUIET_UNTIL)
    return until is not None and clock.now() < until


def _claim() -> _Claimed | None:
    with writing():
        now = clock.now()
        due = (
            select(Message)
            .where(Message.state == rules.State.WAITING, Message.due_at <= now)
            .where(Message.leased_until.is_(None) | (Message.leased_until < now))
            .order_by(Message.due_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        message = db.session.scalars(due).first()
        if message is None:
            return None
        if message.leased_until is not None:  # whoever had it died over it, perhaps after the server took it
            message.maybe_delivered += 1
        stale = rules.is_stale(message.due_at, message.attempts, now)
        message.leased_until, message.tried_at = now + LEASE, now
        message.attempts += 1
        if stale:
            message.attempts, message.leased_until = 0, None
            message.state, message.settled_at = rules.State.FAILED.value, now
            message.last_error = rules.Ending.NEVER_TRIED.value
        return _Claimed(message.id, message.message_id, message.digest_on is not None)


def _letter(claimed: _Claimed) -> Letter | None:
    """What goes to whom; None when nobody needs it any more. Composers make their tokens here, in a unit of its own."""
    with writing():
        message = db.session.get_one(Message, claimed.id)
        recipient = _recipient(message)
        if message.state != rules.State.WAITING or recipient is None:
            return None
        told = [_line(notice) for notice in message.notices]
        has_account = message.person_id is not None
    lines = [line for line in told if line is not None]
    if not lines:
        return None
    return Letter(claimed.message_id, recipient, lines, claimed.is_digest, clock.now(), has_account)


def _recipient(message: Message) -> str | None:
    if message.person_id is None:
        return message.address
    found = select(person.c.email).where(person.c.id == message.person_id, person.c.disabled_at.is_(None))
    email: str | None = db.session.scalar(found)
    return email


def _line(notice: Notice) -> Line | None:
    """Through the portal's own address for this notice, so that no reference of a record travels by e-mail."""
    if notice.recipient.startswith("person-"):
        return Line(notice.kind, f"/messages/{notice.id}")
    made = composers[notice.kind](json.loads(notice.about))
    if made is None or isinstance(made, str):
        return Line(notice.kind, made) if made else None
    return Line(notice.kind, made.path, made)


def _settle(message_id: int, state: rules.State) -> None:
    with writing():
        message = db.session.get_one(Message, message_id)
        if message.state != rules.State.WAITING:  # it came too late and is settled already
            return
        message.state, message.settled_at = state.value, clock.now()
        message.leased_until = None
        if state is rules.State.SENT:
            message.last_error = ""


def _put_off(message_id: int, refusal: smtp.NotSent) -> None:
    with writing():
        message = db.session.get_one(Message, message_id)
        message.leased_until = None
        message.last_error = f"{refusal.ending.value} {refusal.code}" if refusal.code else refusal.ending.value
        message.maybe_delivered += refusal.maybe_delivered
        pause = rules.pause_after(message.attempts)
        if refusal.for_good or pause is None:
            message.state, message.settled_at = rules.State.FAILED.value, clock.now()
        else:
            message.due_at = clock.now() + pause
    if refusal.concerns_all:
        current_app.extensions[_QUIET_UNTIL] = clock.now() + QUIET
