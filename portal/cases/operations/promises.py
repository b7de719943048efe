"""What a case tells the agreement that school and service sign before its work starts."""

from portal.agreements import operations as agreements
from portal.agreements.models import Agreement
from portal.agreements.rules import Particulars
from portal.cases import rules
from portal.cases.models import Case
from portal.cases.queries.one import pupils_of
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.policy import Actor
from portal.schools.queries import calendar_of
from portal.tasks.rules import WEEK_SIX_REVIEW


def prepare_agreement(actor: Actor, case: Case) -> Agreement | None:
    """Prepares the agreement of a case; None while agreements are switched off. Raises ``Refused``."""
    if case.referral is None:
        raise Refused("This work has no referral, so no agreement is made for it.")
    return agreements.prepare(actor, case.referral, _particulars_of(case))


def renew_agreement(actor: Actor, case: Case) -> None:
    """After a change of dates, days or people: where the agreement waits, a version with the new ones takes over."""
    agreements.renew(actor, case.referral_id, _particulars_of(case))


def _particulars_of(case: Case) -> Particulars:
    today, line = clock.today(), case.service_line
    at_work = [a for a in case.allocations if a.ends_on is None or a.ends_on > today]
    due = rules.clock_dates(case.starts_on, None, calendar_of(line.id), line)
    return Particulars(
        school=case.school.name,
        pupils=tuple(pupil.short for pupil in pupils_of(case)),
        workers=tuple(a.person.name for a in at_work if a.person is not None),
        planned_half_days=case.planned_half_days,
        starts_on=case.starts_on,
        planned_end_on=case.planned_end_on,
        review_on=due.get(WEEK_SIX_REVIEW),
        contact=case.referral.written_by.name if case.referral else "",
    )
