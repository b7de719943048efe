"""Who at a school may approve a referral."""

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import people_with
from portal.extensions import db
from portal.policy import Role


def approvers_of(school_id: int) -> list[tuple[str, str]]:
    """Those who may approve for the school today, for a form: id and name, by name."""
    ids = people_with(Role.HEAD, school_id=school_id)
    if not ids:
        return []
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)).order_by(Person.name, Person.id))
    return [(str(row.id), row.name) for row in rows]
