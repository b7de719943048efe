"""What other features ask of the ledger. Entries that were taken out never count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from portal.cases import rules as case_rules
from portal.cases.models import Allocation, Case, CasePupil
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.schools.models import Pupil
from portal.visits import rules
from portal.visits.models import Visit

NEWEST = 3
"""Dates of visits that a list of support shows for each piece of work."""


@dataclass(frozen=True)
class SchoolVisitRow:
    """A visit as its school sees it: when and how long."""

    on_date: date
    minutes: int
    day: str
    time: str


@dataclass(frozen=True)
class LoneVisitWarning:
    """Why a home visit to this pupil should not be made alone."""

    reference: str
    name: str
    reason: str


def minutes_by_allocation(case_ids: Sequence[int]) -> dict[int, int]:
    """Minutes by allocation id; time that somebody covered counts with the case's first allocation."""
    first = (
        select(func.min(Allocation.id)).where(Allocation.case_id == Visit.case_id).correlate(Visit).scalar_subquery()
    )
    whose = func.coalesce(Visit.allocation_id, first)
    rows = db.session.execute(
        select(whose, func.sum(Visit.minutes))
        .where(Visit.case_id.in_(case_ids), Visit.removed_at.is_(None))
        .group_by(whose)
    )
    return {allocation_id: int(minutes) for allocation_id, minutes in rows if allocation_id is not None}


def visit_dates_for_school(case: Case) -> list[SchoolVisitRow]:
    """Dates and minutes of a case's visits, newest first; never notes or kinds."""
    rows = db.session.execute(
        select(Visit.on_date, func.sum(Visit.minutes))
        .where(Visit.case_id == case.id, Visit.removed_at.is_(None), Visit.on_date.is_not(None))
        .group_by(Visit.on_date)
        .order_by(Visit.on_date.desc())
    )
    today = clock.today()
    return [
        SchoolVisitRow(day, int(minutes), day_words(day, today), rules.minutes_words(int(minutes)))
        for day, minutes in rows
        if day is not None
    ]


def visit_dates_of(case_ids: Sequence[int]) -> Mapping[int, Sequence[date]]:
    """The newest dates of visits by case, newest first, at most three each; for lists."""
    rank = func.dense_rank().over(partition_by=Visit.case_id, order_by=Visit.on_date.desc())
    ranked = (
        select(Visit.case_id, Visit.on_date, rank.label("place"))
        .where(Visit.case_id.in_(case_ids), Visit.removed_at.is_(None), Visit.on_date.is_not(None))
        .distinct()
        .subquery()
    )
    found: dict[int, list[date]] = {}
    rows = select(ranked.c.case_id, ranked.c.on_date).where(ranked.c.place <= NEWEST)
    for case_id, day in db.session.execute(rows.order_by(ranked.c.case_id, ranked.c.on_date.desc())):
        found.setdefault(case_id, []).append(day)
    return found


def first_visit_on(case_id: int) -> date | None:
    """The day of the first visit; None while there was none."""
    day: date | None = db.session.scalar(
        select(func.min(Visit.on_date)).where(Visit.case_id == case_id, Visit.removed_at.is_(None))
    )
    return day


def lone_visit_warnings(references: Sequence[str]) -> list[LoneVisitWarning]:
    """The warnings of the pupils of these cases, by case reference and pupil."""
    rows = db.session.execute(
        select(Case.reference, Pupil.given_name, Pupil.family_name, Pupil.lone_visit_warning)
        .join(CasePupil, CasePupil.case_id == Case.id)
        .join(Pupil, Pupil.id == CasePupil.pupil_id)
        .where(Case.reference.in_(references), Pupil.lone_visit_warning.is_not(None))
        .order_by(Case.reference, CasePupil.position)
    )
    return [
        LoneVisitWarning(reference, case_rules.card_name(given, family), why)
        for reference, given, family, why in rows
        if why
    ]
