"""Who works on a case, as one column of a list; and who may be chosen to."""

from functools import lru_cache
from typing import Any

from sqlalchemy import String, cast, func, or_, select

from portal.accounts.models import Person, RoleAssignment
from portal.cases.models import Allocation, Case
from portal.extensions import db
from portal.kernel import clock
from portal.policy import Role

_FIELD, _ROW = "\x1f", "\x1e"


def pack_workers(today: Any, case_id: Any = Case.id) -> Any:
    """A column: the names of the case's workers today in one text; ``listed_workers`` reads it."""
    return (
        select(func.aggregate_strings(cast(Allocation.id, String) + _FIELD + Person.name, _ROW))
        .select_from(Allocation)
        .join(Person, Person.id == Allocation.person_id)
        .where(
            Allocation.case_id == case_id,
            or_(Allocation.ends_on.is_(None), Allocation.ends_on >= today),
        )
        .correlate_except(Allocation, Person)
        .scalar_subquery()
    )


def listed_workers(packed: str | None) -> tuple[str, ...]:
    """The names of what ``pack_workers`` gave, in the order of allocation."""
    if not packed:
        return ()
    numbered = [row.split(_FIELD) for row in packed.split(_ROW)]
    return tuple(name for _, name in sorted(numbered, key=lambda pair: int(pair[0])))


@lru_cache(maxsize=500)
def initials(name: str) -> str:
    """At most two letters for a chip: "Wren Okafor" is WO."""
    parts = [part for part in name.split() if part[0].isalnum()]
    letters = [part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)]
    return "".join(letters).upper() or "?"


def worker_choices(line_id: int | None = None) -> list[tuple[str, str]]:
    """The outreach workers of a line (or of all lines) today, as choices of a form."""
    today = clock.today()
    statement = (
        select(Person.id, Person.name)
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .where(
            RoleAssignment.role == Role.WORKER.value,
            RoleAssignment.starts_on <= today,
            or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= today),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Person.id)
        .distinct()
    )
    if line_id is not None:
        line = RoleAssignment.service_line_id
        statement = statement.where(or_(line.is_(None), line == line_id))
    return [(str(person_id), name) for person_id, name in db.session.execute(statement)]
