"""Asking for something by a day, and settling it. Each feature says what its own records make due."""

from datetime import date

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import clock
from portal.policy import Actor, Role
from portal.tasks.models import Task
from portal.tasks.rules import PROTECTING


def ask(
    key: str,
    rule: str,
    title: str,
    url: str,
    due_on: date,
    *,
    person_id: int | None = None,
    role: Role | None = None,
    school_id: int | None = None,
    service_line_id: int | None = None,
    case_id: int | None = None,
) -> Task:
    """Makes or changes the task of this ``key``; a settled one opens again. Waits for a person or a role.

    ``title`` names no child: it stands in calendars and messages too. ``due_on`` is the last good day.
    """
    task = db.session.scalars(select(Task).where(Task.key == key)).one_or_none()
    if task is None:
        task = Task(key=key, made_at=clock.now())
        db.session.add(task)
    task.rule, task.title, task.url, task.due_on = rule, title, url, due_on
    task.person_id, task.role = person_id, role.value if role else None
    task.school_id, task.service_line_id, task.case_id = school_id, service_line_id, case_id
    task.done_at = task.done_by_id = None
    return task


def settle(key: str, actor: Actor | None) -> None:
    """Marks the task of this key as done; nothing happens when there is none."""
    task = db.session.scalars(select(Task).where(Task.key == key, Task.done_at.is_(None))).one_or_none()
    if task is not None:
        task.done_at, task.done_by_id = clock.now(), actor.person_id if actor else None


def settle_like(prefix: str, actor: Actor | None) -> None:
    """Settles every open task whose key is ``prefix``, a hyphen and more: one thing that several people waited for."""
    theirs = select(Task).where(Task.key.startswith(f"{prefix}-", autoescape=True), Task.done_at.is_(None))
    for task in db.session.scalars(theirs):
        task.done_at, task.done_by_id = clock.now(), actor.person_id if actor else None


def settle_all_of_case(case_id: int, actor: Actor | None) -> None:
    """Settles whatever is still open for a case, when it closes; but nothing that protects a child."""
    open_ones = select(Task).where(Task.case_id == case_id, Task.done_at.is_(None), Task.rule.not_in(PROTECTING))
    for task in db.session.scalars(open_ones):
        task.done_at, task.done_by_id = clock.now(), actor.person_id if actor else None
