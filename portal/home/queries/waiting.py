"""What waits for a person over all their roles, each with the pupil and the school it is about."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select

from portal.cases import queries as cases
from portal.cases.models import Case
from portal.extensions import db
from portal.home.rules import WaitingRow
from portal.kernel.access import reach_filter
from portal.policy import Action, Actor
from portal.referrals.models import Referral
from portal.referrals.queries.records import within_reach
from portal.referrals.queries.rows import pupil_name
from portal.schools.models import Pupil, School
from portal.schools.queries import calendar_of
from portal.tasks import rules as due
from portal.tasks.queries import TaskRow, waiting_for


def waiting_rows(
    actor: Actor,
    today: date,
    pupils: Mapping[int, str],
    supported: Mapping[int, str],
    shown_above: Collection[str] = (),
) -> list[WaitingRow]:
    """The most urgent first; ``pupils`` and ``supported`` hold the names of referrals and cases (by id) read before.

    ``shown_above`` holds the addresses of what already stands on top of the page.

    At most three statements; term dates come from what was read before.
    """
    tasks = [task for task in waiting_for(actor, today) if task.url not in shown_above]
    about = _about_cases(actor, tasks) | _about_referrals(actor, tasks, pupils)
    about |= {("support", number): name for number, name in supported.items()}
    return [_row(task, about.get(_subject(task), ""), today) for task in tasks]


def _row(task: TaskRow, about: str, today: date) -> WaitingRow:
    late = 0
    if task.state is due.DueState.OVERDUE:
        late = calendar_of(task.service_line_id).school_days_late(task.due_on, today)
    words = due.due_words(task.due_on, today, late)
    return WaitingRow(task.key, task.title, about, task.url, task.state, words[0].upper() + words[1:], task.tone)


Subject = tuple[str, int]


def _subject(task: TaskRow) -> Subject:
    """What a task is about: ("case", 12), ("referral", 7), ("support", 12) for a school, or ("", 0)."""
    if task.case_id is not None:
        return "case", task.case_id
    found = re.fullmatch(r"(referral|feedback)-([0-9]{1,9})-.*", task.key)
    if found is None:
        return "", 0
    return ("support" if found[1] == "feedback" else "referral"), int(found[2])


def _ids(tasks: Sequence[TaskRow], kind: str) -> list[int]:
    return sorted({number for task in tasks for of, number in [_subject(task)] if of == kind})


def _about_cases(actor: Actor, tasks: Sequence[TaskRow]) -> dict[Subject, str]:
    ids = _ids(tasks, "case")
    if not ids:
        return {}
    rows = db.session.execute(
        select(Case.id, School.name, cases.pack_names().label("names"))
        .join(School, School.id == Case.school_id)
        .where(Case.id.in_(ids), case_reach(actor))
    )
    return {("case", row.id): f"{cases.listed_name(row.names)}, {row.name}" for row in rows}


def _about_referrals(actor: Actor, tasks: Sequence[TaskRow], pupils: Mapping[int, str]) -> dict[Subject, str]:
    ids = _ids(tasks, "referral")
    if set(ids) <= set(pupils):
        return {("referral", number): pupils[number] for number in ids}
    rows = db.session.execute(
        select(Referral.id, School.name, Pupil.given_name, Pupil.family_name)
        .join(School, School.id == Referral.school_id)
        .outerjoin(Pupil, Pupil.id == Referral.pupil_id)
        .where(Referral.id.in_(ids), within_reach(actor, Action.READ_REFERRAL))
    )
    return {("referral", row.id): f"{pupil_name(row)}, {row.name}" for row in rows}


def case_reach(actor: Actor) -> ColumnElement[bool]:
    """The cases whose content the actor may read, as a condition."""
    return reach_filter(
        actor,
        Action.READ_CASE,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=Case.__tablename__,
        record=Case.id,
    )
