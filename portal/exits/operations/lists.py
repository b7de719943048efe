"""What an ended piece of work puts on the worker's list, and takes off it again."""

from datetime import date

from sqlalchemy import select

from portal.assessments.queries import active_definitions
from portal.assessments.rules import THRESHOLD, THRIVE
from portal.cases.models import Case
from portal.cases.operations.clocks import first_worker_id, key_of
from portal.cases.queries import scope_of
from portal.cases.rules import clock_dates
from portal.exits import queries, rules
from portal.exits.models import MonitoringVisit
from portal.extensions import db
from portal.kernel import audit, clock, settings
from portal.kernel.access import ensure
from portal.kernel.settings import Feature
from portal.policy import Action, Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks.models import Task
from portal.tasks.rules import AWAITED_CELL, CLOSING_REPORT, MONITORING_VISIT, PLANNED_END, RULES

_AWAITED = {
    "actions_implemented": ("actions_implemented", "which strategies were put in place", "plan"),
    "threshold": (THRESHOLD.code, "closing behaviour threshold", "assessments"),
    "thrive": (THRIVE.code, "closing Thrive reading", "assessments"),
    "school_feedback": ("school_feedback", "what the school says", "feedback"),
    "family_feedback": ("family_feedback", "what the family says", "feedback"),
}
"""Columns that a worker can fill: the end of the task's key, words, and the section where it is recorded.

Monitoring has tasks of its own; how it ended is recorded with the end.
"""

_OPEN = frozenset({rules.ColumnState.AWAITED, rules.ColumnState.SCHEDULED})


def ask_after_end(actor: Actor, case: Case) -> None:
    """Asks for what follows an end: the closing report, the monitoring visits, and whatever the chart awaits."""
    tasks.settle(key_of(case, PLANNED_END), actor)
    _ask(case, key_of(case, CLOSING_REPORT), CLOSING_REPORT, RULES[CLOSING_REPORT], "", _report_due(case))
    refresh_awaited(actor, case)


def refresh_awaited(actor: Actor | None, case: Case) -> None:
    """Brings the list of an ended case up to what its records hold: asks for what is awaited, settles the rest.

    What is stated for a day is due on that day, everything else with the closing report. What a family said to the
    manager alone answers nothing here: on the worker's list it would show that somebody wrote.
    """
    if case.stage == "closed":  # closing settled everything, and nothing asks again
        return
    db.session.flush()
    offered = _offered() if case.ended_on else frozenset()
    for column, answer in queries.chart_answers(case).items():
        if column not in _AWAITED:
            continue
        suffix, words, section = _AWAITED[column]
        key = awaited_key(case, suffix)
        if column in offered and answer.state in _OPEN:
            due_on = answer.due_on or _report_due(case)
            _ask(case, key, AWAITED_CELL, f"{RULES[AWAITED_CELL]}: {words}", f"/{section}", due_on)
        else:
            tasks.settle(key, actor)


def awaited_key(case: Case, suffix: str) -> str:
    """The key of the task for one awaited answer."""
    return f"case-{case.id}-awaited-{suffix}"


def _offered() -> frozenset[str]:
    """The columns whose feature is switched on and whose measure is in use."""
    measures = {definition.code for definition in active_definitions()}
    with_measures = settings.is_on(Feature.ASSESSMENTS)
    switched = {
        "actions_implemented": True,
        "threshold": with_measures and THRESHOLD.code in measures,
        "thrive": with_measures and THRIVE.code in measures,
        "school_feedback": settings.is_on(Feature.FEEDBACK),
        "family_feedback": settings.is_on(Feature.FEEDBACK),
    }
    return frozenset(column for column, on in switched.items() if on)


def ask_for_visit(case: Case, visit: MonitoringVisit) -> None:
    """Asks for one monitoring visit: by the day it is booked for, else by the day it is due."""
    words = queries.moment_words(visit.moment, case.service_line.monitoring_weeks)
    title = f"{RULES[MONITORING_VISIT]}, {words[:1].lower()}{words[1:]}"
    due_on = visit.scheduled_for or visit.due_on or clock.today()
    _ask(case, visit_key(visit), MONITORING_VISIT, title, "/exit", due_on)


def visit_key(visit: MonitoringVisit) -> str:
    """The key of a monitoring visit's task."""
    return f"case-{visit.case_id}-{MONITORING_VISIT}-{visit.moment}"


def report_written(actor: Actor, case: Case) -> None:
    """Says that the closing report was written: it leaves the worker's list."""
    ensure(actor, Action.END_CASE, scope_of(case))
    tasks.settle(key_of(case, CLOSING_REPORT), actor)
    audit.record_act(actor, "closing report written", Case.__tablename__, case.id)


def forget_end(actor: Actor, case: Case, visits: list[MonitoringVisit]) -> None:
    """Takes off the list what only an ended case asks for; the planned end waits again."""
    for visit in visits:
        tasks.settle(visit_key(visit), actor)
    for suffix, _, _ in _AWAITED.values():
        tasks.settle(awaited_key(case, suffix), actor)
    tasks.settle(key_of(case, CLOSING_REPORT), actor)
    planned = db.session.scalars(select(Task).where(Task.key == key_of(case, PLANNED_END))).one_or_none()
    if planned is not None:
        planned.done_at = planned.done_by_id = None


def _report_due(case: Case) -> date:
    calendar = calendar_of(case.service_line_id)
    due = clock_dates(None, None, calendar, case.service_line, ended_on=case.ended_on)
    return due.get(CLOSING_REPORT, clock.today())


def _ask(case: Case, key: str, rule: str, title: str, section: str, due_on: date) -> None:
    worker = first_worker_id(case)
    tasks.ask(
        key,
        rule,
        title,
        f"/cases/{case.reference}{section}",
        due_on,
        person_id=worker,
        role=None if worker else Role.COORDINATOR,
        service_line_id=case.service_line_id,
        case_id=case.id,
    )
