"""Turns at a tablet, on both engines: prepared once, handed over once, delivered once, read, shared and taken back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.accounts.models import SignInSession
from portal.accounts.operations.passwords import hash_password
from portal.accounts.operations.sign_in import sign_in
from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import audit
from portal.kernel.clock import now
from portal.kernel.clock import today as clock_today
from portal.kernel.errors import NotPermitted, OutOfReach, Refused
from portal.kernel.jobs import Job
from portal.notices.models import Notice
from portal.policy import Role
from portal.schools.queries import calendar_of
from portal.tasks import operations as tasks
from portal.tasks import queries as tasks_queries
from portal.tasks.models import Task
from portal.voice.models import ChildView, HandOver, TalkWish, ViewAnswer
from portal.voice.operations import after_day, arriving, places, reading, sealing, wishes
from portal.voice.rules.answers import Unreadable
from portal.voice.rules.sharing import Audience
from tests import people
from tests.builders_cases import case, pupil, world
from tests.builders_voice import ANSWERS, PIN, arrived, handed_over, prepared, sealed, view, with_pin

pytestmark = pytest.mark.usefixtures("unit")


def open_tasks(rule: str) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.rule == rule, Task.done_at.is_(None))))


def test_handing_over_ends_the_staff_session_and_begins_the_childs() -> None:
    a_world = world()
    prepared(a_world, case(a_world))

    token = handed_over(a_world)

    session = places.open_session_of(token)
    assert session is not None and len(session.places) == 1
    assert all(row.ended_at is not None for row in db.session.scalars(select(SignInSession)))
    assert places.open_session_of("another") is None


def test_a_wrong_pin_hands_nothing_over() -> None:
    a_world = world()
    prepared(a_world, case(a_world))
    with_pin(a_world)
    db.session.commit()

    with pytest.raises(Refused):
        places.hand_over(actor_of(a_world.worker.id), 1, "592847", "127.0.0.1")

    assert db.session.scalar(select(HandOver.id)) is None


def test_a_turn_arrives_word_for_word_and_once() -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    first = arrived(place, share=("school",))
    again = arrived(place, share=("family",))

    assert first is not None and again is first
    answers = {row.question: row for row in db.session.scalars(select(ViewAnswer))}
    assert answers["wish"].words == "I want a quiet place"
    assert answers["friends"].state == "not_reached"
    assert [share.audience for share in first.shares] == ["school"]
    assert len(open_tasks("read_words")) == 1
    assert place.hand_over is not None and place.hand_over.ended_at is not None


def test_a_child_who_keeps_nothing_leaves_nothing() -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    assert arrived(place, keep=False, end="stopped") is None

    assert place.outcome == "kept_nothing"
    assert db.session.scalar(select(ViewAnswer.id)) is None
    assert open_tasks("read_words") == []


@pytest.mark.parametrize(
    "part",
    [
        {"q": "school", "state": "answered", "choices": ["no-such-choice"]},
        {"q": "school", "state": "answered", "choices": "feel_good"},
        {"q": "school", "state": "answered"},
        {"q": "school", "state": "perhaps"},
        {"q": "school"},
    ],
)
def test_an_answer_that_does_not_fit_loses_itself_alone(part: dict[str, Any]) -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    made = arrived(place, (part, {"q": "wish", "state": "answered", "words": "A quiet place"}))

    assert made is not None and place.outcome == "answered"
    kept = {row.question: row for row in made.answers}
    assert (kept["school"].state, kept["school"].choices) == ("unreadable", "")
    assert kept["wish"].words == "A quiet place"
    assert len(open_tasks("read_words")) == 1


@pytest.mark.parametrize("words", ["a\x00b", "x" * 2_001, "\ud800", 7])
def test_words_that_cannot_be_kept_are_told_to_the_adult_who_reads(words: object) -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    made = arrived(place, ({"q": "wish", "state": "answered", "words": words},))

    assert made is not None and made.has_words
    assert {row.question: row.state for row in made.answers}["wish"] == "unreadable"


def test_an_answer_to_what_was_not_asked_is_not_kept() -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    made = arrived(place, ({"q": "no-such-question", "state": "answered", "choices": ["feel_good"]},))

    assert made is not None and {row.state for row in made.answers} == {"not_reached"}


@pytest.mark.parametrize("end", ["perhaps", "", None, 7, ["finished"]])
def test_a_turn_without_a_readable_end_is_refused_and_stays_open(end: object) -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    with pytest.raises(Unreadable):
        arrived(place, end=end)

    assert place.outcome is None


@pytest.mark.parametrize("share", [("school", "everybody"), ("school", ["family"]), ({"school": 1},)])
@pytest.mark.parametrize("at", ["noon", "2026-11-10T09:00:00", 7, None])
def test_an_unreadable_time_counts_as_now_and_unreadable_shares_as_nobody(share: Any, at: object) -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    made = arrived(place, share=share, at=at)

    assert made is not None and made.given_at == made.arrived_at
    assert made.shares == []


def test_a_turn_whose_time_ran_out_is_told_from_one_that_the_child_threw_away() -> None:
    a_world = world()
    ran_out, thrown = prepared(a_world, case(a_world)), prepared(a_world, case(a_world))
    handed_over(a_world)

    assert arrived(ran_out, (), keep=True, end="unfinished") is None
    assert arrived(thrown, keep=False, end="stopped") is None

    assert (ran_out.outcome, thrown.outcome) == ("unfinished", "kept_nothing")
    assert db.session.scalar(select(ViewAnswer.id)) is None


def test_only_the_places_own_secret_delivers_and_only_for_seven_days(clock: Any) -> None:
    a_world = world()
    place, other = prepared(a_world, case(a_world)), prepared(a_world, case(a_world))
    handed_over(a_world)
    key_id, parts = sealed(place, {"end": "finished", "keep": True})

    with pytest.raises(OutOfReach):
        arriving.deliver(place.public_id, places.secret_of(other), "turn", key_id, parts)
    with pytest.raises(Unreadable):  # sealed for another place
        arriving.deliver(other.public_id, places.secret_of(other), "turn", key_id, parts)
    clock.forward(days=7, seconds=1)
    with pytest.raises(OutOfReach):
        arriving.deliver(place.public_id, places.secret_of(place), "turn", key_id, parts)


def test_a_new_key_still_opens_what_was_sealed_to_the_old_one() -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)
    key_id, parts = sealed(place, {"end": "finished", "keep": True})
    sealing.make_sealing_key()

    arriving.deliver(place.public_id, places.secret_of(place), "turn", key_id, parts)

    assert place.outcome == "answered"


def test_one_childs_session_lasts_45_minutes_from_the_first_touch(clock: Any) -> None:
    a_world = world()
    prepared(a_world, case(a_world))
    token = handed_over(a_world)
    clock.forward(hours=2)
    session = places.open_session_of(token)
    assert session is not None
    places.touch(session)

    clock.forward(minutes=44)
    assert places.open_session_of(token) is session
    clock.forward(minutes=1)
    assert places.open_session_of(token) is None


def jobs_due() -> list[Job]:
    due = select(Job).where(Job.kind == places.LOOK_AFTER_JOB, Job.run_at <= now(), Job.done_at.is_(None))
    return list(db.session.scalars(due.order_by(Job.run_at)))


def do_due_jobs() -> None:
    for job in jobs_due():
        after_day.look_after(json.loads(job.payload))
        job.done_at = now()


def test_what_did_not_come_back_by_the_end_of_the_day_is_shown_to_the_coordinator(clock: Any) -> None:
    a_world = world()
    came, silent = prepared(a_world, case(a_world)), prepared(a_world, case(a_world, pupil(a_world.ash, "Robin")))
    token = handed_over(a_world)
    arrived(came)

    clock.moment = clock.moment.replace(hour=17, minute=59)
    do_due_jobs()
    assert open_tasks("nothing_came_back") == [] and places.open_session_of(token) is not None

    clock.forward(minutes=15)
    do_due_jobs()
    (task,) = open_tasks("nothing_came_back")
    assert (task.role, task.case_id, task.due_on) == (Role.COORDINATOR.value, silent.case_id, clock_today())
    assert places.open_session_of(token) is None

    arrived(silent)
    assert open_tasks("nothing_came_back") == []


def test_what_can_no_longer_come_is_asked_for_no_more(clock: Any) -> None:
    a_world = world()
    prepared(a_world, case(a_world))
    handed_over(a_world)
    clock.forward(days=1)
    do_due_jobs()
    assert len(open_tasks("nothing_came_back")) == 1

    clock.forward(days=6)
    do_due_jobs()

    assert open_tasks("nothing_came_back") == []


def test_a_wish_to_talk_is_told_at_once_and_only_a_lead_closes_it() -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)
    key_id, parts = sealed(place, {"talk": True})

    for _ in range(2):
        arriving.deliver(place.public_id, places.secret_of(place), "talk", key_id, parts)

    wish = db.session.scalars(select(TalkWish)).one()
    assert {task.person_id for task in open_tasks("talk_wish")} == {a_world.worker.id, None}
    assert {row.kind for row in db.session.scalars(select(Notice).where(Notice.key == f"talk-{wish.id}"))} == {
        "sign_in_now"
    }
    wishes.see_wish(actor_of(a_world.worker.id), wish)
    with pytest.raises(NotPermitted):
        wishes.close_wish(actor_of(a_world.worker.id), wish, "Talked", opened_with=wish.version)
    assert len(open_tasks("talk_wish")) == 2


def test_a_child_who_asks_again_after_it_was_closed_is_heard_again(clock: Any) -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)
    lead = people.person("Safe Lead", Role.SAFEGUARDING)

    def press() -> tuple[int, list[str]]:
        return sealed(place, {"talk": True})

    def deliver(press: tuple[int, list[str]]) -> None:
        arriving.deliver(place.public_id, places.secret_of(place), "talk", *press)

    first = press()
    deliver(first)
    deliver(press())  # pressed again while it is open
    wish = db.session.scalars(select(TalkWish)).one()
    wishes.close_wish(actor_of(lead.id), wish, "We talked.", opened_with=wish.version)

    deliver(first)  # the tablet never heard that it was held
    assert open_tasks("talk_wish") == []
    clock.forward(minutes=5)
    deliver(press())

    again = db.session.scalars(select(TalkWish).where(TalkWish.id != wish.id)).one()
    assert (again.closed_at, again.seen_at, again.asked_at) == (None, None, now())
    assert wish.closed_at is not None and wish.done == "We talked."
    assert len(open_tasks("talk_wish")) == 2
    assert db.session.scalar(select(Notice.id).where(Notice.key == f"talk-{again.id}")) is not None


def test_nothing_flows_before_an_adult_has_read_it_and_a_view_can_be_taken_back() -> None:
    a_world = world()
    made = view(a_world, case(a_world), share=("school",))
    coordinator, worker = actor_of(a_world.coordinator.id), actor_of(a_world.worker.id)
    reading.read_view(coordinator, made)
    reading.set_shares(worker, made, [Audience.FAMILY], opened_with=made.version)
    assert [share.audience for share in made.shares if share.ended_at is None] == ["family"]

    reading.take_back(worker, made, opened_with=made.version)

    assert all(share.ended_at is not None for share in made.shares)
    with pytest.raises(Refused):
        reading.set_shares(worker, made, [Audience.SCHOOL], opened_with=made.version)


def test_a_tablets_wrong_clock_does_not_move_the_answer(clock: Any) -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)
    wrong = (clock() + timedelta(days=400)).isoformat()

    made = arrived(place, ANSWERS, at=wrong)

    assert made is not None and made.given_at == clock()
    assert db.session.scalars(select(ChildView)).one() is made


def test_the_pin_hands_over_and_does_not_sign_in() -> None:
    a_world = world()
    a_world.worker.password_hash = hash_password("four words in a row")
    with_pin(a_world)
    db.session.commit()

    assert sign_in(a_world.worker.email, PIN, "127.0.0.1") is None
    assert sign_in(a_world.worker.email, "four words in a row", "127.0.0.1") is not None


def test_an_answer_keeps_only_what_its_question_asks_for() -> None:
    a_world = world()
    place = prepared(a_world, case(a_world))
    handed_over(a_world)

    made = arrived(
        place,
        (
            {"q": "school", "state": "answered", "choices": ["feel_good"], "words": "x" * 50, "strokes": [[[1, 1]]]},
            {"q": "wish", "state": "answered", "words": "A quiet place", "choices": ["x" * 400]},
        ),
    )

    assert made is not None
    kept = {row.question: row for row in made.answers}
    assert (kept["school"].choices, kept["school"].words, kept["school"].strokes) == ("feel_good", None, None)
    assert (kept["wish"].choices, kept["wish"].words) == ("", "A quiet place")


def test_closing_the_work_leaves_what_a_child_waits_for() -> None:
    a_world = world()
    made = case(a_world)
    place = prepared(a_world, made)
    handed_over(a_world)
    key_id, parts = sealed(place, {"talk": True})
    arriving.deliver(place.public_id, places.secret_of(place), "talk", key_id, parts)
    arrived(place)

    tasks.settle_all_of_case(made.id, None)

    assert len(open_tasks("talk_wish")) == 2 and len(open_tasks("read_words")) == 1
    assert "talk_wish" not in {row.rule for row in tasks_queries.open_of_case(made.id, clock_today())}


@pytest.mark.parametrize("stage", ["support", "closed"])
def test_the_child_is_told_within_two_school_weeks_of_speaking_whenever_it_is_read(clock: Any, stage: str) -> None:
    a_world = world()
    a_case = case(a_world)
    made = view(a_world, a_case)
    promised = calendar_of(a_case.service_line_id).add_school_days(made.given_at.date(), 10)
    clock.forward(days=3)
    a_case.stage = stage
    audit.record(None, "case moved", a_case)

    reading.read_view(actor_of(a_world.coordinator.id), made)

    asked = db.session.scalars(select(Task).where(Task.key == reading.answer_key(made))).one()
    assert asked.due_on == promised
    assert (asked.role, asked.person_id) == (("coordinator", None) if stage == "closed" else (None, a_world.worker.id))
