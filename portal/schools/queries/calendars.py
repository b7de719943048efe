"""Reading term dates."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.dates import school_year_start
from portal.kernel.errors import OutOfReach
from portal.schools import rules
from portal.schools.models import Closure, ServiceLine, Term, TermCalendar


@dataclass(frozen=True)
class DatesRow:
    """A term or a closure, as lists and forms show it."""

    id: int
    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class OpenedDates(DatesRow):
    """A term or closure as its form opens it; the version is the calendar's."""

    version: int


@dataclass(frozen=True)
class CalendarRow:
    """A calendar with its dates by school year, and the lines that use it. This year and later ones come first."""

    id: int
    name: str
    version: int
    years: tuple[tuple[int, tuple[DatesRow, ...], tuple[DatesRow, ...]], ...]
    """School year (2016 for 2016/17), its terms, its closures"""
    lines: tuple[str, ...]


_whole = select(TermCalendar).options(selectinload(TermCalendar.terms), selectinload(TermCalendar.closures))


def calendar_of(line_id: int | None) -> rules.TermCalendar:
    """The term dates of a service line, read once a request.

    A line without a calendar, and no line at all, get the first calendar that is kept; without any, plausible dates.
    """
    known: dict[int | None, rules.TermCalendar] = g.setdefault("term_calendars", {})
    if line_id not in known:
        known[line_id] = _read(line_id)
    return known[line_id]


def forget_calendars() -> None:
    """After a change of term dates, or of a line's calendar, within the same request."""
    g.pop("term_calendars", None)


def _read(line_id: int | None) -> rules.TermCalendar:
    statement = _whole.order_by(TermCalendar.id).limit(1)
    if line_id is not None:
        of_line = select(ServiceLine.calendar_id).where(ServiceLine.id == line_id).scalar_subquery()
        # The line's own calendar comes first, then the one that was made first.
        statement = _whole.order_by((TermCalendar.id == of_line).desc().nulls_last(), TermCalendar.id).limit(1)
    calendar = db.session.scalars(statement).one_or_none()
    if calendar is not None:
        return to_rules(calendar)
    this_year = school_year_start(clock.today())
    return rules.default_calendar(this_year - 1, this_year + 1)


def to_rules(calendar: TermCalendar) -> rules.TermCalendar:
    """The calendar as the rules count with it."""
    return rules.TermCalendar(
        terms=tuple(rules.Term(term.name, term.starts_on, term.ends_on) for term in calendar.terms),
        closures=tuple(rules.Closure(c.starts_on, c.ends_on, c.label) for c in calendar.closures),
    )


def calendars() -> list[tuple[int, str]]:
    """Ids and names, by name."""
    rows = db.session.execute(select(TermCalendar.id, TermCalendar.name).order_by(TermCalendar.name, TermCalendar.id))
    return [(row.id, row.name) for row in rows]


def calendar_choices() -> list[tuple[str, str]]:
    """For a form."""
    return [(str(calendar_id), name) for calendar_id, name in calendars()]


def calendar_for(calendar_id: int) -> TermCalendar:
    """The calendar with its dates. Raises ``OutOfReach`` when there is none."""
    calendar = db.session.scalars(_whole.where(TermCalendar.id == calendar_id)).one_or_none()
    if calendar is None:
        raise OutOfReach
    return calendar


def calendar_row(calendar: TermCalendar) -> CalendarRow:
    """The calendar as its page shows it."""
    used = db.session.scalars(
        select(ServiceLine.name).where(ServiceLine.calendar_id == calendar.id).order_by(ServiceLine.name)
    )
    terms = [DatesRow(t.id, t.name, t.starts_on, t.ends_on) for t in _by_date(calendar.terms)]
    closures = [DatesRow(c.id, c.label, c.starts_on, c.ends_on) for c in _by_date(calendar.closures)]
    this_year = school_year_start(clock.today())
    known = {school_year_start(row.starts_on) for row in (*terms, *closures)}
    years = sorted(year for year in known if year >= this_year) + sorted(
        (y for y in known if y < this_year), reverse=True
    )
    by_year = tuple((year, _of_year(terms, year), _of_year(closures, year)) for year in years)
    return CalendarRow(calendar.id, calendar.name, calendar.version, by_year, tuple(used))


Dated = TypeVar("Dated", Term, Closure)


def _by_date(dates: list[Dated]) -> list[Dated]:
    return sorted(dates, key=lambda row: (row.starts_on, row.id))


def _of_year(rows: list[DatesRow], year: int) -> tuple[DatesRow, ...]:
    return tuple(row for row in rows if school_year_start(row.starts_on) == year)


def dates_draft(calendar: TermCalendar, kind: str, dates_id: int) -> OpenedDates:
    """A term or closure (``kind``) of this calendar as its form opens it. Raises ``OutOfReach``."""
    parts: list[Term] | list[Closure] = calendar.terms if kind == "term" else calendar.closures
    for part in parts:
        if part.id == dates_id:
            name = part.name if isinstance(part, Term) else part.label
            return OpenedDates(part.id, name, part.starts_on, part.ends_on, calendar.version)
    raise OutOfReach
