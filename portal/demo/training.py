"""Training of the demonstration: shared sessions past and coming, and requests of both schools at every stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from random import Random

from sqlalchemy import select

from portal.accounts.queries import actor_of
from portal.demo import names
from portal.demo.cast import Cast
from portal.demo.timekeeper import Story, at
from portal.extensions import db
from portal.policy import Actor
from portal.schools.models import School
from portal.schools.queries import calendar_of
from portal.schools.rules import TermCalendar
from portal.training import operations, rules
from portal.training.models import Topic, TrainingRequest, TrainingSession

SEED = 41
ROLES = ("Teacher", "Teaching assistant", "Lunchtime supervisor", "Learning mentor", "Pastoral lead")
WISHES = (
    ("All teaching assistants", "Afternoons that begin calmly; the same words from every adult."),
    ("Teachers of Years 4 to 6", "Fewer pupils sent out; plans written from what we have seen."),
    ("Lunchtime staff", "Fewer incidents on the field, and adults who feel sure of what to say."),
    ("All staff, INSET day", "We all understand what lies behind behaviour, and say so to families."),
)

SHARED = (
    # (school days from today, topic, places, schools that book; the first are of the cast)
    (-150, "Attachment awareness", 30, 5),
    (-85, "De-escalation", 24, 4),
    (-38, "The graduated response", 20, 4),
    (-1, "Emotion coaching", 20, 3),
    (9, "Attachment awareness", 12, 5),
    (21, "De-escalation", 30, 1),
)
REQUESTS = (
    # (school days from today on which it was asked, which school, topic, how it goes on)
    (-160, 0, "Attachment awareness", "held"),
    (-140, 1, "De-escalation", "held"),
    (-95, 0, "De-escalation", "held"),
    (-70, 1, "Attachment awareness", "declined"),
    (-60, 2, "Calmer unstructured times", "held"),
    (-45, 0, "Emotion coaching", "withdrawn"),
    (-40, 3, "Restorative conversations", "held"),
    (-14, 0, "Calmer unstructured times", "named"),
    (-12, 1, "The graduated response", "booked"),
    (-9, 1, "Attachment awareness", "places"),
    (-5, 0, "Restorative conversations", "offered"),
    (-4, 1, "", "others"),
    (-2, 0, "", "asked"),
    (-1, 4, "De-escalation", "asked"),
)
OWN_WORDS = "Words that help on the way from the playground to the classroom"


@dataclass(frozen=True)
class Stage:
    """What every story of training needs."""

    cast: Cast
    calendar: TermCalendar
    today: date
    random: Random
    number: int

    @property
    def coordinator(self) -> Actor:
        return _actor(self.cast.coordinator)

    @property
    def trainer_id(self) -> int:
        return self.cast.workers[self.number % len(self.cast.workers)]

    def day(self, number: int, after: date | None = None) -> date:
        """The school day so many from today, or from another day."""
        return self.calendar.add_school_days(after or self.today, number)

    def school(self, place: int) -> int:
        """0 and 1 are the schools of the cast; then others."""
        schools = (self.cast.primary[0], self.cast.secondary[0], *self.cast.primary[1:])
        return schools[place % len(schools)]

    def writer(self, school_id: int) -> Actor:
        return _actor(self.cast.writers[school_id])

    def staff(self, number: int) -> list[rules.Somebody]:
        """Invented people: a given name and a letter."""
        given = self.random.sample(names.GIVEN_NAMES, number)
        return [
            rules.Somebody(f"{name} {self.random.choice('ABCDHKMPRSTW')}.", self.random.choice(ROLES)) for name in given
        ]


@cache
def _actor(person_id: int) -> Actor:
    return actor_of(person_id)


@cache
def _topic_id(title: str) -> int | None:
    return db.session.scalar(select(Topic.id).where(Topic.title == title))


def sessions_and_requests(cast: Cast, today: date) -> Iterator[Story]:
    """All stories of training, the same for the same day."""
    _actor.cache_clear()
    _topic_id.cache_clear()
    calendar = calendar_of(cast.primary_line)
    for number, (days, topic, places, schools) in enumerate(SHARED):
        yield _shared(Stage(cast, calendar, today, Random(SEED + number), number), days, topic, places, schools)
    for number, (days, place, topic, fate) in enumerate(REQUESTS, start=len(SHARED)):
        stage = Stage(cast, calendar, today, Random(SEED + number), number)
        yield _request(stage, days, stage.school(place), topic, fate)


def _shared(stage: Stage, days: int, topic: str, places: int, schools: int) -> Story:
    on = stage.day(days)
    yield at(stage.day(-40, on), 9, 5)
    draft = rules.SessionDraft(
        topic_id=_topic_id(topic),
        title=topic,
        on=on,
        at=time(13, 30),
        minutes=90,
        place="Harbour Special School, training room",
        places=places,
        trainer_ids=(stage.trainer_id,),
    )
    session = operations.plan_session(stage.coordinator, draft, clash_known=True)
    for place in range(schools):
        yield at(stage.day(-30 + place, on), 10, 10 + place)
        _book(stage, session, stage.school(place), 4 if place == 0 else 3)
    yield at(on, 15, 20)
    if days < -1:
        _hold(stage, session)


def _book(stage: Stage, session: TrainingSession, school_id: int, places: int) -> None:
    writer = stage.writer(school_id)
    booking = operations.book_places(writer, session.id, school_id, places)
    if booking.state == rules.BOOKED:
        operations.enter_people(writer, session, school_id, stage.staff(places))


def _hold(stage: Stage, session: TrainingSession) -> None:
    """All but one in ten came."""
    came = frozenset(one.id for one in session.attendees if stage.random.random() > 0.1)
    marks = operations.Marks(present=came)
    trainer = _actor(session.trainers[0].person_id)
    operations.save_register(trainer, session, marks, finish=True, opened_with=session.version)


def _request(stage: Stage, days: int, school_id: int, topic: str, fate: str) -> Story:
    asked_on = stage.day(days)
    yield at(asked_on, 11, 15)
    writer = stage.writer(school_id)
    request = operations.ask_for_training(writer, school_id, _wish(stage, asked_on, topic))
    if fate == "asked":
        return
    answered_on = stage.day(1, asked_on)
    yield at(answered_on, 14)
    if fate == "declined":
        operations.decline(stage.coordinator, request, "No trainer is free this term. Ask again after Easter.")
    elif fate == "places":
        _give_places(stage, request)
    else:
        _offer(stage, request, [stage.day(22, answered_on), stage.day(27, answered_on)])
        yield at(stage.day(2, answered_on), 16)
        yield from _choice(stage, request, writer, fate)


def _wish(stage: Stage, asked_on: date, topic: str) -> rules.RequestDraft:
    who, difference = stage.random.choice(WISHES)
    return rules.RequestDraft(
        topic_id=_topic_id(topic) if topic else None,
        own_words="" if topic else OWN_WORDS,
        who=who,
        how_many=stage.random.randint(8, 30),
        dates=(stage.day(22, asked_on),),
        dates_words="After school, best on Wednesdays",
        difference=difference,
    )


def _offer(stage: Stage, request: TrainingRequest, days: Sequence[date]) -> None:
    place = f"{db.session.get_one(School, request.school_id).name}, hall"
    dates = [rules.DateDraft(day, time(15, 30), 90, place, stage.trainer_id) for day in days]
    operations.offer_dates(stage.coordinator, request, dates, clash_known=True)


def _give_places(stage: Stage, request: TrainingRequest) -> None:
    statement = select(TrainingSession.id).where(TrainingSession.status == "planned", TrainingSession.is_shared)
    session_id = db.session.scalars(statement.order_by(TrainingSession.starts_at.desc())).first()
    if session_id is not None:
        operations.give_places(stage.coordinator, request, session_id, 4)


def _choice(stage: Stage, request: TrainingRequest, writer: Actor, fate: str) -> Story:
    if fate == "offered":
        return
    if fate == "others":
        operations.ask_for_other_dates(
            writer, request, "Both are days of our play. A Thursday in the new year suits us."
        )
        return
    operations.choose_date(writer, request, request.offers[0].id)
    if fate == "booked":
        return
    session = request.session
    on = rules.day_of(session.starts_at)
    yield at(stage.day(-14, on), 9, 40)
    if fate == "withdrawn":
        operations.withdraw(writer, request, "Two of our staff left. We ask again when the new ones have begun.")
        return
    operations.enter_people(writer, session, request.school_id, stage.staff(min(request.how_many, 14)))
    yield at(on, 17, 10)
    _hold(stage, session)
