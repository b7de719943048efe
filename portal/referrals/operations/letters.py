"""Writing the letter of a decision: kept in the words of the day, never changed afterwards."""

import json
from datetime import date

from sqlalchemy import func, select

from portal.accounts.queries.people import work_telephone_of
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.crypto import LONGEST_TEXT
from portal.kernel.dates import MONTHS, WEEKDAYS
from portal.kernel.errors import Refused
from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralLetter
from portal.referrals.queries.form import subject_of


def write_letter(
    actor: Actor,
    referral: Referral,
    decision: str,
    reason: str,
    *,
    by: date | None = None,
    asked: tuple[str, ...] = (),
) -> ReferralLetter:
    """The letter of a decision (or “take_back”); ``by``: the next one's last day. Raises ``Refused`` if too long."""
    decided = decision == referral.decision
    facts = rules.LetterFacts(
        reference=referral.reference,
        about=subject_of(referral),
        school=referral.school.name,
        service=settings.current().name,
        line=referral.service_line.name,
        decided_by=actor.name,
        dated=_in_full(clock.today()),
        decision=decision,
        reason=reason,
        kind=referral.scope_kind,
        conditions=(referral.decision_conditions or "") if decided else "",
        signpost=rules.SIGNPOSTS.get(referral.signpost or "", "") if decided else "",
        signpost_contact=(referral.signpost_contact or "") if decided else "",
        to_be_ratified=decided and referral.to_be_ratified,
        by=_in_full(by) if by else "",
        asked=asked,
        telephone=work_telephone_of(actor.person_id),
        contact=settings.current().contact,
    )
    return _keep(actor, referral, rules.letter(facts))


def _keep(actor: Actor, referral: Referral, made: rules.Letter) -> ReferralLetter:
    text = json.dumps(rules.to_kept(made), ensure_ascii=False)
    if len(text) > LONGEST_TEXT:
        raise Refused("Shorten the reason and the conditions: the letter would be too long to keep.")
    latest = select(func.max(ReferralLetter.number)).where(ReferralLetter.referral_id == referral.id)
    row = ReferralLetter(
        referral=referral,
        number=(db.session.scalar(latest) or 0) + 1,
        title=made.title,
        made_at=clock.now(),
        made_by_id=actor.person_id,
        text=text,
    )
    db.session.add(row)
    return row


def _in_full(day: date) -> str:
    """A letter is read years later: its dates carry the year."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"
