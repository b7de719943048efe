"""Names of schools and service lines for the choices of a role.

Both tables belong to the feature above this one, which may not be imported here; a role refers to them by foreign key,
so their ids and names are read as plain columns.
"""

import re
from dataclasses import dataclass

from sqlalchemy import Boolean, ColumnElement, column, func, or_, select, table

from portal.extensions import db
from portal.kernel.finding import wanted_words

school = table(
    "school",
    *(column(name) for name in ("id", "name", "kind", "town", "urn", "status", "closed_on", "search_name")),
    column("is_ours", Boolean),
)
line = table("service_line", column("id"), column("name"), column("is_active"))

_IMPORTED = "imported"
_MOST_FOUND = 20
_open = (school.c.closed_on.is_(None), func.lower(school.c.status) != "closed", school.c.kind != _IMPORTED)


@dataclass(frozen=True)
class Found:
    """A school of the national register that a search found; as ``macros/finder.html`` draws it."""

    id: int
    name: str
    place: str


@dataclass(frozen=True)
class Finder:
    """What was searched and found; ``more`` when there are others beyond those shown."""

    search: str
    found: tuple[Found, ...] = ()
    more: bool = False

    @property
    def is_too_short(self) -> bool:
        return bool(self.search) and not wanted_words(self.search)


def schools_to_choose(*, also: str | None = None) -> list[tuple[str, str]]:
    """Open schools and other organisations that the service works with, by name, as choices of a form.

    ``also`` is the id of one more that a search found; any text may be handed in.
    """
    offered: ColumnElement[bool] = school.c.is_ours.is_(True)
    if also is not None and re.fullmatch(r"[1-9][0-9]{0,8}", also):
        offered = or_(offered, school.c.id == int(also))
    rows = db.session.execute(
        select(school.c.id, school.c.name, school.c.town).where(offered, *_open).order_by(school.c.name, school.c.id)
    )
    return [(str(i), f"{name}, {town}" if town else name) for i, name, town in rows]


def find_schools(search: str) -> Finder:
    """Open schools of the whole register by letters of name, town or URN."""
    words = wanted_words(search)
    if not words:
        return Finder(search)
    rows = db.session.execute(
        select(school.c.id, school.c.name, school.c.town, school.c.urn)
        .where(*(school.c.search_name.contains(word) for word in words), *_open)
        .order_by(school.c.search_name, school.c.id)
        .limit(_MOST_FOUND + 1)
    ).all()
    found = tuple(
        Found(row.id, row.name, ", ".join(part for part in (row.town, row.urn and f"URN {row.urn}") if part))
        for row in rows[:_MOST_FOUND]
    )
    return Finder(search, found, len(rows) > _MOST_FOUND)


def lines_to_choose() -> list[tuple[str, str]]:
    """Service lines in use, as choices of a form."""
    rows = db.session.execute(
        select(line.c.id, line.c.name).where(line.c.is_active.is_(True)).order_by(line.c.name, line.c.id)
    )
    return [(str(i), name) for i, name in rows]


def school_is_open(school_id: int) -> bool:
    return _counts(select(func.count()).where(school.c.id == school_id, school.c.closed_on.is_(None)))


def line_exists(line_id: int) -> bool:
    return _counts(select(func.count()).where(line.c.id == line_id))


def _counts(statement: object) -> bool:
    return bool(db.session.scalar(statement))  # type: ignore[call-overload]
