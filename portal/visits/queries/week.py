"""A person's week, from Monday to Sunday."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case as when
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cases import queries as cases
from portal.cases import rules as case_rules
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import access, clock, settings
from portal.kernel.dates import clock_words, day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, bounds_of
from portal.schools.models import School
from portal.visits import rules
from portal.visits.models import Visit


def card_names(actor: Actor, case_ids: Sequence[int]) -> dict[int, str]:
    """The cards' names of those of these cases that the actor may read, by id, in one statement."""
    if not case_ids:
        return {}
    reach = access.reach_filter(
        actor,
        Action.READ_CASE,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=Case.__tablename__,
        record=Case.id,
    )
    rows = db.session.execute(select(Case.id, cases.pack_names()).where(Case.id.in_(sorted(case_ids)), reach))
    return {case_id: cases.listed_name(names) for case_id, names in rows}


_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class WeekRow:
    """One entry of a week; ``about`` names the pupil only while the reader may read the case."""

    id: int
    starts: str
    about: str
    reference: str | None
    kind: str
    time: str
    is_removed: bool
    is_new: bool
    may_correct: bool


@dataclass(frozen=True)
class WeekDay:
    """A day with its entries, in the order in which they began."""

    day: date
    words: str
    is_today: bool
    rows: tuple[WeekRow, ...]
    time: str


@dataclass(frozen=True)
class Week:
    """Seven days and their sum."""

    monday: date
    words: str
    previous: date
    next: date | None
    """None from the current week on: what lies ahead cannot be logged"""
    is_current: bool
    days: tuple[WeekDay, ...]
    time: str
    days_worked: str
    count: int


def logs_for_everybody(actor: Actor) -> bool:
    """May this person log and correct for others?"""
    return bounds_of(actor, Action.LOG_VISIT).everything


def people_offered(actor: Actor) -> list[tuple[str, str]]:
    """For whom the actor may log: themselves first, then (for who logs for everybody) every worker."""
    me = (str(actor.person_id), actor.name)
    if not logs_for_everybody(actor):
        return [me]
    return [me, *(worker for worker in cases.worker_choices() if worker[0] != me[0])]


def whose_week(actor: Actor, person: str) -> tuple[int, str]:
    """Id and name of the person whose week is asked for; empty text is one's own.

    Raises ``OutOfReach`` for another's week, unless the actor logs for everybody.
    """
    if not person or person == str(actor.person_id):
        return actor.person_id, actor.name
    if not logs_for_everybody(actor) or not (person.isascii() and person.isdigit() and len(person) < 10):
        raise OutOfReach
    found = db.session.get(Person, int(person))
    if found is None:
        raise OutOfReach
    return found.id, found.name


def week_of(actor: Actor, person_id: int, day: date) -> Week:
    """The week that holds ``day``, in one statement."""
    today, days = clock.today(), rules.week_of(day)
    found = db.session.execute(_entries(actor, person_id, days[0], days[-1])).all()
    counted = [row for row in found if row.removed_at is None]
    minutes = sum(row.minutes for row in counted)
    return Week(
        monday=days[0],
        words=rules.week_words(days[0], today),
        previous=days[0] - _WEEK,
        next=days[0] + _WEEK if days[-1] < today else None,
        is_current=days[0] <= today <= days[-1],
        days=tuple(_day(one, today, [row for row in found if row.on_date == one], actor) for one in days),
        time=rules.minutes_words(minutes),
        days_worked=case_rules.days_words(Decimal(minutes) / settings.current().day_minutes),
        count=len(counted),
    )


def _entries(actor: Actor, person_id: int, first: date, last: date) -> Any:
    def reach(action: Action) -> Any:
        return access.reach_filter(
            actor, action, school=Case.school_id, line=Case.service_line_id, kind=Case.__tablename__, record=Case.id
        )

    return (
        select(
            Visit.id,
            Visit.on_date,
            Visit.starts_at,
            Visit.minutes,
            Visit.kind,
            Visit.removed_at,
            Visit.logged_at,
            Visit.is_imported,
            School.name.label("school"),
            Case.reference,
            cases.pack_names().label("names"),
            when((reach(Action.READ_CASE), 1), else_=0).label("may_read"),
            when((reach(Action.LOG_VISIT), 1), else_=0).label("may_log"),
        )
        .join(School, School.id == Visit.school_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(Visit.person_id == person_id, Visit.on_date.between(first, last))
        .order_by(Visit.on_date, Visit.starts_at.is_(None), Visit.starts_at, Visit.id)
    )


def _day(day: date, today: date, found: Sequence[Any], actor: Actor) -> WeekDay:
    minutes = sum(row.minutes for row in found if row.removed_at is None)
    return WeekDay(
        day=day,
        words=day_words(day, today),
        is_today=day == today,
        rows=tuple(_row(row) for row in found),
        time=rules.minutes_words(minutes) if minutes else "",
    )


def _row(row: Any) -> WeekRow:
    is_open = row.reference is None or bool(row.may_read)
    name = "Whole school" if row.reference is None else cases.listed_name(row.names)
    return WeekRow(
        id=row.id,
        starts=clock_words(row.starts_at) if row.starts_at else "",
        about=f"{name}, {row.school}" if is_open else f"A pupil, {row.school}",
        reference=row.reference if is_open else None,
        kind=rules.kind_words(row.kind),
        time=rules.minutes_words(row.minutes),
        is_removed=row.removed_at is not None,
        is_new=clock.now() - row.logged_at < timedelta(minutes=2),
        may_correct=not row.is_imported and (row.reference is None or bool(row.may_log)),
    )
