"""What a referral says about a pupil goes to the pupil's own record."""

from portal.extensions import db
from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralPupil
from portal.referrals.queries.form import page_answers
from portal.schools import operations as schools
from portal.schools.models import Pupil
from portal.schools.queries import pupil_draft, pupil_for, pupils_alike
from portal.schools.rules import PupilDraft


def find_pupil(actor: Actor, referral: Referral, page: rules.PupilPage, *, knows_alike: bool) -> None:
    """Makes the pupil's record, or brings it up to date with the page; nothing while names or birth are missing.

    Raises ``LooksKnown`` when the school has somebody like that on record, unless ``knows_alike``.
    """
    if referral.pupil is not None:
        _change(actor, referral.pupil, rules.onto_pupil(pupil_draft(referral.pupil), page))
    elif rules.identity_known(page):
        draft = rules.onto_pupil(PupilDraft(), page)
        referral.pupil = schools.add_pupil(actor, referral.school_id, draft, knows_alike=knows_alike)


def find_group(actor: Actor, referral: Referral, page: rules.GroupPage) -> None:
    """Finds or makes the record of every pupil of a group whose names and date of birth are there.

    A pupil with the UPN, or the name and the date of birth, of one on the school's list is that pupil.
    """
    found: list[Pupil] = []
    for entry in page.pupils:
        if rules.group_identity_known(entry):
            pupil = _group_pupil(actor, referral, entry)
            if pupil not in found:
                found.append(pupil)
    referral.pupil = found[0] if found else None
    _put_further(referral, found[1:])


def _put_further(referral: Referral, wanted: list[Pupil]) -> None:
    for row in [row for row in referral.further if row.pupil not in wanted]:
        _ = row.referral  # the part leads to its whole also when it is gone
        db.session.delete(row)
    db.session.flush()
    db.session.expire(referral, ["further"])
    for place, pupil in enumerate(wanted, start=2):
        known = next((row for row in referral.further if row.pupil is pupil), None)
        if known is None:
            known = ReferralPupil(pupil=pupil)
            referral.further.append(known)
        known.position = place


def _group_pupil(actor: Actor, referral: Referral, entry: rules.GroupPupil) -> Pupil:
    draft = rules.onto_group_pupil(PupilDraft(), entry)
    same = [row for row in pupils_alike(referral.school_id, draft) if row.why in rules.SURELY_ALIKE]
    if not same:
        return schools.add_pupil(actor, referral.school_id, draft, knows_alike=True)
    pupil = pupil_for(actor, same[0].pupil_id)
    _change(actor, pupil, rules.onto_group_pupil(pupil_draft(pupil), entry))
    return pupil


def keep_on_pupil(actor: Actor, referral: Referral) -> None:
    """SEN and care status, and reasons not to visit alone: to the pupil's record, when the referral is sent.

    A warning on the record is never taken away by a referral that does not mention one.
    """
    if referral.pupil is None:
        return
    pages = page_answers(referral)
    for pupil in (referral.pupil, *(row.pupil for row in referral.further)):
        draft = rules.onto_record(pupil_draft(pupil), pages)
        if warning := rules.warning_words(pages.get("safety")):
            draft = rules.with_warning(draft, warning)
        _change(actor, pupil, draft)


def _change(actor: Actor, pupil: Pupil, draft: PupilDraft) -> None:
    if draft != pupil_draft(pupil):
        schools.change_pupil(actor, pupil, draft, opened_with=pupil.version)
