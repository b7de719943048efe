"""Who works on a case: allocation by the coordinator, cover by a colleague."""

from datetime import date, timedelta

from sqlalchemy import select

from portal.cases.models import Allocation, Case, Cover
from portal.cases.operations import access_given, clocks
from portal.cases.operations.opening import workers_of_line
from portal.cases.operations.promises import renew_agreement
from portal.cases.queries import scope_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure, involved_today
from portal.kernel.errors import Refused
from portal.policy import Action, Actor
from portal.tasks import operations as tasks
from portal.tasks.rules import CHOOSE_WORKER

LONGEST_COVER = 28
"""Days, the first and the last one counted."""


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

    Raises ``Refused`` when the reason or a fitting last day is missing, or the actor already works on the case.
    """
    ensure(actor, Action.COVER_CASE, scope_of(case))
    _wait_for_others(case)
    _refuse_closed(case)
    today = clock.today()
    if actor.person_id in involved_today(Case.__tablename__, case.id):
        raise Refused("You already work on this case. Open it from the board.")
    problems = _cover_problems(reason, ends_on, today)
    if problems or ends_on is None:
        raise Refused(*problems)
    row = Cover(case=case, person_id=actor.person_id, reason=reason.strip(), starts_on=today, ends_on=ends_on)
    db.session.add(row)
    audit.record(actor, "case covered", case)
    access_given.give(actor, case, actor.person_id, today, ends_on)
    return row


def _wait_for_others(case: Case) -> None:
    """Two who change the workers at once go one after the other, and the second sees what the first did."""
    # The row alone: PostgreSQL locks nothing through the outer joins with which a case is usually read.
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update(of=Case))
    db.session.refresh(case)
    db.session.expire(case, ["allocations", "covers"])


def _cover_problems(reason: str, ends_on: date | None, today: date) -> list[str]:
    problems = [] if reason.strip() else ["Say why you cover this case. The reason stays on the record."]
    last = today + timedelta(days=LONGEST_COVER - 1)
    if ends_on is None or not today <= ends_on <= last:
        problems.append(f"Choose the last day of your cover, from today to {last.day}/{last.month}/{last.year}.")
    return problems


def _refuse_closed(case: Case) -> None:
    if case.stage == "closed":
        raise Refused("This case is closed. Open it again first.")
