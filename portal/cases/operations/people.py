"""Who works on a case: allocation by the coordinator, cover by a colleague."""

from datetime import date, timedelta

from sqlalchemy import select

from portal.accounts.queries import people_with
from portal.cases.models import Allocation, Case, Cover
from portal.cases.operations import access_given, clocks
from portal.cases.operations.opening import workers_of_line
from portal.cases.operations.promises import renew_agreement
from portal.cases.queries import scope_of
from portal.cases.rules.cover import cover_problems
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure, involved_today
from portal.kernel.errors import OutOfReach, Refused
from portal.notices.operations import tell
from portal.policy import Action, Actor, Role
from portal.tasks import operations as tasks
from portal.tasks.rules import CHOOSE_WORKER


def allocate(actor: Actor, case: Case, person_id: int) -> Allocation:
    """The worker works on the case from today. Raises ``Refused`` for a closed case, a stranger or a second time."""
    ensure(actor, Action.OPEN_CASE, scope_of(case))
    _wait_for_others(case)
    _refuse_closed(case)
    today = clock.today()
    if any(a.person_id == person_id and (a.ends_on is None or a.ends_on >= today) for a in case.allocations):
        raise Refused("This worker is already on the case. Choose somebody else.")
    (person,) = workers_of_line((person_id,), case.service_line)
    allocation = Allocation(person=person, starts_on=today)
    case.allocations.append(allocation)
    audit.record(actor, "worker allocated", case)
    access_given.give(actor, case, person_id, today)
    clocks.ask_what_is_due(case)
    tasks.settle(clocks.key_of(case, CHOOSE_WORKER), actor)
    renew_agreement(actor, case)
    return allocation


def end_allocation(actor: Actor, case: Case, person_id: int) -> None:
    """The worker's last day on the case is today; what waited for them waits for the next worker.

    Raises ``Refused`` when the person does not work on it.
    """
    ensure(actor, Action.OPEN_CASE, scope_of(case))
    _wait_for_others(case)
    allocation = next((a for a in case.allocations if a.person_id == person_id and a.ends_on is None), None)
    if allocation is None:
        raise Refused("This worker is no longer on the case.")
    today = clock.today()
    allocation.ends_on = today
    audit.record(actor, "allocation ended", case)
    access_given.end(actor, case, person_id, today)
    clocks.hand_on_tasks(case, person_id)
    renew_agreement(actor, case)


def cover(actor: Actor, case: Case, reason: str, ends_on: date | None) -> Cover:
    """The actor stands in for the case's workers from today to ``ends_on``, at most 28 days, and says why.

    It opens a child's case to them, so the coordinators and the case's workers hear of it straight away. Raises
    ``Refused`` when the reason or a fitting last day is missing, or the actor already works on the case.
    """
    ensure(actor, Action.COVER_CASE, scope_of(case))
    _wait_for_others(case)
    _refuse_closed(case)
    today = clock.today()
    working = involved_today(Case.__tablename__, case.id)
    if actor.person_id in working:
        raise Refused("You already work on this case. Open it from the board.")
    problems = cover_problems(reason, ends_on, today)
    if problems or ends_on is None:
        raise Refused(*problems.values())
    row = Cover(case=case, person_id=actor.person_id, reason=reason.strip(), starts_on=today, ends_on=ends_on)
    db.session.add(row)
    audit.record(actor, "case covered", case)
    access_given.give(actor, case, actor.person_id, today, ends_on)
    told = {*working, *people_with(Role.COORDINATOR)} - {actor.person_id}
    tell("case_covered", sorted(told), f"/cases/{case.reference}", key=f"cover-{row.id}")
    return row


def end_cover(actor: Actor, case: Case, cover_id: int) -> None:
    """The coordinator ends a cover now. Raises ``OutOfReach`` for one that is not there, or has ended."""
    ensure(actor, Action.OPEN_CASE, scope_of(case))
    _wait_for_others(case)
    today = clock.today()
    row = next((one for one in case.covers if one.id == cover_id and one.ends_on >= today), None)
    if row is None:
        raise OutOfReach(cover_id)
    access_given.end_cover(actor, case, row)
    row.ends_on = today - timedelta(days=1)
    audit.record(actor, "cover ended", case)


def _wait_for_others(case: Case) -> None:
    """Two who change the workers at once go one after the other, and the second sees what the first did."""
    # The row alone: PostgreSQL locks nothing through the outer joins with which a case is usually read.
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update(of=Case))
    db.session.refresh(case)
    db.session.expire(case, ["allocations", "covers"])


def _refuse_closed(case: Case) -> None:
    if case.stage == "closed":
        raise Refused("This case is closed. Open it again first.")
