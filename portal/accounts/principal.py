"""Who is behind a request: the cookie's token becomes a session, the session a person with today's roles."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app, g, request, session
from flask_login import UserMixin
from sqlalchemy import exists, select

from portal.accounts import rules
from portal.accounts.models import Passkey, Person, RoleAssignment, SignInSession
from portal.accounts.operations import sessions
from portal.accounts.rules import sessions as rules_of_sessions
from portal.extensions import db, login_manager
from portal.kernel import clock
from portal.policy import RECORD_ROLES, ROLE_LABELS, Actor, Assignment, Role

TOKEN = "token"  # noqa: S105  (the cookie's key, not a secret)


@dataclass(frozen=True)
class Principal(UserMixin):
    """The signed-in person, without an ORM entity: read once a request."""

    actor: Actor
    session_id: int
    email: str
    has_app: bool
    has_passkey: bool
    passed_second_factor: bool
    proved_at: datetime | None
    began_at: datetime
    ends_at: datetime
    """When this session ends if nothing more is done"""

    def get_id(self) -> str:
        return str(self.session_id)

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def role_words(self) -> str:
        roles = sorted(self.actor.roles, key=list(Role).index)
        return ", ".join(ROLE_LABELS[role] for role in roles) or "No role at present"

    @property
    def has_second_factor(self) -> bool:
        return self.has_app or self.has_passkey

    @property
    def must_use_second_factor(self) -> bool:
        """Children's records stay closed until a second factor was given; switched off only in the demonstration."""
        return not self.passed_second_factor and (self.has_second_factor or needs_second_factor(self.actor))


@dataclass(frozen=True)
class Away:
    """Whose session ended because nothing was done; their browser still holds its cookie."""

    person_id: int
    name: str
    has_passkey: bool


def needs_second_factor(actor: Actor) -> bool:
    """Do the person's roles see children's records? In the demonstration nobody needs a second factor."""
    return not current_app.extensions["config"].demonstration and bool(actor.roles & RECORD_ROLES)


_session_and_person = (
    select(
        SignInSession.id,
        SignInSession.began_at,
        SignInSession.seen_at,
        SignInSession.ended_at,
        SignInSession.second_factor_at,
        SignInSession.proved_at,
        Person.id.label("person_id"),
        Person.name,
        Person.email,
        Person.totp_confirmed_at,
        exists().where(Passkey.person_id == Person.id).label("has_passkey"),
        RoleAssignment.role,
        RoleAssignment.school_id,
        RoleAssignment.service_line_id,
        RoleAssignment.starts_on,
        RoleAssignment.ends_on,
    )
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
    .where(Person.disabled_at.is_(None))
)


def install(app: Flask) -> None:
    """Hangs the reading of the cookie on Flask-Login."""
    login_manager.init_app(app)
    login_manager.request_loader(load)


def load(_request: object = None) -> Principal | None:
    """The principal of this request's cookie; None when it is missing, ended or too old."""
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    rows = db.session.execute(_session_and_person.where(SignInSession.digest == sessions.session_digest(token))).all()
    if not rows:
        return None
    first, now = rows[0], clock.now()
    end = rules.session_end(first.began_at, first.seen_at, first.ended_at, now)
    if end is not None:
        g.session_expired = True
        g.session_end = end.value
        if end is rules.SessionEnd.IDLE:
            g.away = Away(first.person_id, rules.first_name(first.name), first.has_passkey)
        return None
    seen_at = _touch_when_due(first.id, first.seen_at, now)
    dated = [
        rules.DatedRole(row.role, row.school_id, row.service_line_id, row.starts_on, row.ends_on)
        for row in rows
        if row.role is not None
    ]
    held = rules.held_today(dated, clock.today())
    return Principal(
        actor=Actor(first.person_id, first.name, tuple(Assignment(Role(r.role), r.school_id, r.line_id) for r in held)),
        session_id=first.id,
        email=first.email,
        has_app=first.totp_confirmed_at is not None,
        has_passkey=first.has_passkey,
        passed_second_factor=first.second_factor_at is not None,
        proved_at=first.proved_at,
        began_at=first.began_at,
        ends_at=rules_of_sessions.idle_end(first.began_at, seen_at),
    )


def _touch_when_due(session_id: int, seen_at: datetime, now: datetime) -> datetime:
    """When the person was last seen, now or before."""
    # A poll must not keep an idle person signed in.
    if request.headers.get("X-Poll") or not rules.needs_touch(seen_at, now):
        return seen_at
    db.session.rollback()
    sessions.touch(session_id, now)
    return now


def carry(token: str) -> None:
    """Puts a new session's token into a fresh cookie; only what was flashed and the token of open forms are kept.

    Whoever was signed out while writing signs in in another tab, and the form that waits can then be sent.
    """
    kept = {name: session[name] for name in ("_flashes", "csrf_token") if name in session}
    session.clear()
    session.update(kept)
    session[TOKEN] = token


def carried() -> str:
    """The token of this request's own session."""
    token: str = session[TOKEN]
    return token
