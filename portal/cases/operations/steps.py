"""Moving a case along its road, and settling what a step fulfils."""

from portal.agreements import operations as agreements
from portal.cases import rules
from portal.cases.models import Case
from portal.cases.operations import access_given, clocks
from portal.cases.queries import facts_of, scope_of
from portal.extensions import db
from portal.kernel import audit, clock, history, settings
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.tasks import operations as tasks
from portal.tasks.rules import OBSERVATION_REPORT, PLANNED_END, WEEK_SIX_REVIEW

_FULFILS: dict[str, tuple[str, ...]] = {
    "start_plan": (OBSERVATION_REPORT,),
    "begin_exit": (OBSERVATION_REPORT, WEEK_SIX_REVIEW),
    "stop_early": (OBSERVATION_REPORT, WEEK_SIX_REVIEW),
    "start_monitoring": (PLANNED_END,),
}
"""What is no longer due once a step was taken."""

_ENDS_WITHOUT_WORK = frozenset({"stop_early", "close"})
"""After these nobody is asked to sign any more what was not signed."""

SETTLED_BY_HAND = frozenset({OBSERVATION_REPORT, WEEK_SIX_REVIEW})
"""What a worker marks as done on the case's page."""


def move(actor: Actor, case: Case, step: str, *, note: str = "", opened_with: int | None) -> history.StepTaken:
    """Takes one step of the road.

    Raises ``OutOfReach`` for a step that does not exist, ``EditConflict`` when the case changed since the page was
    drawn, ``Refused`` with the guards' sentences or when a reason is asked and none is given.
    """
    known = rules.ROAD.by_name.get(step)
    if known is None:
        raise OutOfReach(step)
    ensure(actor, known.needs, scope_of(case))
    check_version(case, opened_with)
    words = f"case moved to {rules.STAGES[known.target].lower()}"
    taken = history.advance(actor, case, rules.ROAD, step, facts_of(case, actor), audit_as=words, note=note)
    case.stage_since = taken.at
    _close_or_reopen(actor, case, taken)
    _settle(actor, case, step)
    if step in _ENDS_WITHOUT_WORK:
        agreements.lapse(actor, case.referral_id)
    db.session.flush()
    return taken


def _close_or_reopen(actor: Actor, case: Case, taken: history.StepTaken) -> None:
    if taken.target == "closed":
        case.closed_on = clock.today()
        access_given.close(actor, case, case.closed_on, settings.current().days_after_close)
    elif taken.source == "closed":
        case.closed_on = None
        access_given.reopen(actor, case)


def _settle(actor: Actor, case: Case, step: str) -> None:
    if case.stage == "closed":
        tasks.settle_all_of_case(case.id, actor)
        return
    for rule in _FULFILS.get(step, ()):
        tasks.settle(clocks.key_of(case, rule), actor)


def mark_done(actor: Actor, case: Case, rule: str) -> None:
    """Says that the observation report was written, or the review held. Raises ``Refused`` for anything else."""
    ensure(actor, Action.MOVE_CASE, scope_of(case))
    if rule not in SETTLED_BY_HAND:
        raise Refused("This is settled where it is recorded, not here.")
    tasks.settle(clocks.key_of(case, rule), actor)
    audit.record_act(actor, f"{rule.replace('_', ' ')} done", Case.__tablename__, case.id)
