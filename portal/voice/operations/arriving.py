"""What comes back from a tablet: answers, each turn once; and a child's wish to talk, at once."""

import hmac
from datetime import datetime

from sqlalchemy import select

from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.errors import OutOfReach
from portal.policy import Role
from portal.tasks import operations as tasks
from portal.tasks.rules import READ_WORDS, RULES
from portal.voice.models import ChildView, HandOver, ViewAnswer, ViewShare, VoicePlace
from portal.voice.operations import sealing, talking
from portal.voice.operations.places import end_when_settled, secret_of
from portal.voice.rules.answers import Given, Turn, Unreadable, has_words, read_turn, strokes_to_json
from portal.voice.rules.places import Outcome, outcome_of
from portal.voice.rules.questions import from_json
from portal.voice.rules.reading import may_worry
from portal.voice.rules.sharing import Audience


def deliver(public_id: str, secret: str, kind: str, key_id: object, parts: object) -> None:
    """Takes one sealed delivery of a place: its turn, or a wish to talk. The same one again changes nothing.

    Raises ``OutOfReach`` for an unknown place, a wrong secret or one that is too old (all alike), ``Unreadable`` for
    what does not fit.
    """
    place = _place(public_id, secret, at_any_age=kind == "talk")
    if kind == "talk":
        sealing.unseal(key_id, public_id, parts)
        talking.ask_to_talk(place, press=talking.press_of(str(parts)))
        return
    if kind != "turn":
        raise Unreadable("the kind of delivery")
    if place.outcome is None:
        document = from_json(place.asked.document)
        keep_turn(place, read_turn(sealing.unseal(key_id, public_id, parts), document))


def _place(public_id: str, secret: str, *, at_any_age: bool) -> VoicePlace:
    """Locked, and its hand-over after it: of two places that settle at once, the second sees the first."""
    place = db.session.scalars(
        select(VoicePlace).where(VoicePlace.public_id == public_id).with_for_update()
    ).one_or_none()
    if place is None or not hmac.compare_digest(secret_of(place).encode(), secret.encode()):
        raise OutOfReach(public_id)
    too_old = place.outcome is None and clock.now() >= place.taken_until and not at_any_age
    if place.outcome == Outcome.WITHDRAWN or too_old:
        raise OutOfReach(public_id)
    db.session.execute(select(HandOver.id).where(HandOver.id == place.hand_over_id).with_for_update())
    return place


def keep_turn(place: VoicePlace, turn: Turn) -> ChildView | None:
    """Keeps what a turn brought, word for word; None when the child kept nothing. The place is settled by it."""
    place.walk, place.settled_at = None, clock.now()
    place.outcome = outcome_of(turn).value
    view = _view(place, turn) if turn.keep else None
    audit.record(None, "a child's turn ended", place)
    if view is not None:
        audit.record(None, "child's view arrived", view)
        ask_to_read(view, Role.COORDINATOR)
        if may_worry(turn.answers):
            ask_to_read(view, Role.SAFEGUARDING)
    tasks.settle(came_back_key(place), None)
    end_when_settled(place.hand_over)
    return view


def came_back_key(place: VoicePlace) -> str:
    """The key of the task that says that nothing came back."""
    return f"voice-place-{place.id}-nothing"


def _view(place: VoicePlace, turn: Turn) -> ChildView:
    now = clock.now()
    given_at = _believable(turn.given_at, place.prepared_at, now)
    return ChildView(
        place=place,
        case_id=place.case_id,
        pupil_id=place.pupil_id,
        ended=turn.ended.value,
        given_at=given_at,
        arrived_at=now,
        has_words=has_words(turn.answers),
        is_held=False,
        answers=[_answer(number, given) for number, given in enumerate(turn.answers)],
        shares=_shares(turn.audiences, given_at),
    )


def _believable(given_at: datetime | None, prepared_at: datetime, now: datetime) -> datetime:
    """A tablet's clock may be wrong: outside the life of the place the moment of arrival counts."""
    return given_at if given_at is not None and prepared_at <= given_at <= now else now


def _answer(number: int, given: Given) -> ViewAnswer:
    return ViewAnswer(
        position=number,
        question=given.key,
        state=given.state.value,
        choices=",".join(given.choices),
        words=given.words or None,
        strokes=strokes_to_json(given.strokes) if given.strokes else None,
    )


def _shares(audiences: frozenset[Audience], since: datetime) -> list[ViewShare]:
    return [ViewShare(audience=one.value, given_at=since) for one in Audience if one in audiences]


def ask_to_read(view: ChildView, role: Role) -> None:
    """A trained adult reads it the same day; the safeguarding leads too where something in it may worry."""
    case = db.session.get_one(Case, view.case_id)
    tasks.ask(
        read_key(view) if role is Role.COORDINATOR else f"{read_key(view)}-leads",
        READ_WORDS,
        RULES[READ_WORDS],
        "/reading",
        clock.today(),
        role=role,
        case_id=case.id,
        service_line_id=case.service_line_id,
    )


def read_key(view: ChildView) -> str:
    """The key of the task to read a view."""
    return f"read-words-child-{view.id}"
