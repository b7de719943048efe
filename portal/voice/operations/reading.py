"""What adults do with a view: read it, hold it back, share as the child says, take it back, answer it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from portal.cases.queries import scope_of
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import EditConflict, OutOfReach, Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks.rules import ANSWER_CHILD, RULES
from portal.voice.models import ChildView, ViewReply, ViewShare
from portal.voice.operations.arriving import ask_to_read, read_key
from portal.voice.rules.sharing import Audience
from portal.voice.rules.symbols import PICTURES

LONGEST_REPLY = 300
LONGEST_HELD = 1_000
SCHOOL_DAYS_TO_ANSWER = 10
ON_TABLET = "tablet"
SEEN_BY_HAND = {"printed": "Printed with symbols", "told": "Told, with the symbols"}
"""What a worker records; what was shown on a tablet the tablet records itself"""
SEEN_HOW = {ON_TABLET: "On the tablet", **SEEN_BY_HAND}


@dataclass(frozen=True)
class ReplyDraft:
    """“You said, we did” in short words, each with a symbol or none."""

    you_said: str
    we_did: str
    said_symbol: str = ""
    did_symbol: str = ""


def read_view(actor: Actor, view: ChildView, *, worries: str = "") -> None:
    """A trained adult has read it. With ``worries`` nothing of it is shown outside the service.

    Raises ``Refused`` for words that are too long. Whoever reads it again can hold it back later.
    """
    ensure(actor, Action.READ_SAME_DAY, scope_of(view.case))
    if len(worries) > LONGEST_HELD:
        raise Refused(f"Shorten this to {LONGEST_HELD:,} characters or fewer.")
    if view.read_at is None:
        view.read_at, view.read_by_id = clock.now(), actor.person_id
    if worries.strip():
        view.is_held, view.held_words = True, worries.strip()
    audit.record(actor, "child's view held back" if worries.strip() else "child's view read", view)
    tasks.settle(read_key(view), actor)
    tasks.settle_like(read_key(view), actor)
    _ask_for_answer(view)


def release_view(actor: Actor, view: ChildView, *, opened_with: int | None) -> None:
    """What was held back may be seen again by those whom the child chose."""
    ensure(actor, Action.READ_SAME_DAY, scope_of(view.case))
    check_version(view, opened_with)
    view.is_held = False
    audit.record(actor, "child's view no longer held back", view)


def _ask_for_answer(view: ChildView) -> None:
    """Counted from the day on which the child spoke, because the tablet promised it then. Where the work has ended
    meanwhile, a coordinator tells the child.
    """
    case = view.case
    if view.taken_back_at is not None or reply_to(view) is not None:
        return
    said_on = view.given_at.astimezone(clock.LONDON).date()
    due_on = calendar_of(case.service_line_id).add_school_days(said_on, SCHOOL_DAYS_TO_ANSWER)
    worker = next((a.person_id for a in case.allocations if a.person_id and a.ends_on is None), None)
    tasks.ask(
        answer_key(view),
        ANSWER_CHILD,
        RULES[ANSWER_CHILD],
        f"/cases/{case.reference}/voice",
        due_on,
        person_id=None if case.stage == "closed" else worker or view.place.prepared_by_id,
        role=Role.COORDINATOR if case.stage == "closed" else None,
        case_id=case.id,
        service_line_id=case.service_line_id,
    )


def answer_key(view: ChildView) -> str:
    """The key of the task to tell the child what was done."""
    return f"voice-answer-{view.id}"


def set_shares(actor: Actor, view: ChildView, audiences: Collection[Audience], *, opened_with: int | None) -> None:
    """Who else may see it now, as the child says. Raises ``Refused`` for a view that was taken back."""
    ensure(actor, Action.HAND_OVER, scope_of(view.case))
    check_version(view, opened_with)
    if view.taken_back_at is not None:
        raise Refused("The child took this back.")
    now = clock.now()
    standing = {Audience(share.audience) for share in view.shares if share.ended_at is None}
    for share in view.shares:
        if share.ended_at is None and Audience(share.audience) not in audiences:
            share.ended_at = now
    view.shares += [ViewShare(audience=one.value, given_at=now) for one in Audience if one in set(audiences) - standing]
    _new_version(view)
    audit.record(actor, "who else may see a child's view changed", view)


def take_back(actor: Actor, view: ChildView, *, opened_with: int | None) -> None:
    """The child takes the view back: nobody but a safeguarding lead sees it any more."""
    ensure(actor, Action.HAND_OVER, scope_of(view.case))
    check_version(view, opened_with)
    if view.taken_back_at is not None:
        return
    view.taken_back_at = clock.now()
    for share in view.shares:
        share.ended_at = share.ended_at or view.taken_back_at
    audit.record(actor, "child's view taken back", view)
    tasks.settle(answer_key(view), actor)
    if view.read_at is None:  # nobody else may read it any more, and somebody must
        ask_to_read(view, Role.SAFEGUARDING)


def answer_child(actor: Actor, view: ChildView, draft: ReplyDraft, *, opened_with: int | None) -> ViewReply:
    """Writes “you said, we did”, or changes it while the child has not seen it; ``opened_with`` is 0 for the first.

    Raises ``Refused`` with what is missing, ``EditConflict`` for the second of two.
    """
    ensure(actor, Action.HAND_OVER, scope_of(view.case))
    if view.taken_back_at is not None:
        raise Refused("The child took this back.")
    if problems := _reply_problems(draft):
        raise Refused(*problems)
    reply = _opened_reply(view, opened_with)
    if reply.seen_at is not None:
        raise Refused("The child has seen this answer, so it stands as it is.")
    reply.you_said, reply.we_did = draft.you_said.strip(), draft.we_did.strip()
    reply.said_symbol, reply.did_symbol = draft.said_symbol, draft.did_symbol
    reply.written_by_id, reply.written_at = actor.person_id, clock.now()
    audit.record(actor, "answer to a child written", reply)
    return reply


def _opened_reply(view: ChildView, opened_with: int | None) -> ViewReply:
    db.session.execute(select(ChildView.id).where(ChildView.id == view.id).with_for_update())
    reply = reply_to(view)
    if reply is None and opened_with == 0:
        return ViewReply(view=view)
    if reply is None:
        raise EditConflict
    check_version(reply, opened_with)
    return reply


def reply_to(view: ChildView) -> ViewReply | None:
    """“You said, we did” for this view; None while nobody has written it."""
    return db.session.scalars(select(ViewReply).where(ViewReply.view_id == view.id)).one_or_none()


def _reply_problems(draft: ReplyDraft) -> list[str]:
    problems = []
    if not draft.you_said.strip():
        problems.append("Write what the child said.")
    if not draft.we_did.strip():
        problems.append("Write what was done.")
    if max(len(draft.you_said), len(draft.we_did)) > LONGEST_REPLY:
        problems.append(f"Use {LONGEST_REPLY} characters or fewer in each box: a child reads this.")
    if {draft.said_symbol, draft.did_symbol} - {"", *PICTURES}:
        problems.append("Choose a symbol from the list.")
    return problems


def child_saw(actor: Actor, view: ChildView, how: str, *, opened_with: int | None) -> None:
    """A worker records that the child has seen or heard the answer. Raises ``OutOfReach`` without one."""
    ensure(actor, Action.HAND_OVER, scope_of(view.case))
    reply = reply_to(view)
    if reply is None or view.taken_back_at is not None:
        raise OutOfReach(view.id)
    if reply.seen_at is not None:
        return
    check_version(reply, opened_with)
    if how not in SEEN_BY_HAND:
        raise Refused("Say how the child saw it.")
    note_seen(actor, reply, how, actor.person_id)


def note_seen(actor: Actor | None, reply: ViewReply, how: str, by_id: int) -> None:
    """It stands as it is from now on. ``actor`` is None where a tablet says it, and ``by_id`` who handed that over."""
    reply.seen_at, reply.seen_how, reply.seen_by_id = clock.now(), how, by_id
    audit.record(actor, "child has seen the answer", reply)
    tasks.settle(answer_key(reply.view), actor)


def _new_version(view: ChildView) -> None:
    flag_modified(view, "is_held")  # a new version also where only the shares changed
