"""What people do with training, on both engines."""

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import jobs
from portal.kernel.access import Involvement
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.kernel.unit_of_work import writing
from portal.notices.models import Notice
from portal.schools.operations import RefusedFields
from portal.tasks.models import Task
from portal.training import operations, queries, rules
from portal.training.models import Attendee, Booking, OfferedDate, TrainingRequest, TrainingSession
from portal.training.operations import Clash, Marks
from portal.visits.models import Visit
from tests import builders_cases as cases
from tests import builders_training as build

ENGINES = ("sqlite",)


@pytest.fixture
def world(unit):
    return cases.world()


@pytest.fixture
def senco(world):
    return actor_of(world.senco.id)


@pytest.fixture
def coordinator(world):
    return actor_of(world.coordinator.id)


@pytest.fixture
def worker(world):
    return actor_of(world.worker.id)


def open_tasks():
    rows = db.session.execute(select(Task.rule, Task.role, Task.person_id, Task.due_on).where(Task.done_at.is_(None)))
    return {row[0]: row[1:] for row in rows}


def told(kind):
    """Who was told of this kind, by person."""
    rows = db.session.scalars(select(Notice.recipient).where(Notice.kind == kind).order_by(Notice.id))
    return [int(row.removeprefix("person-")) for row in rows]


def test_a_request_makes_a_task_for_the_coordinator_and_tells_them_once(world, senco):
    request = build.request(world)
    assert re.fullmatch(r"T-2026-\d{4}", request.reference)
    assert (request.title, request.status, request.due_on) == ("De-escalation", "asked", date(2026, 11, 17))
    assert open_tasks() == {"answer_training": ("coordinator", None, date(2026, 11, 17))}
    assert told("training_asked") == [world.coordinator.id]


def test_a_school_asks_for_itself_only_and_only_for_what_is_on_offer(world, senco):
    with pytest.raises(OutOfReach):
        operations.ask_for_training(senco, world.birch.id, build.wish())
    with pytest.raises(RefusedFields) as refused:
        operations.ask_for_training(senco, world.ash.id, build.wish(topic_id=99_999))
    assert list(refused.value.by_field) == ["topic"]
    with pytest.raises(NotPermitted):
        operations.ask_for_training(actor_of(world.worker.id), world.ash.id, build.wish())


def test_the_whole_road_from_asking_to_certificates(world, senco, worker, clock):
    request = build.offered(world)
    assert open_tasks()["choose_training_date"][:2] == ("school", None)
    assert told("training_dates_offered") == [world.senco.id]
    operations.choose_date(senco, request, request.offers[0].id)
    session = request.session
    assert (request.status, session.school_id, session.is_shared) == ("booked", world.ash.id, False)
    assert set(open_tasks()) == {"enter_attendees", "fill_register"}
    assert open_tasks()["enter_attendees"][2] == date(2026, 11, 24)
    assert open_tasks()["fill_register"][1:] == (world.worker.id, build.DAY)
    assert sorted(told("training_booked")) == sorted([world.coordinator.id, world.worker.id])
    build.people(world, session)
    assert set(open_tasks()) == {"fill_register"}
    clock.forward(days=21, hours=8)
    build.held(world, session)
    assert (session.status, request.status, open_tasks()) == ("held", "held", {})
    assert told("training_certificates") == [world.senco.id]
    numbers = [row.number for row in queries.certificates(senco, session)]
    assert len(set(numbers)) == 2
    assert all(re.fullmatch(r"TC-2026-\d{4}", number) for number in numbers)
    visit = db.session.scalars(select(Visit)).one()
    assert (visit.kind, visit.minutes, visit.person_id, visit.school_id) == (
        "staff_training",
        90,
        world.worker.id,
        world.ash.id,
    )
    assert (visit.on_date, visit.starts_at, visit.case_id) == (build.DAY, time(15, 30), None)
    db.session.commit()  # the audit net has nothing to say


def test_an_unclear_date_is_sent_back_and_new_ones_are_offered(world, senco, coordinator):
    request = build.offered(world)
    with pytest.raises(Refused, match="Say why"):
        operations.ask_for_other_dates(senco, request, "  ")
    operations.ask_for_other_dates(senco, request, "Only Fridays")
    assert (request.status, request.offers) == ("asked", [])
    assert db.session.scalar(select(func.count()).select_from(OfferedDate)) == 0
    assert set(open_tasks()) == {"answer_training"}
    operations.offer_dates(coordinator, request, [build.date_draft(world, on=date(2026, 12, 4))])
    assert told("training_asked") == [world.coordinator.id] * 2
    assert told("training_dates_offered") == [world.senco.id] * 2
    db.session.commit()


def test_declining_says_why_and_ends_the_road(world, senco, coordinator):
    request = build.request(world)
    operations.decline(coordinator, request, "No trainer this term")
    assert (request.status, request.due_on, open_tasks()) == ("declined", None, {})
    assert told("training_declined") == [world.senco.id]
    with pytest.raises(Refused):
        operations.offer_dates(coordinator, request, [build.date_draft(world)])
    with pytest.raises(NotPermitted):
        operations.decline(senco, request, "x")


def test_withdrawing_a_booked_request_cancels_its_session_and_tells_the_trainer(world, senco):
    request = build.booked(world)
    operations.withdraw(senco, request, "INSET day moved")
    assert (request.status, request.session.status, request.session.sequence) == ("withdrawn", "cancelled", 1)
    assert open_tasks() == {}
    assert told("training_withdrawn") == [world.coordinator.id]
    assert told("training_cancelled") == [world.worker.id]
    db.session.commit()


def test_a_clash_of_a_trainer_is_said_and_can_be_kept(world, coordinator):
    build.shared(world)
    request = build.request(world)
    clash = build.date_draft(world, at=time(13, 30))
    with pytest.raises(Clash, match=r"Wren Okafor gives “De-escalation for lunchtime staff” at that time"):
        operations.offer_dates(coordinator, request, [clash])
    assert request.status == "asked"
    operations.offer_dates(coordinator, request, [clash], clash_known=True)
    assert request.status == "offered"


def test_a_date_that_another_school_took_meanwhile_cannot_be_chosen(world, senco, coordinator):
    request = build.offered(world)
    other = operations.ask_for_training(actor_of(world.other_senco.id), world.birch.id, build.wish())
    operations.offer_dates(coordinator, other, [build.date_draft(world)])
    operations.choose_date(actor_of(world.other_senco.id), other, other.offers[0].id)
    with pytest.raises(Refused, match="taken by another school"):
        operations.choose_date(senco, request, request.offers[0].id)
    assert request.status == "offered"


def test_nobody_gives_training_who_is_no_worker(world, coordinator):
    request = build.request(world)
    with pytest.raises(Refused, match="from the list"):
        operations.offer_dates(coordinator, request, [build.date_draft(world, trainer_id=world.senco.id)])


def test_places_go_to_who_books_first_and_who_waits_moves_up(world, senco):
    session = build.shared(world)
    other = actor_of(world.other_senco.id)
    first, second = build.places(world, session, 2), build.places(world, session, 2, other=True)
    assert (first.state, second.state) == ("booked", "waiting")
    with pytest.raises(Refused, match="waiting list"):
        operations.enter_people(other, session, world.birch.id, [rules.Somebody("Early Bird")])
    with pytest.raises(Refused, match="Change those"):
        build.places(world, session, 1)
    build.people(world, session)
    operations.cancel_booking(senco, first, opened_with=first.version)
    assert second.state == "booked"
    assert told("training_place_free") == [world.other_senco.id]
    assert db.session.scalar(select(func.count()).select_from(Attendee)) == 0
    assert build.places(world, session, 1).id == first.id  # one row for each school, made live again
    db.session.commit()


def test_raising_the_places_moves_up_who_waits_and_too_few_are_refused(world, coordinator):
    session = build.shared(world)
    build.places(world, session, 2)
    waiting = build.places(world, session, 2, other=True)

    def change(places):
        draft = rules.SessionDraft(
            title=session.title,
            on=build.DAY,
            at=time(13),
            minutes=60,
            place=session.place,
            places=places,
            trainer_ids=(world.worker.id,),
        )
        operations.change_session(coordinator, session, draft, opened_with=session.version)

    with pytest.raises(RefusedFields, match="2 places are booked already"):
        change(1)
    change(4)
    assert waiting.state == "booked"


def test_more_places_than_are_left_keep_what_a_school_has(world, senco):
    session = build.shared(world)
    booking = build.places(world, session, 2)
    build.places(world, session, 1, other=True)
    with pytest.raises(Refused, match="You keep the ones you have"):
        operations.change_places(senco, booking, 3, opened_with=booking.version)
    build.people(world, session)
    with pytest.raises(Refused, match="2 names"):
        operations.change_places(senco, booking, 1, opened_with=booking.version)
    with pytest.raises(Refused, match="2 places and 2 names"):
        build.people(world, session, "One Too Many")
    with pytest.raises(EditConflict):
        operations.change_places(senco, booking, 2, opened_with=booking.version - 1)


def test_a_request_can_be_answered_with_places_in_a_shared_session(world, senco, coordinator):
    session, request = build.shared(world), build.request(world)
    with pytest.raises(Refused, match=r"too few places.*3 of 3 places free"):
        operations.give_places(coordinator, request, session.id, 4)
    operations.give_places(coordinator, request, session.id, 2)
    booking = db.session.scalars(select(Booking)).one()
    assert (request.status, booking.school_id, booking.places, booking.state) == ("booked", world.ash.id, 2, "booked")
    assert world.senco.id in told("training_booked")
    operations.cancel_booking(senco, booking, opened_with=booking.version)
    assert request.status == "withdrawn"
    db.session.commit()


def test_moving_tells_all_with_a_reason_and_takes_the_tasks_along(world, coordinator):
    request = build.booked(world)
    session = request.session
    later = build.date_draft(world, on=date(2026, 12, 8))
    with pytest.raises(RefusedFields):
        operations.move_session(coordinator, session, later, " ", opened_with=session.version)
    with pytest.raises(EditConflict):
        operations.move_session(coordinator, session, later, "Snow", opened_with=session.version + 1)
    operations.move_session(coordinator, session, later, "Snow", opened_with=session.version)
    assert sorted(told("training_moved")) == sorted([world.senco.id, world.worker.id])
    assert open_tasks()["fill_register"][2] == date(2026, 12, 8)
    assert (open_tasks()["enter_attendees"][2], request.due_on) == (date(2026, 12, 1), date(2026, 12, 1))
    assert (session.sequence, queries.timeline_of("training_session", session.id)[0].note) == (1, "Snow")
    with pytest.raises(Refused, match="Nothing is different"):
        operations.move_session(coordinator, session, later, "Snow", opened_with=session.version)
    db.session.commit()


def test_cancelling_tells_all_and_ends_the_request(world, coordinator):
    request = build.booked(world)
    session = request.session
    operations.cancel_session(coordinator, session, "Trainer ill", opened_with=session.version)
    assert (session.status, request.status, open_tasks()) == ("cancelled", "cancelled", {})
    assert sorted(told("training_cancelled")) == sorted([world.senco.id, world.worker.id])
    with pytest.raises(Refused):
        operations.cancel_session(coordinator, session, "Again", opened_with=session.version)
    db.session.commit()


def test_another_trainer_gets_the_register_and_the_first_loses_it(world, coordinator, worker, clock):
    session = build.shared(world, **build.today_at(9))
    draft = rules.SessionDraft(
        title=session.title,
        on=build.DAY,
        at=time(9),
        minutes=60,
        place=session.place,
        places=3,
        trainer_ids=(world.colleague.id,),
    )
    operations.change_session(coordinator, session, draft, opened_with=session.version)
    assert [trainer.person_id for trainer in session.trainers] == [world.colleague.id]
    rows = db.session.scalars(select(Involvement.person_id).where(Involvement.kind == "training_session")).all()
    assert rows == [world.colleague.id]
    assert open_tasks()["fill_register"][1] == world.colleague.id
    with pytest.raises(OutOfReach):
        operations.save_register(worker, session, Marks(), opened_with=session.version)
    with pytest.raises(OutOfReach):
        queries.session_to_run(worker, session.id)
    db.session.commit()


def test_the_register_opens_on_its_day_and_is_finished_once_the_session_began(world, worker, clock):
    request = build.booked(world)
    session = request.session
    build.people(world, session)
    with pytest.raises(Refused, match="opens on the day"):
        build.held(world, session)
    clock.forward(days=21)
    with pytest.raises(Refused, match="once the session has begun"):
        build.held(world, session)
    clock.forward(hours=7)
    with pytest.raises(Refused, match="Nobody is ticked"):
        operations.save_register(worker, session, Marks(), finish=True, opened_with=session.version)


def test_somebody_at_the_door_is_added_ticked_and_certified(world, worker, clock):
    session = build.shared(world, **build.today_at(9))
    door = Marks(at_the_door=rules.Somebody("Cy Fox", "Teacher"), door_school_id=world.birch.id)
    operations.save_register(worker, session, door, opened_with=session.version)
    assert session.status == "planned"
    with pytest.raises(RefusedFields) as refused:
        operations.save_register(worker, session, door, opened_with=session.version)
    assert list(refused.value.by_field) == ["door_name"]
    no_school = Marks(at_the_door=rules.Somebody("Di Roe"))
    with pytest.raises(RefusedFields) as refused:
        operations.save_register(worker, session, no_school, opened_with=session.version)
    assert list(refused.value.by_field) == ["door_school"]
    build.held(world, session)
    assert [one.name for one in queries.certificates(actor_of(world.other_senco.id), session)] == ["Cy Fox"]
    assert told("training_certificates") == [world.other_senco.id]
    assert db.session.scalars(select(Visit)).all() == []  # no school is its host


def test_a_finished_register_is_corrected_and_numbers_stay(world, worker, clock):
    session = build.shared(world, **build.today_at(9), school_id=world.ash.id)
    names = ("Ana Lee", "Ben Okoro")
    for name in names:
        door = Marks(
            present=frozenset(one.id for one in session.attendees),
            at_the_door=rules.Somebody(name),
            door_school_id=world.ash.id,
        )
        operations.save_register(worker, session, door, opened_with=session.version)
    ana, ben = session.attendees
    build.held(world, session, ana.id)
    number = ana.certificate_number
    assert (ana.attended, ben.attended, ben.certificate_number) == (True, False, None)
    build.held(world, session, ana.id, ben.id)
    assert (ana.certificate_number, ben.attended) == (number, True)
    assert ben.certificate_number not in (None, number)
    assert len(db.session.scalars(select(Visit)).all()) == 1
    db.session.commit()


def test_two_trainers_each_get_an_entry_in_the_ledger(world, worker):
    session = build.shared(
        world, **build.today_at(9), school_id=world.ash.id, trainer_ids=(world.worker.id, world.far_worker.id)
    )
    door = Marks(at_the_door=rules.Somebody("Cy Fox"), door_school_id=world.ash.id)
    operations.save_register(worker, session, door, finish=True, opened_with=session.version)
    entries = {visit.person_id for visit in db.session.scalars(select(Visit))}
    assert entries == {world.worker.id, world.far_worker.id}


def test_trainers_are_told_that_the_register_waits_once_the_session_is_over(world, clock, app):
    session = build.shared(world)
    session_id, worker_id = session.id, world.worker.id
    db.session.commit()
    while jobs.run_next():
        pass
    assert told("training_register") == []
    clock.forward(days=21, hours=6)
    while jobs.run_next():
        pass
    assert told("training_register") == [worker_id]
    with writing():
        db.session.get_one(TrainingSession, session_id)
    assert session_id


def test_the_catalogue_refuses_a_second_topic_of_a_title(world, coordinator, senco):
    draft = rules.TopicDraft("Sensory needs", 60, "All staff", "What senses do")
    topic = operations.add_topic(coordinator, draft)
    with pytest.raises(RefusedFields):
        operations.add_topic(coordinator, rules.TopicDraft("sensory NEEDS", 60, "x", "y"))
    with pytest.raises(EditConflict):
        operations.change_topic(coordinator, topic, draft, opened_with=topic.version + 1)
    with pytest.raises(NotPermitted):
        operations.add_topic(senco, draft)
    operations.ensure_default_topics()
    assert len(queries.topics()) == len(rules.DEFAULT_TOPICS) + 1


def test_other_schools_bookings_and_people_are_out_of_sight(world, senco):
    session = build.shared(world)
    build.places(world, session, 2)
    build.people(world, session)
    other = actor_of(world.other_senco.id)
    seen = queries.session_for(other, session.id)
    assert queries.facts_of(seen).free == "1 of 3 places free"
    assert (queries.bookings_of(other, seen), queries.people_of(other, seen)) == ([], [])
    assert len(queries.people_of(senco, seen)) == 2
    own = build.booked(world)
    for find in (
        lambda: queries.session_for(other, own.session_id),
        lambda: queries.request_for(other, own.reference),
        lambda: queries.booking_for(other, session.id, seen.bookings[0].id, rules.REQUEST_ROAD.by_name["choose"].needs),
    ):
        with pytest.raises(OutOfReach):
            find()
    assert [row.title for row in queries.sessions_page(other).rows] == [session.title]
    assert queries.requests_page(other).rows == ()


def test_lists_page_by_key(world, senco):
    made = [build.request(world, own_words="", who=f"Group {number}") for number in range(3)]
    page = queries.requests_page(senco, size=2)
    assert [row.id for row in page.rows] == [made[0].id, made[1].id]
    assert [row.id for row in queries.requests_page(senco, size=2, after=page.next).rows] == [made[2].id]
    sessions = [build.shared(world, on=build.DAY + timedelta(days=7 * number)) for number in range(3)]
    first = queries.sessions_page(senco, size=2)
    assert [row.id for row in first.rows] == [sessions[0].id, sessions[1].id]
    assert [row.id for row in queries.sessions_page(senco, size=2, after=first.next).rows] == [sessions[2].id]
    assert db.session.scalar(select(func.count()).select_from(TrainingRequest)) == 3
