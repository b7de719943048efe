"""Children's turns for tests: prepared, handed over, and answered through the same doors as a tablet's."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.accounts.models import SignInSession
from portal.accounts.operations.passwords import hash_password
from portal.accounts.operations.sessions import open_session, session_digest
from portal.accounts.queries import actor_of
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel.audit import record
from portal.voice.models import ChildView, Questionnaire, QuestionnaireVersion, VoicePlace
from portal.voice.operations import arriving, places, sealing
from portal.voice.operations.places import PlaceDraft
from portal.voice.rules.places import How
from portal.voice.rules.questions import Age, Moment
from tests.builders_cases import World

PIN = "592846"

ANSWERS: tuple[Mapping[str, Any], ...] = (
    {"q": "school", "state": "answered", "choices": ["feel_middle"]},
    {"q": "lessons", "state": "not_know"},
    {"q": "breaks", "state": "not_say"},
    {"q": "adult", "state": "answered", "choices": ["yes"]},
    {"q": "wish", "state": "answered", "words": "I want a quiet place"},
)
"""To the start questionnaire; what is not named was not reached."""


def asked(moment: Moment = Moment.START) -> QuestionnaireVersion:
    """The published version of a ready questionnaire."""
    return db.session.scalars(
        select(QuestionnaireVersion)
        .join(Questionnaire)
        .where(Questionnaire.moment == moment.value, QuestionnaireVersion.published_at.is_not(None))
        .order_by(QuestionnaireVersion.id.desc())
        .limit(1)
    ).one()


def with_pin(world: World) -> None:
    """The worker has a tablet PIN."""
    world.worker.tablet_pin_hash = hash_password(PIN)
    record(None, "tablet PIN chosen", world.worker)


def prepared(world: World, case: Case, moment: Moment = Moment.START, **changes: Any) -> VoicePlace:
    facts = {
        "pupil_id": case.pupils[0].pupil_id,
        "version_id": asked(moment).id,
        "age": Age.JUNIORS,
        "how": How.READ_ALOUD,
        "helper": "Wren, the worker",
        "named_adult_id": world.worker.id,
    }
    return places.prepare(actor_of(world.worker.id), case, PlaceDraft(**(facts | changes)))


def handed_over(world: World) -> str:
    """Everything on the worker's tray is handed over; the token of the child's cookie."""
    if world.worker.tablet_pin_hash is None:
        with_pin(world)
    token = open_session(world.worker, second_factor=True)
    session = db.session.scalars(select(SignInSession).where(SignInSession.digest == session_digest(token))).one()
    return places.hand_over(actor_of(world.worker.id), session.id, PIN, "127.0.0.1")


def sealed(place: VoicePlace, *parts: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The number of the key, and the parts sealed to it as a tablet seals them."""
    key = sealing.sealing_key()
    return key.id, sealing.seal(key.public_key, place.public_id, parts)


def arrived(
    place: VoicePlace, answers: tuple[Mapping[str, Any], ...] = ANSWERS, *, share: tuple[str, ...] = (), **end: Any
) -> ChildView | None:
    """Delivers one turn, and answers the view that it made; None when the child kept nothing."""
    parts = [{"n": number, **one} for number, one in enumerate(answers)]
    ending = {"end": "finished", "keep": True, "share": list(share), **end}
    key_id, sealed_parts = sealed(place, *parts, ending)
    arriving.deliver(place.public_id, places.secret_of(place), "turn", key_id, sealed_parts)
    return db.session.scalars(select(ChildView).where(ChildView.place_id == place.id)).one_or_none()


def view(world: World, case: Case, moment: Moment = Moment.START, **more: Any) -> ChildView:
    """A child's view of this case, prepared, handed over and delivered."""
    place = prepared(world, case, moment)
    handed_over(world)
    made = arrived(place, **more)
    assert made is not None
    return made
