"""What people are typing and have not saved yet."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.accounts.models import Person
from portal.extensions import db
from portal.kernel import clock
from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import DraftBuffer, Referral

STILL_AT_IT = timedelta(minutes=10)
"""Whoever typed within this time is said to be working on the page."""


@dataclass(frozen=True)
class TypedPage:
    """What a person typed on a page and has not saved; ``page_version`` of the saved page when they began."""

    fields: tuple[tuple[str, str], ...]
    page_version: int
    version: int
    typed_at: datetime


@dataclass(frozen=True)
class UnsavedRow:
    """A page on which somebody has typed and not saved; ``own`` when it is the reader."""

    page: str
    name: str
    own: bool


def typed_on(actor: Actor, referral: Referral, page: str) -> TypedPage | None:
    """What this person typed on this page and has not saved; None when there is nothing."""
    row = db.session.scalars(
        select(DraftBuffer).where(
            DraftBuffer.referral_id == referral.id, DraftBuffer.page == page, DraftBuffer.person_id == actor.person_id
        )
    ).one_or_none()
    if row is None or row.typed is None:
        return None
    fields = tuple((str(name), str(value)) for name, value in json.loads(row.typed))
    return TypedPage(fields, row.page_version, row.version, row.saved_at)


def version_typed(actor: Actor, referral: Referral, page: str) -> int:
    """The version of what is kept for this person and page, 0 before anything was."""
    version = db.session.scalar(
        select(DraftBuffer.version).where(
            DraftBuffer.referral_id == referral.id, DraftBuffer.page == page, DraftBuffer.person_id == actor.person_id
        )
    )
    return version or 0


def others_typing(actor: Actor, referral: Referral, page: str) -> list[str]:
    """Names of the colleagues who typed on this page in the last minutes, without saving it so far."""
    names = db.session.scalars(
        select(Person.name)
        .join(DraftBuffer, DraftBuffer.person_id == Person.id)
        .where(
            DraftBuffer.referral_id == referral.id,
            DraftBuffer.page == page,
            DraftBuffer.person_id != actor.person_id,
            DraftBuffer.typed.is_not(None),
            DraftBuffer.saved_at >= clock.now() - STILL_AT_IT,
        )
        .order_by(Person.name)
    )
    return list(names)


def unsaved_pages(actor: Actor, referral: Referral) -> list[UnsavedRow]:
    """Every page of the form on which somebody has typed and not saved, in the order in which they typed."""
    rows = db.session.execute(
        select(DraftBuffer.page, DraftBuffer.person_id, Person.name)
        .join(Person, Person.id == DraftBuffer.person_id)
        .where(
            DraftBuffer.referral_id == referral.id,
            DraftBuffer.typed.is_not(None),
            DraftBuffer.page != rules.ANSWER_PAGE,
        )
        .order_by(DraftBuffer.saved_at, DraftBuffer.id)
    )
    return [UnsavedRow(row.page, row.name, row.person_id == actor.person_id) for row in rows]
