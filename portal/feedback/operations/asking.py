"""Asking the school how the work went: a task, and one message to those whom it concerns."""

from sqlalchemy import select

from portal.accounts.queries import people_with
from portal.cases.models import Case
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import Feedback, FeedbackAsk
from portal.feedback.operations.inviting import ask_worker_to_ask, settle_asking
from portal.kernel import audit, clock, settings
from portal.kernel.settings import Feature
from portal.notices.operations import tell
from portal.policy import Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks.rules import GIVE_SCHOOL_FEEDBACK, RULES


def ask_school(actor: Actor | None, case: Case, moment: rules.Moment) -> FeedbackAsk | None:
    """Asks the school of the case, once for each moment; None when feedback is switched off or it was asked before.

    Due in ten school days. Called in the unit that ends the work or records the monitoring visit; what was asked at
    the end and not answered is not waited for any longer then. At the end the worker is asked to ask the family too.
    """
    if not settings.is_on(Feature.FEEDBACK) or _ask_of(case, moment) is not None:
        return None
    today = clock.today()
    due_on = calendar_of(case.service_line_id).add_school_days(today, rules.SCHOOL_DAYS_TO_ANSWER)
    row = FeedbackAsk(case_id=case.id, moment=moment.value, asked_on=today, due_on=due_on)
    audit.record(actor, "school asked for feedback", row)
    if moment is rules.Moment.MONITORING:
        tasks.settle(task_key(case.id, rules.Moment.END), actor)
    else:
        ask_worker_to_ask(case)
    _put_on_the_list(case, row)
    return row


def withdraw_ask(actor: Actor | None, case: Case, moment: rules.Moment) -> None:
    """The end was taken back: what was asked is asked no more. What the school said already stays its own."""
    row = _ask_of(case, moment)
    if row is not None:
        audit.record(actor, "question to the school withdrawn", row)
        db.session.delete(row)
        tasks.settle(task_key(case.id, moment), actor)
        settle_asking(case.id, actor)


def task_key(case_id: int, moment: rules.Moment) -> str:
    """The key of the school's task."""
    return f"feedback-{case_id}-{moment}"


def own_row(case_id: int, moment: rules.Moment) -> Feedback | None:
    """What the school wrote itself at this moment, if it did."""
    return db.session.scalars(
        select(Feedback).where(
            Feedback.case_id == case_id,
            Feedback.source == rules.Source.SCHOOL.value,
            Feedback.moment == moment.value,
        )
    ).one_or_none()


def _ask_of(case: Case, moment: rules.Moment) -> FeedbackAsk | None:
    return db.session.scalars(
        select(FeedbackAsk).where(FeedbackAsk.case_id == case.id, FeedbackAsk.moment == moment.value)
    ).one_or_none()


def _put_on_the_list(case: Case, row: FeedbackAsk) -> None:
    moment = rules.Moment(row.moment)
    staff = people_with(Role.SCHOOL, school_id=case.school_id)
    heads = people_with(Role.HEAD, school_id=case.school_id)
    url = f"/feedback/school/{case.reference}/{moment}"
    tasks.ask(
        task_key(case.id, moment),
        GIVE_SCHOOL_FEEDBACK,
        f"{RULES[GIVE_SCHOOL_FEEDBACK]}, {_WHEN[moment]}",
        url,
        row.due_on,
        role=Role.SCHOOL if staff or not heads else Role.HEAD,
        school_id=case.school_id,
        service_line_id=case.service_line_id,
    )
    tell("school_feedback_asked", _told(case, staff, heads), url, key=f"feedback-ask-{case.id}-{moment}-{row.asked_on}")


_WHEN = {rules.Moment.END: "now that it has ended", rules.Moment.MONITORING: "some weeks after its end"}


def _told(case: Case, staff: tuple[int, ...], heads: tuple[int, ...]) -> list[int]:
    """Who wrote the referral, while they still act for the school, else all who do; and the heads."""
    writer = case.referral.written_by_id if case.referral else None
    return [*([writer] if writer in staff and writer is not None else staff), *heads]
