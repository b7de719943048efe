"""A school that closed leaves its people behind: nothing is offered to them, until somebody moves their accounts."""

from sqlalchemy import exists, or_, select

from portal.accounts.models import Person, RoleAssignment
from portal.accounts.operations.people import people_task
from portal.extensions import db
from portal.kernel import clock
from portal.policy import SCHOOL_ROLES, Actor, Role
from portal.schools.models import School
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks.models import Task
from portal.tasks.rules import MOVE_PEOPLE

SCHOOL_DAYS_TO_MOVE = 5
_LONGEST_NAME = 100
"""Of a school's name in the title of a task"""


def ask_to_move_people() -> None:
    """Asks the coordinator to move the people of each closed school that has any today. What waits already keeps its
    day. The move itself is done by hand: who goes where, the register does not know."""
    today = clock.today()
    has_people = exists().where(
        RoleAssignment.school_id == School.id,
        RoleAssignment.role.in_(sorted(role.value for role in SCHOOL_ROLES)),
        RoleAssignment.starts_on <= today,
        or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= today),
        Person.id == RoleAssignment.person_id,
        Person.disabled_at.is_(None),
    )
    waits = exists().where(Task.rule == MOVE_PEOPLE, Task.school_id == School.id, Task.done_at.is_(None))
    left = select(School.id, School.name).where(School.status == "closed", has_people, ~waits).order_by(School.id)
    due_on = calendar_of(None).add_school_days(today, SCHOOL_DAYS_TO_MOVE)
    for row in db.session.execute(left).all():
        title, url = f"{row.name[:_LONGEST_NAME]} closed: move its people", f"/schools/{row.id}"
        key = people_task(row.id)
        tasks.ask(key, MOVE_PEOPLE, title, url, due_on, role=Role.COORDINATOR, school_id=row.id)


def settle_move(actor: Actor, school: School) -> None:
    """The school is open again: its people stay."""
    tasks.settle(people_task(school.id), actor)
