"""Sessions as the coordinator keeps them: planned, changed, moved, cancelled; everybody concerned is told."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.history import advance
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools.operations.problems import RefusedFields, refuse_any
from portal.training import rules
from portal.training.models import TrainingRequest, TrainingSession
from portal.training.operations import due
from portal.training.operations.bookings import booked_places, hold_session, move_up
from portal.training.operations.planning import change_trainers, make_session, refuse_clash, refuse_unknown_trainers


def plan_session(actor: Actor, draft: rules.SessionDraft, *, clash_known: bool = False) -> TrainingSession:
    """Plans a shared session, open to every school. Raises ``RefusedFields``, ``Refused`` for a clash."""
    ensure(actor, Action.MANAGE_TRAINING)
    refuse_any(rules.session_problems(draft, clock.today()))
    refuse_unknown_trainers(draft.trainer_ids)
    refuse_clash(draft.trainer_ids, draft.starts_at, draft.length, known=clash_known)
    session = make_session(actor, draft, is_shared=True)
    due.ask_for_register(session)
    due.tell_trainers("training_booked", session, f"training-session-{session.id}-booked", but=actor)
    return session


def change_session(
    actor: Actor,
    session: TrainingSession,
    draft: rules.SessionDraft,
    *,
    opened_with: int | None,
    clash_known: bool = False,
) -> TrainingSession:
    """Changes topic, title, place, places and trainers; date and hours only move with a reason (``move_session``).

    Raises ``EditConflict``, ``RefusedFields``, ``Refused`` for a clash of a trainer.
    """
    session = _held(actor, session, opened_with)
    start = rules.local(session.starts_at)
    refuse_any(rules.session_problems(draft, start.date()))
    if draft.places is not None and draft.places < booked_places(session):
        raise RefusedFields({"places": f"{booked_places(session)} places are booked already. Enter at least as many."})
    before = [trainer.person_id for trainer in session.trainers]
    refuse_unknown_trainers(draft.trainer_ids, before)
    new = [person_id for person_id in draft.trainer_ids if person_id not in before]
    if new:
        refuse_clash(new, session.starts_at, session.minutes, but=session.id, known=clash_known)
    is_elsewhere = session.place != draft.place
    session.topic_id, session.title = draft.topic_id, draft.title
    session.place, session.places = draft.place, draft.places
    session.sequence += 1
    gone = change_trainers(actor, session, draft.trainer_ids)
    audit.record(actor, "training session changed", session)
    due.settle_register(actor, session, gone)
    due.ask_for_register(session)
    move_up(actor, session)
    key = f"training-session-{session.id}-{session.sequence}"
    if is_elsewhere:
        due.tell_all("training_moved", session, f"{key}-changed", but=actor)
    else:
        due.tell_trainers("training_booked", session, f"{key}-booked", but=actor, only=new)
    due.tell_trainers("training_not_yours", session, f"{key}-not-yours", but=actor, only=gone)
    return session


def move_session(
    actor: Actor,
    session: TrainingSession,
    date: rules.DateDraft,
    why: str,
    *,
    opened_with: int | None,
    clash_known: bool = False,
) -> TrainingSession:
    """Another date, hours or place, with the reason; all are told. Raises ``EditConflict``, ``RefusedFields``."""
    session = _held(actor, session, opened_with)
    trainers = [trainer.person_id for trainer in session.trainers]
    refuse_any(_date_only(rules.date_problems(date, clock.today())) | _reason(why))
    if (date.starts_at, date.length, date.place) == (session.starts_at, session.minutes, session.place):
        raise Refused("Nothing is different from before. Change the date, the hours or the place.")
    refuse_clash(trainers, date.starts_at, date.length, but=session.id, known=clash_known)
    session.starts_at, session.minutes, session.place = date.starts_at, date.length, date.place
    session.sequence += 1
    advance(actor, session, rules.SESSION_ROAD, "move", None, audit_as="training session moved", note=why)
    due.ask_for_register(session)
    for school_id in due.booked_schools(session, waiting=False):
        due.ask_for_names(session, school_id)
    for request in requests_of(session):
        request.due_on = due.names_due(session)
        audit.record(actor, "training request follows its session", request)
    key = f"training-session-{session.id}-moved-{session.sequence}"
    due.tell_all("training_moved", session, key, but=actor)
    return session


def cancel_session(actor: Actor, session: TrainingSession, why: str, *, opened_with: int | None) -> TrainingSession:
    """The session is not held, with the reason; all are told, and requests that it answered end with it."""
    session = _held(actor, session, opened_with)
    refuse_any(_reason(why))
    advance(actor, session, rules.SESSION_ROAD, "cancel", None, audit_as="training session cancelled", note=why)
    session.sequence += 1
    for request in requests_of(session):
        advance(actor, request, rules.REQUEST_ROAD, "cancel", None, audit_as="training request cancelled", note=why)
        due.settle_request(actor, request)
    due.settle_session(actor, session)
    due.tell_all("training_cancelled", session, f"training-session-{session.id}-cancelled", but=actor)
    return session


def requests_of(session: TrainingSession) -> Sequence[TrainingRequest]:
    """The booked requests that this session answers."""
    return db.session.scalars(
        select(TrainingRequest)
        .where(TrainingRequest.session_id == session.id, TrainingRequest.status == "booked")
        .order_by(TrainingRequest.id)
    ).all()


def _held(actor: Actor, session: TrainingSession, opened_with: int | None) -> TrainingSession:
    ensure(actor, Action.MANAGE_TRAINING)
    session = hold_session(session.id)
    check_version(session, opened_with)
    if session.status != "planned":
        raise Refused(f"This session is {rules.SESSION_STATUSES[session.status].lower()}: it cannot be changed.")
    return session


def _date_only(problems: dict[str, str]) -> dict[str, str]:
    return {name: words for name, words in problems.items() if name != "trainer_id"}


def _reason(why: str) -> dict[str, str]:
    return {} if why.strip() else {"note": "Say why, in a few words. Everybody concerned reads it."}
