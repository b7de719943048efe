"""What an agreement makes due, for whom and by when, and who is told."""

from datetime import date, datetime, time

from portal.accounts.queries import people_with
from portal.agreements.models import Agreement
from portal.kernel import clock, jobs
from portal.notices.operations import tell
from portal.policy import Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks import rules as task_rules

REMINDER = "agreement_reminder"
_SCHOOL_DAYS_TO_ANSWER = 2
_REMIND_AT = time(8, 0)
_OPEN = (task_rules.SIGN_AGREEMENT, task_rules.ANSWER_AGREEMENT, task_rules.CHASE_AGREEMENT)


def school_days_on(line_id: int | None, day: date, days: int) -> date:
    """The school day so many after ``day``, by the line's calendar."""
    return calendar_of(line_id).add_school_days(day, days)


def key_of(referral_id: int, rule: str) -> str:
    """One task of a kind for each piece of work, whichever version waits."""
    return f"agreement-{referral_id}-{rule}"


def url_of(agreement: Agreement) -> str:
    return f"/agreements/{agreement.id}"


def ask_for_signature(agreement: Agreement) -> None:
    """Asks the school's head teacher, and reminds once when the days are over."""
    tasks.settle(key_of(agreement.referral_id, task_rules.CHASE_AGREEMENT), None)
    tasks.ask(
        key_of(agreement.referral_id, task_rules.SIGN_AGREEMENT),
        task_rules.SIGN_AGREEMENT,
        f"Sign the agreement for {agreement.referral.reference}",
        url_of(agreement),
        agreement.due_on,
        role=Role.HEAD,
        school_id=agreement.school_id,
        service_line_id=agreement.service_line_id,
    )
    first_late = school_days_on(agreement.service_line_id, agreement.due_on, 1)
    jobs.enqueue(
        REMINDER, {"agreement": agreement.id}, run_at=datetime.combine(first_late, _REMIND_AT, tzinfo=clock.LONDON)
    )


def tell_heads(agreement: Agreement, kind: str, key: str) -> None:
    tell(kind, people_with(Role.HEAD, school_id=agreement.school_id), url_of(agreement), key=key)


def ask_coordinator(agreement: Agreement, rule: str, title: str, kind: str) -> None:
    """Asks the coordinator within two school days, and tells the coordinators."""
    tasks.ask(
        key_of(agreement.referral_id, rule),
        rule,
        title.format(agreement.referral.reference),
        url_of(agreement),
        school_days_on(agreement.service_line_id, clock.today(), _SCHOOL_DAYS_TO_ANSWER),
        role=Role.COORDINATOR,
        school_id=agreement.school_id,
        service_line_id=agreement.service_line_id,
    )
    if kind:
        coordinators = people_with(Role.COORDINATOR)
        tell(kind, coordinators, url_of(agreement), key=f"{kind}-{agreement.id}-{agreement.version}")


def settle(referral_id: int, rule: str, actor: Actor | None) -> None:
    tasks.settle(key_of(referral_id, rule), actor)


def settle_all(referral_id: int, actor: Actor | None) -> None:
    """Nothing is asked of anybody about this agreement any more."""
    for rule in _OPEN:
        settle(referral_id, rule, actor)
