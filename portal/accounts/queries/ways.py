"""How somebody can sign in, without any secret."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from portal.accounts import rules
from portal.accounts.models import Passkey, Person, WorkIdentity
from portal.extensions import db


@dataclass(frozen=True)
class WorkRow:
    """A linked work account; ``label`` is what its owner recognises it by."""

    id: int
    provider: str
    label: str
    linked_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class PasskeyRow:
    """One passkey."""

    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class WaysPage:
    """All ways in of one person."""

    ways: rules.Ways
    work: tuple[WorkRow, ...]
    passkeys: tuple[PasskeyRow, ...]


def ways_of(person_id: int) -> WaysPage:
    """The ways in of one person, oldest first."""
    person = db.session.get_one(Person, person_id)
    work = tuple(
        WorkRow(one.id, rules.PROVIDER_LABELS[one.provider], one.label, one.linked_at, one.used_at)
        for one in db.session.scalars(
            select(WorkIdentity).where(WorkIdentity.person_id == person_id).order_by(WorkIdentity.id)
        )
    )
    passkeys = tuple(
        PasskeyRow(one.id, one.name, one.made_at, one.used_at)
        for one in db.session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id))
    )
    ways = rules.Ways(
        person.password_hash is not None, person.has_app, tuple(one.provider for one in work), len(passkeys)
    )
    return WaysPage(ways, work, passkeys)


def _linked(provider: str) -> Any:
    return exists().where(WorkIdentity.person_id == Person.id, WorkIdentity.provider == provider)


ways_columns: tuple[Any, ...] = (
    _linked("microsoft").label("microsoft"),
    _linked("google").label("google"),
    select(func.count(Passkey.id)).where(Passkey.person_id == Person.id).correlate(Person).scalar_subquery(),
)
"""Beside a selected Person: is a Microsoft, is a Google work account linked, and how many passkeys are there?"""
