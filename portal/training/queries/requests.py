"""Reading what schools ask for: lists, and one request with its line, offers and timeline."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.models import Person
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import allows, reach_filter
from portal.kernel.dates import clock_words, day_words, short_day_words
from portal.kernel.errors import OutOfReach
from portal.kernel.history import steps_of
from portal.kernel.workflow import Step
from portal.policy import Action, Actor
from portal.schools.models import School
from portal.training import rules
from portal.training.models import Attendee, OfferedDate, TrainingRequest, TrainingSession, TrainingTrainer

SIZE = 30


@dataclass(frozen=True)
class RequestRow:
    """A request as lists show it."""

    id: int
    reference: str
    title: str
    school: str
    status_words: str
    tone: str
    line: str
    how_many: int
    asked: str


@dataclass(frozen=True)
class RequestPage:
    """One page of a list; ``next`` is the id to ask for as ``after``."""

    rows: tuple[RequestRow, ...]
    next: int | None = None


@dataclass(frozen=True)
class OfferRow:
    """One date from which the school chooses."""

    id: int
    when: str
    place: str
    trainer: str


@dataclass(frozen=True)
class TimelineRow:
    when: str
    what: str
    who: str
    note: str


def within_reach(actor: Actor, action: Action) -> ColumnElement[bool]:
    return reach_filter(actor, action, school=TrainingRequest.school_id)


def trainers_in_one(session_id: Any) -> Any:
    """A column: the names of who gives the session."""
    names = (
        select(Person.name.label("name"))
        .join(TrainingTrainer, TrainingTrainer.person_id == Person.id)
        .where(TrainingTrainer.session_id == session_id)
        .order_by(TrainingTrainer.id)
        .correlate_except(Person, TrainingTrainer)
        .subquery()
    )
    return select(func.aggregate_strings(names.c.name, " and ")).scalar_subquery()


def _has_names() -> ColumnElement[bool]:
    return exists().where(
        Attendee.session_id == TrainingRequest.session_id, Attendee.school_id == TrainingRequest.school_id
    )


def _statement() -> Any:
    return (
        select(
            TrainingRequest.id,
            TrainingRequest.reference,
            TrainingRequest.title,
            TrainingRequest.status,
            TrainingRequest.due_on,
            TrainingRequest.how_many,
            TrainingRequest.asked_at,
            School.name.label("school"),
            TrainingSession.starts_at,
            TrainingSession.minutes,
            trainers_in_one(TrainingSession.id).label("trainers"),
            _has_names().label("names_known"),
        )
        .join(School, School.id == TrainingRequest.school_id)
        .outerjoin(TrainingSession, TrainingSession.id == TrainingRequest.session_id)
    )


def requests_page(
    actor: Actor,
    *,
    is_open: bool = True,
    school_id: int | None = None,
    status: str = "",
    after: int | None = None,
    size: int = SIZE,
) -> RequestPage:
    """Requests in reach, in one statement: open ones by who waits longest, ended ones the newest first."""
    statuses = rules.REQUEST_OPEN if is_open else set(rules.REQUEST_STATUSES) - rules.REQUEST_OPEN
    statement = _statement().where(
        within_reach(actor, Action.READ_TRAINING),
        TrainingRequest.status.in_(sorted(statuses if status not in statuses else {status})),
    )
    if school_id is not None:
        statement = statement.where(TrainingRequest.school_id == school_id)
    order = TrainingRequest.id if is_open else TrainingRequest.id.desc()
    if after is not None:
        statement = statement.where(TrainingRequest.id > after if is_open else TrainingRequest.id < after)
    found = db.session.execute(statement.order_by(order).limit(size + 1)).all()
    today = clock.today()
    return RequestPage(
        tuple(_row(row, today) for row in found[:size]), found[size - 1].id if len(found) > size else None
    )


def _row(row: Any, today: date) -> RequestRow:
    return RequestRow(
        id=row.id,
        reference=row.reference,
        title=row.title,
        school=row.school,
        status_words=rules.REQUEST_STATUSES[row.status],
        tone=rules.TONES[row.status],
        line=_line(row, today).words(today),
        how_many=row.how_many,
        asked=f"asked {short_day_words(row.asked_at.astimezone(clock.LONDON).date(), today)}",
    )


def _line(row: Any, today: date) -> rules.StatusLine:
    return rules.status_line(
        rules.RequestFacts(
            status=row.status,
            due_on=row.due_on,
            when=rules.when_words(row.starts_at, row.minutes, today) if row.starts_at else "",
            trainers=row.trainers or "",
            names_known=bool(row.names_known),
        )
    )


def request_for(actor: Actor, reference: str, action: Action = Action.READ_TRAINING) -> TrainingRequest:
    """The request with its school, session and offers. Raises ``OutOfReach``."""
    request = db.session.scalars(
        select(TrainingRequest)
        .where(TrainingRequest.reference == reference, within_reach(actor, action))
        .options(
            joinedload(TrainingRequest.school),
            joinedload(TrainingRequest.asked_by),
            joinedload(TrainingRequest.session),
            selectinload(TrainingRequest.offers).joinedload(OfferedDate.trainer),
        )
    ).one_or_none()
    if request is None:
        raise OutOfReach(reference)
    return request


def line_of(request: TrainingRequest) -> rules.StatusLine:
    """Where the request is, who acts next, by when."""
    row = db.session.execute(_statement().where(TrainingRequest.id == request.id)).one()
    return _line(row, clock.today())


def offers_of(request: TrainingRequest) -> list[OfferRow]:
    today = clock.today()
    return [
        OfferRow(one.id, rules.when_words(one.starts_at, one.minutes, today), one.place, one.trainer.name)
        for one in request.offers
    ]


def wishes_of(request: TrainingRequest) -> list[str]:
    """The dates that the school prefers, in words."""
    today = clock.today()
    dates = (request.prefers_first, request.prefers_second, request.prefers_third)
    return [day_words(day, today) for day in dates if day is not None]


def steps_offered(actor: Actor, request: TrainingRequest) -> list[Step[None]]:
    """The steps that are worth a button for this person; cancelling and holding come from the session."""
    steps = rules.REQUEST_ROAD.available(request.status)
    left_out = {"cancel", "hold"}
    if request.session is not None and request.session.starts_at <= clock.now():
        left_out.add("withdraw")
    return [step for step in steps if step.name not in left_out and allows(actor, step.needs, request.scope)]


def timeline_of(kind: str, record_id: int) -> list[TimelineRow]:
    """The steps of a request or a session, the newest first."""
    return [
        TimelineRow(
            moment_words(step.at), rules.STEP_WORDS.get(step.step, step.step), step.person_name, step.note or ""
        )
        for step in reversed(steps_of(kind, record_id))
    ]


def request_timeline(request: TrainingRequest) -> list[TimelineRow]:
    """The request's own steps, and at the bottom when it was asked."""
    asked = TimelineRow(moment_words(request.asked_at), "Asked for", request.asked_by.name, "")
    return [*timeline_of("training_request", request.id), asked]


def moment_words(at: datetime) -> str:
    """ "Tuesday 10 November, 9:30am"."""
    local = at.astimezone(clock.LONDON)
    return f"{day_words(local.date(), clock.today())}, {clock_words(local.time())}"
