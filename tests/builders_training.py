"""Training for tests: made through its own operations, so that tasks, messages and access stand with it."""

from datetime import date, time, timedelta

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import clock
from portal.training import operations, rules
from portal.training.models import Booking, Topic, TrainingRequest, TrainingSession
from tests.builders_cases import World

DAY = date(2026, 12, 1)
"""A Tuesday three weeks after the tests' “now”"""


def topic(title: str = "De-escalation") -> Topic:
    """One of the topics that every portal begins with."""
    return db.session.scalars(db.select(Topic).where(Topic.title == title)).one()


def wish(**changes: object) -> rules.RequestDraft:
    facts = {
        "topic_id": topic().id,
        "who": "All teaching assistants",
        "how_many": 12,
        "dates": (DAY,),
        "difference": "Calmer afternoons",
    }
    return rules.RequestDraft(**(facts | changes))  # type: ignore[arg-type]


def request(world: World, **changes: object) -> TrainingRequest:
    """Asked by the SENCo of Ash Primary."""
    return operations.ask_for_training(actor_of(world.senco.id), world.ash.id, wish(**changes))


def date_draft(world: World, **changes: object) -> rules.DateDraft:
    facts = {"on": DAY, "at": time(15, 30), "minutes": 90, "place": "School hall", "trainer_id": world.worker.id}
    return rules.DateDraft(**(facts | changes))  # type: ignore[arg-type]


def offered(world: World, **changes: object) -> TrainingRequest:
    made = request(world)
    return operations.offer_dates(actor_of(world.coordinator.id), made, [date_draft(world, **changes)])


def booked(world: World, **changes: object) -> TrainingRequest:
    """A request whose date was chosen: Ash has a session of its own."""
    made = offered(world, **changes)
    return operations.choose_date(actor_of(world.senco.id), made, made.offers[0].id)


def shared(world: World, **changes: object) -> TrainingSession:
    """A shared session of three places, given by the worker."""
    facts = {
        "topic_id": topic().id,
        "title": "De-escalation for lunchtime staff",
        "on": DAY,
        "at": time(13),
        "minutes": 60,
        "place": "Town hall",
        "places": 3,
        "trainer_ids": (world.worker.id,),
    }
    draft = rules.SessionDraft(**(facts | changes))  # type: ignore[arg-type]
    return operations.plan_session(actor_of(world.coordinator.id), draft)


def places(world: World, session: TrainingSession, number: int = 2, *, other: bool = False) -> Booking:
    """Places for Ash, or for the other school."""
    by, school = (world.other_senco, world.birch) if other else (world.senco, world.ash)
    return operations.book_places(actor_of(by.id), session.id, school.id, number)


def people(world: World, session: TrainingSession, *names: str) -> None:
    listed = [rules.Somebody(name, "Teaching assistant") for name in names or ("Ana Lee", "Ben Okoro")]
    operations.enter_people(actor_of(world.senco.id), session, world.ash.id, listed)


def held(world: World, session: TrainingSession, *present: int) -> TrainingSession:
    """The register finished by the worker, with everybody present unless said otherwise."""
    ids = frozenset(present or (one.id for one in session.attendees))
    marks = operations.Marks(present=ids)
    return operations.save_register(actor_of(world.worker.id), session, marks, finish=True, opened_with=session.version)


def today_at(hour: int) -> dict[str, object]:
    """The fields of a session of today."""
    return {"on": clock.today(), "at": time(hour)}


def soon(days: int) -> date:
    return clock.today() + timedelta(days=days)
