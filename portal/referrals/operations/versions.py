"""Keeping what was sent: one version each time a referral leaves the school, never changed afterwards."""

import json

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import clock
from portal.policy import Actor
from portal.referrals.models import Referral, ReferralVersion, ReferralVersionPage
from portal.referrals.queries.returned import own_answers
from portal.referrals.queries.versions import FILES

SENDING = frozenset({"submit", "approve", "resubmit"})
"""Steps after which the service reads the referral anew."""


def keep_version(actor: Actor, referral: Referral, step: str) -> ReferralVersion:
    """All pages as they stand now, the answers to the service's own questions, and the names of the files."""
    latest = select(func.max(ReferralVersion.number)).where(ReferralVersion.referral_id == referral.id)
    pages = [ReferralVersionPage(page=page.page, answers=page.answers) for page in referral.pages]
    for key, question, answer in own_answers(referral):
        pages.append(ReferralVersionPage(page=key, answers=_json({"question": question, "answer": answer})))
    if names := [one.file.name for one in referral.files]:
        pages.append(ReferralVersionPage(page=FILES, answers=_json(names)))
    version = ReferralVersion(
        referral=referral,
        number=(db.session.scalar(latest) or 0) + 1,
        step=step,
        made_at=clock.now(),
        made_by_id=actor.person_id,
        made_by_name=actor.name,
        pages=pages,
    )
    db.session.add(version)
    return version


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
