"""Who comes and who came: lists entered by schools, the register, and what follows when it is finished."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import audit, clock, references, settings
from portal.kernel.access import ensure, involved_today
from portal.kernel.errors import Refused
from portal.kernel.history import advance
from portal.kernel.settings import Feature
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.schools.operations.problems import RefusedFields, raise_version
from portal.schools.queries import school_choices
from portal.training import rules
from portal.training.models import Attendee, Booking, TrainingSession
from portal.training.operations import due
from portal.training.operations.bookings import hold_session
from portal.training.operations.evaluations import ask_after, ask_newly
from portal.training.operations.planning import KIND
from portal.training.operations.sessions import requests_of
from portal.visits.operations import log_training
from portal.visits.rules import VisitDraft


@dataclass(frozen=True)
class Marks:
    """What a register says: who is present, and somebody who came unannounced with their school.

    ``listed`` are the people whom the page showed; None is everybody. Who was entered since is not absent, but unknown.
    """

    present: frozenset[int] = frozenset()
    listed: frozenset[int] | None = None
    at_the_door: rules.Somebody | None = None
    door_school_id: int | None = None


def enter_people(
    actor: Actor, session: TrainingSession, school_id: int, people: Collection[rules.Somebody]
) -> list[Attendee]:
    """A school says who comes; who is on the list already is left out. Raises ``Refused``: no places, or too many."""
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=school_id))
    session = hold_session(session.id)
    booking = _booking_to_fill(session, school_id)
    known = _names(session, school_id)
    new = rules.without_known(people, known)
    if not new:
        raise Refused("Everybody on this list is entered already.")
    if session.is_shared and len(known) + len(new) > booking.places:
        raise Refused(
            f"Your school has {booking.places} places and {len(known)} names so far. "
            f"These are {len(new)} more. Take some out, or ask for more places."
        )
    made = [_attendee(session, school_id, somebody) for somebody in new]
    audit.record(actor, "people of a school entered", session)
    due.settle_names(actor, session, school_id)
    return made


def take_out(actor: Actor, session: TrainingSession, attendee: Attendee) -> None:
    """Somebody does not come after all. Raises ``Refused`` once the register is finished."""
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=attendee.school_id))
    session = hold_session(session.id)
    if session.status != "planned":
        raise Refused("The register is finished. Ask the trainer to correct it.")
    school_id = attendee.school_id
    attendee.session = session  # loaded before it goes, so that the audit net sees whose part it was
    db.session.delete(attendee)
    audit.record(actor, "somebody taken out", session)
    if not due.has_names(session, school_id):
        due.ask_for_names(session, school_id)


def save_register(
    actor: Actor, session: TrainingSession, marks: Marks, *, finish: bool = False, opened_with: int | None
) -> TrainingSession:
    """Keeps who is present so far; ``finish`` closes the register, or corrects a closed one.

    Raises ``EditConflict``, ``RefusedFields`` about somebody at the door, ``Refused`` before the day and, when it is
    to be finished, while the page did not show everybody.
    """
    ensure(actor, Action.RUN_TRAINING, Scope(involved=involved_today(KIND, session.id)))
    session = hold_session(session.id)
    check_version(session, opened_with)
    _refuse_too_early(session, finish)
    if marks.at_the_door is not None:
        _add_at_the_door(session, marks.at_the_door, marks.door_school_id)
    _mark(session, marks, is_over=finish or session.status == "held")
    raise_version(session)
    if session.status == "held":
        _correct(actor, session)
    elif finish:
        _finish(actor, session)
    else:
        audit.record(actor, "register saved", session)
    return session


def _mark(session: TrainingSession, marks: Marks, *, is_over: bool) -> None:
    for attendee in session.attendees:
        if attendee.id is None or attendee.id in marks.present:
            attendee.attended = True
        elif marks.listed is None or attendee.id in marks.listed:
            attendee.attended = False if is_over else None
    unknown = sum(attendee.attended is None for attendee in session.attendees)
    if is_over and unknown:
        who = "1 person was" if unknown == 1 else f"{unknown} people were"
        raise Refused(
            f"{who} entered after you opened this page. The list shows them now: tick who came, and save again."
        )


def _correct(actor: Actor, session: TrainingSession) -> None:
    """Whoever was ticked only now is numbered and asked like the others, and a school that is new here is told."""
    before = {one.school_id for one in session.attendees if one.certificate_number is not None}
    _number(session)
    advance(actor, session, rules.SESSION_ROAD, "correct", None, audit_as="register corrected")
    ask_newly(actor, session)
    _tell_certificates(actor, session, but=before)


def _finish(actor: Actor, session: TrainingSession) -> None:
    if not any(attendee.attended for attendee in session.attendees):
        raise Refused("Nobody is ticked. Tick who came; if nobody did, the coordinator cancels the session.")
    _number(session)
    session.register_finished_at = clock.now()
    advance(actor, session, rules.SESSION_ROAD, "finish", None, audit_as="register finished")
    for request in requests_of(session):
        advance(actor, request, rules.REQUEST_ROAD, "hold", None, audit_as="training held")
        due.settle_request(actor, request)
    due.settle_session(actor, session)
    _log_time(actor, session)
    ask_after(actor, session)
    _tell_certificates(actor, session)


def _tell_certificates(actor: Actor, session: TrainingSession, but: Collection[int] = ()) -> None:
    key = f"training-session-{session.id}-certificates"
    for school_id in sorted({one.school_id for one in session.attendees if one.attended} - set(but)):
        due.tell_school("training_certificates", session, school_id, key, but=actor, page="/certificates")


def _number(session: TrainingSession) -> None:
    """Everybody who came gets a certificate number, once and for good."""
    for attendee in session.attendees:
        if attendee.attended and attendee.certificate_number is None:
            year = rules.day_of(session.starts_at).year
            attendee.certificate_number = references.next_reference("TC", year)


def _log_time(actor: Actor, session: TrainingSession) -> None:
    """One entry of whole-school work for each trainer at the school that hosts; elsewhere no school can be named."""
    if session.school_id is None or not settings.is_on(Feature.VISITS):
        return
    start = rules.local(session.starts_at)
    for trainer in session.trainers:
        log_training(
            actor,
            VisitDraft(
                on_date=start.date(),
                starts_at=start.time().replace(tzinfo=None),
                minutes=session.minutes,
                person_id=trainer.person_id,
                school_id=session.school_id,
                note=f"Training session: {session.title}",
            ),
        )


def _add_at_the_door(session: TrainingSession, somebody: rules.Somebody, school_id: int | None) -> None:
    if words := rules.person_problem(somebody):
        raise RefusedFields({"door_name": words})
    offered = {int(value) for value, _ in school_choices()}
    if school_id is None or school_id not in offered | {booking.school_id for booking in session.bookings}:
        raise RefusedFields({"door_school": "Choose the school that they come from."})
    if not rules.without_known([somebody], _names(session, school_id)):
        raise RefusedFields({"door_name": "Somebody of this name is on the list of that school. Tick them there."})
    _attendee(session, school_id, somebody).attended = True


def _refuse_too_early(session: TrainingSession, finish: bool) -> None:
    if session.status == "cancelled":
        raise Refused("This session is cancelled: there is no register to fill in.")
    if rules.day_of(session.starts_at) > clock.today():
        raise Refused("The register opens on the day of the session.")
    if finish and session.starts_at > clock.now():
        raise Refused("The register can be finished once the session has begun.")


def _booking_to_fill(session: TrainingSession, school_id: int) -> Booking:
    if session.status != "planned":
        raise Refused(f"This session is {rules.SESSION_STATUSES[session.status].lower()}.")
    booking = db.session.scalars(
        select(Booking).where(Booking.session_id == session.id, Booking.school_id == school_id)
    ).one_or_none()
    if booking is None or booking.state == rules.CANCELLED:
        raise Refused("Book places first. Then you can say who comes.")
    if booking.state == rules.WAITING:
        raise Refused("Your school is on the waiting list. Say who comes once it has places.")
    return booking


def _names(session: TrainingSession, school_id: int) -> Sequence[str]:
    return db.session.scalars(
        select(Attendee.name).where(Attendee.session_id == session.id, Attendee.school_id == school_id)
    ).all()


def _attendee(session: TrainingSession, school_id: int, somebody: rules.Somebody) -> Attendee:
    attendee = Attendee(
        school_id=school_id,
        name=somebody.name,
        staff_role=somebody.staff_role,
        email=somebody.email or None,
    )
    session.attendees.append(attendee)
    return attendee
