"""The cast of the tests, made with plain rows, so that tests of accounts stand apart."""

from datetime import date

from portal.accounts.models import Person, RoleAssignment
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import record
from portal.policy import Role
from portal.schools.models import School

SINCE = date(2020, 9, 1)


def school(name: str = "Ash Primary", *, kind: str = "school", phase: str = "Primary") -> School:
    made = School(name=name, kind=kind, phase=phase, status="Open")
    record(None, "school added", made)
    return made


def person(
    name: str, role: Role | None, *, school_id: int | None = None, line_id: int | None = None, email: str | None = None
) -> Person:
    """A person with one role, without a password: tests sign in through ``sign_in``."""
    made = Person(
        name=name,
        email=email or f"{name.lower().replace(' ', '.')}@demo.example",
        created_at=clock.now(),
        roles=[],
    )
    if role is not None:
        made.roles.append(
            RoleAssignment(role=role.value, school_id=school_id, service_line_id=line_id, starts_on=SINCE)
        )
    record(None, "person added", made)
    return made


def commit() -> None:
    """Keeps what a test made before it acts as somebody."""
    db.session.commit()
