"""Reading what is due."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select, true

from portal.extensions import db
from portal.kernel import settings
from portal.kernel.settings import Feature
from portal.policy import SCHOOL_ROLES, Actor, Role
from portal.tasks import rules
from portal.tasks.models import Task

SHOWN_AT_MOST = 100

_ADDRESSES = {
    Feature.REFERRALS: "/referrals/%",
    Feature.AGREEMENTS: "/agreements/%",
    Feature.FEEDBACK: "%/feedback%",
    Feature.ASSESSMENTS: "/cases/%/assessments",
    Feature.ADVICE: "/advice/%",
    Feature.TRAINING: "/training/%",
    Feature.VOICE: "%/voice%",
}
"""Where the tasks of each feature lead that can be switched off."""


@dataclass(frozen=True)
class TaskRow:
    """One thing that waits, as lists show it."""

    key: str
    rule: str
    title: str
    url: str
    due_on: date
    state: rules.DueState
    words: str
    case_id: int | None
    service_line_id: int | None = None

    @property
    def tone(self) -> str:
        """The tag's tone: problem when late, attention when near, else quiet."""
        near = (rules.DueState.TODAY, rules.DueState.TOMORROW)
        if self.state is rules.DueState.OVERDUE:
            return "problem"
        return "attention" if self.state in near else "quiet"


def waiting_for(actor: Actor, today: date) -> list[TaskRow]:
    """What waits for this person or their roles, the most urgent first; at most ``SHOWN_AT_MOST``."""
    rows = db.session.scalars(
        select(Task)
        .where(Task.done_at.is_(None), offered(), or_(Task.person_id == actor.person_id, *_by_role(actor)))
        .order_by(Task.due_on, Task.id)
        .limit(SHOWN_AT_MOST)
    )
    return [row_of(task, today) for task in rows]


def open_of_case(case_id: int, today: date) -> list[TaskRow]:
    """What is due in one case, the most urgent first; a child's wish to talk stands only where it is addressed to."""
    rows = db.session.scalars(
        select(Task)
        .where(Task.case_id == case_id, Task.done_at.is_(None), Task.rule != rules.TALK_WISH, offered())
        .order_by(Task.due_on, Task.id)
    )
    return [row_of(task, today) for task in rows]


def offered() -> ColumnElement[bool]:
    """Leaves out what belongs to a feature that is off: its address would answer 404. What was said already stays."""
    off = (pattern for feature, pattern in _ADDRESSES.items() if not settings.is_on(feature))
    said = Task.rule.in_(rules.STAYING)
    return and_(true(), *(or_(said, Task.url.not_like(pattern)) for pattern in off))


def row_of(task: Task, today: date) -> TaskRow:
    state = rules.due_state(task.due_on, today)
    words = rules.due_words(task.due_on, today)
    return TaskRow(
        task.key, task.rule, task.title, task.url, task.due_on, state, words, task.case_id, task.service_line_id
    )


def _by_role(actor: Actor) -> list[ColumnElement[bool]]:
    conditions = []
    for assignment in actor.assignments:
        of_role = [Task.role == assignment.role.value]
        if assignment.role in SCHOOL_ROLES:
            of_role.append(Task.school_id == assignment.school_id)
        elif assignment.role is not Role.COORDINATOR and assignment.line_id is not None:
            of_role.append(or_(Task.service_line_id.is_(None), Task.service_line_id == assignment.line_id))
        conditions.append(_all(of_role))
    return conditions


def _all(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    first, *others = conditions
    for other in others:
        first = first & other
    return first
