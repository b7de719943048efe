"""The demonstration's invented people: who they are, and whether any is left where none may be."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, inspect, select

from portal.accounts.models import Person, RoleAssignment
from portal.accounts.operations.passwords import fits
from portal.accounts.queries import places
from portal.config import DEMONSTRATION_PASSWORD
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.errors import OutOfReach
from portal.policy import ROLE_LABELS, Role

CAST_DOMAIN = "@demo.example"


@dataclass(frozen=True)
class CastRow:
    """One member of the demonstration cast on the sign-in page."""

    person_id: int
    name: str
    email: str
    role_words: str
    place: str
    """The school of a school role; else empty"""


def demonstration_cast() -> list[CastRow]:
    """The cast in the order in which it was made, each once with all roles that hold today."""
    rows = db.session.execute(
        select(
            Person.id,
            Person.name,
            Person.email,
            RoleAssignment.role,
            RoleAssignment.starts_on,
            RoleAssignment.ends_on,
            places.school.c.name.label("school"),
        )
        .join(RoleAssignment, RoleAssignment.person_id == Person.id)
        .outerjoin(places.school, places.school.c.id == RoleAssignment.school_id)
        .where(Person.email.endswith(CAST_DOMAIN), Person.disabled_at.is_(None))
        .order_by(Person.id, RoleAssignment.id)
    ).all()
    today = clock.today()
    held = [row for row in rows if row.starts_on <= today and (row.ends_on is None or row.ends_on >= today)]
    return [_cast_row([row for row in held if row.id == i]) for i in dict.fromkeys(row.id for row in held)]


def _cast_row(rows: list[Any]) -> CastRow:
    first = rows[0]
    return CastRow(
        first.id,
        first.name,
        first.email,
        _listed(ROLE_LABELS[Role(row.role)] for row in rows),
        _listed(row.school for row in rows if row.school),
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def member_of_cast(person_id: int) -> Person:
    """Raises ``OutOfReach`` for anybody who is not of the cast."""
    person = db.session.get(Person, person_id)
    if person is None or not person.email.endswith(CAST_DOMAIN) or person.is_disabled:
        raise OutOfReach
    return person


def demonstration_people_left() -> int:
    """How many people could sign in with what everybody knows: of the cast, or with the demonstration's password.

    Answers 0 while there is no table of people yet. Checking passwords is slow on purpose (about 20 ms each), so the
    addresses come first.
    """
    if not inspect(db.engine).has_table(Person.__tablename__):
        return 0
    enabled = select(Person.password_hash).where(Person.disabled_at.is_(None))
    of_cast = db.session.scalar(
        select(func.count()).select_from(enabled.where(Person.email.endswith(CAST_DOMAIN)).subquery())
    )
    if of_cast:
        return of_cast
    stored = db.session.scalars(enabled.where(Person.password_hash.is_not(None))).all()
    with ThreadPoolExecutor() as pool:
        return sum(pool.map(lambda hashed: fits(hashed, DEMONSTRATION_PASSWORD), stored))
