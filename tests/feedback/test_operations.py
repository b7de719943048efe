"""Recording, correcting and removing what school and family said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.feedback import operations, queries, rules
from portal.feedback.models import Feedback
from portal.kernel import clock
from portal.kernel.audit import AuditLine
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.policy import Role
from portal.tasks.models import Task
from tests import builders_cases as cases
from tests import builders_measures as build
from tests import people

pytestmark = pytest.mark.usefixtures("unit")


@pytest.fixture
def world():
    return cases.world()


@pytest.fixture
def case(world):
    return cases.case(world)


def test_feedback_is_kept_with_an_audit_line_and_leaves_the_list(world, case):
    build.ended(world, case)
    row = build.feedback_given(world, case)
    db.session.commit()
    assert {aspect.aspect: aspect.answer for aspect in row.aspects} == {"heard": "good", "length": "mixed"}
    lines = db.session.scalars(db.select(AuditLine.action).where(AuditLine.kind == "feedback"))
    assert list(lines) == ["feedback recorded"]
    waiting = db.session.scalars(db.select(Task.key).where(Task.done_at.is_(None), Task.key.contains("_feedback")))
    assert list(waiting) == [f"case-{case.id}-awaited-family_feedback"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answers": {}, "good_words": ""}, "at least one answer"),
        ({"answers": {"heard": rules.Answer.NOT_ASKED}, "good_words": ""}, "at least one answer"),
        ({"answers": {"home": rules.Answer.GOOD}}, "only the aspects on this form"),
        ({"good_words": "x" * 4001}, "4,000 characters"),
        ({"given_on": "tomorrow"}, "future"),
    ],
)
def test_feedback_that_says_nothing_or_too_much_is_refused(world, case, changes, words):
    if "given_on" in changes:
        changes = {"given_on": clock.today() + timedelta(days=1)}
    with pytest.raises(Refused, match=words):
        build.feedback_given(world, case, **changes)


def test_the_second_of_two_correctors_is_told_even_when_only_an_aspect_changed(world, case):
    row, actor = build.feedback_given(world, case), build.worker_of(world)
    mine = replace(build.said(), answers={"heard": rules.Answer.NOT_GOOD})
    operations.change_feedback(actor, case, row, mine, opened_with=1)
    assert row.version == 2
    with pytest.raises(EditConflict):
        operations.change_feedback(actor, case, row, build.said(), opened_with=1)
    (said,) = queries.feedback_of([case.id])[case.id]
    assert said.asked() == {"heard": rules.Answer.NOT_GOOD}


def test_a_correction_keeps_whose_it_is_and_the_imported_tone(world, case):
    row = operations.import_feedback(case, rules.Feedback(rules.Source.FAMILY, overall=rules.Tone.POSITIVE))
    mine = rules.Feedback(rules.Source.SCHOOL, good_words="Came every week", given_on=clock.today())
    operations.change_feedback(build.worker_of(world), case, row, mine, opened_with=1)
    (said,) = queries.feedback_of([case.id])[case.id]
    assert (said.source, said.overall, said.good_words) == (rules.Source.FAMILY, rules.Tone.POSITIVE, "Came every week")


def test_feedback_entered_by_mistake_is_removed_with_its_aspects(world, case):
    row = build.feedback_given(world, case)
    db.session.commit()
    operations.remove_feedback(build.worker_of(world), case, row, opened_with=row.version)
    db.session.commit()
    assert db.session.scalar(db.select(db.func.count()).select_from(Feedback)) == 0


def test_roles_and_reach_are_asked_first(world, case):
    lead = people.person("Safe Lead", Role.SAFEGUARDING)
    with pytest.raises(NotPermitted):
        operations.record_feedback(actor_of(lead.id), case, build.said())
    with pytest.raises(OutOfReach):
        operations.record_feedback(actor_of(world.colleague.id), case, build.said())
