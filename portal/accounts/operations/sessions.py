"""Sessions live in a table and end there: a copied cookie opens nothing once its row has ended."""

import secrets
from datetime import datetime

from sqlalchemy import select, update

from portal.accounts.models import Person, SignInSession
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import record_act
from portal.kernel.crypto import keyed_digest
from portal.kernel.unit_of_work import short_write
from portal.policy import Actor


def open_session(person: Person, *, second_factor: bool, device: str = "") -> str:
    """Adds a session and answers its token: 32 random bytes of which only the keyed digest is kept."""
    now = clock.now()
    return _open(person.id, now, second_factor=second_factor, device=device, proved_at=now)


def rotate_session(session_id: int, *, second_factor: bool, proved: bool = False) -> str:
    """Ends one session and opens its successor for the same person (after the second factor, a password change).

    The successor ends when its forerunner would have: turning a session over does not make it last longer.
    ``proved`` says that the person showed just now who they are.
    """
    old = db.session.get_one(SignInSession, session_id)
    old.ended_at = clock.now()
    return _open(
        old.person_id,
        old.began_at,
        second_factor=second_factor or old.second_factor_at is not None,
        device=old.device,
        proved_at=clock.now() if proved else old.proved_at,
    )


def _open(person_id: int, began_at: datetime, *, second_factor: bool, device: str, proved_at: datetime | None) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    opened = SignInSession(
        digest=session_digest(token),
        person_id=person_id,
        began_at=began_at,
        seen_at=now,
        second_factor_at=now if second_factor else None,
        device=device,
        proved_at=proved_at,
    )
    db.session.add(opened)
    db.session.flush()
    return token


def sign_out(actor: Actor, session_id: int) -> None:
    """Ends this session; a copy of its cookie opens nothing any more."""
    end_session(session_id)
    record_act(actor, "signed out", "person", actor.person_id)


def sign_out_everywhere(actor: Actor) -> None:
    """Ends every session of the person, this one too."""
    end_all_sessions(actor.person_id)
    record_act(actor, "signed out everywhere", "person", actor.person_id)


def end_session(session_id: int) -> None:
    """Ends one session, when it has not ended yet."""
    _end(SignInSession.id == session_id)


def end_all_sessions(person_id: int) -> None:
    """Ends every session of a person: disabled, another role, or a new password."""
    _end(SignInSession.person_id == person_id)


def end_other_sessions(person_id: int, session_id: int) -> None:
    """Ends every session of a person but one."""
    _end(SignInSession.person_id == person_id, SignInSession.id != session_id)


def _end(*which: object) -> None:
    open_ones = select(SignInSession.id).where(SignInSession.ended_at.is_(None), *which)  # type: ignore[arg-type]
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id.in_(open_ones))
        .values(ended_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def touch(session_id: int, now: datetime) -> None:
    """Writes “last seen” in a transaction of its own."""
    with short_write() as connection:
        connection.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=now))


def session_digest(token: str) -> str:
    return keyed_digest("session", token)
