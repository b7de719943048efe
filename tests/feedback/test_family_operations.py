"""Asking, reminding once, and what must never go out."""

import json

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.feedback import operations, queries, rules
from portal.feedback.models import FamilyInvitation
from portal.feedback.operations import sending
from portal.kernel import audit, jobs
from portal.kernel.errors import Refused
from portal.notices.models import Notice
from portal.notices.operations import composers
from portal.tasks.models import Task
from tests import builders_cases as cases
from tests import builders_families as build
from tests import builders_measures as measures


@pytest.fixture
def world(unit):
    return cases.world()


@pytest.fixture
def case(world):
    return cases.case(world)


def messages():
    return [
        (notice.kind, json.loads(notice.about))
        for notice in db.session.scalars(db.select(Notice).where(Notice.kind.startswith("family")).order_by(Notice.id))
    ]


def forbid(contact):
    contact.do_not_contact, contact.safe_channels = True, ""
    audit.record(None, "contact changed", contact)
    db.session.flush()


def open_tasks(rule):
    return list(db.session.scalars(db.select(Task).where(Task.rule == rule, Task.done_at.is_(None))))


@pytest.mark.parametrize(
    "changes",
    [
        {"do_not_contact": True, "safe_channels": ""},
        {"do_not_contact": True},
        {"safe_channels": "phone"},
        {"email": None, "phone": None, "address": None},
    ],
)
def test_who_must_not_be_reached_is_refused_in_every_way(world, case, changes):
    parent = build.parent(case, **changes)
    for channel in rules.Channel:
        with pytest.raises(Refused):
            build.invited(world, case, parent, channel)
    other = cases.case(world, cases.pupil(world.ash, "Leo", "Stone"))
    with pytest.raises(Refused):
        build.invited(world, other, build.parent(case, "Somebody else"))
    assert messages() == []


def test_an_e_mail_gets_its_token_when_it_goes_and_none_once_it_may_not(world, case):
    parent = build.parent(case)
    row = build.invited(world, case, parent, "email")
    ((kind, about),) = messages()
    assert row.digest is None
    paths = [composers[kind](about).path for _ in range(2)]
    tokens = [path.removeprefix("/f/") for path in paths]
    assert [len(token) for token in tokens] == [32, 32]
    assert queries.invitation_by_token(tokens[0]) is None
    assert queries.invitation_by_token(tokens[1]) is row
    parent.email = "another@family.example"
    audit.record(None, "contact changed", parent)
    assert composers[kind](about) is None
    parent.email = build.ALL_WAYS["email"]
    forbid(parent)
    assert composers[kind](about) is None


def test_one_reminder_and_then_silence(world, case, clock):
    row = build.invited(world, case, build.parent(case), "email")
    ((kind, about),) = messages()
    sending._remind({"invitation": row.id})
    assert len(messages()) == 1
    composers[kind](about)
    clock.forward(days=7)
    job = db.session.scalars(db.select(jobs.Job).where(jobs.Job.kind == "family_feedback_remind")).one()
    for _ in range(2):
        sending._remind(json.loads(job.payload))
    assert [kind for kind, _ in messages()] == ["family_feedback_asked", "family_feedback_reminder"]
    with pytest.raises(Refused):
        operations.remind_family(actor_of(world.worker.id), case, row)


def test_a_text_is_reminded_of_by_the_worker_once(world, case, clock):
    parent = build.parent(case)
    build.linked(world, case, parent)
    row = db.session.scalars(db.select(FamilyInvitation)).one()
    clock.forward(days=7)
    sending._remind({"invitation": row.id})
    (task,) = open_tasks("remind_family")
    assert task.person_id == world.worker.id
    worker = actor_of(world.worker.id)
    operations.renew(worker, case, row, operations.new_secrets())
    assert open_tasks("remind_family") == []
    operations.renew(worker, case, row, operations.new_secrets())
    clock.forward(days=1)
    with pytest.raises(Refused):
        operations.renew(worker, case, row, operations.new_secrets())


def test_the_end_asks_the_worker_to_ask_and_asking_settles_it(world, case):
    measures.ended(world, case)
    (task,) = open_tasks("ask_family")
    assert (task.person_id, task.url) == (world.worker.id, f"/cases/{case.reference}/feedback/family/new")
    build.invited(world, case, build.parent(case))
    assert open_tasks("ask_family") == []


def test_words_wait_for_the_coordinator_the_same_day(world, case):
    coordinator = actor_of(world.coordinator.id)
    first = build.answered(build.linked(world, case, build.parent(case)), good="Kind people")
    build.answered(build.linked(world, case, build.parent(case, "Ali Khan")), {"heard": "good"})
    (task,) = open_tasks("read_words")
    assert (task.key, task.url, task.case_id) == (f"read-words-family-{first.id}", "/reading", None)
    (row,) = queries.words_to_read(coordinator)
    assert (row.good, row.reference, row.manager_only, row.key) == ("Kind people", case.reference, False, task.key)
    operations.words_read(coordinator, case, first)
    assert queries.words_to_read(coordinator) == []
    assert open_tasks("read_words") == []
    assert queries.words_to_read(actor_of(world.worker.id)) == []


def test_returns_are_counted_with_what_they_are_counted_of(world, case, clock):
    build.answered(build.linked(world, case, build.parent(case)), {"heard": "good"})
    build.linked(world, case, build.parent(case, "Ali Khan"))
    clock.forward(days=22)
    found = queries.returns(actor_of(world.coordinator.id))
    (row,) = found.rows
    assert (row.year, row.way, row.opened_words, row.answered_words) == ("2026/27", "Text message", "1 of 2", "1 of 2")
    assert row.closed == 1
    assert queries.returns(actor_of(world.far_worker.id)).rows == ()


def test_a_question_midway_leaves_the_one_at_the_end_to_be_asked(world, case):
    measures.ended(world, case)
    midway = build.linked(world, case, build.parent(case), moment=rules.FamilyMoment.MIDWAY)
    assert len(open_tasks("ask_family")) == 1
    build.answered(midway)
    assert len(open_tasks("ask_family")) == 1


def test_a_message_that_was_begun_waits_until_it_is_sent(world, case):
    measures.ended(world, case)
    row = build.invited(world, case, build.parent(case), "letter")
    (task,) = open_tasks("send_family")
    assert (task.person_id, task.due_on.isoformat()) == (world.worker.id, "2026-11-12")
    assert task.url == f"/cases/{case.reference}/feedback/family/{row.id}"
    operations.renew(actor_of(world.worker.id), case, row, operations.new_secrets())
    assert open_tasks("send_family") == []
    build.invited(world, case, build.parent(case, "Ali Khan"), "email")
    assert open_tasks("send_family") == []


def test_taking_the_question_back_asks_the_worker_again(world, case):
    measures.ended(world, case)
    row = build.invited(world, case, build.parent(case))
    other = build.invited(world, case, build.parent(case, "Ali Khan"))
    worker = actor_of(world.worker.id)
    operations.revoke_invitation(worker, case, row)
    assert open_tasks("ask_family") == []  # somebody else is still asked
    operations.revoke_invitation(worker, case, other)
    assert (len(open_tasks("ask_family")), open_tasks("send_family")) == (1, [])


def test_asking_anew_is_no_way_to_remind_more_than_once(world, case, clock):
    parent, worker = build.parent(case), actor_of(world.worker.id)
    unsent = build.invited(world, case, parent)
    operations.revoke_invitation(worker, case, unsent)
    build.linked(world, case, parent)
    sent = db.session.scalars(db.select(FamilyInvitation).where(FamilyInvitation.revoked_at.is_(None))).one()
    operations.revoke_invitation(worker, case, sent)
    with pytest.raises(Refused, match="less than a week ago"):
        build.invited(world, case, parent)
    build.invited(world, case, parent, moment=rules.FamilyMoment.MIDWAY)
    clock.forward(days=7)
    again = build.invited(world, case, parent)
    operations.renew(worker, case, again, operations.new_secrets())
    clock.forward(days=7)
    operations.renew(worker, case, again, operations.new_secrets())
    operations.revoke_invitation(worker, case, again)
    clock.forward(days=60)
    with pytest.raises(Refused, match="then silence"):
        build.invited(world, case, parent)


def test_the_form_says_when_somebody_was_asked_last(world, case):
    build.invited(world, case, build.parent(case))
    build.parent(case, "Ali Khan")
    found = {person.name: person.asked_before for person in queries.people_to_ask(case)}
    assert found["Rosa Khan"] == ("At the end of the work: last asked 10 November",)
    assert found["Ali Khan"] == ()


def test_words_without_leave_to_quote_say_so(world, case):
    build.answered(build.linked(world, case, build.parent(case)), good="Kind people")
    coordinator = actor_of(world.coordinator.id)
    (said,), (waiting,) = queries.family_answers(coordinator, case), queries.words_to_read(coordinator)
    assert said.quote == waiting.quote == "Not answered, so do not quote"
