"""Reading feedback: for the chart in one statement, and in words for the section."""

from datetime import timedelta

import pytest

from portal.extensions import db
from portal.feedback import operations, queries, rules
from portal.feedback.models import Feedback
from portal.kernel import clock
from portal.kernel.errors import OutOfReach
from tests import builders_cases as cases
from tests import builders_measures as build
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("unit")


def test_feedback_of_many_cases_takes_one_statement_and_comes_back_as_it_was_said():
    world = cases.world()
    made = [cases.case(world) for _ in range(3)]
    for case in made[:2]:
        build.feedback_given(world, case)
        build.feedback_given(world, case, "family", answers={"home": rules.Answer.NOT_GOOD}, better_words="Too short")
    db.session.flush()
    with statements() as seen:
        found = queries.feedback_of([case.id for case in made])
    assert len(seen) == 1
    assert sorted(found) == [case.id for case in made[:2]]
    school, family = found[made[0].id]
    assert school == build.said()
    assert (family.source, family.words(), family.better_words) == (rules.Source.FAMILY, "Not positive", "Too short")
    with statements() as seen:
        assert queries.feedback_of(db.select(Feedback.case_id)) == found
    assert len(seen) == 1


def test_the_section_shows_both_sides_the_newest_first_in_one_statement():
    world = cases.world()
    case = cases.case(world)
    build.feedback_given(world, case, given_on=clock.today() - timedelta(days=9), good_words="Early")
    build.feedback_given(world, case, answers={"heard": rules.Answer.GOOD}, good_words="Late")
    db.session.flush()
    with statements() as seen:
        school, family = queries.case_feedback(case)
    assert len(seen) == 1
    assert [row.good for row in school.rows] == ["Late", "Early"]
    assert school.rows[0].summary == "Positive for every aspect asked (1 of 9)"
    assert school.rows[0].by == world.worker.name
    assert (family.label, family.rows) == ("The family", ())


def test_work_that_could_not_continue_is_a_fact_and_no_opinion():
    world = cases.world()
    case = cases.case(world)
    stopped = {"answers": {}, "good_words": "", "work_stopped": True, "stopped_words": "Moved away"}
    build.feedback_given(world, case, "family", **stopped)
    row = queries.case_feedback(case)[1].rows[0]
    assert (row.summary, row.tone, row.stopped) == (
        "Work not able to continue",
        "quiet",
        "Work not able to continue: Moved away",
    )


def test_an_imported_tone_stands_where_no_aspect_is_known():
    world = cases.world()
    case = cases.case(world)
    operations.import_feedback(case, rules.Feedback(rules.Source.SCHOOL, overall=rules.Tone.ALL_POSITIVE))
    (said,) = queries.feedback_of([case.id])[case.id]
    assert said.words() == "Positive for all aspects"


def test_feedback_of_another_case_is_out_of_reach():
    world = cases.world()
    one, other = cases.case(world), cases.case(world)
    row = build.feedback_given(world, one)
    with pytest.raises(OutOfReach):
        queries.feedback_for(other, row.id)
