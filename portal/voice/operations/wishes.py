"""What adults do about a child's wish to talk: read it, write what they did, close it."""

from sqlalchemy import select

from portal.cases.queries import scope_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, may
from portal.tasks import operations as tasks
from portal.voice.models import ChildView, TalkDeed, TalkWish
from portal.voice.operations.reading import read_view
from portal.voice.operations.talking import key_of
from portal.voice.rules.talking import closing_problems, deed_problems


def see_wish(actor: Actor, wish: TalkWish, *, words_shown: int | None = None) -> None:
    """Somebody says that they have read it. It stays on the lists until it is closed.

    ``words_shown`` is the view whose words stood on their page: a trained adult has then read those too.
    """
    ensure(actor, Action.READ_VOICE, scope_of(wish.case))
    if wish.seen_at is None:
        wish.seen_at, wish.seen_by_id = clock.now(), actor.person_id
        audit.record(actor, "wish to talk read", wish)
    view = view_of_turn(wish)
    if view is not None and view.id == words_shown and view.read_at is None and may(actor, Action.READ_SAME_DAY):
        read_view(actor, view)


def view_of_turn(wish: TalkWish) -> ChildView | None:
    """What the child said in the turn in which they asked; None while nothing has come, or where nothing was kept."""
    return db.session.scalars(select(ChildView).where(ChildView.place_id == wish.place_id)).one_or_none()


def add_deed(actor: Actor, wish: TalkWish, words: str) -> TalkDeed:
    """Whoever the wish concerns writes what they did. Raises ``Refused`` without words, and once it is closed."""
    ensure(actor, Action.READ_VOICE, scope_of(wish.case))
    _refuse_closed(wish)
    if problems := deed_problems(words):
        raise Refused(*problems)
    see_wish(actor, wish)
    deed = TalkDeed(wish=wish, person_id=actor.person_id, at=clock.now(), words=words.strip())
    audit.record(actor, "what was done about a wish to talk written", deed)
    return deed


def close_wish(actor: Actor, wish: TalkWish, done: str, *, opened_with: int | None) -> None:
    """A safeguarding lead says what was done. Raises ``Refused`` without words, while what the child said in that turn
    is unread, and where it is closed already."""
    ensure(actor, Action.CLOSE_TALK)
    _refuse_closed(wish)
    check_version(wish, opened_with)
    view = view_of_turn(wish)
    if problems := closing_problems(done, words_unread=view is not None and view.read_at is None):
        raise Refused(*problems)
    see_wish(actor, wish)
    wish.closed_at, wish.closed_by_id, wish.done = clock.now(), actor.person_id, done.strip()
    audit.record(actor, "wish to talk closed", wish)
    tasks.settle_like(key_of(wish), actor)


def _refuse_closed(wish: TalkWish) -> None:
    if wish.closed_at is not None:
        raise Refused("This has already been closed. What was done is below.")
