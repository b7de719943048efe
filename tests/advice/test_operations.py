"""Asking, answering, closing; time in the ledger; what a question becomes; who may do what."""

from datetime import date

import pytest

from portal.advice import operations, queries
from portal.advice.models import AdviceThread
from portal.advice.rules import MessageDraft
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import record
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.notices.models import Notice
from portal.policy import Role
from portal.referrals.queries import page_answers
from portal.schools.operations import RefusedFields
from portal.tasks.models import Task
from portal.training.rules import RequestDraft
from portal.visits.models import Visit
from portal.visits.operations import correct_visit, remove_visit
from portal.visits.queries import draft_of
from tests import builders_advice as build
from tests import people
from tests.builders_advice import actor
from tests.statements import statements


@pytest.fixture
def world(unit):
    return build.world()


def waiting():
    return {
        (task.rule, task.role, task.person_id, task.due_on)
        for task in db.session.scalars(db.select(Task).where(Task.done_at.is_(None)))
    }


def told():
    return {(notice.kind, notice.recipient) for notice in db.session.scalars(db.select(Notice))}


def test_a_question_waits_for_the_coordinators_and_then_for_its_worker(world):
    thread = build.asked(world)
    assert waiting() == {("answer_advice", "coordinator", None, date(2026, 11, 17))}
    assert told() == {("advice_asked", f"person-{world.coordinator.id}")}
    operations.assign(actor(world.coordinator), thread, world.worker.id, opened_with=thread.version)
    assert waiting() == {("answer_advice", None, world.worker.id, date(2026, 11, 17))}
    assert ("advice_assigned", f"person-{world.worker.id}") in told()
    soon = build.asked(world, how_soon="soon")
    assert soon.due_on == date(2026, 11, 12)
    db.session.commit()  # the net has nothing to say


def test_an_answer_counts_as_advice_and_can_be_corrected_in_the_ledger(world):
    thread = build.answered(world, minutes=35)
    visit = db.session.scalars(db.select(Visit)).one()
    assert (visit.kind, visit.minutes, visit.school_id, visit.case_id, visit.person_id) == (
        "graduated_response",
        35,
        world.ash.id,
        None,
        world.worker.id,
    )
    assert waiting() == set()
    assert ("advice_answered", f"person-{world.senco.id}") in told()
    assert queries.default_minutes(actor(world.worker)) == 35
    worker = actor(world.worker)
    draft = draft_of(visit)
    correct_visit(worker, visit, type(draft)(**{**vars(draft), "minutes": 20}), "Less", opened_with=visit.version)
    assert queries.thread_page(worker, thread).time == "20 minutes"
    assert queries.thread_page(actor(world.senco), thread).time == ""
    remove_visit(worker, visit, "Not mine", opened_with=visit.version)
    assert queries.thread_page(worker, thread).time == ""
    db.session.commit()


def test_asked_back_answered_closed_and_opened_again(world):
    thread = build.asked(world)
    worker, senco = actor(world.worker), actor(world.senco)
    operations.ask_back(worker, thread, MessageDraft("How many adults?", 5), opened_with=thread.version)
    assert {(rule, person) for rule, _, person, _ in waiting()} == {("advice_asked_back", world.senco.id)}
    operations.write_again(senco, thread, MessageDraft("Two."), opened_with=thread.version)
    assert {rule for rule, *_ in waiting()} == {"answer_advice"}
    with pytest.raises(Refused, match="Waits for the service".lower()):
        operations.close(worker, thread, opened_with=thread.version)
    operations.close(senco, thread, opened_with=thread.version)
    assert (thread.status, waiting()) == ("closed", set())
    operations.write_again(senco, thread, MessageDraft("Once more."), opened_with=thread.version)
    assert thread.status == "waiting"
    assert [row.what for row in queries.thread_page(senco, thread).messages] == [
        "asks",
        "asks back",
        "writes",
        "writes",
    ]


def test_nobody_writes_where_they_may_not(world):
    thread = build.asked(world)
    draft = MessageDraft("Hello", 10)
    with pytest.raises(OutOfReach):
        operations.write_again(actor(world.other), thread, draft, opened_with=thread.version)
    with pytest.raises(OutOfReach):
        operations.ask_advice(actor(world.other), world.ash.id, build.question())
    for person in (world.senco, world.safeguarding, world.panel):
        with pytest.raises(NotPermitted):
            operations.answer(actor(person), thread, draft, opened_with=thread.version)
    with pytest.raises(OutOfReach):
        queries.thread_for(actor(world.other), thread.id)
    assert queries.thread_for(actor(world.safeguarding), thread.id) is thread
    with pytest.raises(RefusedFields):
        operations.assign(actor(world.coordinator), thread, world.senco.id, opened_with=thread.version)
    with pytest.raises(RefusedFields, match="minutes"):
        operations.answer(actor(world.worker), thread, MessageDraft("Hello"), opened_with=thread.version)
    with pytest.raises(EditConflict):
        operations.answer(actor(world.worker), thread, draft, opened_with=0)


def test_a_question_becomes_one_referral_with_its_words(world):
    thread = build.answered(world)
    line = build.builders_schools.line()
    referral = operations.become_referral(actor(world.senco), thread, line.id, opened_with=thread.version)
    pages = page_answers(referral)
    assert build.QUESTION in pages["concern"].concern
    assert "From our question to the service" in pages["concern"].concern
    assert [one.strategy for one in pages["tried"].strategies] == [
        "A quiet bell.",
        "Advised by the service (Tuesday 10 November): Greet each child at the door.",
    ]
    db.session.flush()
    assert (thread.status, waiting()) == ("closed", set()), "the referral is what comes of it"
    assert queries.came_from(actor(world.senco), referral.id) == (thread.id, "Calm starts")
    assert queries.came_from(actor(world.other), referral.id) is None
    page = queries.thread_page(actor(world.worker), thread)
    assert (page.referral, page.referral_seen) == (referral.reference, False), "a draft is the school's own"
    with pytest.raises(Refused, match="already"):
        operations.become_referral(actor(world.senco), thread, line.id, opened_with=thread.version)
    with pytest.raises(NotPermitted):
        operations.become_referral(actor(world.worker), thread, line.id, opened_with=thread.version)
    db.session.commit()


def test_a_question_becomes_one_request_for_training(world):
    thread = build.answered(world)
    words = queries.words_for_training(thread)
    draft = RequestDraft(
        own_words=words["own_words"],
        difference=words["difference"],
        who="All",
        how_many=4,
        dates_words="Wednesdays",
    )
    request = operations.become_training(actor(world.senco), thread, draft)
    assert request.school_id == world.ash.id
    assert queries.thread_page(actor(world.senco), thread).training == request.reference
    with pytest.raises(Refused, match="already"):
        operations.become_training(actor(world.senco), thread, draft)
    db.session.commit()


def test_lists_are_one_statement_in_a_stated_order(world):
    late = build.asked(world, subject="Can wait", how_soon="later")
    build.answered(world)
    soon = build.asked(world, subject="Urgent", how_soon="soon")
    operations.assign(actor(world.coordinator), late, world.worker.id, opened_with=late.version)
    db.session.flush()
    worker = actor(world.worker)
    with statements() as sent:
        page = queries.service_threads(worker, queries.Wanted("waiting"))
    assert len(sent) == 1
    assert [row.subject for row in page.rows] == ["Urgent", "Can wait"]
    assert page.rows[0].due == "due Thursday 12 November"
    assert [row.id for row in queries.service_threads(worker, queries.Wanted("mine")).rows] == [late.id]
    assert [row.id for row in queries.service_threads(worker, queries.Wanted("all")).rows][0] == soon.id
    assert len(queries.service_threads(worker, queries.Wanted("all", "ash prim")).rows) == 3
    assert queries.service_threads(worker, queries.Wanted("all", "birch")).rows == ()
    assert queries.counts(worker) == {"waiting": 2, "mine": 1}
    assert [row.subject for row in queries.own_threads(actor(world.senco), closed=False).rows] == [
        "Urgent",
        "Calm starts",
        "Can wait",
    ]
    assert queries.own_threads(actor(world.other), closed=False).rows == ()


def test_lists_page_by_key_both_ways(world):
    for _ in range(103):
        build.asked(world)
    db.session.flush()
    senco = actor(world.senco)
    ids = sorted(db.session.scalars(db.select(AdviceThread.id)), reverse=True)
    first = queries.own_threads(senco, closed=False)
    second = queries.own_threads(senco, closed=False, after=first.next)
    third = queries.own_threads(senco, closed=False, after=second.next)
    seen = [row.id for page in (first, second, third) for row in page.rows]
    assert (seen, first.previous, third.next) == (ids, None, None)
    assert queries.own_threads(senco, closed=False, before=second.previous).rows == first.rows


def test_names_of_pupils_are_compared_as_far_as_their_records_may_be_read(world):
    assert queries.hint_facts(actor(world.senco), world.ash.id).names == {"Maya", "Khan"}
    assert queries.hint_facts(actor(world.worker), world.ash.id).names == frozenset()
    assert queries.hint_facts(actor(world.coordinator), world.ash.id).names == {"Maya", "Khan"}


def _leaves(person):
    person.disabled_at = clock.now()
    record(None, "account disabled", person)


def test_what_comes_back_reaches_the_school_when_the_asker_has_left(world):
    head = people.person("Hedda Head", Role.HEAD, school_id=world.ash.id)
    thread = build.asked(world)
    _leaves(world.senco)
    operations.ask_back(actor(world.worker), thread, MessageDraft("How old?", 5), opened_with=thread.version)
    assert {row[:3] for row in waiting()} == {("advice_asked_back", "head", None)}
    assert ("advice_asked_back", f"person-{head.id}") in told()
    assert ("advice_asked_back", f"person-{world.senco.id}") not in told()


def test_of_those_who_wrote_only_who_is_still_there_is_told(world):
    other = people.person("Second Senco", Role.SCHOOL, school_id=world.ash.id)
    people.person("Hedda Head", Role.HEAD, school_id=world.ash.id)
    thread = build.asked(world)
    operations.write_again(actor(other), thread, MessageDraft("And in assembly?"), opened_with=thread.version)
    _leaves(world.senco)
    operations.answer(actor(world.worker), thread, MessageDraft("Greet each child.", 5), opened_with=thread.version)
    assert {who for kind, who in told() if kind == "advice_answered"} == {f"person-{other.id}"}
