"""Preparing an agreement when work is agreed, and again when its particulars change before anybody signed."""

from dataclasses import replace
from datetime import date

from portal.agreements import rules
from portal.agreements.models import Agreement, AgreementSignature, AgreementText
from portal.agreements.operations import due
from portal.agreements.queries.one import newest_of
from portal.agreements.queries.texts import newest_text, text_draft
from portal.extensions import db
from portal.kernel import audit, clock, history, settings
from portal.kernel.access import allows, ensure
from portal.kernel.crypto import LONGEST_TEXT
from portal.kernel.errors import Refused
from portal.kernel.settings import Feature
from portal.policy import ROLE_LABELS, Action, Actor, Role, Scope
from portal.referrals.models import Referral

_SIGNS_FOR_SERVICE = (Role.COORDINATOR, Role.WORKER)


def prepare(actor: Actor, referral: Referral, particulars: rules.Particulars) -> Agreement | None:
    """Makes the agreement of one piece of work from the newest text, signs it for the service and asks the head.

    Where one waits already it is renewed. None while the feature is off. Raises ``Refused`` when a signed or waived
    one stands.
    """
    ensure(actor, Action.PREPARE_AGREEMENT, Scope(school_id=referral.school_id, line_id=referral.service_line_id))
    if not settings.is_on(Feature.AGREEMENTS):
        return None
    standing = newest_of(referral.id)
    if standing is not None and standing.status in rules.SETTLED:
        raise Refused("An agreement stands for this work already. What was signed is not changed.")
    if standing is not None and standing.status == "waiting":
        return renew(actor, referral.id, particulars)
    text = _newest_text(referral.service_line_id)
    agreement = _make(actor, referral, particulars, (standing.number if standing else 0) + 1, text)
    due.ask_for_signature(agreement)
    due.tell_heads(agreement, "agreement_waits", f"agreement-{referral.id}-{agreement.number}-waits")
    return agreement


def renew(
    actor: Actor,
    referral_id: int | None,
    particulars: rules.Particulars,
    *,
    also_agreed: str | None = None,
    tells: bool = True,
) -> Agreement | None:
    """A newer version takes the place of one that waits, where particulars, words or the published text differ.

    The caller has checked that the actor may change the work. What was signed, or waived, stands. ``also_agreed`` of
    None keeps the words that were agreed for this work alone. Who may not prepare agreements (a worker who moves a
    date) changes the particulars alone: text and signature of the service stay those of the coordinator. The heads
    are told of it, unless the caller tells them (``tells`` False). None when there is nothing to renew.
    """
    standing = newest_of(referral_id) if referral_id is not None else None
    if standing is None or standing.status != "waiting":
        return None
    kept = rules.from_json(standing.particulars)
    wanted = replace(particulars, also_agreed=kept.also_agreed if also_agreed is None else also_agreed.strip())
    may_prepare = allows(actor, Action.PREPARE_AGREEMENT, standing.scope)
    text = _newest_text(standing.service_line_id) if may_prepare else standing.of_text
    if wanted == kept and text.id == standing.text_id:
        return None
    newer = _make(actor, standing.referral, wanted, standing.number + 1, text, None if may_prepare else standing)
    if text.id == standing.text_id and wanted.also_agreed == kept.also_agreed:
        newer.due_on = standing.due_on  # the promises are the same, so the days to sign them do not begin anew
    if standing.change_asked:
        _carry_over_words(standing, newer)
    history.advance(actor, standing, rules.ROAD, "replace", rules.RoadFacts(), audit_as="agreement replaced")
    due.ask_for_signature(newer)
    if tells:
        due.tell_heads(newer, "agreement_renewed", f"agreement-{newer.referral_id}-{newer.number}-renewed")
    return newer


def _carry_over_words(standing: Agreement, newer: Agreement) -> None:
    """What the school asked is not answered yet: it stands on the newer version too."""
    newer.change_asked = True
    asked = [step for step in history.steps_of(Agreement.__tablename__, standing.id) if step.step == "ask_change"]
    for step in asked[-1:]:
        copied = {name: getattr(step, name) for name in ("kind", "step", "source", "target", "at", "note")}
        who = {"person_id": step.person_id, "person_name": step.person_name}
        db.session.add(history.StepTaken(record_id=newer.id, **copied, **who))


def lapse(actor: Actor, referral_id: int | None) -> None:
    """The work ended before it was signed: nobody is asked any more. The caller has checked who may end it."""
    standing = newest_of(referral_id) if referral_id is not None else None
    if standing is None or standing.status != "waiting":
        return
    history.advance(actor, standing, rules.ROAD, "lapse", rules.RoadFacts(), audit_as="agreement lapsed")
    due.settle_all(standing.referral_id, actor)


def _newest_text(line_id: int | None) -> AgreementText:
    text = newest_text(line_id)
    if text is None:
        raise Refused("No text is published for agreements yet. Publish one under Agreements, Texts.")
    return text


def _make(
    actor: Actor,
    referral: Referral,
    particulars: rules.Particulars,
    number: int,
    text: AgreementText,
    signed_before: Agreement | None = None,
) -> Agreement:
    """One more version. The service signs it by the actor, or by whoever signed ``signed_before`` for it."""
    merged = _merged(text, particulars)
    agreement = Agreement(
        referral=referral,
        school_id=referral.school_id,
        service_line_id=referral.service_line_id,
        number=number,
        of_text=text,
        status="waiting",
        particulars=rules.to_json(particulars),
        text=merged,
        digest=rules.digest(merged),
        change_asked=False,
        prepared_at=clock.now(),
        due_on=_due_on(referral),
    )
    agreement.signatures = [_for_service(actor, agreement.digest, signed_before)]
    audit.record(actor, "agreement prepared", agreement)
    _begin_history(actor, agreement)
    return agreement


def _merged(text: AgreementText, particulars: rules.Particulars) -> str:
    merged = rules.merge(text_draft(text), text.number, particulars, settings.current().name)
    if len(merged) > LONGEST_TEXT:
        raise Refused("The agreement would be too long to read. Shorten its text, or what is also agreed.")
    return merged


def _due_on(referral: Referral) -> date:
    return due.school_days_on(referral.service_line_id, clock.today(), rules.SCHOOL_DAYS_TO_SIGN)


def _for_service(actor: Actor, digest: str, signed_before: Agreement | None) -> AgreementSignature:
    role = next((role for role in _SIGNS_FOR_SERVICE if role in actor.roles), Role.COORDINATOR)
    before = signed_before.signatures if signed_before is not None else ()
    known = next((signature for signature in before if signature.party == rules.SERVICE), None)
    return AgreementSignature(
        party=rules.SERVICE,
        person_id=known.person_id if known else actor.person_id,
        name=known.name if known else actor.name,
        role=known.role if known else ROLE_LABELS[role],
        contact="",
        on_paper=False,
        signed_on=clock.today(),
        signed_at=clock.now(),
        digest=digest,
    )


def _begin_history(actor: Actor, agreement: Agreement) -> None:
    db.session.add(
        history.StepTaken(
            kind=Agreement.__tablename__,
            record_id=agreement.id,
            step="prepare",
            source=agreement.status,
            target=agreement.status,
            person_id=actor.person_id,
            person_name=actor.name,
            at=agreement.prepared_at,
        )
    )
