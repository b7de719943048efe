"""Which pieces of work a chart is of: filters as they come from an address, and the conditions they become."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, column, exists, func, or_, select, values
from sqlalchemy.orm import aliased

from portal.cases.models import Allocation, Case
from portal.extensions import db
from portal.kernel import access
from portal.kernel.dates import school_year_days, school_year_from_label, school_year_label, school_year_start
from portal.kernel.web import LARGEST_ID
from portal.policy import Action, Actor, bounds_of

EVERY_YEAR: Literal["all"] = "all"
FIRST_YEAR = 2000
"""No chart is older; the years of which there is work are looked for from here to today."""

Year = int | Literal["all"] | None
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ChartFilter:
    """What the chart is narrowed to; a year of None means the newest one of which there is work."""

    line_id: int | None = None
    year: Year = None
    worker: str = ""
    """The key of a row's worker"""
    school_id: int | None = None

    @classmethod
    def of(cls, *, line: str = "", year: str = "", worker: str = "", school: str = "") -> "ChartFilter":
        """From the words of an address; what cannot be understood narrows nothing."""
        return cls(_number(line), _year(year), worker, _number(school))

    @property
    def year_words(self) -> str:
        """The year as the select holds it."""
        if self.year is None:
            return ""
        return self.year if self.year == EVERY_YEAR else school_year_label(self.year)

    @property
    def in_use(self) -> int:
        """How many narrow the chart, the year apart."""
        return sum(bool(part) for part in (self.line_id, self.worker, self.school_id))

    def query(self) -> dict[str, Any]:
        """The address that asks for the same again."""
        parts = {"line": self.line_id, "year": self.year_words, "worker": self.worker, "school": self.school_id}
        return {name: str(part) for name, part in parts.items() if part}

    def file_name(self) -> str:
        """What a file of this chart is called."""
        year = "all-years" if self.year in (EVERY_YEAR, None) else self.year_words.replace("/", "-")
        return f"summary-of-impact-{year}"


@dataclass(frozen=True)
class Choices:
    """What the filters offer, as (value, words) without the first "all"."""

    lines: Pairs
    years: Pairs
    workers: Pairs
    schools: Pairs


def _number(words: str) -> int | None:
    if not re.fullmatch(r"[0-9]{1,10}", words, re.ASCII):
        return None
    number = int(words)
    return number if 0 < number <= LARGEST_ID else None


def _year(words: str) -> Year:
    if words == EVERY_YEAR:
        return EVERY_YEAR
    try:
        year = int(words) if re.fullmatch(r"[0-9]{4}", words, re.ASCII) else school_year_from_label(words)
    except ValueError:
        return None
    return year if FIRST_YEAR <= year < 3000 else None


def within_reach(actor: Actor) -> ColumnElement[bool]:
    """The cases whose rows this actor sees; imported work belongs to nobody and is for those who see everything."""
    reach = access.reach_filter(
        actor,
        Action.READ_CHART,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=Case.__tablename__,
        record=Case.id,
    )
    if bounds_of(actor, Action.READ_CHART).everything:
        return reach
    return or_(reach, _worked_on(actor)) & _is_own()


def _worked_on(actor: Actor) -> ColumnElement[bool]:
    """A worker's own figures stay when access to the case has ended: the chart names no child."""
    own = aliased(Allocation)
    return exists().where(own.case_id == Case.id, own.person_id == actor.person_id).correlate(Case)


def _is_own() -> ColumnElement[bool]:
    """Not imported. Said so that the index on the imported year, of which most rows have none, is left alone."""
    return func.coalesce(Case.imported_year, 0) == 0


def years_of_work(actor: Actor, today: date) -> list[int]:
    """The school years of which the actor sees work, newest first. One statement, which asks the indexes year by year.

    Work belongs to the year in which it ended, while it goes on to this one; imported work carries its own.
    """
    known = [(year, *school_year_days(year)) for year in range(FIRST_YEAR, school_year_start(today) + 1)]
    columns = (column("year", Integer), column("first_day", Date), column("last_day", Date))
    years = values(*columns, name="school_year").data(known).cte("school_year")
    reach, own = within_reach(actor), _is_own()
    has_work = or_(
        years.c.year.in_(select(Case.imported_year).where(Case.imported_year >= FIRST_YEAR, reach)),
        exists().where(own, Case.ended_on >= years.c.first_day, Case.ended_on <= years.c.last_day, reach),
        and_(years.c.year == school_year_start(today), exists().where(own, Case.ended_on.is_(None), reach)),
    )
    return list(db.session.scalars(select(years.c.year).where(has_work).order_by(years.c.year.desc())))


def in_year(year: Year, today: date) -> ColumnElement[bool]:
    """The condition on ``Case`` for the school year of a row; ``rules.row_year`` says the same of one row."""
    if not isinstance(year, int):
        return Case.id.is_not(None)
    first, last = school_year_days(year)
    own = _is_own()
    parts = [Case.imported_year == year, and_(own, Case.ended_on >= first, Case.ended_on <= last)]
    if year == school_year_start(today):
        parts.append(and_(own, Case.ended_on.is_(None)))
    return or_(*parts)


def chosen_cases(actor: Actor, chosen: ChartFilter, today: date) -> Select[int]:
    """The ids of the cases of a year and line, for the statements that read their records."""
    wanted = select(Case.id).where(within_reach(actor), in_year(chosen.year, today))
    if chosen.line_id is not None:
        wanted = wanted.where(Case.service_line_id == chosen.line_id)
    return wanted


def with_year(chosen: ChartFilter, years: Iterable[int], today: date) -> ChartFilter:
    """The filter with its year settled: the newest of which there is work, where none was chosen."""
    if chosen.year is not None:
        return chosen
    return replace(chosen, year=next(iter(years), school_year_start(today)))
