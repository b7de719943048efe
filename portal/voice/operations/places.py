"""Preparing turns, and handing the tablet over: the staff session ends and the child's begins, in one transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.operations.own_account import confirmed_by_pin
from portal.accounts.operations.sessions import end_session
from portal.cases.models import Case
from portal.cases.queries import allocation_of, scope_of
from portal.cases.queries.one import KIND
from portal.extensions import db
from portal.kernel import audit, clock, jobs
from portal.kernel.access import ensure, reach_filter
from portal.kernel.crypto import keyed_digest
from portal.kernel.errors import OutOfReach, Refused
from portal.policy import Action, Actor
from portal.voice.models import ChildView, HandOver, QuestionnaireVersion, VoicePlace
from portal.voice.operations.sealing import sealing_key
from portal.voice.rules.answers import Ended
from portal.voice.rules.places import (
    MOST_PLACES,
    TAKEN_FOR,
    How,
    Outcome,
    day_end,
    free_animal,
    session_until,
)
from portal.voice.rules.questions import Age, Document, age_problems, from_json
from portal.voice.rules.symbols import ANIMALS
from portal.voice.rules.walk import from_json as walk_from_json
from portal.voice.rules.walk import run_out

LONGEST_HELPER = 120
LOOK_AFTER_JOB = "voice_look_after_places"
RUN_OUT_JOB = "voice_time_ran_out"
SLIDES_BY = timedelta(minutes=1)
"""Touches that follow each other more quickly are one, for the session's end and for the audit trail"""


@dataclass(frozen=True)
class PlaceDraft:
    """What a worker prepares for one child."""

    pupil_id: int
    version_id: int
    age: Age
    how: How
    helper: str
    named_adult_id: int


def prepare(actor: Actor, case: Case, draft: PlaceDraft) -> VoicePlace:
    """One turn for one child, on the worker's tray until the tablet is handed over. Raises ``Refused``."""
    ensure(actor, Action.HAND_OVER, scope_of(case))
    asked = db.session.get(QuestionnaireVersion, draft.version_id)
    db.session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update())  # one animal each
    tray = tray_of(actor)
    if problems := _problems(actor, case, draft, asked, tray):
        raise Refused(*problems)
    now = clock.now()
    place = VoicePlace(
        public_id=secrets.token_urlsafe(16),
        nonce=secrets.token_urlsafe(32),
        case=case,
        pupil_id=draft.pupil_id,
        asked=asked,
        age=draft.age.value,
        how=draft.how.value,
        helper=draft.helper.strip() or None,
        named_adult_id=draft.named_adult_id,
        animal=free_animal(ANIMALS, [one.animal for one in tray]),
        prepared_by_id=actor.person_id,
        prepared_at=now,
        taken_until=now + TAKEN_FOR,
    )
    audit.record(actor, "questionnaire prepared for a child", place)
    return place


def _problems(
    actor: Actor, case: Case, draft: PlaceDraft, asked: QuestionnaireVersion | None, tray: Sequence[VoicePlace]
) -> list[str]:
    problems = []
    if draft.pupil_id not in {entry.pupil_id for entry in case.pupils}:
        problems.append("Choose a child of this piece of work.")
    if asked is None or asked.published_at is None or not asked.questionnaire.is_active:
        problems.append("Choose a questionnaire from the list.")
    else:
        problems += age_problems(from_json(asked.document), draft.age)
    if draft.how is not How.ALONE and not draft.helper.strip():
        problems.append("Say who helps.")
    if len(draft.helper) > LONGEST_HELPER:
        problems.append(f"Shorten who helps to {LONGEST_HELPER} characters or fewer.")
    if draft.named_adult_id != actor.person_id and allocation_of(case, draft.named_adult_id, clock.today()) is None:
        problems.append("Choose the adult from the list.")
    if len(tray) >= MOST_PLACES:
        problems.append(f"A tablet takes {MOST_PLACES} children. Hand it over, or take one off the tray.")
    return problems


def tray_of(actor: Actor) -> list[VoicePlace]:
    """What this person prepared and has not handed over yet, oldest first; without cases that they no longer reach."""
    reach = reach_filter(
        actor, Action.HAND_OVER, school=Case.school_id, line=Case.service_line_id, kind=KIND, record=Case.id
    )
    return list(
        db.session.scalars(
            select(VoicePlace)
            .join(Case, Case.id == VoicePlace.case_id)
            .where(
                reach,
                VoicePlace.prepared_by_id == actor.person_id,
                VoicePlace.hand_over_id.is_(None),
                VoicePlace.settled_at.is_(None),
                VoicePlace.taken_until > clock.now(),
            )
            .order_by(VoicePlace.id)
        )
    )


def withdraw(actor: Actor, place_id: int) -> None:
    """Takes a prepared turn off the tray. Raises ``OutOfReach`` for anybody else's, and once it was handed over."""
    place = next((one for one in tray_of(actor) if one.id == place_id), None)
    if place is None:
        raise OutOfReach(place_id)
    ensure(actor, Action.HAND_OVER, scope_of(place.case))
    place.settled_at, place.outcome = clock.now(), Outcome.WITHDRAWN.value
    audit.record(actor, "prepared questionnaire withdrawn", place)


def hand_over(actor: Actor, session_id: int, secret: str, address: str) -> str:
    """Ends the staff session and begins the child's with everything on the tray; answers the token for the new cookie.

    ``secret`` is the person's password or tablet PIN. Raises ``Refused`` for a wrong one, or an empty tray.
    """
    confirmed_by_pin(actor, secret, address)
    places = tray_of(actor)
    if not places:
        raise Refused("Nothing is prepared. Choose a child and a questionnaire first.")
    for place in places:
        ensure(actor, Action.HAND_OVER, scope_of(place.case))
    sealing_key()  # there must be one before a tablet asks for it
    now, for_several = clock.now(), len(places) > 1
    made = HandOver(
        handed_at=now,
        lasts_until=session_until(now, touched_at=None, for_several=for_several),
        current_place_id=None if for_several else places[0].id,
        places=places,
    )
    token = begin_child_session(actor, session_id, made)
    for place in places:
        place.taken_until = now + TAKEN_FOR
        audit.record(actor, "questionnaire handed over", place)
    jobs.enqueue(LOOK_AFTER_JOB, {"hand_over": made.id}, run_at=_look_after_at(now))
    jobs.enqueue(LOOK_AFTER_JOB, {"hand_over": made.id}, run_at=max(place.taken_until for place in places))
    return token


def begin_child_session(actor: Actor, session_id: int, made: HandOver) -> str:
    """Ends the staff session and begins the child's, for a worker who has just shown who they are; answers the token
    for the new cookie.
    """
    token = secrets.token_urlsafe(32)
    made.digest, made.person_id = session_digest(token), actor.person_id
    audit.record(actor, "tablet handed over", made)
    end_session(session_id)
    return token


def _look_after_at(now: datetime) -> datetime:
    """When the coordinator wants to know that nothing came back: the end of that school day."""
    return day_end(now) + timedelta(minutes=10)


def session_digest(token: str) -> str:
    return keyed_digest("child session", token)


def open_session_of(token: object) -> HandOver | None:
    """The hand-over behind a child's cookie; None when there is none, or it is over."""
    found = _session_in_time(token)
    return None if found is None or found.ended_at is not None else found


def has_run_out(token: object) -> bool:
    """Is something kept, or about to be, of a turn whose time was over?"""
    if not isinstance(token, str):
        return False
    found = db.session.scalars(select(HandOver).where(HandOver.digest == session_digest(token))).one_or_none()
    if found is None or clock.now() < found.lasts_until:
        return False
    ids = [place.id for place in found.places]
    kept = select(ChildView.id).where(ChildView.place_id.in_(ids), ChildView.ended == Ended.UNFINISHED.value)
    waits = any(run_out(walk_from_json(place.walk), Document()).keep for place in found.places)
    return waits or db.session.scalar(kept.limit(1)) is not None


def turn_just_ended(token: object, public_id: str | None = None) -> VoicePlace | None:
    """The turn behind the last screen, as long as its session would have lasted: from there a child can ask to talk,
    and nothing else. The one that went last, or the one of this id. Where the tablet shows what came of a turn, that
    one, also while it is shown.
    """
    found = _session_in_time(token)
    if found is None:
        return None
    if found.reply is not None:
        answered = found.reply.view.place
        return answered if public_id in (None, answered.public_id) else None
    over = (one for one in found.places if one.settled_at is not None)
    return next((one for one in over if public_id == one.public_id or _went_last(one, found, public_id)), None)


def _went_last(place: VoicePlace, session: HandOver, public_id: str | None) -> bool:
    return public_id is None and place.id == session.current_place_id


def _session_in_time(token: object) -> HandOver | None:
    if not isinstance(token, str):
        return None
    found = db.session.scalars(select(HandOver).where(HandOver.digest == session_digest(token))).one_or_none()
    return None if found is None or clock.now() >= found.lasts_until else found


def touch(session: HandOver) -> None:
    """From each touch on the session lasts 45 minutes, and with several children at least the school day."""
    now, is_first = clock.now(), session.touched_at is None
    until = session_until(session.handed_at, touched_at=now, for_several=len(session.places) > 1)
    if not is_first and until - session.lasts_until < SLIDES_BY:
        return
    session.touched_at = session.touched_at or now
    session.lasts_until = until
    audit.record(None, "tablet first touched" if is_first else "tablet session goes on", session)
    if is_first:
        jobs.enqueue(RUN_OUT_JOB, {"hand_over": session.id}, run_at=until)


def open_place(session: HandOver, public_id: str) -> VoicePlace:
    """Raises ``OutOfReach`` for a place of another tablet, or one whose turn is over."""
    place = next((one for one in session.places if one.public_id == public_id and one.settled_at is None), None)
    if place is None:
        raise OutOfReach(public_id)
    return place


def choose_place(session: HandOver, public_id: str) -> VoicePlace:
    """Whose turn it is. Raises ``OutOfReach`` as ``open_place`` does."""
    place = open_place(session, public_id)
    if session.current_place_id != place.id:
        session.current_place_id = place.id
        audit.record(None, "turn chosen", session)
    return place


def leave_place(session: HandOver) -> None:
    """Back to the animals, for another child."""
    if len(session.places) > 1 and session.current_place_id is not None:
        session.current_place_id = None
        audit.record(None, "turn left", session)


def end_when_settled(session: HandOver | None) -> None:
    """When the last of its places is settled, the child's session ends."""
    if session is not None and all(place.settled_at is not None for place in session.places):
        end_child_session(session)


def end_child_session(session: HandOver) -> None:
    """The tablet shows nothing any more. Ending it again changes nothing."""
    if session.ended_at is not None:
        return
    session.ended_at = clock.now()
    audit.record(None, "tablet session ended", session)


def secret_of(place: VoicePlace) -> str:
    """What the tablet shows to deliver this place's answer: made from the secret key, stored nowhere."""
    return keyed_digest("voice place", f"{place.public_id}:{place.nonce}")
