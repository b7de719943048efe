"""Names of schools and service lines for the choices of a role.

Both tables belong to the feature above this one, which may not be imported here; a role refers to them by foreign key,
so their ids and names are read as plain columns.
"""

from sqlalchemy import column, func, select, table

from portal.extensions import db

school = table("school", column("id"), column("name"), column("kind"), column("town"), column("closed_on"))
line = table("service_line", column("id"), column("name"), column("is_active"))

_IMPORTED = "imported"


def schools_to_choose() -> list[tuple[str, str]]:
    """Schools and other organisations that are open, by name, as choices of a form."""
    rows = db.session.execute(
        select(school.c.id, school.c.name, school.c.town)
        .where(school.c.closed_on.is_(None), school.c.kind != _IMPORTED)
        .order_by(school.c.name, school.c.id)
    )
    return [(str(i), f"{name}, {town}" if town else name) for i, name, town in rows]


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
