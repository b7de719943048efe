"""Signing, asking for a change instead, and starting without a signature."""

from datetime import date

from flask import current_app

from portal.agreements import rules
from portal.agreements.models import Agreement, AgreementSignature
from portal.agreements.operations import due
from portal.agreements.operations.preparing import renew
from portal.agreements.queries.one import REFERRAL, scope_of
from portal.extensions import db
from portal.kernel import clock, history
from portal.kernel.access import ensure, involved_today
from portal.kernel.errors import EditConflict, Refused
from portal.notices.operations import tell
from portal.policy import Action, Actor
from portal.schools.operations import RefusedFields
from portal.tasks.rules import ANSWER_AGREEMENT

SETTLED = "agreements.settled"
"""Who hears, with actor and referral id, that nothing of an agreement holds the work back any longer"""

_FACTS = rules.RoadFacts()


class TextChanged(EditConflict):
    """What was to be signed is not what waits any more: nothing was signed."""


def sign(actor: Actor, agreement: Agreement, draft: rules.SignDraft) -> AgreementSignature:
    """Signs for the school the exact text whose digest was on the page.

    Raises ``TextChanged`` when another text waits by now, ``RefusedFields`` for what is missing, ``Refused`` when
    somebody signed already.
    """
    ensure(actor, Action.SIGN_AGREEMENT, scope_of(agreement))
    _must_be_text_seen(agreement, draft.digest)
    if problems := rules.sign_problems(draft):
        raise RefusedFields(problems)
    return _sign(actor, agreement, "sign", draft, clock.today())


def sign_on_paper(actor: Actor, agreement: Agreement, draft: rules.SignDraft, signed_on: date) -> AgreementSignature:
    """Records that the head signed a print of this exact text; marked as such, with who recorded it.

    Raises as ``sign`` does, and ``RefusedFields`` for a day after today or before the agreement was prepared.
    """
    ensure(actor, Action.PREPARE_AGREEMENT, scope_of(agreement))
    _must_be_text_seen(agreement, draft.digest)
    problems = rules.sign_problems(draft)
    prepared_on = agreement.prepared_at.astimezone(clock.LONDON).date()
    if not prepared_on <= signed_on <= clock.today():
        problems["signed_on"] = f"Enter a day from {rules.day_in_full(prepared_on)}, when it was prepared, to today."
    if problems:
        raise RefusedFields(problems)
    return _sign(actor, agreement, "sign_on_paper", draft, signed_on)


def _must_be_text_seen(agreement: Agreement, digest: str) -> None:
    if agreement.status == "signed":
        raise Refused("This agreement is signed already. Open it to see by whom.")
    if agreement.status not in ("waiting", "waived") or digest != agreement.digest:
        raise TextChanged
    if digest != rules.digest(agreement.text):
        raise Refused("The kept text is damaged, so it cannot be signed. Tell whoever runs the portal.")


def _sign(actor: Actor, agreement: Agreement, step: str, draft: rules.SignDraft, on: date) -> AgreementSignature:
    signature = AgreementSignature(
        party=rules.SCHOOL,
        person_id=actor.person_id,
        name=draft.name.strip(),
        role=draft.role.strip(),
        contact=draft.contact.strip(),
        on_paper=step == "sign_on_paper",
        signed_on=on,
        signed_at=clock.now(),
        digest=agreement.digest,
    )
    agreement.signatures.append(signature)
    agreement.change_asked = False
    history.advance(actor, agreement, rules.ROAD, step, _FACTS, audit_as="agreement signed")
    due.settle_all(agreement.referral_id, actor)
    workers = involved_today(REFERRAL, agreement.referral_id) - {actor.person_id}
    tell("agreement_signed", sorted(workers), due.url_of(agreement), key=f"agreement-{agreement.id}-signed")
    db.session.flush()
    _say_settled(actor, agreement)
    return signature


def ask_change(actor: Actor, agreement: Agreement, words: str, *, opened_with: int | None) -> None:
    """“Not yet”: the head says what would have to change; the coordinator answers.

    Raises ``Refused`` without words, ``TextChanged`` when another version waits by now.
    """
    ensure(actor, Action.SIGN_AGREEMENT, scope_of(agreement))
    _must_be_same(agreement, opened_with)
    history.advance(
        actor, agreement, rules.ROAD, "ask_change", _FACTS, audit_as="change of agreement asked", note=words
    )
    agreement.change_asked = True
    due.ask_coordinator(
        agreement, ANSWER_AGREEMENT, "Answer the school about the agreement for {}", "agreement_change_asked"
    )


def answer(actor: Actor, agreement: Agreement, words: str, also_agreed: str, *, opened_with: int | None) -> Agreement:
    """Answers the school, and with words that are also agreed (or a newer text) makes the next version.

    Answers the agreement that waits now. Raises ``Refused`` without words, ``TextChanged``.
    """
    ensure(actor, Action.PREPARE_AGREEMENT, scope_of(agreement))
    _must_be_same(agreement, opened_with)
    if not words.strip():
        raise RefusedFields({"words": "Write what the school should know."})
    agreement.change_asked = False
    newer = renew(
        actor, agreement.referral_id, rules.from_json(agreement.particulars), also_agreed=also_agreed, tells=False
    )
    waits = newer or agreement
    history.advance(actor, waits, rules.ROAD, "answer", _FACTS, audit_as="school answered on agreement", note=words)
    due.settle(agreement.referral_id, ANSWER_AGREEMENT, actor)
    due.tell_heads(waits, "agreement_answered", f"agreement-{waits.id}-{waits.version}-answered")
    return waits


def _must_be_same(agreement: Agreement, opened_with: int | None) -> None:
    if agreement.status == "signed":
        raise Refused("This agreement is signed already. Open it to see by whom.")
    if agreement.status != "waiting" or opened_with != agreement.version:
        raise TextChanged


def waive(actor: Actor, agreement: Agreement, reason: str, *, opened_with: int | None) -> None:
    """Lets the work start without a signature; reason, name and day are shown to the school.

    Raises ``Refused`` without a reason, ``TextChanged`` when another version waits by now.
    """
    ensure(actor, Action.PREPARE_AGREEMENT, scope_of(agreement))
    _must_be_same(agreement, opened_with)
    history.advance(actor, agreement, rules.ROAD, "waive", _FACTS, audit_as="agreement waived", note=reason)
    agreement.change_asked = False
    due.settle_all(agreement.referral_id, actor)
    db.session.flush()
    _say_settled(actor, agreement)


def _say_settled(actor: Actor, agreement: Agreement) -> None:
    hears = current_app.extensions.get(SETTLED)
    if hears is not None:
        hears(actor, agreement.referral_id)
