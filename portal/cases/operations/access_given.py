"""Letting somebody into a case: the rows that the reach “own or covered cases” reads."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import audit
from portal.kernel.access import Involvement
from portal.policy import Actor


def give(actor: Actor, case: Case, person_id: int, starts_on: date, ends_on: date | None = None) -> None:
    """The person may work on the case, its referral and its pupils from day to day."""
    for kind, record_id in _records_of(case):
        row = Involvement(person_id=person_id, kind=kind, record_id=record_id, starts_on=starts_on, ends_on=ends_on)
        audit.record(actor, "access given", row)


def end(actor: Actor, case: Case, person_id: int, starts_on: date, last_day: date) -> None:
    """Ends what ``give`` gave on ``starts_on``; other ways in (another case of the pupil, a cover) stay."""
    for kind, record_id in _records_of(case):
        rows = db.session.scalars(
            select(Involvement)
            .where(
                Involvement.kind == kind,
                Involvement.record_id == record_id,
                Involvement.person_id == person_id,
                Involvement.starts_on == starts_on,
                Involvement.ends_on.is_(None),
            )
            .order_by(Involvement.id)
        ).all()
        for row in rows:
            row.ends_on = last_day
            audit.record(actor, "access ended", row)


def _records_of(case: Case) -> Iterator[tuple[str, int]]:
    yield "case_file", case.id
    if case.referral_id is not None:
        yield "referral", case.referral_id
    for entry in case.pupils:
        yield "pupil", entry.pupil_id
