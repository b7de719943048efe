"""Access to a case ends with its work: reading from the day it was closed, and then nothing."""

from datetime import timedelta

import pytest

from portal.cases import operations, queries
from portal.extensions import db
from portal.kernel import access, settings
from portal.kernel.audit import AuditLine, record
from portal.kernel.errors import OutOfReach, ReadingOnly
from portal.policy import LOOKS, Action, Reach, Role, reach_of
from portal.schools.queries import pupils as pupil_queries
from portal.visits import operations as visits
from tests import builders_cases as build
from tests import builders_visits

CHANGES = [action for action in Action if reach_of(Role.WORKER, action) is Reach.ALLOCATED and action not in LOOKS]
CHANGES.remove(Action.RUN_TRAINING)  # of sessions, not of cases


@pytest.fixture
def world(unit):
    return build.world()


def ended(case):
    """Ready to be closed."""
    case.stage, case.how_ended, case.ended_on = "exit", "completed", case.starts_on
    record(None, "work ended", case)
    return case


def close(case, actor):
    operations.move(actor, ended(case), "close", opened_with=case.version)
    db.session.commit()
    return case


def test_from_the_day_it_closes_a_worker_reads_and_changes_nothing(world, as_actor):
    case = build.case(world)
    visit = builders_visits.visit(case, world.worker)
    worker = as_actor(world.worker)
    close(case, worker)
    assert queries.case_for(worker, case.reference) is case
    assert CHANGES
    for action in CHANGES:
        with pytest.raises(ReadingOnly, match="only read it"):
            access.ensure(worker, action, queries.scope_of(case))
        with pytest.raises(ReadingOnly):
            queries.case_for(worker, case.reference, action)
    with pytest.raises(ReadingOnly):
        visits.remove_visit(worker, visit, "Twice", opened_with=visit.version)
    with pytest.raises(ReadingOnly):
        operations.move(worker, case, "back_to_monitoring", note="More to do", opened_with=case.version)


def test_reading_ends_after_the_days_that_the_settings_say(world, as_actor, clock):
    worker, coordinator = as_actor(world.worker), as_actor(world.coordinator)
    record(None, "settings changed", settings.put("access.days_after_close", "7"))
    child = build.pupil(world.ash)
    case = close(build.case(world, child), coordinator)
    clock.forward(days=7)
    assert queries.case_for(worker, case.reference)
    assert pupil_queries.pupil_for(worker, child.id)
    clock.forward(days=1)
    with pytest.raises(OutOfReach):
        queries.case_for(worker, case.reference)
    with pytest.raises(OutOfReach):
        pupil_queries.pupil_for(worker, child.id)
    for kind, one in (("case_file", case.id), ("referral", case.referral_id), ("pupil", child.id)):
        assert access.people_on(kind, one).involved | access.people_on(kind, one).looking == frozenset()
    assert queries.case_for(coordinator, case.reference, Action.LOG_VISIT) is case


def test_opening_again_gives_back_what_would_hold_now(world, as_actor, clock):
    worker, coordinator = as_actor(world.worker), as_actor(world.coordinator)
    case = build.case(world)
    covering = as_actor(world.colleague)
    operations.cover(covering, case, "Wren is ill this week", clock().date() + timedelta(days=3))
    close(case, coordinator)
    with pytest.raises(ReadingOnly):
        queries.case_for(covering, case.reference, Action.LOG_VISIT)
    clock.forward(days=60)
    operations.move(coordinator, case, "back_to_monitoring", note="The family asked", opened_with=case.version)
    db.session.commit()
    assert case.closed_on is None
    assert queries.case_for(worker, case.reference, Action.LOG_VISIT) is case
    with pytest.raises(OutOfReach):
        queries.case_for(covering, case.reference)
    actions = set(db.session.scalars(db.select(AuditLine.action)))
    assert {"access ends with the work", "access given back"} <= actions


def test_a_child_in_another_open_case_stays_open(world, as_actor, clock):
    child, worker = build.pupil(world.ash), as_actor(world.worker)
    first, second = build.case(world, child), build.case(world, child)
    close(first, worker)
    clock.forward(days=90)
    assert access.people_on("pupil", child.id).involved == {world.worker.id}
    assert pupil_queries.pupil_for(worker, child.id, Action.WRITE_PUPIL)
    close(second, worker)
    assert access.people_on("pupil", child.id).involved == frozenset()


def test_a_new_case_opens_the_child_again_and_not_the_old_one(world, as_actor, clock):
    child, worker = build.pupil(world.ash), as_actor(world.worker)
    old = close(build.case(world, child), worker)
    clock.forward(days=40)
    build.case(world, child)
    assert access.people_on("pupil", child.id).involved == {world.worker.id}
    with pytest.raises(OutOfReach):
        queries.case_for(worker, old.reference)
