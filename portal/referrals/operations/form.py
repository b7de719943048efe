"""Writing a referral: begun as a draft, then saved page by page."""

import json
from typing import Any

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.crypto import LONGEST_TEXT
from portal.kernel.errors import EditConflict, OutOfReach, Refused
from portal.kernel.references import next_reference
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralPage
from portal.referrals.operations.adding import note_addition
from portal.referrals.operations.autosave import put_away
from portal.referrals.operations.pupil import find_group, find_pupil
from portal.referrals.queries.evidence import gaps_of
from portal.referrals.queries.form import page_answers, saved_page
from portal.schools.models import Pupil
from portal.schools.operations import RefusedFields
from portal.schools.queries import line_of, pupil_draft, school_choices


def start_referral(actor: Actor, school_id: int, line_id: int, kind: str = "pupil") -> Referral:
    """A new draft of this school for one service line; ``kind`` says for whom (``rules.SCOPES``).

    Raises ``OutOfReach`` for a school that is not the actor's, ``Refused`` for a line or a school that takes no
    referrals any more.
    """
    ensure(actor, Action.WRITE_REFERRAL, Scope(school_id=school_id, line_id=line_id, handed_in=False))
    if not _takes_referrals(line_id):
        raise Refused("This service takes no referrals at present. Choose another one.")
    if kind not in rules.SCOPES:
        raise Refused("Choose whom it is for.")
    if str(school_id) not in dict(school_choices()):
        raise Refused("This school is closed in the portal. Ask the service to put it right.")
    referral = Referral(
        reference=next_reference("R", clock.today().year),
        school_id=school_id,
        service_line_id=line_id,
        scope_kind=kind,
        written_by_id=actor.person_id,
        status="draft",
        created_at=clock.now(),
        pages=[],
        further=[],
        files=[],
    )
    db.session.add(referral)
    audit.record(actor, "referral begun", referral)
    return referral


def _takes_referrals(line_id: int) -> bool:
    try:
        return line_of(line_id).is_active
    except OutOfReach:
        return False


def save_page(
    actor: Actor,
    referral: Referral,
    page: str,
    draft: rules.PageDraft,
    *,
    opened_with: int | None,
    knows_alike: bool = False,
    sitting: str = "",
) -> ReferralPage:
    """Keeps the answers of one page; ``opened_with`` is the page's version when its form was opened, 0 for a new one.

    What the person typed in this ``sitting`` and had not saved is then no longer kept beside it. The page “The pupil”
    also finds or makes the pupil's record as soon as names and date of birth are there. Raises
    ``RefusedFields``, ``EditConflict``, ``Refused`` once the referral was sent, and ``LooksKnown`` (of schools) unless
    ``knows_alike``.
    """
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    lock(referral)
    ensure_editable(referral, page)
    if page not in {one.key for one in rules.pages_of(referral.scope_kind)}:
        raise OutOfReach
    row = saved_page(referral, page)
    if opened_with != (row.version if row else 0):
        raise EditConflict
    if problems := rules.page_problems(draft, clock.today()):
        raise RefusedFields(problems)
    if isinstance(draft, rules.PupilPage):
        find_pupil(actor, referral, draft, knows_alike=knows_alike)
    if isinstance(draft, rules.GroupPage):
        find_group(actor, referral, draft)
    if rules.can_be_added_to(referral.status, page):
        row = _add_to_page(actor, referral, page, draft)
    else:
        row = keep_page(actor, referral, page, draft)
    audit.record(actor, "referral page saved", referral, fields=[page])
    put_away(actor, referral, page, sitting)
    return row


def _add_to_page(actor: Actor, referral: Referral, page: str, draft: rules.PageDraft) -> ReferralPage:
    """The service has the page: what is new is a version. An answer that was needed to send it cannot be taken out."""
    before, was = rules.blocking(gaps_of(referral)), page_answers(referral).get(page)
    row = keep_page(actor, referral, page, draft)
    if lost := [sentence for sentence in rules.blocking(gaps_of(referral)) if sentence not in before]:
        raise Refused("The service needs what was sent here. Change it, but do not leave it blank.", *lost)
    if draft != was:
        note_addition(actor, referral, rules.PAGE_BY_KEY[page].title)
    return row


def choose_pupil(
    actor: Actor, referral: Referral, pupil: Pupil, *, opened_with: int | None = None, fill: bool = True
) -> None:
    """Links the referral to one of the school's pupils; with ``fill`` the pupil's record answers the page.

    Raises ``Refused`` for another school's pupil and once the referral was sent.
    """
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    lock(referral)
    if opened_with is not None:
        check_version(referral, opened_with)
    ensure_editable(referral)
    if referral.submitted_at is not None and referral.pupil_id is not None:
        raise Refused("The service knows this referral by its pupil. Withdraw it and begin a new one.")
    if pupil.school_id != referral.school_id:
        raise Refused("This pupil is not on your school's list. Enter the pupil instead.")
    if referral.scope_kind != "pupil":
        raise Refused("This referral is not for one pupil.")
    referral.pupil = pupil
    if fill:
        keep_page(actor, referral, "pupil", rules.page_of_pupil(pupil_draft(pupil)))
    audit.record(actor, "pupil chosen", referral)


def lock(referral: Referral) -> None:
    """Waits for whoever else changes it, then sees what they wrote: what is checked after this holds to the end.

    Called first wherever pages or files are changed or sent, or one could be changed after it was sent, and the
    version that is kept could lack what was saved.
    """
    db.session.refresh(referral, attribute_names=["status", "version"], with_for_update=True)
    for row in (*referral.pages, *referral.files):
        db.session.expire(row)
    db.session.expire(referral, ["pages", "files"])


def ensure_editable(referral: Referral, page: str | None = None) -> None:
    """Raises ``Refused`` once the referral was sent, save for a ``page`` (or the place of files) to add to."""
    if page is not None and rules.can_be_added_to(referral.status, page):
        return
    if referral.status not in rules.EDITABLE:
        status = rules.STATUSES[referral.status].lower()
        raise Refused(f"This referral is {status}, so its pages cannot be changed now.")


def keep_page(actor: Actor, referral: Referral, page: str, draft: rules.PageDraft) -> ReferralPage:
    """Puts the answers into the page's row; the caller has checked them and records the change."""
    answers = json.dumps(rules.to_answers(draft), ensure_ascii=False)
    if len(answers) > LONGEST_TEXT:
        raise Refused("This page holds more text than can be kept. Shorten the longest answers.")
    row: Any = saved_page(referral, page)
    if row is None:
        row = ReferralPage(page=page)
        referral.pages.append(row)
    row.answers, row.saved_at, row.saved_by_id = answers, clock.now(), actor.person_id
    return row
