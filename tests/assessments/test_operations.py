"""Recording and correcting what was measured, goals, and the measures in use."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from portal.accounts.queries import actor_of
from portal.assessments import operations, queries, rules
from portal.assessments.models import Measure, Reading
from portal.assessments.rules import ReadingDraft
from portal.extensions import db
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


def test_the_standard_measures_are_there_once_and_stay_as_the_service_keeps_them(world):
    thrive = db.session.scalars(db.select(Measure).where(Measure.code == "thrive")).one()
    operations.switch_measure(actor_of(world.coordinator.id), thrive.id, on=False)
    operations.ensure_standard_measures()
    assert db.session.scalar(db.select(db.func.count()).select_from(Measure)) == len(rules.MEASURES)
    assert not thrive.is_active
    assert queries.definitions() == {definition.code: definition for definition in rules.MEASURES}


def test_a_reading_is_kept_with_who_recorded_it_and_an_audit_line(world, case):
    reading = build.reading(world, case, note="  In the hall  ")
    db.session.commit()
    assert (reading.value, reading.note, reading.recorded_by_id) == (Decimal(12), "In the hall", world.worker.id)
    lines = db.session.scalars(db.select(AuditLine.action).where(AuditLine.kind == "reading"))
    assert list(lines) == ["reading recorded"]


@pytest.mark.parametrize(
    ("code", "draft", "words"),
    [
        ("behaviour_threshold", {"value": Decimal(13)}, "from Low 1 to High 4"),
        ("behaviour_threshold", {"value": Decimal("1.5")}, "whole number"),
        ("behaviour_threshold", {"increase": Decimal(2)}, "change alone cannot"),
        ("thrive", {}, "Enter the reading"),
        ("thrive", {"value": Decimal(3), "increase": Decimal(2)}, "not both"),
        ("sdq_total", {"value": Decimal(20), "edition": "4 to 17 years"}, "Say who"),
        ("sdq_total", {"value": Decimal(20), "informant": "school"}, "Choose what"),
        ("attendance", {"value": Decimal(80)}, "Choose what"),
        ("incidents", {"value": Decimal(3), "taken_on": "tomorrow"}, "future"),
    ],
)
def test_a_reading_that_cannot_be_is_refused_with_a_sentence(world, case, code, draft, words):
    if draft.get("taken_on") == "tomorrow":
        draft = draft | {"taken_on": clock.today() + timedelta(days=1)}
    facts = ReadingDraft(**({"pupil_id": case.pupils[0].pupil_id, "taken_on": clock.today()} | draft))
    with pytest.raises(Refused, match=words):
        operations.record_reading(build.worker_of(world), case, code, facts)


def test_a_reading_is_of_a_pupil_of_the_case(world, case):
    stranger = cases.pupil(world.ash, "Other", "Child")
    with pytest.raises(Refused, match="Choose the pupil"):
        build.reading(world, case, pupil_id=stranger.id)
    with pytest.raises(Refused, match="Choose the pupil"):
        build.reading(world, case, pupil_id=None)


def test_a_measure_that_is_off_is_not_there_but_its_readings_can_be_corrected(world, case):
    reading = build.reading(world, case)
    operations.switch_measure(actor_of(world.coordinator.id), reading.measure_id, on=False)
    with pytest.raises(OutOfReach):
        build.reading(world, case)
    draft = ReadingDraft(case.pupils[0].pupil_id, Decimal(3), taken_on=clock.today())
    operations.change_reading(build.worker_of(world), case, reading, draft, opened_with=reading.version)
    assert reading.value == 3


def test_the_second_of_two_correctors_is_told(world, case):
    reading = build.reading(world, case)
    draft = ReadingDraft(case.pupils[0].pupil_id, Decimal(3), taken_on=clock.today())
    operations.change_reading(build.worker_of(world), case, reading, draft, opened_with=1)
    for stale in (1, None):
        with pytest.raises(EditConflict):
            operations.change_reading(
                build.worker_of(world), case, reading, replace(draft, value=Decimal(5)), opened_with=stale
            )


def test_a_reading_entered_by_mistake_can_be_removed(world, case):
    reading = build.reading(world, case)
    db.session.commit()
    operations.remove_reading(build.worker_of(world), case, reading, opened_with=reading.version)
    db.session.commit()
    assert db.session.scalar(db.select(db.func.count()).select_from(Reading)) == 0


def test_roles_and_reach_are_asked_first(world, case):
    lead = people.person("Safe Lead", Role.SAFEGUARDING)
    draft = ReadingDraft(case.pupils[0].pupil_id, Decimal(3), taken_on=clock.today())
    with pytest.raises(NotPermitted):
        operations.record_reading(actor_of(lead.id), case, "behaviour_threshold", draft)
    with pytest.raises(OutOfReach):
        operations.record_reading(actor_of(world.colleague.id), case, "behaviour_threshold", draft)
    with pytest.raises(NotPermitted):
        operations.add_measure(build.worker_of(world), rules.MeasureDraft())


def test_three_goals_and_no_fourth(world, case):
    for words in ("one", "two", "three"):
        build.goal(world, case, words)
    with pytest.raises(Refused, match="3 goals already"):
        build.goal(world, case, "four")


def test_a_goal_without_its_rating_and_one_changed_twice(world, case):
    goal = build.goal(world, case, value=None)
    assert queries.readings_of([case.id]) == {}
    actor = build.worker_of(world)
    operations.change_goal(actor, case, goal, "To stay all morning", "pupil", opened_with=1)
    with pytest.raises(EditConflict):
        operations.change_goal(actor, case, goal, "Mine", "pupil", opened_with=1)
    with pytest.raises(Refused):
        operations.change_goal(actor, case, goal, " ", "pupil", opened_with=2)


def test_a_rating_stays_with_the_pupil_of_its_goal(world):
    case = cases.case(world, cases.pupil(world.ash), cases.pupil(world.ash, "Leo", "Stone"))
    goal = build.goal(world, case, value=3)
    (rating,) = db.session.scalars(db.select(Reading).where(Reading.goal_id == goal.id))
    draft = ReadingDraft(case.pupils[1].pupil_id, Decimal(4), informant="pupil", taken_on=clock.today())
    with pytest.raises(Refused, match="whose goal"):
        operations.change_reading(build.worker_of(world), case, rating, draft, opened_with=1)


def test_an_own_scale_is_offered_at_once_and_its_name_is_its_own(world, case):
    coordinator = actor_of(world.coordinator.id)
    draft = rules.MeasureDraft("Playtime", "ordered", True, ("Alone", "With one", "With many"))
    measure = operations.add_measure(coordinator, draft)
    assert (measure.code, "Playtime") in queries.measure_choices()
    assert build.reading(world, case, measure.code, 3).value == 3
    with pytest.raises(Refused, match="has this name"):
        operations.add_measure(coordinator, replace(draft, name=" playtime "))


def test_a_change_for_every_pupil_takes_the_measure_off_the_list(world):
    case = cases.case(world, cases.pupil(world.ash), cases.pupil(world.ash, "Leo", "Stone"))
    build.ended(world, case)
    task = db.session.scalars(db.select(Task).where(Task.key == f"case-{case.id}-awaited-behaviour_threshold")).one()
    build.threshold_pair(world, case)
    assert task.done_at is None
    build.threshold_pair(world, case, pupil_id=case.pupils[1].pupil_id)
    assert task.done_at is not None


def test_an_imported_reading_needs_no_date_and_no_person(world, case):
    reading = operations.import_reading(case, case.pupils[0].pupil, "thrive", increase=Decimal("15.5"))
    db.session.commit()
    assert (reading.taken_on, reading.recorded_by_id, reading.increase) == (None, None, Decimal("15.5"))
