"""Signing in with e-mail address and password."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.operations import passwords, tries
from portal.accounts.operations.passwords import check_password, hash_password
from portal.accounts.operations.sessions import (
    end_all_sessions,
    end_session,
    open_session,
    rotate_session,
    session_digest,
    sign_out,
    touch,
)
from portal.extensions import db
from portal.kernel.audit import record_act
from portal.kernel.database import mode
from portal.policy import Actor

__all__ = [
    "SignedIn",
    "begin",
    "check_password",
    "end_all_sessions",
    "end_session",
    "hash_password",
    "open_session",
    "rotate_session",
    "session_digest",
    "sign_in",
    "sign_in_as_demonstration",
    "sign_out",
    "touch",
]


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token goes into the cookie and nowhere else. ``half`` while its second step is to come."""

    token: str
    person: Person
    half: bool = False


def sign_in(email: str, password: str, address: str, *, device: str = "") -> SignedIn | None:
    """A new session, or None: wrong, unknown, disabled and locked look and last alike.

    The password is checked before the unit's write begins, and a failure is kept in a transaction of its own.
    """
    email = email.strip().lower()
    db.session.rollback()
    locked = tries.locks_password(email, address)
    with mode("read"):
        found = db.session.execute(
            select(Person.id, Person.password_hash, Person.disabled_at).where(Person.email == email)
        ).one_or_none()
        db.session.rollback()
    good = passwords.fits(found.password_hash if found else None, password)
    if found is None or found.disabled_at is not None or not good or locked:
        if not locked:
            tries.note_failure(tries.password_of(email, address))
        return None
    tries.forgive(tries.password_of(email, address))
    return begin(db.session.get_one(Person, found.id), device=device)


def sign_in_as_demonstration(person: Person, *, device: str = "") -> SignedIn:
    """The button beside each member of the demonstration cast; the view refuses it in production."""
    return begin(person, device=device)


def begin(person: Person, *, device: str, second_factor: bool = False) -> SignedIn:
    """A session for somebody who showed who they are; ``second_factor`` when that counts as both steps."""
    token = open_session(person, second_factor=second_factor, device=device)
    record_act(Actor(person.id, person.name, ()), "signed in", "person", person.id)
    return SignedIn(token, person, half=person.has_second_factor and not second_factor)
