"""What each stage of a referral makes due, for whom and by when."""

from datetime import date

from sqlalchemy import select

from portal.accounts.queries import people_with
from portal.extensions import db
from portal.kernel import clock
from portal.policy import Actor, Role
from portal.referrals.models import Referral
from portal.referrals.queries.records import RULE_OF_STATUS, rule_of, task_key
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks import rules as due
from portal.tasks.models import Task

SCHOOL_DAYS_TO_ANSWER = 5
SCHOOL_DAYS_TO_OPEN = 5
SCHOOL_DAYS_TO_ARRANGE = 10
SCHOOL_DAYS_TO_DECIDE_AT_PANEL = SCHOOL_DAYS_TO_RATIFY = 20
"""A panel meets monthly"""

_TITLES = {
    due.APPROVE_REFERRAL: "Approve referral {}",
    due.SCREEN_REFERRAL: "Screen referral {}",
    due.ANSWER_RETURN: "Answer the service's question about referral {}",
    due.ARRANGE_AGREED: "Arrange what was agreed for referral {}",
    due.OPEN_CASE: "Open a case from referral {}",
    due.DECIDE_AT_PANEL: "Bring referral {} to the panel and decide it",
    due.RATIFY_DECISION: "Have the panel ratify the decision on referral {}",
}
_DAYS = {
    due.ANSWER_RETURN: SCHOOL_DAYS_TO_ANSWER,
    due.DECIDE_AT_PANEL: SCHOOL_DAYS_TO_DECIDE_AT_PANEL,
    due.OPEN_CASE: SCHOOL_DAYS_TO_OPEN,
    due.ARRANGE_AGREED: SCHOOL_DAYS_TO_ARRANGE,
}


def ask_for_next_step(actor: Actor, referral: Referral) -> date | None:
    """Settles what was due before this step, and asks for the next one; answers the day by which it is due."""
    for rule in (*RULE_OF_STATUS.values(), due.ARRANGE_AGREED, due.RATIFY_DECISION):
        tasks.settle(task_key(referral.id, rule), actor)
    rule = rule_of(referral)
    due_on = _due_on(referral, rule) if rule else None
    if due_on is not None:
        _ask(referral, rule, due_on)
    if referral.to_be_ratified:
        _ask(referral, due.RATIFY_DECISION, _in_school_days(referral, SCHOOL_DAYS_TO_RATIFY))
    return due_on


def settle_ratification(actor: Actor, referral: Referral) -> None:
    """The panel has ratified the decision."""
    tasks.settle(task_key(referral.id, due.RATIFY_DECISION), actor)


def settle_arranging(actor: Actor, referral: Referral) -> None:
    """What was agreed is arranged; a decision from before this was asked for gets its task with it."""
    key = task_key(referral.id, due.ARRANGE_AGREED)
    if db.session.scalar(select(Task.id).where(Task.key == key)) is None:
        _ask(referral, due.ARRANGE_AGREED, clock.today())
        db.session.flush()
    tasks.settle(key, actor)


def ask_new_writer(referral: Referral) -> None:
    """A colleague writes it now: what the service asked waits for that person, by the same day."""
    key = task_key(referral.id, due.ANSWER_RETURN)
    due_on = db.session.scalar(select(Task.due_on).where(Task.key == key, Task.done_at.is_(None)))
    if due_on is not None:
        _ask(referral, due.ANSWER_RETURN, due_on)


def _ask(referral: Referral, rule: str, due_on: date) -> None:
    person_id, role = _whom(referral, rule)
    tasks.ask(
        task_key(referral.id, rule),
        rule,
        _TITLES[rule].format(referral.reference),
        f"/referrals/{referral.reference}",
        due_on,
        person_id=person_id,
        role=role,
        school_id=referral.school_id,
        service_line_id=referral.service_line_id,
    )


def _whom(referral: Referral, rule: str) -> tuple[int | None, Role | None]:
    if rule == due.APPROVE_REFERRAL:
        return referral.approver_id, None
    if rule != due.ANSWER_RETURN:
        return None, Role.COORDINATOR
    staff = people_with(Role.SCHOOL, school_id=referral.school_id)
    heads = people_with(Role.HEAD, school_id=referral.school_id)
    writer = referral.written_by_id
    # A head who refers is asked too; the colleagues are, so that nothing waits for somebody who is away.
    return writer if writer in (*staff, *heads) else None, Role.SCHOOL if staff or not heads else Role.HEAD


def _due_on(referral: Referral, rule: str) -> date:
    if rule in _DAYS:
        return _in_school_days(referral, _DAYS[rule])
    line = referral.service_line
    calendar = calendar_of(line.id)
    return calendar.next_cut_off(clock.local_now(), line.cut_off_weekday, line.cut_off_time).date()


def _in_school_days(referral: Referral, days: int) -> date:
    return calendar_of(referral.service_line_id).add_school_days(clock.today(), days)
