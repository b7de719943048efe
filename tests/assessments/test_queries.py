"""Reading measures: for the chart in one statement, and in words for the section."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal.assessments import operations, queries, rules
from portal.assessments.models import Reading
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.errors import OutOfReach
from tests import builders_cases as cases
from tests import builders_measures as build
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("unit")


def test_readings_of_many_cases_take_one_statement():
    world = cases.world()
    made = [cases.case(world) for _ in range(3)]
    for case in made:
        build.threshold_pair(world, case)
    build.reading(world, made[0], "thrive", None, increase=Decimal(10))
    db.session.flush()
    ids = [case.id for case in made]
    with statements() as seen:
        found = queries.readings_of(ids)
    assert len(seen) == 1
    assert {case_id: len(rows) for case_id, rows in found.items()} == {ids[0]: 3, ids[1]: 2, ids[2]: 2}
    with statements() as seen:
        only = queries.readings_of(db.select(Reading.case_id), ["thrive"])
    assert len(seen) == 1
    assert {case_id: [row.increase for row in rows] for case_id, rows in only.items()} == {ids[0]: [Decimal(10)]}
    assert only[ids[0]][0].pupil_key == str(made[0].pupils[0].pupil_id)


def test_the_section_compares_only_what_may_be_compared():
    world = cases.world()
    case = cases.case(world)
    early = clock.today() - timedelta(weeks=6)
    for informant in ("school", "family"):
        build.reading(world, case, "sdq_total", 20, informant=informant, edition="4 to 17 years", taken_on=early)
    build.reading(world, case, "sdq_total", 24, informant="school", edition="4 to 17 years")
    (pupil,) = queries.case_readings(case).pupils
    by_source = {row.source: row for row in pupil.series}
    school, family = by_source["School staff, 4 to 17 years"], by_source["Parent or carer, 4 to 17 years"]
    assert (school.tag, school.said, school.count_words) == ("Worse", "4 points worse: 20 to 24", "n = 2 readings")
    assert school.picture is not None
    assert school.picture_words == "SDQ total difficulties, first to last: 20, 24"
    assert (family.tag, family.picture, family.count_words) == ("", None, "n = 1 reading")
    assert "second one" in family.said


def test_better_no_change_and_worse_are_said_alike():
    world = cases.world()
    case = cases.case(world)
    build.threshold_pair(world, case)
    early = clock.today() - timedelta(weeks=6)
    for day, number in ((early, 5), (clock.today(), 5)):
        build.reading(world, case, "incidents", number, taken_on=day)
    for day, percent in ((early, 90), (clock.today(), 80)):
        build.reading(world, case, "hours_in_school", Decimal(percent) / 10, taken_on=day)
    (pupil,) = queries.case_readings(case).pupils
    assert [(row.tag, row.tone) for row in pupil.series] == [
        ("Better", "good"),
        ("No change", "quiet"),
        ("Worse", "attention"),
    ]
    assert pupil.series[0].said == "5 steps better: High 4 to low 3"


def test_the_section_takes_the_same_statements_for_any_number_of_readings():
    world = cases.world()
    case = cases.case(world, cases.pupil(world.ash), cases.pupil(world.ash, "Leo", "Stone"))
    build.threshold_pair(world, case)
    with statements() as few:
        queries.case_readings(case)
    for number in range(12):
        build.reading(world, case, "incidents", number, pupil_id=case.pupils[number % 2].pupil_id)
    db.session.flush()
    with statements() as many:
        found = queries.case_readings(case)
    assert len(many) == len(few) == 2
    assert [pupil.name for pupil in found.pupils] == ["Maya Khan", "Leo Stone"]


def test_an_imported_reading_of_no_child_stands_for_the_whole_work():
    world = cases.world()
    case = cases.case(world)
    for order, step in enumerate((12, 7)):
        operations.import_reading(case, None, "behaviour_threshold", value=Decimal(step), order=order)
    pupils = queries.case_readings(case).pupils
    assert [(pupil.pupil_id is None, len(pupil.series)) for pupil in pupils] == [(False, 0), (True, 1)]
    assert pupils[1].series[0].readings[0].when == "Date not known"


def test_a_goal_shows_its_ratings_and_leaves_room_for_two_more():
    world = cases.world()
    case = cases.case(world)
    goal = build.goal(world, case, value=3)
    operations.rate_goal(
        build.worker_of(world),
        case,
        goal,
        rules.ReadingDraft(value=Decimal(7), informant="pupil", taken_on=clock.today()),
    )
    (pupil,) = queries.case_readings(case).pupils
    (row,) = pupil.goals
    assert (row.words, row.set_by, row.series[0].said) == (
        "I want to stay in class",
        "The pupil",
        "4 points better: 3 to 7",
    )
    assert pupil.series == ()
    assert queries.goals_left(case) == {case.pupils[0].pupil_id: 2}


def test_a_record_of_another_case_is_out_of_reach():
    world = cases.world()
    one, other = cases.case(world), cases.case(world)
    reading, goal = build.reading(world, one), build.goal(world, one)
    for look in (lambda: queries.reading_for(other, reading.id), lambda: queries.goal_for(other, goal.id)):
        with pytest.raises(OutOfReach):
            look()


def test_an_opened_reading_fits_its_form():
    world = cases.world()
    case = cases.case(world)
    reading = build.reading(world, case)
    opened = queries.opened_reading(reading, rules.THRESHOLD)
    assert (opened.value, opened.version) == ("High 4", 1)
