"""Places of schools in sessions: first come, first served, exact also when two ask for the last one at once."""

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.history import advance
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.training import rules
from portal.training.models import Attendee, Booking, TrainingRequest, TrainingSession
from portal.training.operations import due


def hold_session(session_id: int) -> TrainingSession:
    """The session, locked until the unit ends: its places are counted and given by one unit at a time."""
    session = db.session.scalars(
        select(TrainingSession)
        .where(TrainingSession.id == session_id)
        .with_for_update(of=TrainingSession)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if session is None:
        raise OutOfReach(session_id)
    return session


def book_places(actor: Actor, session_id: int, school_id: int, places: int) -> Booking:
    """A school takes places in a shared session, or goes on its waiting list.

    Raises ``Refused`` when it has some already, asks for more than there are in all, or the session is over.
    """
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=school_id))
    session = hold_session(session_id)
    _refuse_closed(session)
    if words := rules.places_problem(places, session.places):
        raise Refused(words)
    state = rules.state_of_new(session.places, _wishes(session), places)
    booking = _book(actor, session, school_id, places, state)
    if state == rules.BOOKED:
        due.ask_for_names(session, school_id)
    return booking


def change_places(actor: Actor, booking: Booking, places: int, *, opened_with: int | None) -> Booking:
    """Changes how many places a school has or waits for; it keeps its turn. Raises ``EditConflict``, ``Refused``."""
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=booking.school_id))
    session = hold_session(booking.session_id)
    _refuse_closed(session)
    check_version(booking, opened_with)
    _refuse_places(session, booking, places)
    booking.places = places
    audit.record(actor, "training places changed", booking)
    move_up(actor, session)
    return booking


def cancel_booking(actor: Actor, booking: Booking, *, opened_with: int | None) -> None:
    """A school gives its places back: who waited longest moves up. A request that they answered is withdrawn."""
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=booking.school_id))
    session = hold_session(booking.session_id)
    _refuse_closed(session)
    check_version(booking, opened_with)
    if not session.is_shared:
        raise Refused("This session is your school's own. Withdraw the request for it instead.")
    if booking.state == rules.CANCELLED:
        raise Refused("These places were given back already.")
    request = _request_of(booking)
    if request is not None:
        advance(
            actor,
            request,
            rules.REQUEST_ROAD,
            "withdraw",
            None,
            audit_as="training request withdrawn",
            note="The school gave its places back.",
        )
        due.settle_request(actor, request)
        key = f"training-{request.id}-withdrawn"
        due.tell_coordinators("training_withdrawn", due.url_of(request), key, but=actor)
    _give_back(actor, session, booking)


def book_for_request(
    actor: Actor, session: TrainingSession | int, request: TrainingRequest, places: int | None = None
) -> TrainingSession:
    """Places for a request: all of its own session, or ``places`` in a shared one (given by id).

    Raises ``Refused`` when the shared session is closed or has too few free places.
    """
    if isinstance(session, TrainingSession):
        _book(actor, session, request.school_id, request.how_many, rules.BOOKED)
    else:
        session = _book_shared(actor, session, request.school_id, places or request.how_many)
    due.ask_for_names(session, request.school_id)
    return session


def end_booking_of_request(actor: Actor, request: TrainingRequest, why: str) -> None:
    """The school withdrew: its places are given back, or its own session is cancelled."""
    session = hold_session(request.session_id) if request.session_id is not None else None
    if session is None or session.status != "planned":
        return
    booking = _booking_of(session, request.school_id)
    if session.is_shared:
        if booking is not None and booking.state != rules.CANCELLED:
            _give_back(actor, session, booking)
        return
    advance(actor, session, rules.SESSION_ROAD, "cancel", None, audit_as="training session cancelled", note=why)
    session.sequence += 1
    due.settle_session(actor, session)
    due.tell_trainers("training_cancelled", session, f"training-session-{session.id}-cancelled", but=actor)


def move_up(actor: Actor, session: TrainingSession) -> list[Booking]:
    """Gives free places to those who waited longest, and tells them. The session is held by the caller."""
    if session.status != "planned" or session.starts_at <= clock.now():
        return []
    db.session.flush()
    wishes = {row.id: row for row in _live(session)}
    up = [wishes[one] for one in rules.moves_up(session.places, _as_wishes(list(wishes.values())))]
    for booking in up:
        booking.state = rules.BOOKED
        audit.record(actor, "training places from the waiting list", booking)
        due.ask_for_names(session, booking.school_id)
        key = f"training-booking-{booking.id}-up-{booking.version}"
        due.tell_school("training_place_free", session, booking.school_id, key, but=actor)
    return up


def booked_places(session: TrainingSession) -> int:
    return rules.taken(_wishes(session))


def _book_shared(actor: Actor, session_id: int, school_id: int, places: int) -> TrainingSession:
    session = hold_session(session_id)
    _refuse_closed(session)
    wishes = _wishes(session)
    if rules.places_problem(places, session.places) or rules.state_of_new(session.places, wishes, places) != "booked":
        raise Refused(f"There are too few places in that session. {_free_words(session)}.")
    _book(actor, session, school_id, places, rules.BOOKED)
    return session


def _book(actor: Actor, session: TrainingSession, school_id: int, places: int, state: str) -> Booking:
    booking = _booking_of(session, school_id)
    if booking is None:
        booking = Booking(session_id=session.id, school_id=school_id)
    elif booking.state != rules.CANCELLED:
        raise Refused("This school has places in this session, or waits for some. Change those.")
    booking.places, booking.state = places, state
    booking.booked_by_id, booking.booked_at = actor.person_id, clock.now()
    audit.record(actor, "training places booked" if state == rules.BOOKED else "training places waited for", booking)
    return booking


def _give_back(actor: Actor, session: TrainingSession, booking: Booking) -> None:
    booking.state = rules.CANCELLED
    audit.record(actor, "training places given back", booking)
    due.settle_names(actor, session, booking.school_id)
    people = select(Attendee).where(Attendee.session_id == session.id, Attendee.school_id == booking.school_id)
    for attendee in db.session.scalars(people).all():
        attendee.session = session  # loaded before it goes, so that the audit net sees whose part it was
        db.session.delete(attendee)
    audit.record(actor, "people of a school taken out", session)
    move_up(actor, session)


def _refuse_closed(session: TrainingSession) -> None:
    if session.status != "planned":
        raise Refused(f"This session is {rules.SESSION_STATUSES[session.status].lower()}.")
    if session.starts_at <= clock.now():
        raise Refused("This session has begun. Who comes is told at the door.")


def _refuse_places(session: TrainingSession, booking: Booking, places: int) -> None:
    if booking.state == rules.CANCELLED or not session.is_shared:
        raise Refused("These places cannot be changed here.")
    if words := rules.places_problem(places, session.places):
        raise Refused(words)
    names = db.session.scalar(
        select(func.count()).where(Attendee.session_id == session.id, Attendee.school_id == booking.school_id)
    )
    if names and places < names:
        raise Refused(f"You have entered {names} names. Take some out first, or ask for {names} places.")
    more = places - booking.places
    fits = rules.state_of_new(session.places, _wishes(session), more) == rules.BOOKED
    if booking.state == rules.BOOKED and more > 0 and not fits:
        raise Refused(f"Too few places are left for that. {_free_words(session)}. You keep the ones you have.")


def _free_words(session: TrainingSession) -> str:
    wishes = _wishes(session)
    return rules.free_words(session.places, rules.taken(wishes), sum(one.state == rules.WAITING for one in wishes))


def _live(session: TrainingSession) -> Sequence[Booking]:
    """Who has places or waits, in the order in which they asked."""
    return db.session.scalars(
        select(Booking)
        .where(Booking.session_id == session.id, Booking.state != rules.CANCELLED)
        .order_by(Booking.booked_at, Booking.id)
    ).all()


def _wishes(session: TrainingSession) -> list[rules.Wish]:
    return _as_wishes(_live(session))


def _as_wishes(bookings: Sequence[Booking]) -> list[rules.Wish]:
    return [rules.Wish(booking.id, booking.places, booking.state) for booking in bookings]


def _booking_of(session: TrainingSession, school_id: int) -> Booking | None:
    return db.session.scalars(
        select(Booking).where(Booking.session_id == session.id, Booking.school_id == school_id)
    ).one_or_none()


def _request_of(booking: Booking) -> TrainingRequest | None:
    return db.session.scalars(
        select(TrainingRequest).where(
            TrainingRequest.session_id == booking.session_id,
            TrainingRequest.school_id == booking.school_id,
            TrainingRequest.status == "booked",
        )
    ).first()
