"""Showing a child what was done: the tablet is handed over for it, and records itself that the child has seen it."""

from sqlalchemy import select

from portal.accounts.operations.own_account import confirmed_by_pin
from portal.cases.queries import scope_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.voice.models import ChildView, HandOver, ViewReply
from portal.voice.operations.places import begin_child_session, end_child_session, open_session_of
from portal.voice.operations.reading import ON_TABLET, note_seen, reply_to
from portal.voice.rules.places import session_until


def show_reply(
    actor: Actor, session_id: int, secret: str, address: str, view: ChildView, *, opened_with: int | None
) -> str:
    """Ends the staff session and begins the child's with this one answer; answers the token for the new cookie.

    ``secret`` is the person's password or tablet PIN. Raises ``Refused`` for a wrong one and where the child has seen
    the answer, ``OutOfReach`` without an answer and for a view that was taken back, ``EditConflict`` where the words
    have changed since the worker saw them.
    """
    confirmed_by_pin(actor, secret, address)
    ensure(actor, Action.HAND_OVER, scope_of(view.case))
    db.session.execute(select(ChildView.id).where(ChildView.id == view.id).with_for_update())
    reply = reply_to(view)
    if reply is None or view.taken_back_at is not None:
        raise OutOfReach(view.id)
    if reply.seen_at is not None:
        raise Refused("The child has seen this answer.")
    check_version(reply, opened_with)
    now = clock.now()
    # The answer is in sight at once, so the time for one child runs from here and not from the first touch.
    until = session_until(now, touched_at=now, for_several=False)
    made = HandOver(handed_at=now, touched_at=now, lasts_until=until, reply_id=reply.id)
    token = begin_child_session(actor, session_id, made)
    audit.record(actor, "answer to a child handed over", reply)
    return token


def shown_reply(session: HandOver | None) -> ViewReply | None:
    """What a child's session shows; None for another kind of session, and once the child took the view back."""
    if session is None or session.reply is None or session.reply.view.taken_back_at is not None:
        return None
    return session.reply


def finish(token: object, *, seen_version: int | None) -> bool:
    """The child says that it is done: the answer was seen, and the session ends. Again, or later, changes nothing.

    False where the words have changed since they were drawn: then the child sees those first. What was taken back
    meanwhile counts as not seen.
    """
    session = _locked(token)
    if session is None or session.reply_id is None:
        return True
    reply = shown_reply(session)
    if reply is not None and reply.seen_at is None:
        if reply.version != seen_version:
            return False
        note_seen(None, reply, ON_TABLET, session.person_id)
    end_child_session(session)
    return True


def _locked(token: object) -> HandOver | None:
    """The open session behind a cookie, as it is once nobody else changes it or the answer: of two touches at once the
    second finds it over.
    """
    found = open_session_of(token)
    if found is None or found.reply is None:
        return found
    db.session.execute(select(ChildView.id).where(ChildView.id == found.reply.view_id).with_for_update())
    for record in (found, found.reply, found.reply.view):
        db.session.refresh(record)
    return None if found.ended_at is not None else found
