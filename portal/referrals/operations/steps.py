"""Steps of a referral: sent, approved, returned, decided, withdrawn; each by its role, with its reason."""

from collections.abc import Mapping

from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.history import advance
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.referrals.operations.due import ask_for_next_step, settle_ratification
from portal.referrals.operations.pupil import find_pupil, keep_on_pupil
from portal.referrals.queries.form import page_answers
from portal.referrals.queries.records import facts_of
from portal.schools.operations import LooksKnown, RefusedFields

_DONE: Mapping[str, str] = {
    "send_for_approval": "referral sent for approval",
    "submit": "referral submitted",
    "approve": "referral approved",
    "send_back": "referral sent back",
    "resubmit": "referral submitted again",
    "decide": "referral decided",
    "send_to_panel": "referral sent to panel",
    "defer": "referral deferred",
    "return": "referral returned",
    "withdraw": "referral withdrawn",
}
_LEAVES_THE_WRITER = frozenset({"send_for_approval", "submit", "approve", "resubmit"})


def take_step(
    actor: Actor,
    referral: Referral,
    step: str,
    *,
    note: str = "",
    decision: rules.Decision | None = None,
    opened_with: int | None = None,
) -> Referral:
    """Takes the referral one step along its road, and asks for what comes next.

    ``decide`` needs a ``decision``; one that keeps the referral open (return, defer) takes the step of that name. With
    ``opened_with`` the referral must still be at that version. Raises ``OutOfReach`` for an unknown step,
    ``NotPermitted`` for another role's, ``EditConflict``, ``RefusedFields`` of a decision and ``Refused``.
    """
    if step not in rules.ROAD.by_name:
        raise OutOfReach
    ensure(actor, rules.ROAD.by_name[step].needs, referral.scope)
    if opened_with is not None:
        check_version(referral, opened_with)
    if decision is not None:
        step, note = _step_of(decision, referral), decision.reason
    if step in _LEAVES_THE_WRITER:
        _ensure_pupil(actor, referral)
    facts = facts_of(referral, decision.decision if decision else "")
    advance(actor, referral, rules.ROAD, step, facts, audit_as=_DONE[step], note=note)
    _keep_what_it_says(actor, referral, step, decision)
    ask_for_next_step(actor, referral)
    return referral


def ratify(actor: Actor, referral: Referral, *, opened_with: int | None = None) -> None:
    """The panel has ratified an emergency decision. Raises ``Refused`` when there is nothing to ratify."""
    ensure(actor, Action.SCREEN_REFERRAL, referral.scope)
    if opened_with is not None:
        check_version(referral, opened_with)
    if not referral.to_be_ratified:
        raise Refused("This decision does not wait for the panel.")
    referral.to_be_ratified = False
    audit.record(actor, "decision ratified", referral)
    settle_ratification(actor, referral)


def _step_of(decision: rules.Decision, referral: Referral) -> str:
    problems = rules.decision_problems(decision.decision, decision.reason, decision.route, decision.signpost)
    if problems:
        raise RefusedFields(problems)
    return rules.step_for(decision.decision, referral.status)


def _ensure_pupil(actor: Actor, referral: Referral) -> None:
    page = page_answers(referral).get("pupil")
    if referral.pupil_id is not None or not isinstance(page, rules.PupilPage):
        return
    try:
        find_pupil(actor, referral, page, knows_alike=False)
    except LooksKnown:
        raise Refused("Open the page “The pupil” once more: your school has a pupil like this on record.") from None


def _keep_what_it_says(actor: Actor, referral: Referral, step: str, decision: rules.Decision | None) -> None:
    if step == "approve":
        referral.approved_by_id, referral.approved_at = actor.person_id, clock.now()
    if referral.status == "submitted":
        referral.submitted_at = referral.submitted_at or clock.now()
        keep_on_pupil(actor, referral)
    if step == "decide" and decision is not None:
        referral.decided_at = clock.now()
        referral.decision, referral.decision_reason = decision.decision, decision.reason.strip()
        referral.decision_conditions = decision.conditions.strip() or None
        referral.route, referral.signpost = decision.route, decision.signpost or None
        referral.to_be_ratified = rules.to_be_ratified(decision.route, None)
