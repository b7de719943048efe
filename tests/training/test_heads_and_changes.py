"""Who is told and asked when a school has only a head, when somebody waits, or when a session changes hands."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from portal.accounts.models import RoleAssignment
from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel.audit import record
from portal.kernel.errors import Refused
from portal.notices.models import Notice
from portal.policy import Role
from portal.tasks.models import Task
from portal.training import operations, queries, rules
from portal.training.models import Attendee, Booking
from portal.training.operations import events
from tests import builders_cases as cases
from tests import builders_training as build
from tests import people
from tests.builders_events import draft as event_draft
from tests.builders_events import event as build_event

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
def head(world):
    return people.person("Hedda Head", Role.HEAD, school_id=world.ash.id)


def told(kind):
    rows = db.session.scalars(select(Notice.recipient).where(Notice.kind == kind).order_by(Notice.id))
    return [int(row.removeprefix("person-")) for row in rows]


def task(rule):
    return db.session.scalars(select(Task).where(Task.rule == rule, Task.done_at.is_(None))).one_or_none()


def leave(person):
    person.disabled_at = cases.clock.now()
    record(None, "account disabled", person)


def session_draft(session, **changes):
    start = rules.local(session.starts_at)
    facts = {
        "topic_id": session.topic_id,
        "title": session.title,
        "on": start.date(),
        "at": start.time(),
        "minutes": session.minutes,
        "place": session.place,
        "places": session.places,
        "trainer_ids": tuple(one.person_id for one in session.trainers),
    }
    return rules.SessionDraft(**(facts | changes))


# Heads ---------------------------------------------------------------------------------------------------------------


def test_where_only_a_head_has_an_account_the_head_is_told_and_asked(world, head, coordinator):
    leave(world.senco)
    actor = actor_of(head.id)
    request = operations.ask_for_training(actor, world.ash.id, build.wish())
    operations.offer_dates(coordinator, request, [build.date_draft(world)])
    assert task("choose_training_date").role == "head"
    assert told("training_dates_offered") == [head.id]
    operations.choose_date(actor, request, request.offers[0].id)
    assert task("enter_attendees").role == "head"
    operations.cancel_session(coordinator, request.session, "Ill", opened_with=request.session.version)
    assert head.id in told("training_cancelled")
    build_event(world)
    assert task("answer_invitation").role == "head"
    assert told("event_invitation") == [head.id]


def test_a_head_who_asked_hears_the_answer_beside_the_staff_and_no_other_head_does(world, head, coordinator):
    people.person("Other Head", Role.HEAD, school_id=world.ash.id)
    request = operations.ask_for_training(actor_of(head.id), world.ash.id, build.wish())
    operations.decline(coordinator, request, "No trainer this term")
    assert told("training_declined") == [world.senco.id, head.id]
    session = build.shared(world)
    operations.book_places(actor_of(head.id), session.id, world.ash.id, 1)
    operations.cancel_session(coordinator, session, "Ill", opened_with=session.version)
    assert sorted(told("training_cancelled")) == sorted([world.senco.id, head.id, world.worker.id])


# Clashes -------------------------------------------------------------------------------------------------------------


def test_a_clash_that_was_kept_can_be_chosen(world, senco, coordinator, clock):
    build.shared(world)
    clock.forward(minutes=5)
    request = build.request(world)
    date_draft = build.date_draft(world, at=time(13, 30))
    operations.offer_dates(coordinator, request, [date_draft], clash_known=True)
    operations.choose_date(senco, request, request.offers[0].id)
    assert request.status == "booked"


def test_what_came_to_that_time_since_the_offer_still_clashes(world, senco, coordinator, clock):
    session = build.shared(world, on=date(2026, 12, 8))
    clock.forward(minutes=5)
    request = build.offered(world)
    clock.forward(minutes=5)
    operations.move_session(coordinator, session, build.date_draft(world), "Snow", opened_with=session.version)
    with pytest.raises(Refused, match="taken by another school"):
        operations.choose_date(senco, request, request.offers[0].id)


# Moving, withdrawing, giving back ------------------------------------------------------------------------------------


def test_a_moved_session_asks_for_names_only_where_there_are_places(world, coordinator):
    session = build.shared(world)
    build.places(world, session, 2)
    waiting = build.places(world, session, 2, other=True)
    assert waiting.state == "waiting"
    operations.move_session(
        coordinator, session, build.date_draft(world, on=date(2026, 12, 8)), "Snow", opened_with=session.version
    )
    schools = db.session.scalars(select(Task.school_id).where(Task.rule == "enter_attendees")).all()
    assert schools == [world.ash.id]
    assert world.other_senco.id in told("training_moved")


def test_withdrawing_ends_when_the_session_begins_and_the_register_stays(world, senco, clock):
    request = build.booked(world)
    build.people(world, request.session)
    clock.moment = request.session.starts_at
    with pytest.raises(Refused, match=r"This session has begun\."):
        operations.withdraw(senco, request, "Changed our mind")
    assert (request.status, request.session.status) == ("booked", "planned")
    assert db.session.scalar(select(func.count()).select_from(Attendee)) == 2
    assert "withdraw" not in {step.name for step in queries.steps_offered(senco, request)}


def test_places_of_a_session_of_its_own_are_not_given_back(world, senco):
    request = build.booked(world)
    booking = db.session.scalars(select(Booking).where(Booking.session_id == request.session_id)).one()
    with pytest.raises(Refused, match="Withdraw the request"):
        operations.cancel_booking(senco, booking, opened_with=booking.version)
    assert (booking.state, request.status) == ("booked", "booked")


# Trainers ------------------------------------------------------------------------------------------------------------


def test_a_trainer_who_is_taken_off_is_told_and_told_again_when_they_are_back(world, coordinator):
    session = build.shared(world)

    def give(*trainers):
        changed = session_draft(session, trainer_ids=tuple(one.id for one in trainers))
        operations.change_session(coordinator, session, changed, opened_with=session.version)

    give(world.colleague)
    assert told("training_not_yours") == [world.worker.id]
    assert told("training_booked") == [world.worker.id, world.colleague.id]
    give(world.worker, world.colleague)
    assert told("training_booked") == [world.worker.id, world.colleague.id, world.worker.id]


def test_a_session_in_own_words_can_be_given_a_topic(world, coordinator):
    session = build.shared(world, topic_id=None)
    topic = build.topic("Attachment awareness")
    operations.change_session(
        coordinator, session, session_draft(session, topic_id=topic.id), opened_with=session.version
    )
    assert session.topic_id == topic.id


# The register --------------------------------------------------------------------------------------------------------


def test_who_was_entered_after_the_page_was_opened_is_not_absent(world, clock):
    session = build.shared(world, **build.today_at(12))
    build.places(world, session, 3)
    build.people(world, session, "Ana Lee")
    ana, version = session.attendees[0], session.version
    build.people(world, session, "Late Comer")
    db.session.expire(session, ["attendees"])
    late = session.attendees[1]
    clock.forward(hours=4)
    marks = operations.Marks(present=frozenset({ana.id}), listed=frozenset({ana.id}))
    worker = actor_of(world.worker.id)
    with pytest.raises(Refused, match="1 person was entered after you opened this page"):
        operations.save_register(worker, session, marks, finish=True, opened_with=version)
    operations.save_register(worker, session, marks, opened_with=session.version)
    assert (ana.attended, late.attended) == (True, None)


# Events --------------------------------------------------------------------------------------------------------------


def test_on_another_date_every_school_is_asked_again(world, senco, coordinator):
    event = build_event(world)
    events.invite(coordinator, event, {world.birch.id})
    events.answer_invitation(senco, event, world.ash.id, comes=True, people=4)
    events.answer_invitation(actor_of(world.other_senco.id), event, world.birch.id, comes=False, people=0)
    later = event.starts_at + timedelta(days=1)
    events.change_event(coordinator, event, event_draft(starts_at=later), opened_with=event.version)
    assert [(one.answer, one.people) for one in event.invitations] == [("invited", 0)] * 2
    assert sorted(told("event_changed")) == sorted([world.senco.id, world.other_senco.id])
    open_tasks = db.session.scalars(
        select(Task.school_id).where(Task.rule == "answer_invitation", Task.done_at.is_(None))
    )
    assert sorted(open_tasks) == sorted([world.ash.id, world.birch.id])


def test_who_came_is_kept_where_it_is_not_said(world, coordinator, clock):
    event = build_event(world)
    events.invite(coordinator, event, {world.birch.id})
    ash, birch = event.invitations
    clock.moment = event.starts_at
    events.record_who_came(coordinator, event, {world.ash.id: 3, world.birch.id: None}, opened_with=event.version)
    assert (ash.came, birch.came) == (3, None)
    events.record_who_came(coordinator, event, {world.birch.id: 2}, opened_with=event.version)
    assert (ash.came, birch.came) == (3, 2)


def test_a_coordinator_who_is_also_a_head_sees_every_school(app, given, sign_in):
    def make():
        world = cases.world()
        event = build_event(world)
        events.invite(actor_of(world.coordinator.id), event, {world.birch.id})
        role = RoleAssignment(role="head", school_id=world.birch.id, starts_on=people.SINCE)
        world.coordinator.roles.append(role)
        record(None, "role given", world.coordinator)
        return world.coordinator.id, event.id

    both, event_id = given(make)
    page = sign_in(both).get(f"/training/events/{event_id}").text
    assert "2 invited" in page
    assert "Does your school come?" in page
    assert 'name="came_' in sign_in(both).get(f"/training/events/{event_id}/attendance").text


# Pages ---------------------------------------------------------------------------------------------------------------


def test_who_has_two_schools_books_for_the_second_at_once(given, sign_in):
    def make():
        world = cases.world()
        role = RoleAssignment(role="school", school_id=world.birch.id, starts_on=people.SINCE)
        world.senco.roles.append(role)
        record(None, "role given", world.senco)
        session = build.shared(world)
        build.places(world, session, 1)
        return world.senco.id, session.id

    both, session_id = given(make)
    answer = sign_in(both).post(f"/training/sessions/{session_id}/bookings", data={"places": "1"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("who", "path", "field", "rest"),
    [
        (
            "senco",
            "/training/new",
            "own_words",
            {"topic": "own", "who": "All", "how_many": "3", "dates_words": "Fridays", "difference": "Calm"},
        ),
        (
            "coordinator",
            "/training/sessions/new",
            "title",
            {"on": "2026-12-02", "at": "16:00", "minutes": "60", "place": "Library"},
        ),
        (
            "coordinator",
            "/training/events/new",
            "title",
            {"kind": "network", "on": "2026-12-02", "at": "16:00", "minutes": "60", "place": "Library"},
        ),
    ],
)
def test_a_title_that_may_name_a_child_is_looked_at_once_more(given, sign_in, who, path, field, rest):
    def make():
        world = cases.world()
        cases.pupil(world.ash)
        return {"senco": world.senco.id, "coordinator": world.coordinator.id, "worker": world.worker.id}

    ids = given(make)
    client = sign_in(ids[who])
    sent = {**rest, field: "How we help Maya", "trainers": [str(ids["worker"])]}
    look = client.post(path, data=sent)
    assert look.status_code == 422
    assert "Look once more" in look.text
    assert "How we help Maya" in client.post(path, data={**sent, "looked": "back"}).text
    assert client.post(path, data={**sent, field: "Calm starts"}).status_code == 303
    assert client.post(path, data={**sent, "at": "18:00", "looked": "send"}).status_code == 303


def test_who_has_a_closed_school_reads_why_nothing_can_be_asked(given, sign_in):
    def make():
        world = cases.world()
        world.ash.status = "closed"
        record(None, "school closed", world.ash)
        return world.senco.id

    assert "Your school is closed" in sign_in(given(make)).get("/training/new").text
