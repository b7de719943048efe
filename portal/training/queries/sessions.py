"""Reading sessions: lists, and one session as each side may see it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import allows, reach_filter
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, Scope, may
from portal.schools.models import School
from portal.training import rules
from portal.training.models import Attendee, Booking, TrainingSession, TrainingTrainer
from portal.training.queries.requests import trainers_in_one

SIZE = 30
KIND = "training_session"


@dataclass(frozen=True)
class SessionRow:
    """A session as lists show it; ``mine`` is the state of the reader's own booking in words, "" for none."""

    id: int
    title: str
    when: str
    place: str
    trainers: str
    is_shared: bool
    host: str
    status: str
    status_words: str
    tone: str
    free: str
    mine: str
    mine_tone: str
    has_begun: bool
    register_waits: bool


@dataclass(frozen=True)
class SessionPage:
    rows: tuple[SessionRow, ...]
    next: int | None = None


@dataclass(frozen=True)
class BookingRow:
    """A school's places in a session, with how many names it entered."""

    id: int
    school_id: int
    school: str
    places: int
    state: str
    state_words: str
    names: int
    version: int


@dataclass(frozen=True)
class PersonRow:
    """Somebody on the list of a session."""

    id: int
    school_id: int
    school: str
    name: str
    staff_role: str
    attended: bool | None
    certificate_number: str


@dataclass(frozen=True)
class SessionFacts:
    """One session as its page shows it."""

    id: int
    title: str
    when: str
    length: str
    place: str
    host: str
    trainers: tuple[str, ...]
    free: str
    is_shared: bool
    status: str
    status_words: str
    tone: str
    topic: str
    summary: str
    has_begun: bool
    is_today_or_over: bool
    version: int


def sees(actor: Actor, action: Action = Action.READ_TRAINING) -> ColumnElement[bool]:
    """Sessions in reach: of the own school (host, places, or on the list), or open to every school."""
    host = reach_filter(actor, action, school=TrainingSession.school_id, kind=KIND, record=TrainingSession.id)
    booked = exists().where(
        Booking.session_id == TrainingSession.id,
        Booking.state != rules.CANCELLED,
        reach_filter(actor, action, school=Booking.school_id),
    )
    parts = [host, booked]
    if may(actor, Action.READ_TRAINING) and action is Action.READ_TRAINING:
        parts.append(TrainingSession.is_shared.is_(True))
    return or_(*parts)


def session_for(actor: Actor, session_id: int, action: Action = Action.READ_TRAINING) -> TrainingSession:
    """The session with its trainers. Raises ``OutOfReach``."""
    session = db.session.scalars(
        select(TrainingSession)
        .where(TrainingSession.id == session_id, sees(actor, action))
        .options(
            joinedload(TrainingSession.school),
            joinedload(TrainingSession.topic),
            selectinload(TrainingSession.trainers).joinedload(TrainingTrainer.person),
        )
    ).one_or_none()
    if session is None:
        raise OutOfReach(session_id)
    return session


def session_to_run(actor: Actor, session_id: int) -> TrainingSession:
    """The session whose register this person keeps. Raises ``OutOfReach``."""
    session = db.session.scalars(
        select(TrainingSession).where(
            TrainingSession.id == session_id,
            reach_filter(actor, Action.RUN_TRAINING, kind=KIND, record=TrainingSession.id),
        )
    ).one_or_none()
    if session is None:
        raise OutOfReach(session_id)
    return session


def may_run(actor: Actor, session: TrainingSession) -> bool:
    """May this person keep the register?"""
    trainers = frozenset(trainer.person_id for trainer in session.trainers)
    return allows(actor, Action.RUN_TRAINING, Scope(involved=trainers))


def facts_of(session: TrainingSession) -> SessionFacts:
    booked, waiting = _counts(session.id)
    now = clock.now()
    return SessionFacts(
        id=session.id,
        title=session.title,
        when=rules.when_words(session.starts_at, session.minutes, clock.today()),
        length=rules.length_words(session.minutes),
        place=session.place,
        host=session.school.name if session.school else "",
        trainers=tuple(trainer.person.name for trainer in session.trainers),
        free=rules.free_words(session.places, booked, waiting) if session.is_shared else "",
        is_shared=session.is_shared,
        status=session.status,
        status_words=rules.SESSION_STATUSES[session.status],
        tone=rules.TONES[session.status],
        topic=session.topic.title if session.topic else "",
        summary=session.topic.summary if session.topic else "",
        has_begun=session.starts_at <= now,
        is_today_or_over=rules.day_of(session.starts_at) <= clock.today(),
        version=session.version,
    )


def _counts(session_id: int) -> tuple[int, int]:
    rows = db.session.execute(
        select(Booking.state, func.sum(Booking.places), func.count())
        .where(Booking.session_id == session_id, Booking.state != rules.CANCELLED)
        .group_by(Booking.state)
    )
    found = {state: (places, schools) for state, places, schools in rows}
    return found.get(rules.BOOKED, (0, 0))[0], found.get(rules.WAITING, (0, 0))[1]


def bookings_of(actor: Actor, session: TrainingSession) -> list[BookingRow]:
    """The bookings within reach, the first come first: a school sees its own and no other."""
    names = (
        select(func.count())
        .where(Attendee.session_id == Booking.session_id, Attendee.school_id == Booking.school_id)
        .correlate(Booking)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Booking.id, Booking.school_id, School.name, Booking.places, Booking.state, names, Booking.version)
        .join(School, School.id == Booking.school_id)
        .where(
            Booking.session_id == session.id,
            Booking.state != rules.CANCELLED,
            reach_filter(actor, Action.READ_TRAINING, school=Booking.school_id),
        )
        .order_by(Booking.booked_at, Booking.id)
    )
    return [
        BookingRow(row[0], row[1], row[2], row[3], row[4], rules.STATE_WORDS[row[4]], row[5], row[6]) for row in rows
    ]


def booking_for(actor: Actor, session_id: int, booking_id: int, action: Action) -> Booking:
    """A booking of this session within reach. Raises ``OutOfReach``."""
    booking = db.session.scalars(
        select(Booking).where(
            Booking.id == booking_id,
            Booking.session_id == session_id,
            Booking.state != rules.CANCELLED,
            reach_filter(actor, action, school=Booking.school_id),
        )
    ).one_or_none()
    if booking is None:
        raise OutOfReach(booking_id)
    return booking


def people_of(actor: Actor, session: TrainingSession) -> list[PersonRow]:
    """Who is on the list, within reach: by school, then by name."""
    rows = db.session.execute(
        _people().where(
            Attendee.session_id == session.id, reach_filter(actor, Action.READ_TRAINING, school=Attendee.school_id)
        )
    )
    return [_person(row) for row in rows]


def everybody_of(session: TrainingSession) -> list[PersonRow]:
    """The whole list, for its register."""
    return [_person(row) for row in db.session.execute(_people().where(Attendee.session_id == session.id))]


def _people() -> Any:
    return (
        select(
            Attendee.id,
            Attendee.school_id,
            School.name.label("school"),
            Attendee.name,
            Attendee.staff_role,
            Attendee.attended,
            Attendee.certificate_number,
        )
        .join(School, School.id == Attendee.school_id)
        .order_by(School.name, School.id, func.lower(Attendee.name), Attendee.id)
    )


def _person(row: Any) -> PersonRow:
    return PersonRow(
        row.id, row.school_id, row.school, row.name, row.staff_role, row.attended, row.certificate_number or ""
    )


def attendee_for(actor: Actor, session: TrainingSession, attendee_id: int, action: Action) -> Attendee:
    """Somebody on the list within reach. Raises ``OutOfReach``."""
    attendee = db.session.scalars(
        select(Attendee).where(
            Attendee.id == attendee_id,
            Attendee.session_id == session.id,
            reach_filter(actor, action, school=Attendee.school_id),
        )
    ).one_or_none()
    if attendee is None:
        raise OutOfReach(attendee_id)
    return attendee


def sessions_page(
    actor: Actor,
    *,
    is_past: bool = False,
    own: bool = False,
    trainer_id: int | None = None,
    after: int | None = None,
    size: int = SIZE,
) -> SessionPage:
    """Sessions in reach, one page in one statement: coming ones by date, past and cancelled ones the latest first.

    ``own`` leaves out shared sessions in which the actor's schools have nothing; ``trainer_id`` is who gives it.
    """
    conditions = [sees(actor), _is_past() if is_past else ~_is_past()]
    if own:
        conditions.append(_is_own(actor))
    if trainer_id is not None:
        conditions.append(_given_by(trainer_id))
    order = [TrainingSession.starts_at, TrainingSession.id]
    if after is not None:
        conditions.append(_beyond(after, is_past))
    statement = _rows(actor).where(*conditions)
    statement = statement.order_by(*(column.desc() for column in order)) if is_past else statement.order_by(*order)
    found = db.session.execute(statement.limit(size + 1)).all()
    today, now = clock.today(), clock.now()
    rows = tuple(_session_row(row, today, now) for row in found[:size])
    return SessionPage(rows, found[size - 1].id if len(found) > size else None)


def shared_choices() -> list[tuple[str, str]]:
    """Coming shared sessions with what is left in each, for the coordinator's form."""
    nobody = Actor(0, "", ())
    rows = db.session.execute(
        _rows(nobody)
        .where(TrainingSession.is_shared, TrainingSession.status == "planned", TrainingSession.starts_at > clock.now())
        .order_by(TrainingSession.starts_at, TrainingSession.id)
        .limit(100)
    ).all()
    today, now = clock.today(), clock.now()
    shown = [_session_row(row, today, now) for row in rows]
    return [(str(row.id), f"{row.title}, {row.when}. {row.free}") for row in shown]


def _is_past() -> ColumnElement[bool]:
    """Held or cancelled; a planned session whose register waits is still open."""
    return TrainingSession.status != "planned"


def _is_own(actor: Actor) -> ColumnElement[bool]:
    live = exists().where(
        Booking.session_id == TrainingSession.id,
        Booking.state != rules.CANCELLED,
        Booking.school_id.in_(sorted(actor.school_ids)),
    )
    came = exists().where(Attendee.session_id == TrainingSession.id, Attendee.school_id.in_(sorted(actor.school_ids)))
    return or_(live, came)


def _given_by(person_id: int) -> ColumnElement[bool]:
    return exists().where(TrainingTrainer.session_id == TrainingSession.id, TrainingTrainer.person_id == person_id)


def _beyond(after: int, is_past: bool) -> ColumnElement[bool]:
    other = aliased(TrainingSession)
    edge = select(other.starts_at).where(other.id == after).scalar_subquery()
    same = TrainingSession.starts_at == edge
    if is_past:
        return or_(TrainingSession.starts_at < edge, and_(same, TrainingSession.id < after))
    return or_(TrainingSession.starts_at > edge, and_(same, TrainingSession.id > after))


def _rows(actor: Actor) -> Any:
    def booked(what: Any, state: str) -> Any:
        return (
            select(what)
            .where(Booking.session_id == TrainingSession.id, Booking.state == state)
            .correlate(TrainingSession)
            .scalar_subquery()
        )

    mine = (
        select(func.min(Booking.state))  # "booked" comes before "waiting"
        .where(
            Booking.session_id == TrainingSession.id,
            Booking.state != rules.CANCELLED,
            Booking.school_id.in_(sorted(actor.school_ids)),
        )
        .correlate(TrainingSession)
        .scalar_subquery()
    )
    return select(
        TrainingSession.id,
        TrainingSession.title,
        TrainingSession.starts_at,
        TrainingSession.minutes,
        TrainingSession.place,
        TrainingSession.status,
        TrainingSession.is_shared,
        TrainingSession.places,
        School.name.label("host"),
        trainers_in_one(TrainingSession.id).label("trainers"),
        booked(func.sum(Booking.places), rules.BOOKED).label("booked"),
        booked(func.count(), rules.WAITING).label("waiting"),
        mine.label("mine"),
    ).outerjoin(School, School.id == TrainingSession.school_id)


def _session_row(row: Any, today: date, now: datetime) -> SessionRow:
    return SessionRow(
        id=row.id,
        title=row.title,
        when=rules.when_words(row.starts_at, row.minutes, today),
        place=row.place,
        trainers=row.trainers or "",
        is_shared=row.is_shared,
        host=row.host or "",
        status=row.status,
        status_words=rules.SESSION_STATUSES[row.status],
        tone=rules.TONES[row.status],
        free=rules.free_words(row.places, row.booked or 0, row.waiting or 0) if row.is_shared else "",
        mine=rules.STATE_WORDS.get(row.mine or "", ""),
        mine_tone={"booked": "good", "waiting": "attention"}.get(row.mine or "", "quiet"),
        has_begun=row.starts_at <= now,
        register_waits=row.status == "planned" and rules.ends_at(row.starts_at, row.minutes) <= now,
    )
