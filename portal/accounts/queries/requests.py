"""Requests for an account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.accounts import rules
from portal.accounts.models import AccountRequest, Person
from portal.extensions import db
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor

ANSWERED_SHOWN = 50


@dataclass(frozen=True)
class RequestRow:
    """One request; ``known_id`` is the person who has its e-mail address already."""

    id: int
    name: str
    school: str
    email: str
    words: str | None
    asked_at: datetime
    known_id: int | None
    answered_at: datetime | None
    answer: str | None
    reason: str | None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


def open_requests(actor: Actor) -> list[RequestRow]:
    """Those that wait, the oldest first."""
    ensure(actor, Action.APPROVE_ACCOUNTS)
    waiting = _requests(AccountRequest.answered_at.is_(None)).order_by(AccountRequest.id)
    return [_row(r, known) for r, known in db.session.execute(waiting)]


def answered_requests(actor: Actor) -> list[RequestRow]:
    """The last ``ANSWERED_SHOWN`` that were answered, the newest answer first."""
    ensure(actor, Action.APPROVE_ACCOUNTS)
    answered = _requests(AccountRequest.answered_at.is_not(None)).order_by(
        AccountRequest.answered_at.desc(), AccountRequest.id.desc()
    )
    return [_row(r, known) for r, known in db.session.execute(answered.limit(ANSWERED_SHOWN))]


def request_for(actor: Actor, request_id: int) -> RequestRow:
    """Raises ``NotPermitted`` or ``OutOfReach``."""
    ensure(actor, Action.APPROVE_ACCOUNTS)
    found = db.session.execute(_requests(AccountRequest.id == request_id)).one_or_none()
    if found is None:
        raise OutOfReach
    return _row(found[0], found[1])


def _requests(condition: ColumnElement[bool]) -> Any:
    return select(AccountRequest, Person.id).outerjoin(Person, Person.email == AccountRequest.email).where(condition)


def _row(request: AccountRequest, known_id: int | None) -> RequestRow:
    return RequestRow(
        request.id,
        request.name,
        request.school_name,
        request.email,
        request.words,
        request.asked_at,
        known_id,
        request.answered_at,
        rules.ANSWERS.get(request.answer or ""),
        request.reason,
    )
