"""Nobody is told to remind a family that cannot answer any more, must not be asked, or while the feature is off."""

import json

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.feedback import operations
from portal.feedback.models import FamilyInvitation
from portal.feedback.operations import lapsing, sending
from portal.kernel import audit, clock, jobs, settings
from portal.notices.models import Notice
from portal.notices.operations import composers
from portal.schools.operations import change_contact, remove_contact
from portal.schools.rules import ContactDraft
from portal.tasks.models import Task
from portal.tasks.queries import waiting_for
from tests import builders_cases as cases
from tests import builders_families as build
from tests import builders_measures as measures

SILENT = {"safe_channels": "", "do_not_contact": True}


@pytest.fixture
def world(unit):
    return cases.world()


@pytest.fixture
def case(world):
    return cases.case(world)


@pytest.fixture
def parent(case):
    return build.parent(case)


@pytest.fixture
def made(world, case, parent, clock):
    """A text that was sent a week ago, so that the worker is asked to remind this person."""
    made = build.linked(world, case, parent)
    clock.forward(days=7)
    sending._remind({"invitation": invitation().id})
    assert open_tasks("remind_family")
    return made


def invitation():
    return db.session.scalars(db.select(FamilyInvitation)).one()


def open_tasks(rule):
    return list(db.session.scalars(db.select(Task).where(Task.rule == rule, Task.done_at.is_(None))))


def told():
    return list(db.session.scalars(db.select(Notice).where(Notice.kind.startswith("family")).order_by(Notice.id)))


def put(world, contact, **changes):
    """The contact as it is but for the changes, saved as a person does."""
    names = ("name", "relationship_code", "phone", "email", "address", "safe_channels")
    draft = ContactDraft(**({name: getattr(contact, name) or "" for name in names} | changes))
    db.session.flush()
    change_contact(actor_of(world.coordinator.id), contact, draft, opened_with=contact.version)
    db.session.flush()


def switch_off():
    audit.record(None, "feature switched off", settings.put("feature.feedback", "off"))
    db.session.flush()


def test_an_answer_by_link_settles_the_reminder(world, made):
    build.answered(made)
    assert open_tasks("remind_family") == []


def test_paper_that_is_typed_in_settles_the_reminder(world, case, made):
    from portal.feedback.rules import FamilyAnswer, Point

    operations.type_in(actor_of(world.worker.id), case, invitation(), FamilyAnswer({"heard": Point.GOOD}))
    assert open_tasks("remind_family") == []


def test_taking_the_question_back_settles_the_reminder(world, case, made):
    operations.revoke_invitation(actor_of(world.worker.id), case, invitation())
    assert open_tasks("remind_family") == []


def test_the_link_that_closes_by_itself_settles_the_reminder(world, case, made, clock):
    (task,) = open_tasks("remind_family")
    job = db.session.scalars(db.select(jobs.Job).where(jobs.Job.kind == "family_feedback_lapse")).one()
    assert job.run_at == invitation().expires_at
    lapsing._lapse(json.loads(job.payload))
    assert open_tasks("remind_family") == [task]
    clock.forward(days=14)
    lapsing._lapse(json.loads(job.payload))
    assert open_tasks("remind_family") == []


@pytest.mark.parametrize("changes", [SILENT, {"safe_channels": "email,post"}, {"safe_channels": "email", "phone": ""}])
def test_a_person_who_is_not_to_be_reached_any_more_settles_the_reminder(world, made, parent, changes):
    put(world, parent, email="another@family.example")
    assert len(open_tasks("remind_family")) == 1
    put(world, parent, **changes)
    assert open_tasks("remind_family") == []


def test_a_person_who_is_removed_settles_the_reminder(world, made, parent):
    db.session.flush()
    remove_contact(actor_of(world.coordinator.id), parent, opened_with=parent.version)
    db.session.flush()
    assert open_tasks("remind_family") == []


def test_the_reminder_is_due_before_the_link_closes(world, case, parent, clock):
    """Asked just before the summer holidays: the second school day after the reminder is in September."""
    clock.forward(days=251)
    build.linked(world, case, parent)
    clock.forward(days=7)
    sending._remind({"invitation": invitation().id})
    (task,) = open_tasks("remind_family")
    assert task.due_on <= invitation().expires_at.date()


def test_with_everybody_marked_do_not_contact_nobody_is_to_be_asked(world, case, parent):
    other = build.parent(case, "Ali Khan")
    measures.ended(world, case)
    assert len(open_tasks("ask_family")) == 1
    put(world, parent, **SILENT)
    assert len(open_tasks("ask_family")) == 1
    put(world, other, **SILENT)
    assert open_tasks("ask_family") == []


@pytest.mark.parametrize(("left", "asked"), [(SILENT, 0), ({}, 1)])
def test_who_is_left_when_a_person_is_removed_decides_whether_anybody_is_to_be_asked(world, case, parent, left, asked):
    build.parent(case, "Ali Khan", **left)
    measures.ended(world, case)
    assert len(open_tasks("ask_family")) == 1
    remove_contact(actor_of(world.coordinator.id), parent, opened_with=parent.version)
    assert len(open_tasks("ask_family")) == asked


def test_at_the_end_nobody_is_to_be_asked_past_do_not_contact(world, case):
    build.parent(case, **SILENT)
    measures.ended(world, case)
    assert open_tasks("ask_family") == []


def test_a_family_that_was_asked_about_the_end_is_not_asked_once_more(world, case, parent):
    row = build.invited(world, case, parent)
    measures.ended(world, case)
    assert open_tasks("ask_family") == []
    operations.revoke_invitation(actor_of(world.worker.id), case, row)


def test_a_question_that_was_taken_back_was_not_asked(world, case, parent):
    row = build.invited(world, case, parent)
    operations.revoke_invitation(actor_of(world.worker.id), case, row)
    measures.ended(world, case)
    assert len(open_tasks("ask_family")) == 1


@pytest.mark.parametrize("channel", ["email", "text"])
def test_while_the_feature_is_off_nobody_is_reminded(world, case, parent, clock, channel):
    row = build.invited(world, case, parent, channel)
    if channel == "email":
        (asked,) = told()
        composers[asked.kind](json.loads(asked.about))
    else:
        operations.renew(actor_of(world.worker.id), case, row, operations.new_secrets())
    before = len(told())
    clock.forward(days=7)
    switch_off()
    sending._remind({"invitation": row.id})
    assert (row.reminded_at, len(told()), open_tasks("remind_family")) == (None, before, [])


def test_a_reminder_that_waits_does_not_go_while_the_feature_is_off(world, case, parent, clock):
    row = build.invited(world, case, parent, "email")
    composers["family_feedback_asked"](json.loads(told()[0].about))
    clock.forward(days=7)
    sending._remind({"invitation": row.id})
    switch_off()
    assert composers["family_feedback_reminder"](json.loads(told()[1].about)) is None


def test_words_wait_to_be_read_while_the_feature_is_off(world, case, made):
    build.answered(made, good="Kind people")
    switch_off()
    coordinator = actor_of(world.coordinator.id)
    assert "/reading" in [row.url for row in waiting_for(coordinator, clock.today())]


def test_what_was_begun_and_not_sent_waits_only_as_long_as_it_opens(world, case, parent, clock):
    build.invited(world, case, parent)
    assert len(open_tasks("send_family")) == 1
    clock.forward(days=21)
    job = db.session.scalars(db.select(jobs.Job).where(jobs.Job.kind == "family_feedback_lapse")).one()
    lapsing._lapse(json.loads(job.payload))
    assert open_tasks("send_family") == []


def test_a_person_who_is_not_to_be_reached_any_more_gets_nothing_that_was_begun(world, case, parent):
    build.invited(world, case, parent)
    put(world, parent, **SILENT)
    assert open_tasks("send_family") == []
