"""What a one-time link opens."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.models import OneTimeLink, Person
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest


@dataclass(frozen=True)
class LinkRow:
    """Whose link it is; ``is_first`` while they never had a way in."""

    name: str
    email: str
    is_first: bool


def link_of(token: str) -> LinkRow | None:
    """None for a link that is unknown, used, expired or of a disabled person: all look alike."""
    row = db.session.execute(
        select(Person)
        .join(OneTimeLink, OneTimeLink.person_id == Person.id)
        .where(
            OneTimeLink.digest == link_digest(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > clock.now(),
            Person.disabled_at.is_(None),
        )
    ).scalar_one_or_none()
    return None if row is None else LinkRow(row.name, row.email, not row.was_here)


def link_digest(token: str) -> str:
    return keyed_digest("one-time link", token)
