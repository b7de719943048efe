"""What a person types and has not saved yet: kept beside the page, never in its place.

The kept text is the person's own: nobody else is shown it, and the page stays as it was until they save it.
"""

import json
from collections.abc import Iterable

from sqlalchemy import delete, select

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.crypto import LONGEST_TEXT
from portal.kernel.errors import EditConflict, OutOfReach, Refused
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import DraftBuffer, Referral

OVER = ("decided", "withdrawn")


def keep_typed(
    actor: Actor,
    referral: Referral,
    page: str,
    typed: Iterable[tuple[str, str]],
    *,
    page_version: int,
    sitting: str,
    stroke: int,
    known_version: int,
) -> DraftBuffer:
    """Keeps the raw fields of one page as they stand now, and answers the row with its version (1, 2, …).

    ``sitting`` is one opening of the page in one browser, ``stroke`` counts its sendings: an older one changes nothing
    more. ``known_version`` is the version that the page was opened with. Raises ``Refused`` once the referral was sent
    or when it is too much to keep, ``EditConflict`` when the same person types on the same page elsewhere.
    """
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    if referral.status not in rules.EDITABLE and not rules.can_be_added_to(referral.status, page):
        raise Refused("This referral was sent meanwhile. Copy what you typed before you leave the page.")
    if page not in _pages_of(referral):
        raise OutOfReach
    text = json.dumps([list(pair) for pair in typed], ensure_ascii=False)
    if len(text) > LONGEST_TEXT:
        raise Refused("This page holds more text than can be kept. Shorten the longest answers.")
    row = _row_of(actor, referral, page)
    if row is None:
        row = DraftBuffer(referral_id=referral.id, page=page, person_id=actor.person_id, sitting="", stroke=0)
    elif row.sitting == sitting and (stroke <= row.stroke or row.typed is None):
        return row  # it came late: after a newer one, or after the page was saved
    elif row.sitting != sitting and row.version != known_version:
        raise EditConflict
    if row.sitting != sitting:
        _begin_sitting(actor, referral)
    row.typed, row.page_version, row.sitting, row.stroke = text, page_version, sitting, stroke
    row.saved_at = clock.now()
    db.session.add(row)
    db.session.flush()
    return row


def _pages_of(referral: Referral) -> set[str]:
    """Where something can be typed: the pages of the form, and what the service asks while it is returned."""
    pages = {page.key for page in rules.pages_of(referral.scope_kind)}
    return pages | {rules.ANSWER_PAGE} if referral.status == "returned" else pages


def _begin_sitting(actor: Actor, referral: Referral) -> None:
    audit.record_act(actor, "referral draft kept", "referral", referral.id)
    over = select(Referral.id).where(Referral.status.in_(OVER))
    db.session.execute(delete(DraftBuffer).where(DraftBuffer.referral_id.in_(over)))


def drop_typed(actor: Actor, referral: Referral, page: str) -> None:
    """The person goes back to what was saved: what they typed on this page is given up."""
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    row = _row_of(actor, referral, page)
    if row is not None and row.typed is not None:
        row.typed = None
        audit.record_act(actor, "referral draft given up", "referral", referral.id)


def forget_typed(referral: Referral) -> None:
    """The referral is over: what anybody typed on its pages and did not save is not kept any longer."""
    db.session.execute(delete(DraftBuffer).where(DraftBuffer.referral_id == referral.id))


def forget_answers_typed(referral: Referral) -> None:
    """The service asks anew: what was typed for its earlier questions does not stand among the new ones."""
    of_answers = (DraftBuffer.referral_id == referral.id) & (DraftBuffer.page == rules.ANSWER_PAGE)
    db.session.execute(delete(DraftBuffer).where(of_answers))


def put_away(actor: Actor, referral: Referral, page: str, sitting: str) -> None:
    """The page was saved: what was typed on it is no longer kept apart, and what comes late of it is not taken."""
    row = _row_of(actor, referral, page)
    if row is None and sitting:
        row = DraftBuffer(referral_id=referral.id, page=page, person_id=actor.person_id, stroke=0, page_version=0)
        db.session.add(row)
    if row is not None:
        row.typed, row.sitting, row.saved_at = None, sitting or row.sitting, clock.now()


def _row_of(actor: Actor, referral: Referral, page: str) -> DraftBuffer | None:
    return db.session.scalars(
        select(DraftBuffer)
        .where(
            DraftBuffer.referral_id == referral.id,
            DraftBuffer.page == page,
            DraftBuffer.person_id == actor.person_id,
        )
        .with_for_update()
    ).one_or_none()
