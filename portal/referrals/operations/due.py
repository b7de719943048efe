"""What each stage of a referral makes due, for whom and by when."""

from datetime import date

from portal.kernel import clock
from portal.policy import Actor, Role
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.referrals.queries.records import RULE_OF_STATUS, task_key
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks import rules as due

SCHOOL_DAYS_TO_ANSWER = 5
SCHOOL_DAYS_TO_OPEN = 5
SCHOOL_DAYS_TO_DECIDE_AT_PANEL = SCHOOL_DAYS_TO_RATIFY = 20
"""A panel meets monthly"""

_TITLES = {
    due.APPROVE_REFERRAL: "Approve referral {}",
    due.SCREEN_REFERRAL: "Screen referral {}",
    due.ANSWER_RETURN: "Answer the service's question about referral {}",
    due.OPEN_CASE: "Open a case from referral {}",
    due.DECIDE_AT_PANEL: "Bring referral {} to the panel and decide it",
    due.RATIFY_DECISION: "Have the panel ratify the decision on referral {}",
}
_SCHOOL_ROLES = {due.ANSWER_RETURN: Role.SCHOOL}


def ask_for_next_step(actor: Actor, referral: Referral) -> date | None:
    """Settles what was due before this step, and asks for the next one; answers the day by which it is due."""
    for rule in (*RULE_OF_STATUS.values(), due.RATIFY_DECISION):
        tasks.settle(task_key(referral.id, rule), actor)
    rule = RULE_OF_STATUS.get(referral.status, "")
    if rule == due.OPEN_CASE and not rules.leads_to_case(referral.decision or "", referral.scope_kind):
        rule = ""
    due_on = _due_on(referral, rule) if rule else None
    if due_on is not None:
        _ask(referral, rule, due_on)
    if referral.to_be_ratified:
        _ask(referral, due.RATIFY_DECISION, _in_school_days(referral, SCHOOL_DAYS_TO_RATIFY))
    return due_on


def settle_ratification(actor: Actor, referral: Referral) -> None:
    """The panel has ratified the decision."""
    tasks.settle(task_key(referral.id, due.RATIFY_DECISION), actor)


def _ask(referral: Referral, rule: str, due_on: date) -> None:
    tasks.ask(
        task_key(referral.id, rule),
        rule,
        _TITLES[rule].format(referral.reference),
        f"/referrals/{referral.reference}",
        due_on,
        person_id=referral.approver_id if rule == due.APPROVE_REFERRAL else None,
        role=None if rule == due.APPROVE_REFERRAL else _SCHOOL_ROLES.get(rule, Role.COORDINATOR),
        school_id=referral.school_id,
        service_line_id=referral.service_line_id,
    )


def _due_on(referral: Referral, rule: str) -> date:
    if rule == due.ANSWER_RETURN:
        return _in_school_days(referral, SCHOOL_DAYS_TO_ANSWER)
    if rule == due.DECIDE_AT_PANEL:
        return _in_school_days(referral, SCHOOL_DAYS_TO_DECIDE_AT_PANEL)
    if rule == due.OPEN_CASE:
        return _in_school_days(referral, SCHOOL_DAYS_TO_OPEN)
    line = referral.service_line
    calendar = calendar_of(line.id)
    return calendar.next_cut_off(clock.local_now(), line.cut_off_weekday, line.cut_off_time).date()


def _in_school_days(referral: Referral, days: int) -> date:
    return calendar_of(referral.service_line_id).add_school_days(clock.today(), days)
