"""What training makes due, for whom and by when; and who is told of what."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import exists, select

from portal.accounts.queries import people_with, school_audience, school_role
from portal.extensions import db
from portal.kernel import clock, jobs
from portal.kernel.unit_of_work import writing
from portal.notices.operations import tell
from portal.policy import Actor, Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks import rules as due
from portal.training import rules
from portal.training.models import Attendee, Booking, TrainingRequest, TrainingSession

REGISTER_JOB = "training_register_waits"


def url_of(request: TrainingRequest) -> str:
    return f"/training/requests/{request.reference}"


def session_url(session: TrainingSession) -> str:
    return f"/training/sessions/{session.id}"


def in_school_days(days: int, day: date | None = None) -> date:
    """The school day so many after today (or ``day``); before it when negative."""
    return calendar_of(None).add_school_days(day or clock.today(), days)


def ask_coordinator(actor: Actor, request: TrainingRequest) -> None:
    """The coordinator answers a request that is new or was sent back."""
    settle_request(actor, request)
    request.due_on = in_school_days(rules.ANSWER_DAYS)
    title = f"Answer training request {request.reference}"
    key = _key(request, due.ANSWER_TRAINING)
    tasks.ask(key, due.ANSWER_TRAINING, title, url_of(request), request.due_on, role=Role.COORDINATOR)


def ask_school_to_choose(actor: Actor, request: TrainingRequest) -> None:
    """The school chooses one of the dates."""
    settle_request(actor, request)
    first = min(rules.day_of(offer.starts_at) for offer in request.offers)
    request.due_on = min(in_school_days(rules.CHOOSE_DAYS), first)
    tasks.ask(
        _key(request, due.CHOOSE_TRAINING_DATE),
        due.CHOOSE_TRAINING_DATE,
        f"Choose a date for training {request.reference}",
        url_of(request),
        request.due_on,
        role=school_role(request.school_id),
        school_id=request.school_id,
    )


def settle_request(actor: Actor, request: TrainingRequest) -> None:
    """Nobody has to act on the request as it stood before."""
    for rule in (due.ANSWER_TRAINING, due.CHOOSE_TRAINING_DATE):
        tasks.settle(_key(request, rule), actor)
    request.due_on = None


def names_due(session: TrainingSession) -> date:
    """By when a school says who comes: five school days before, and never before today."""
    return max(in_school_days(-rules.NAMES_DAYS, rules.day_of(session.starts_at)), clock.today())


def ask_for_names(session: TrainingSession, school_id: int) -> date | None:
    """The school says who comes, unless it has; answers by when."""
    if has_names(session, school_id):
        return None
    due_on = names_due(session)
    tasks.ask(
        _names_key(session, school_id),
        due.ENTER_ATTENDEES,
        "Say who comes to the training",
        f"{session_url(session)}/people",
        due_on,
        role=school_role(school_id),
        school_id=school_id,
    )
    return due_on


def has_names(session: TrainingSession, school_id: int) -> bool:
    one = exists().where(Attendee.session_id == session.id, Attendee.school_id == school_id)
    return bool(db.session.scalar(select(one)))


def settle_names(actor: Actor, session: TrainingSession, school_id: int) -> None:
    tasks.settle(_names_key(session, school_id), actor)


def ask_for_register(session: TrainingSession) -> None:
    """Each trainer fills in the register on the day, and is told when the session is over."""
    for trainer in session.trainers:
        tasks.ask(
            _register_key(session, trainer.person_id),
            due.FILL_REGISTER,
            "Fill in the register of a training session",
            f"{session_url(session)}/register",
            rules.day_of(session.starts_at),
            person_id=trainer.person_id,
        )
    ends_at = rules.ends_at(session.starts_at, session.minutes)
    jobs.enqueue(REGISTER_JOB, {"session": session.id}, run_at=ends_at)


def settle_register(actor: Actor, session: TrainingSession, person_ids: Iterable[int]) -> None:
    for person_id in person_ids:
        tasks.settle(_register_key(session, person_id), actor)


def ask_for_link(session: TrainingSession) -> None:
    """Somebody who came left no e-mail address: each trainer gives the school a link, a term later."""
    for trainer in session.trainers:
        tasks.ask(
            _link_key(session, trainer.person_id),
            due.GIVE_EVALUATION_LINK,
            "Give those without an e-mail address a link to three questions",
            f"{session_url(session)}/evaluations",
            in_school_days(rules.LINK_DAYS),
            person_id=trainer.person_id,
        )


def settle_link(actor: Actor, session: TrainingSession) -> None:
    for trainer in session.trainers:
        tasks.settle(_link_key(session, trainer.person_id), actor)


def settle_session(actor: Actor, session: TrainingSession) -> None:
    """Nothing is due for the session any more."""
    settle_register(actor, session, [trainer.person_id for trainer in session.trainers])
    for school_id in booked_schools(session):
        settle_names(actor, session, school_id)


@jobs.handles(REGISTER_JOB)
def _register_waits(payload: Mapping[str, Any]) -> None:
    """Tells the trainers once the session is over, unless the register is finished or the session was moved on."""
    with writing():
        session = db.session.get(TrainingSession, int(payload["session"]))
        if session is None or session.status != "planned":
            return
        if rules.ends_at(session.starts_at, session.minutes) <= clock.now():
            key = f"training-session-{session.id}-register-{session.sequence}"
            tell("training_register", _trainers(session), f"{session_url(session)}/register", key=key)


def booked_schools(session: TrainingSession, *, waiting: bool = True) -> list[int]:
    """The schools with places, and those on the waiting list unless ``waiting`` is False."""
    states = [rules.BOOKED, rules.WAITING] if waiting else [rules.BOOKED]
    return list(
        db.session.scalars(
            select(Booking.school_id)
            .where(Booking.session_id == session.id, Booking.state.in_(states))
            .order_by(Booking.id)
        )
    )


def tell_coordinators(kind: str, url: str, key: str, *, but: Actor) -> None:
    tell(kind, _others(people_with(Role.COORDINATOR), but), url, key=key)


def tell_asker(kind: str, request: TrainingRequest, key: str, *, but: Actor) -> None:
    """The school that asked, and whoever asked for it."""
    audience = school_audience(request.school_id, request.asked_by_id)
    tell(kind, _others(audience, but), url_of(request), key=key)


def tell_school(kind: str, session: TrainingSession, school_id: int, key: str, *, but: Actor, page: str = "") -> None:
    """A school with places in the session, and whoever asked for it or booked; ``page`` is a page of the session."""
    audience = school_audience(school_id, *_concerned(session, school_id))
    tell(kind, _others(audience, but), f"{session_url(session)}{page}", key=key)


def tell_trainers(
    kind: str, session: TrainingSession, key: str, *, but: Actor, only: Iterable[int] | None = None
) -> None:
    """Who gives the session, or of them (or who gave it) ``only`` these."""
    people = _trainers(session) if only is None else only
    tell(kind, _others(people, but), session_url(session), key=key)


def tell_all(kind: str, session: TrainingSession, key: str, *, but: Actor) -> None:
    """Everybody concerned: the schools with places or waiting, and the trainers."""
    for school_id in booked_schools(session):
        tell_school(kind, session, school_id, key, but=but)
    tell_trainers(kind, session, key, but=but)


def _concerned(session: TrainingSession, school_id: int) -> list[int]:
    """Who asked for the session on behalf of a school, or booked its places."""
    asked = select(TrainingRequest.asked_by_id).where(
        TrainingRequest.session_id == session.id, TrainingRequest.school_id == school_id
    )
    booked = select(Booking.booked_by_id).where(Booking.session_id == session.id, Booking.school_id == school_id)
    return [*db.session.scalars(asked), *db.session.scalars(booked)]


def _trainers(session: TrainingSession) -> list[int]:
    return [trainer.person_id for trainer in session.trainers]


def _others(person_ids: Iterable[int], but: Actor) -> list[int]:
    """Who did it need not be told."""
    return [person_id for person_id in person_ids if person_id != but.person_id]


def _key(request: TrainingRequest, rule: str) -> str:
    return f"training_request-{request.id}-{rule}"


def _names_key(session: TrainingSession, school_id: int) -> str:
    return f"training_session-{session.id}-names-{school_id}"


def _link_key(session: TrainingSession, person_id: int) -> str:
    return f"training_session-{session.id}-link-{person_id}"


def _register_key(session: TrainingSession, person_id: int) -> str:
    return f"training_session-{session.id}-register-{person_id}"
