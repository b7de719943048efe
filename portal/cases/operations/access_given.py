"""Letting somebody into a case: the rows that the reach “own or covered cases” reads."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import and_, or_, select

from portal.cases.models import Allocation, Case, CasePupil, Cover
from portal.extensions import db
from portal.kernel import audit, clock
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


def end_cover(actor: Actor, case: Case, cover: Cover) -> None:
    """Ends what ``give`` opened for this cover, from now on."""
    for kind, record_id in _records_of(case):
        row = db.session.scalars(
            select(Involvement)
            .where(
                Involvement.kind == kind,
                Involvement.record_id == record_id,
                Involvement.person_id == cover.person_id,
                Involvement.starts_on == cover.starts_on,
                Involvement.ends_on == cover.ends_on,
            )
            .order_by(Involvement.id)
        ).first()
        if row is not None:
            row.ends_on = clock.today() - timedelta(days=1)
            audit.record(actor, "access ended", row)


def close(actor: Actor, case: Case, closed_on: date, days_after: int) -> None:
    """The work is closed: its people read it for so many days, and change nothing from today.

    A child with whom they work in another open case stays open to them.
    """
    for row in _of_everybody(case, closed_on):
        if row.kind == "pupil" and row.record_id in _pupils_of_other_cases(case, row.person_id):
            continue
        row.reads_from, row.reads_until = closed_on, closed_on + timedelta(days=days_after)
        audit.record(actor, "access ends with the work", row)


def reopen(actor: Actor, case: Case) -> None:
    """The work goes on: everybody has the access again that they would have now without the closing."""
    for row in _of_everybody(case, clock.today()):
        if row.reads_from is not None:
            row.reads_from = row.reads_until = None
            audit.record(actor, "access given back", row)


def _of_everybody(case: Case, day: date) -> Sequence[Involvement]:
    """Everybody's rows of the case, its referral and its pupils that have not ended by themselves."""
    people = select(Allocation.person_id).where(Allocation.case_id == case.id, Allocation.person_id.is_not(None))
    covering = select(Cover.person_id).where(Cover.case_id == case.id)
    of_case = or_(*(and_(Involvement.kind == kind, Involvement.record_id == one) for kind, one in _records_of(case)))
    return db.session.scalars(
        select(Involvement)
        .where(
            of_case,
            Involvement.person_id.in_(people.union(covering)),
            or_(Involvement.ends_on.is_(None), Involvement.ends_on >= day),
        )
        .order_by(Involvement.id)
    ).all()


def _pupils_of_other_cases(case: Case, person_id: int) -> set[int]:
    """The pupils of this case with whom the person works in another case too."""
    pupils = (
        select(CasePupil.pupil_id)
        .join(Case, Case.id == CasePupil.case_id)
        .join(Allocation, Allocation.case_id == Case.id)
    )
    return set(
        db.session.scalars(
            pupils.where(
                CasePupil.pupil_id.in_([entry.pupil_id for entry in case.pupils]),
                CasePupil.case_id != case.id,
                Case.stage != "closed",
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
