"""Opening a case from an accepted referral."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.accounts.models import Person
from portal.cases import rules
from portal.cases.models import Allocation, Case, CasePupil
from portal.cases.operations import access_given, clocks
from portal.cases.operations.promises import prepare_agreement
from portal.cases.queries import worker_choices
from portal.extensions import db
from portal.kernel import audit, clock, references
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.history import StepTaken
from portal.policy import Action, Actor, Scope
from portal.referrals.models import Referral
from portal.referrals.operations import tell_support_opened
from portal.referrals.rules import leads_to_case
from portal.schools.models import Pupil, ServiceLine
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks.rules import PLANNED_END


def open_case(actor: Actor, referral: Referral, draft: rules.CaseDraft, *, extension_reason: str = "") -> Case:
    """Opens the case of an accepted referral, lets its workers in and asks for what is due.

    Raises ``Refused`` when the referral was not accepted, has a case already, or the draft has gaps.
    """
    ensure(actor, Action.OPEN_CASE, Scope(school_id=referral.school_id, line_id=referral.service_line_id))
    _check_referral(referral)
    today = clock.today()
    line = _line(draft)
    problems = rules.opening_problems(draft, today, line.group_limit if line else rules.GROUP_LIMIT)
    if problems or line is None:
        raise Refused(*problems.values())
    case = _new_case(actor, referral, draft, line, extension_reason)
    allocated_on = min(today, draft.starts_on or today)
    case.pupils = _pupils(referral, draft)
    case.allocations = _allocations(draft, line, allocated_on)
    audit.record(actor, "case opened", case)
    _begin_history(actor, case)
    for person_id in draft.worker_ids:
        access_given.give(actor, case, person_id, allocated_on)
    clocks.ask_for_worker(case)
    prepare_agreement(actor, case)
    clocks.ask_what_is_due(case)
    tasks.settle(f"referral-{referral.id}-open_case", actor)
    tell_support_opened(actor, referral, f"/cases/{case.reference}/support")
    return case


def _check_referral(referral: Referral) -> None:
    if referral.status != "decided" or not leads_to_case(referral.decision or "", referral.scope_kind):
        raise Refused("This referral was not accepted. Support opens only from an accepted one.")
    opened = db.session.scalars(select(Case.reference).where(Case.referral_id == referral.id)).one_or_none()
    if opened is not None:
        raise Refused(f"This referral already has a case: {opened}.")


def _line(draft: rules.CaseDraft) -> ServiceLine | None:
    if draft.service_line_id is None:
        return None
    line = db.session.get(ServiceLine, draft.service_line_id)
    if line is None or not line.is_active:
        raise Refused("Choose a service line that is at work.")
    return line


def _new_case(
    actor: Actor, referral: Referral, draft: rules.CaseDraft, line: ServiceLine, extension_reason: str
) -> Case:
    today = clock.today()
    ends_on = draft.planned_end_on or default_end(draft.starts_on, line)
    too_long = _too_long(draft.starts_on, ends_on, line, actor, extension_reason)
    return Case(
        reference=references.next_reference("C", today.year),
        referral=referral,
        school_id=referral.school_id,
        service_line=line,
        stage="waiting",
        stage_since=clock.now(),
        planned_half_days=draft.planned_half_days,
        opened_on=today,
        starts_on=draft.starts_on,
        planned_end_on=ends_on,
        extension_reason=extension_reason.strip() if too_long else None,
        extended_by_id=actor.person_id if too_long else None,
    )


def default_end(starts_on: date | None, line: ServiceLine) -> date | None:
    """The planned end that the line's usual length gives; None without a start."""
    return rules.clock_dates(starts_on, None, calendar_of(line.id), line).get(PLANNED_END)


def _too_long(starts_on: date | None, ends_on: date | None, line: ServiceLine, actor: Actor, reason: str) -> bool:
    if starts_on is None or ends_on is None:
        return False
    calendar = calendar_of(line.id)
    problems = rules.length_problems(starts_on, ends_on, actor.name, reason, calendar, line)
    if problems:
        raise Refused(*problems.values())
    return rules.is_too_long(starts_on, ends_on, calendar, line)


def _pupils(referral: Referral, draft: rules.CaseDraft) -> list[CasePupil]:
    wanted = tuple(dict.fromkeys(draft.pupil_ids))
    known = set(
        db.session.scalars(
            select(Pupil.id).where(
                Pupil.id.in_(wanted), (Pupil.school_id == referral.school_id) | (Pupil.id == referral.pupil_id)
            )
        )
    )
    if set(wanted) - known:
        raise Refused("Choose pupils of the school that referred.")
    return [CasePupil(pupil_id=pupil_id, position=place) for place, pupil_id in enumerate(wanted, start=1)]


def _allocations(draft: rules.CaseDraft, line: ServiceLine, starts_on: date) -> list[Allocation]:
    people = workers_of_line(tuple(dict.fromkeys(draft.worker_ids)), line)
    return [Allocation(person=person, starts_on=starts_on) for person in people]


def workers_of_line(person_ids: Sequence[int], line: ServiceLine) -> list[Person]:
    """The people with these ids, in this order. Raises ``Refused`` unless all are workers of the line today."""
    known = {int(value) for value, _ in worker_choices(line.id)}
    if set(person_ids) - known:
        raise Refused(f"Choose workers of {line.name}.")
    return [db.session.get_one(Person, person_id) for person_id in person_ids]


def _begin_history(actor: Actor, case: Case) -> None:
    db.session.add(
        StepTaken(
            kind=Case.__tablename__,
            record_id=case.id,
            step="open",
            source=case.stage,
            target=case.stage,
            person_id=actor.person_id,
            person_name=actor.name,
            at=case.stage_since,
        )
    )
