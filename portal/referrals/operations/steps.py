"""Steps of a referral: sent, approved, returned, decided, withdrawn; each by its role, with its reason."""

from collections.abc import Mapping
from datetime import date

from portal.accounts.models import Person
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import EditConflict, OutOfReach, Refused
from portal.kernel.history import advance
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.referrals.operations.adding import note_step
from portal.referrals.operations.autosave import OVER, forget_answers_typed, forget_typed
from portal.referrals.operations.contacts import keep_contacts
from portal.referrals.operations.due import ask_for_next_step, settle_arranging, settle_ratification
from portal.referrals.operations.form import lock
from portal.referrals.operations.letters import write_letter
from portal.referrals.operations.matches import look_for_matches
from portal.referrals.operations.pupil import find_pupil, keep_on_pupil
from portal.referrals.operations.returning import keep_questions
from portal.referrals.operations.telling import tell_of_step
from portal.referrals.operations.versions import SENDING, keep_version
from portal.referrals.queries.form import page_answers
from portal.referrals.queries.people import approvers_of
from portal.referrals.queries.records import facts_of
from portal.referrals.queries.returned import state_of_text
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
    "ask_another": "referral sent to another approver",
    "take_back": "decision taken back",
    "recall": "referral recalled",
    "arranged": "what was agreed arranged",
}
_ASKS_APPROVER = frozenset({"send_for_approval", "ask_another"})
GIVEN_UP = "Given up before it was sent."
"""The reason of a withdrawal that nobody outside the school learns of; none is asked then."""
_LEAVES_THE_WRITER = frozenset({"send_for_approval", "submit", "approve", "resubmit"})


def take_step(
    actor: Actor,
    referral: Referral,
    step: str,
    *,
    note: str = "",
    decision: rules.Decision | None = None,
    asking: rules.Asking | None = None,
    approver_id: int | None = None,
    opened_with: int | None = None,
    seen: str | None = None,
) -> Referral:
    """Takes the referral one step along its road, asks for what comes next, and tells whom it concerns.

    ``decide`` needs a ``decision``; one that keeps the referral open (return, defer) takes the step of that name.
    ``return`` takes ``asking``, the questions; a ``note`` alone is the one question. ``send_for_approval`` goes to
    ``approver_id``, or to the only one there is. With ``opened_with`` the referral must still be at that version, with
    ``seen`` its pages, files and answers must still be those of ``queries.state_of_text``.
    Raises ``OutOfReach`` for an unknown step, ``NotPermitted`` for another role's, ``EditConflict``, ``RefusedFields``
    of a decision or an approver, and ``Refused``.
    """
    if step not in rules.ROAD.by_name:
        raise OutOfReach
    ensure(actor, rules.ROAD.by_name[step].needs, referral.scope)
    lock(referral)
    if opened_with is not None:
        check_version(referral, opened_with)
    if seen is not None and seen != state_of_text(referral):
        raise EditConflict
    if decision is not None:
        step, note = _step_of(decision, referral), decision.reason
    if step == "return":
        asking = _asking(asking, note)
        note = asking.words
    if step == "withdraw" and referral.submitted_at is None:
        note = note.strip() or GIVEN_UP
    if step in _LEAVES_THE_WRITER:
        _ensure_pupil(actor, referral)
    facts = facts_of(referral, decision.decision if decision else "")
    if step in _ASKS_APPROVER and not rules.ROAD.problems(step, referral.status, facts):
        referral.approver = db.session.get_one(Person, _approver(referral, approver_id))
    taken = advance(actor, referral, rules.ROAD, step, facts, audit_as=_DONE[step], note=note)
    _keep_what_it_says(actor, referral, step, decision)
    if referral.status in OVER:
        forget_typed(referral)
    due_on = _what_is_due(actor, referral, step)
    _write_down(actor, referral, step, note, asking, due_on)
    tell_of_step(actor, referral, step, taken.id)
    return referral


def _what_is_due(actor: Actor, referral: Referral, step: str) -> date | None:
    if step == "arranged":
        settle_arranging(actor, referral)
        return None
    return ask_for_next_step(actor, referral)


def ratify(actor: Actor, referral: Referral, *, opened_with: int | None = None) -> None:
    """The panel has ratified an emergency decision. Raises ``Refused`` when there is nothing to ratify."""
    ensure(actor, Action.SCREEN_REFERRAL, referral.scope)
    lock(referral)
    if opened_with is not None:
        check_version(referral, opened_with)
    if not referral.to_be_ratified:
        raise Refused("This decision does not wait for the panel.")
    referral.to_be_ratified = False
    taken = note_step(actor, referral, "ratify")
    audit.record(actor, "decision ratified", referral)
    settle_ratification(actor, referral)
    tell_of_step(actor, referral, "ratify", taken.id)


def _asking(asking: rules.Asking | None, note: str) -> rules.Asking:
    asking = asking or rules.Asking(words=note)
    if problems := rules.asking_problems(asking):
        raise Refused(*problems)
    return rules.complete_asking(asking)


def _approver(referral: Referral, chosen: int | None) -> int:
    """Whom the school asks. Raises ``RefusedFields`` unless it is one of those who may approve today."""
    known = [int(value) for value, _ in approvers_of(referral.school_id)]
    if not known:
        raise Refused("Nobody at your school can approve here yet. Ask the service to invite your head teacher.")
    if chosen is None and len(known) == 1:
        return known[0]
    if chosen not in known:
        raise RefusedFields({"approver": "Choose who approves it for your school."})
    return chosen


def _write_down(
    actor: Actor, referral: Referral, step: str, note: str, asking: rules.Asking | None, due_on: date | None
) -> None:
    """What stays for good: the version that was sent, and the letter of a decision."""
    if step in SENDING:
        keep_version(actor, referral, step)
        look_for_matches(referral)
    if step == "return" and asking is not None:
        forget_answers_typed(referral)
        asked = keep_questions(referral, asking)
        said = "" if note == "\n".join(asked) else note
        write_letter(actor, referral, "return", said, by=due_on, asked=asked)
    elif step == "decide":
        write_letter(actor, referral, referral.decision or "", referral.decision_reason or "", by=due_on)
    elif step in ("defer", "take_back"):
        write_letter(actor, referral, step, note)


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
    if step in SENDING:
        referral.submitted_at = referral.submitted_at or clock.now()
        keep_on_pupil(actor, referral)
        keep_contacts(actor, referral)
    if step == "decide" and decision is not None:
        referral.decided_at = clock.now()
        referral.decision, referral.decision_reason = decision.decision, decision.reason.strip()
        referral.decision_conditions = decision.conditions.strip() or None
        referral.route, referral.signpost = decision.route, decision.signpost or None
        referral.signpost_contact = decision.signpost_contact.strip() or None
        referral.to_be_ratified = rules.to_be_ratified(decision.route, None)
    if step == "take_back":
        referral.decided_at = referral.decision = referral.decision_reason = referral.decision_conditions = None
        referral.route = referral.signpost = referral.signpost_contact = None
        referral.to_be_ratified = False
