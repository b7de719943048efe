"""Days by worker and school, for one school year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import and_, func, or_, select

from portal.accounts.models import Person
from portal.cases.models import Allocation, Case
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.dates import school_year_days, school_year_label, school_year_start
from portal.policy import Actor
from portal.schools.models import School
from portal.visits import rules
from portal.visits.models import Visit
from portal.visits.queries.week import logs_for_everybody


@dataclass(frozen=True)
class DaysRow:
    """Time of one worker at one school, or a sum of such rows."""

    worker: str
    school: str
    person_id: int | None
    entries: int
    minutes: int
    time: str
    days: Decimal


@dataclass(frozen=True)
class DaysTable:
    """The rows, and their sums by worker, by school and over all."""

    school_year: int
    label: str
    is_for_all: bool
    workers: tuple[tuple[DaysRow, tuple[DaysRow, ...]], ...]
    """Each worker's sum, and that worker's rows by school"""
    schools: tuple[DaysRow, ...]
    total: DaysRow


def days_table(actor: Actor, school_year: int) -> DaysTable:
    """Time by worker and school in a school year (2016 for 2016/17), in one statement.

    Who logs for everybody sees all; others see their own. Imported days count in the year of their chart.
    """
    found = [_row(*row) for row in db.session.execute(_statement(actor, school_year))]
    by_worker = groupby(found, key=lambda row: (row.worker, row.person_id))
    workers = tuple(
        (_sum(rows, worker=who), rows) for (who, _), rows in ((key, tuple(part)) for key, part in by_worker)
    )
    by_school = sorted(found, key=lambda row: (row.school.casefold(), row.school))
    schools = tuple(_sum(part, school=name) for name, part in groupby(by_school, key=lambda row: row.school))
    return DaysTable(
        school_year, school_year_label(school_year), logs_for_everybody(actor), workers, schools, _sum(found)
    )


def years_offered(actor: Actor) -> list[tuple[str, str]]:
    """The school years from the first entry within reach to this one, the newest first."""
    day, imported = db.session.execute(
        select(func.min(Visit.on_date), func.min(Case.imported_year))
        .select_from(Visit)
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(*_whose(actor))
    ).one()
    this_year = school_year_start(clock.today())
    known = [school_year_start(day)] if day else []
    first = min([this_year, *known, *([imported] if imported is not None else [])])
    labels = (school_year_label(year) for year in range(this_year, first - 1, -1))
    return [(label, label) for label in labels]


def _whose(actor: Actor) -> list[Any]:
    return [] if logs_for_everybody(actor) else [Visit.person_id == actor.person_id]


def _statement(actor: Actor, school_year: int) -> Any:
    first, last = school_year_days(school_year)
    worker = func.coalesce(Person.name, Allocation.worker_label, "Not known")
    return (
        select(worker, School.name, Visit.person_id, func.count(), func.sum(Visit.minutes))
        .select_from(Visit)
        .join(School, School.id == Visit.school_id)
        .outerjoin(Person, Person.id == Visit.person_id)
        .outerjoin(Allocation, Allocation.id == Visit.allocation_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(Visit.removed_at.is_(None), _in_year(first, last, school_year), *_whose(actor))
        .group_by(worker, School.name, Visit.person_id)
        .order_by(worker, Visit.person_id, School.name)
    )


def _in_year(first: date, last: date, school_year: int) -> Any:
    return or_(
        Visit.on_date.between(first, last),
        and_(Visit.on_date.is_(None), Case.imported_year == school_year),
    )


def _row(worker: str, school: str, person_id: int | None, entries: int, minutes: int) -> DaysRow:
    in_days = rules.days(int(minutes), settings.current().day_minutes)
    return DaysRow(worker, school, person_id, entries, int(minutes), rules.minutes_words(int(minutes)), in_days)


def _sum(rows: Iterable[DaysRow], *, worker: str = "", school: str = "") -> DaysRow:
    listed = list(rows)
    person_id = listed[0].person_id if worker and listed else None
    return _row(worker, school, person_id, sum(r.entries for r in listed), sum(r.minutes for r in listed))
