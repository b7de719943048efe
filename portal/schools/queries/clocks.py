"""The cut-offs and term dates of every service line at once, for pages that speak of several lines."""

from dataclasses import dataclass
from datetime import date, time

from flask import g
from sqlalchemy import literal, select, union_all

from portal.extensions import db
from portal.schools import rules
from portal.schools.models import Closure, ServiceLine, Term


@dataclass(frozen=True)
class LineClock:
    """What a line's deadlines are counted with; Monday is weekday 0."""

    line_id: int
    name: str
    is_active: bool
    cut_off_weekday: int
    cut_off_time: time
    calendar: rules.TermCalendar


_dates = union_all(
    select(Term.calendar_id, literal("term").label("kind"), Term.name, Term.starts_on, Term.ends_on),
    select(Closure.calendar_id, literal("closure"), Closure.label, Closure.starts_on, Closure.ends_on),
).subquery()
_lines_and_dates = (
    select(
        ServiceLine.id,
        ServiceLine.name,
        ServiceLine.calendar_id,
        ServiceLine.is_active,
        ServiceLine.cut_off_weekday,
        ServiceLine.cut_off_time,
        _dates.c.kind,
        _dates.c.name.label("called"),
        _dates.c.starts_on,
        _dates.c.ends_on,
    )
    .outerjoin(_dates, _dates.c.calendar_id == ServiceLine.calendar_id)
    .where(ServiceLine.calendar_id.is_not(None))
    .order_by(ServiceLine.name, ServiceLine.id, _dates.c.starts_on)
)


def line_clocks() -> list[LineClock]:
    """The lines that have a calendar, by name, in one statement; ``calendar_of`` then finds them without asking."""
    dates: dict[int, list[tuple[str, str, date, date]]] = {}
    lines = {}
    for row in db.session.execute(_lines_and_dates):
        lines[row.id] = row
        if row.kind is not None:
            dates.setdefault(row.id, []).append((row.kind, row.called, row.starts_on, row.ends_on))
    found = [
        LineClock(
            row.id,
            row.name,
            row.is_active,
            row.cut_off_weekday,
            row.cut_off_time,
            _calendar(dates.get(row.id, [])),
        )
        for row in lines.values()
    ]
    known: dict[int | None, rules.TermCalendar] = g.setdefault("term_calendars", {})
    known.update({one.line_id: one.calendar for one in found})
    if found:  # for what belongs to no line: the calendar that was made first
        known.setdefault(None, known[min(lines.values(), key=lambda row: row.calendar_id).id])
    return found


def _calendar(dates: list[tuple[str, str, date, date]]) -> rules.TermCalendar:
    return rules.TermCalendar(
        terms=tuple(rules.Term(name, start, end) for kind, name, start, end in dates if kind == "term"),
        closures=tuple(rules.Closure(start, end, label) for kind, label, start, end in dates if kind == "closure"),
    )
