"""Parents and carers whom a referral names become contacts of the pupil."""

import json

from sqlalchemy import select

from portal.extensions import db
from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralVersion, ReferralVersionPage
from portal.referrals.queries.form import page_answers
from portal.schools import operations as schools


def keep_contacts(actor: Actor, referral: Referral) -> None:
    """Adds whom the referral names and the pupil's record does not; nothing on record changes.

    Called before the version is kept: whom the version before named was looked at then, and somebody may have said
    since who it is.
    """
    page = page_answers(referral).get("family")
    if referral.pupil is None or not isinstance(page, rules.FamilyPage):
        return
    known = list(referral.pupil.contacts)
    seen = _named_before(referral)
    for parent in dict.fromkeys(page.parents):
        draft = rules.new_contact(parent, known) if parent not in seen else None
        if draft is not None:
            schools.add_contact(actor, referral.pupil, draft)


def _named_before(referral: Referral) -> tuple[rules.Parent, ...]:
    answers = db.session.scalar(
        select(ReferralVersionPage.answers)
        .join(ReferralVersion, ReferralVersion.id == ReferralVersionPage.version_id)
        .where(ReferralVersion.referral_id == referral.id, ReferralVersionPage.page == "family")
        .order_by(ReferralVersion.number.desc())
        .limit(1)
    )
    if answers is None:
        return ()
    page = rules.read_pages({"family": json.loads(answers)})["family"]
    return page.parents if isinstance(page, rules.FamilyPage) else ()
