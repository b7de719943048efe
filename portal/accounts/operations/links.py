"""One-time links to set a password: 256 random bits in the address, of which only the keyed digest is kept."""

import secrets

from sqlalchemy import select

from portal.accounts import rules
from portal.accounts.models import OneTimeLink, Person
from portal.accounts.operations import passwords, tries
from portal.accounts.operations.sessions import end_all_sessions
from portal.accounts.queries.links import link_digest
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import record
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.names import name_problem
from portal.policy import Actor


def make_link(actor: Actor | None, person: Person) -> str:
    """A new link's token; earlier ones of this person open nothing any more. Lasts 14 days, a reset 24 hours."""
    withdraw_links(actor, person.id)
    token, now = secrets.token_urlsafe(32), clock.now()
    lasts = rules.RESET_LASTS if person.was_here else rules.INVITATION_LASTS
    link = OneTimeLink(person_id=person.id, digest=link_digest(token), made_at=now, expires_at=now + lasts)
    record(actor, "one-time link made", link)
    return token


def withdraw_links(actor: Actor | None, person_id: int) -> None:
    """Ends every link of a person that could still open."""
    now = clock.now()
    open_ones = select(OneTimeLink).where(
        OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now
    )
    for link in db.session.scalars(open_ones).all():
        link.expires_at = now
        record(actor, "one-time link withdrawn", link)


def open_link(digest: str) -> OneTimeLink:
    """The link, locked. Raises ``OutOfReach`` when it is unknown, used, expired or of a disabled person."""
    link = db.session.scalars(select(OneTimeLink).where(OneTimeLink.digest == digest).with_for_update()).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= clock.now() or link.person.is_disabled:
        raise OutOfReach
    return link


def set_password(token: str, password: str, name: str | None = None) -> Person:
    """Sets the password of the person whose link this is, uses the link up and ends all their sessions.

    ``name`` is what an invited person wants to be called. Raises ``OutOfReach`` for a link that is unknown, used,
    expired or of a disabled person, and ``Refused`` for a password that is too weak.
    """
    link = open_link(link_digest(token))
    person, now = link.person, clock.now()
    if name is not None and person.password_hash is None:
        if not name.strip():
            raise Refused("Type your name.")
        if wrong := name_problem(name):
            raise Refused(wrong)
        person.name = name.strip()
    passwords.put_password(person, password)
    person.joined_at = person.joined_at or now
    link.used_at = now
    themself = Actor(person.id, person.name, ())
    record(themself, "password set", person)
    record(themself, "one-time link used", link)
    end_all_sessions(person.id)
    tries.forgive_everywhere(person.email)
    return person
