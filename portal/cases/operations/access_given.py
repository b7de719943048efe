"""Letting somebody into a case: the rows that the reach “own or covered cases” reads."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import select

from portal.cases.models import Allocation, Case, CasePupil
from portal.extensions import db
from portal.kernel import audit
from portal.kernel.access import Involvement
from portal.policy import Actor


def give(actor: Actor, case: Case, person_id: int, starts_on: date, ends_on: date | None = None) -> None:
    """The person may work on the case, its referral and its pupils from day to day."""
    for kind, record_id in _records_of(case):
        row = Involvement(person_id=person_id, kind=kind, record_id=record_id, starts_on=starts_on, ends_on=ends_on)
        audit.record(actor, "access given", row)


def end(actor: Actor, case: Case, person_id: int, last_day: date) -> None:
    """Ends what ``give`` opened for an allocation; a cover, and pupils whom another case keeps open, stay."""
    kept = _pupils_of_other_cases(case, person_id)
    for kind, record_id in _records_of(case):
        if kind == "pupil" and record_id in kept:
            continue
        rows = db.session.scalars(
            select(Involvement)
            .where(
                Involvement.kind == kind,
                Involvement.record_id == record_id,
                Involvement.person_id == person_id,
                Involvement.ends_on.is_(None),
            )
            .order_by(Involvement.id)
        ).all()
        for row in rows:
            row.ends_on = last_day
            audit.record(actor, "access ended", row)


def _pupils_of_other_cases(case: Case, person_id: int) -> set[int]:
    """The pupils of this case with whom the person works in another case too."""
    pupils = select(CasePupil.pupil_id).join(Allocation, Allocation.case_id == CasePupil.case_id)
    return set(
        db.session.scalars(
            pupils.where(
                CasePupil.pupil_id.in_([entry.pupil_id for entry in case.pupils]),
                CasePupil.case_id != case.id,
                Allocation.person_id == person_id,
                Allocation.ends_on.is_(None),
            )
        )
    )


def _records_of(case: Case) -> Iterator[tuple[str, int]]:
    yield "case_file", case.id
    if case.referral_id is not None:
        yield "referral", case.referral_id
    for entry in case.pupils:
        yield "pupil", entry.pupil_id
