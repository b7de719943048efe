"""What a referral says about a pupil goes to the pupil's own record."""

from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.referrals.queries.form import page_answers
from portal.schools import operations as schools
from portal.schools.queries import pupil_draft
from portal.schools.rules import PupilDraft


def find_pupil(actor: Actor, referral: Referral, page: rules.PupilPage, *, knows_alike: bool) -> None:
    """Makes the pupil's record, or brings it up to date with the page; nothing while names or birth are missing.

    Raises ``LooksKnown`` when the school has somebody like that on record, unless ``knows_alike``.
    """
    if referral.pupil is not None:
        _change(actor, referral, rules.onto_pupil(pupil_draft(referral.pupil), page))
    elif rules.identity_known(page):
        draft = rules.onto_pupil(PupilDraft(), page)
        referral.pupil = schools.add_pupil(actor, referral.school_id, draft, knows_alike=knows_alike)


def keep_on_pupil(actor: Actor, referral: Referral) -> None:
    """SEN and care status, and reasons not to visit alone: to the pupil's record, when the referral is sent.

    A warning on the record is never taken away by a referral that does not mention one.
    """
    if referral.pupil is None:
        return
    pages = page_answers(referral)
    draft = rules.onto_record(pupil_draft(referral.pupil), pages)
    if warning := rules.warning_words(pages.get("safety")):
        draft = rules.with_warning(draft, warning)
    _change(actor, referral, draft)


def _change(actor: Actor, referral: Referral, draft: PupilDraft) -> None:
    known = pupil_draft(referral.pupil)
    if draft != known:
        schools.change_pupil(actor, referral.pupil, draft, opened_with=referral.pupil.version)
