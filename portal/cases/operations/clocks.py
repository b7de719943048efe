"""What a case makes due, and for whom."""

from datetime import date

from sqlalchemy import select

from portal.accounts.queries import people_with
from portal.agreements.queries import work_may_start
from portal.agreements.queries.events import settled_on
from portal.cases import rules
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import clock
from portal.notices.operations import tell
from portal.policy import Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks import rules as task_rules
from portal.tasks.models import Task

DAYS_TO_CHOOSE_WORKER = 5
"""School days in which a case opened without a worker is given one."""

_WHILE: dict[str, frozenset[str]] = {
    task_rules.OBSERVATION_REPORT: frozenset({"waiting", "observation"}),
    task_rules.WEEK_SIX_REVIEW: frozenset({"waiting", "observation", "plan", "support"}),
    task_rules.PLANNED_END: frozenset({"waiting", "observation", "plan", "support", "exit"}),
}
"""The stages in which each thing can still become due."""


def key_of(case: Case, rule: str) -> str:
    """The key of a case's task."""
    return f"case-{case.id}-{rule}"


def ask_what_is_due(case: Case) -> None:
    """Asks for the report, the review and the planned end by the case's own dates; what was settled stays settled."""
    line = case.service_line
    due = rules.clock_dates(case.starts_on, _may_start_on(case), calendar_of(line.id), line)
    if case.planned_end_on is not None:
        due[task_rules.PLANNED_END] = case.planned_end_on
    settled = _settled_keys(case)
    for rule, stages in _WHILE.items():
        if rule in due and case.stage in stages and key_of(case, rule) not in settled:
            _ask(case, rule, due[rule])


def _may_start_on(case: Case) -> date | None:
    """The day from which the observation counts: a worker is there, and no agreement holds the work back."""
    begun = [a.starts_on for a in case.allocations if a.person_id is not None and a.starts_on is not None]
    if not begun or not work_may_start(case.referral_id, is_new=case.stage == "waiting"):
        return None
    return max(min(begun), settled_on(case.referral_id) or min(begun))


def work_may_start_now(actor: Actor, referral_id: int) -> None:
    """The agreement was signed, or the coordinator lets the work start without: the observation counts from today."""
    case = db.session.scalars(select(Case).where(Case.referral_id == referral_id)).one_or_none()
    if case is not None and case.stage != "closed":
        ask_what_is_due(case)


def ask_for_worker(case: Case) -> None:
    """Asks the coordinator for a worker while nobody is allocated, within five school days of the line's calendar."""
    if first_worker_id(case) is not None:
        return
    due_on = calendar_of(case.service_line_id).add_school_days(clock.today(), DAYS_TO_CHOOSE_WORKER)
    tasks.ask(
        key_of(case, task_rules.CHOOSE_WORKER),
        task_rules.CHOOSE_WORKER,
        task_rules.RULES[task_rules.CHOOSE_WORKER],
        f"/cases/{case.reference}/workers",
        due_on,
        role=Role.COORDINATOR,
        service_line_id=case.service_line_id,
        case_id=case.id,
    )


def _settled_keys(case: Case) -> set[str]:
    return set(db.session.scalars(select(Task.key).where(Task.case_id == case.id, Task.done_at.is_not(None))))


def _ask(case: Case, rule: str, due_on: date) -> None:
    worker = first_worker_id(case)
    tasks.ask(
        key_of(case, rule),
        rule,
        task_rules.RULES[rule],
        f"/cases/{case.reference}",
        due_on,
        person_id=worker,
        role=None if worker else Role.COORDINATOR,
        service_line_id=case.service_line_id,
        case_id=case.id,
    )


def first_worker_id(case: Case) -> int | None:
    """The id of the worker whom the case's tasks wait for; None while nobody is allocated."""
    today = clock.today()
    at_work = (a for a in case.allocations if a.person_id is not None and (a.ends_on is None or a.ends_on > today))
    return next((a.person_id for a in at_work), None)


def hand_on_tasks(case: Case, leaver_id: int) -> None:
    """What waited for somebody who leaves the case waits for its first worker now, or for the coordinator.

    A child who wants to talk must not wait for the next look at a list: who has it from now on is written to.
    """
    heir = first_worker_id(case)
    for task in db.session.scalars(
        select(Task).where(Task.case_id == case.id, Task.done_at.is_(None), Task.person_id == leaver_id)
    ):
        task.person_id = heir
        task.role = None if heir else Role.COORDINATOR.value
        if task.rule == task_rules.TALK_WISH:
            told = [heir] if heir else people_with(Role.COORDINATOR)
            tell("sign_in_now", told, task.url, key=f"{task.key}-handed-on-{leaver_id}", at_once=True)
