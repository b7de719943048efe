"""Opening, moving, allocating, covering and replanning a case."""

from datetime import date, timedelta

import pytest

from portal.cases import operations, queries
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import access, clock, history
from portal.kernel.audit import AuditLine, UnrecordedChange
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.policy import Action
from portal.tasks.models import Task
from tests import builders_cases as build


@pytest.fixture
def world(unit):
    return build.world()


def tasks_of(case):
    return {t.rule: t for t in db.session.scalars(db.select(Task).where(Task.case_id == case.id))}


# Opening ------------------------------------------------------------


def test_opening_lets_the_worker_in_and_asks_for_what_is_due(world, as_actor):
    child = build.pupil(world.ash)
    case = build.case(world, child)
    db.session.commit()
    assert case.reference == "C-2026-0001"
    assert (case.stage, case.school_id, case.opened_on) == ("waiting", world.ash.id, clock.today())
    assert [a.person_id for a in case.allocations] == [world.worker.id]
    for kind, record in (("case_file", case.id), ("referral", case.referral_id), ("pupil", child.id)):
        assert access.involved_today(kind, record) == {world.worker.id}
    due = tasks_of(case)
    assert due["observation_report"].due_on == date(2026, 11, 24)
    assert due["planned_end"].due_on == case.planned_end_on
    assert {task.person_id for task in due.values()} == {world.worker.id}
    assert all(task.key == f"case-{case.id}-{rule}" for rule, task in due.items())
    assert "Maya" not in " ".join(task.title + task.url for task in due.values())
    assert queries.case_for(as_actor(world.worker), case.reference).id == case.id


def test_opening_settles_the_referrals_task(world):
    from portal.tasks import operations as tasks

    child = build.pupil(world.ash)
    accepted = build.referral(world.ash, child, world.senco, world.primary)
    task = tasks.ask(f"referral-{accepted.id}-open_case", "open_case", "Open the case", "/", clock.today())
    from portal.accounts.queries import actor_of

    operations.open_case(actor_of(world.coordinator.id), accepted, build.draft(world, child))
    assert task.done_at == clock.now()


def test_without_a_worker_the_coordinator_is_asked_to_choose_one_within_five_school_days(world, as_actor):
    case = build.case(world, worker_ids=(), starts_on=None)
    assert case.planned_end_on is None
    (task,) = tasks_of(case).values()
    assert (task.rule, task.role, task.person_id) == ("choose_worker", "coordinator", None)
    assert task.key == f"case-{case.id}-choose_worker"
    assert task.url == f"/cases/{case.reference}/workers"
    assert task.due_on == date(2026, 11, 17)
    operations.allocate(as_actor(world.coordinator), case, world.worker.id)
    assert task.done_at is not None


@pytest.mark.parametrize(("status", "decision"), [("submitted", None), ("decided", "decline"), ("decided", "training")])
def test_a_referral_that_was_not_accepted_opens_nothing(world, as_actor, status, decision):
    child = build.pupil(world.ash)
    sent = build.referral(world.ash, child, world.senco, world.primary, status=status, decision=decision)
    with pytest.raises(Refused, match="not accepted"):
        operations.open_case(as_actor(world.coordinator), sent, build.draft(world, child))


def test_one_referral_opens_one_case(world, as_actor):
    case = build.case(world)
    with pytest.raises(Refused, match=case.reference):
        operations.open_case(as_actor(world.coordinator), case.referral, build.draft(world, case.pupils[0].pupil))


def test_pupils_of_another_school_are_refused(world):
    with pytest.raises(Refused, match="the school that referred"):
        build.case(world, build.pupil(world.ash), build.pupil(world.birch, "Leo"))


def test_workers_of_another_line_are_refused(world):
    with pytest.raises(Refused, match="Primary outreach"):
        build.case(world, worker_ids=(world.far_worker.id,))


def test_gaps_of_the_draft_are_named(world):
    with pytest.raises(Refused) as refused:
        build.case(world, planned_half_days=0, service_line_id=None)
    assert refused.value.problems == ("Choose the service line.", "Enter the planned half days, from 1 to 400.")


def test_longer_than_the_longest_needs_a_reason(world):
    late = date(2027, 6, 1)
    with pytest.raises(Refused, match="say why"):
        build.case(world, planned_end_on=late)
    assert build.case(world, build.pupil(world.ash, "Leo"), planned_end_on=clock.today()).extended_by_id is None


def test_only_the_coordinator_opens(world, as_actor):
    with pytest.raises(NotPermitted):
        build.case(world, actor=as_actor(world.worker))


def test_an_imported_case_is_closed_unnamed_and_off_the_board(world):
    case = operations.import_case(
        None,
        school=world.ash,
        service_line=world.primary,
        imported_year=2016,
        imported_key="torbay-1",
        pupil_years=("4", None),
        worker_labels=("Worker 1",),
        planned_half_days=48,
    )
    db.session.commit()
    assert case.reference == "C-2016-0001"
    assert (case.stage, case.imported_year) == ("closed", 2016)
    assert [row.name for row in queries.pupils_of(case)] == ["Unnamed pupil 1", "Unnamed pupil 2"]
    assert queries.pupils_of(case)[0].year_group == "Year 4"
    assert queries.case_head(case).worker_names == ("Worker 1",)


# Moving ------------------------------------------------------------


def test_a_step_moves_settles_and_is_remembered(world, as_actor, clock):
    case = build.case(world)
    worker = as_actor(world.worker)
    operations.move(worker, case, "start_observation", opened_with=case.version)
    clock.forward(days=3)
    operations.move(worker, case, "start_plan", opened_with=case.version)
    db.session.commit()
    assert (case.stage, case.stage_since) == ("plan", clock())
    assert [s.step for s in history.steps_of("case_file", case.id)] == ["open", "start_observation", "start_plan"]
    assert tasks_of(case)["observation_report"].done_at is not None
    assert tasks_of(case)["week_six_review"].done_at is None


def test_a_guard_refuses_with_its_sentence(world, as_actor):
    case = build.case(world, starts_on=None)
    with pytest.raises(Refused, match="Enter the day on which the work starts"):
        operations.move(as_actor(world.worker), case, "start_observation", opened_with=case.version)
    assert case.stage == "waiting"


def test_going_back_asks_for_a_reason(world, as_actor):
    case, worker = build.case(world), as_actor(world.worker)
    operations.move(worker, case, "start_observation", opened_with=case.version)
    with pytest.raises(Refused, match="Say why"):
        operations.move(worker, case, "back_to_waiting", note=" ", opened_with=case.version)
    operations.move(worker, case, "back_to_waiting", note="The class is away", opened_with=case.version)
    assert case.stage == "waiting"


def test_the_second_of_two_movers_is_told(world, as_actor):
    case = build.case(world)
    seen = case.version
    operations.move(as_actor(world.worker), case, "start_observation", opened_with=seen)
    with pytest.raises(EditConflict):
        operations.move(as_actor(world.coordinator), case, "start_plan", opened_with=seen)


def test_a_colleague_who_is_not_allocated_moves_nothing(world, as_actor):
    case = build.case(world)
    with pytest.raises(OutOfReach):
        operations.move(as_actor(world.colleague), case, "start_observation", opened_with=case.version)
    with pytest.raises(NotPermitted):
        operations.move(as_actor(world.senco), case, "start_observation", opened_with=case.version)
    with pytest.raises(OutOfReach):
        operations.move(as_actor(world.worker), case, "vanish", opened_with=case.version)


def closing(world, as_actor, app):
    case, worker = build.case(world), as_actor(world.worker)
    for step in ("start_observation", "start_plan", "start_support", "begin_exit"):
        operations.move(worker, case, step, opened_with=case.version)
    case.ended_on, case.how_ended = clock.today(), "completed"
    from portal.kernel.audit import record

    record(worker, "work ended", case)
    return case, worker


def test_closing_waits_for_monitoring_visits_and_settles_everything(world, as_actor, app, monkeypatch):
    case, worker = closing(world, as_actor, app)
    monkeypatch.setitem(app.extensions, "case_facts", {"open_monitoring": lambda case_id: 1})
    with pytest.raises(Refused, match="monitoring visit is still to come"):
        operations.move(worker, case, "close", opened_with=case.version)
    monkeypatch.setitem(app.extensions, "case_facts", {"open_monitoring": lambda case_id: 0})
    operations.move(worker, case, "close", opened_with=case.version)
    db.session.commit()
    assert (case.stage, case.closed_on) == ("closed", clock.today())
    assert all(task.done_at for task in tasks_of(case).values())
    coordinator = as_actor(world.coordinator)
    operations.move(coordinator, case, "back_to_monitoring", note="A visit was forgotten", opened_with=case.version)
    assert (case.stage, case.closed_on) == ("monitoring", None)


def test_a_review_is_marked_as_done_by_hand(world, as_actor):
    case = build.case(world)
    operations.mark_done(as_actor(world.worker), case, "week_six_review")
    assert tasks_of(case)["week_six_review"].done_at is not None
    with pytest.raises(Refused):
        operations.mark_done(as_actor(world.worker), case, "planned_end")


# People ------------------------------------------------------------


def test_allocating_and_ending_open_and_close_the_door(world, as_actor, clock):
    case, coordinator = build.case(world), as_actor(world.coordinator)
    with pytest.raises(OutOfReach):
        queries.case_for(as_actor(world.colleague), case.reference)
    operations.allocate(coordinator, case, world.colleague.id)
    assert queries.case_for(as_actor(world.colleague), case.reference) is case
    operations.end_allocation(coordinator, case, world.worker.id)
    assert {t.person_id for t in tasks_of(case).values()} == {world.colleague.id}
    clock.forward(days=1)
    with pytest.raises(OutOfReach):
        queries.case_for(as_actor(world.worker), case.reference)
    db.session.commit()


def test_nobody_is_allocated_twice_or_ended_twice(world, as_actor):
    case, coordinator = build.case(world), as_actor(world.coordinator)
    with pytest.raises(Refused, match="already"):
        operations.allocate(coordinator, case, world.worker.id)
    with pytest.raises(Refused, match="no longer"):
        operations.end_allocation(coordinator, case, world.colleague.id)
    with pytest.raises(NotPermitted):
        operations.allocate(as_actor(world.worker), case, world.colleague.id)


def test_ending_one_case_leaves_the_pupil_open_through_another(world, as_actor, clock):
    child = build.pupil(world.ash)
    first, second = build.case(world, child), build.case(world, child)
    operations.end_allocation(as_actor(world.coordinator), first, world.worker.id)
    clock.forward(days=1)
    assert access.involved_today("case_file", first.id) == frozenset()
    assert access.involved_today("pupil", child.id) == {world.worker.id}
    assert access.involved_today("case_file", second.id) == {world.worker.id}
    operations.end_allocation(as_actor(world.coordinator), second, world.worker.id)
    clock.forward(days=1)
    assert access.involved_today("pupil", child.id) == frozenset()


def test_cover_opens_the_case_for_its_days_with_a_reason(world, as_actor, clock):
    case, colleague = build.case(world), as_actor(world.colleague)
    found = queries.case_for(colleague, case.reference, Action.COVER_CASE)
    operations.cover(colleague, found, "Wren is ill", clock().date() + timedelta(days=6))
    db.session.commit()
    assert queries.case_for(colleague, case.reference) is case
    assert queries.open_case_choices(colleague) == [(case.reference, "Maya K., Year 5, Ash Primary")]
    clock.forward(days=7)
    with pytest.raises(OutOfReach):
        queries.case_for(colleague, case.reference)


@pytest.mark.parametrize(("reason", "days"), [("", 3), ("Wren is ill", 28), ("Wren is ill", -1), ("Wren is ill", None)])
def test_cover_without_reason_or_beyond_28_days_is_refused(world, as_actor, reason, days):
    case = build.case(world)
    last = None if days is None else clock.today() + timedelta(days=days)
    with pytest.raises(Refused):
        operations.cover(as_actor(world.colleague), case, reason, last)


def test_cover_is_for_the_own_line_and_not_for_whoever_works_on_it(world, as_actor):
    case = build.case(world)
    with pytest.raises(OutOfReach):
        operations.cover(as_actor(world.far_worker), case, "Wren is ill", clock.today())
    with pytest.raises(Refused, match="already work"):
        operations.cover(as_actor(world.worker), case, "Wren is ill", clock.today())


# Plan and minutes ------------------------------------------------------------


def plan(case, **changes):
    facts = {
        "planned_half_days": 30,
        "starts_on": case.starts_on,
        "planned_end_on": case.planned_end_on,
        "opened_with": case.version,
    }
    return facts | changes


def test_changed_dates_move_what_is_due(world, as_actor):
    case = build.case(world)
    before = tasks_of(case)["week_six_review"].due_on
    operations.change_plan(
        as_actor(world.worker), case, **plan(case, starts_on=date(2026, 11, 17), planned_end_on=date(2027, 2, 1))
    )
    db.session.commit()
    assert case.planned_half_days == 30
    assert tasks_of(case)["week_six_review"].due_on == before + timedelta(days=7)
    assert tasks_of(case)["planned_end"].due_on == date(2027, 2, 1)


def test_what_was_settled_stays_settled_when_dates_change(world, as_actor):
    case, worker = build.case(world), as_actor(world.worker)
    operations.mark_done(worker, case, "week_six_review")
    operations.change_plan(worker, case, **plan(case, starts_on=date(2026, 11, 17)))
    assert tasks_of(case)["week_six_review"].done_at is not None


def test_longer_support_is_allowed_by_the_coordinator_with_a_reason(world, as_actor):
    case, late = build.case(world), date(2027, 6, 1)
    with pytest.raises(Refused, match="the coordinator decides"):
        operations.change_plan(as_actor(world.worker), case, **plan(case, planned_end_on=late, extension_reason="More"))
    with pytest.raises(Refused, match="say why"):
        operations.change_plan(as_actor(world.coordinator), case, **plan(case, planned_end_on=late))
    operations.change_plan(
        as_actor(world.coordinator), case, **plan(case, planned_end_on=late, extension_reason="A new school in May")
    )
    assert (case.extension_reason, case.extended_by_id) == ("A new school in May", world.coordinator.id)
    operations.change_plan(as_actor(world.worker), case, **plan(case, planned_half_days=40))
    assert (case.planned_half_days, case.extension_reason) == (40, "A new school in May")


def test_the_second_of_two_planners_is_told(world, as_actor):
    case = build.case(world)
    with pytest.raises(EditConflict):
        operations.change_plan(as_actor(world.worker), case, **plan(case, opened_with=case.version - 1))


def test_minutes_add_up_without_turning_open_forms_stale(world):
    case = build.case(world)
    seen = case.version
    operations.note_minutes(case, 390)
    operations.note_minutes(case, -90)
    db.session.commit()
    assert (case.minutes_used, case.version) == (300, seen)


def test_a_change_that_nobody_recorded_cannot_be_kept(world):
    case = build.case(world)
    db.session.commit()
    case.planned_half_days = 1
    with pytest.raises(UnrecordedChange):
        db.session.commit()
    db.session.rollback()
    actions = db.session.scalars(db.select(AuditLine.action).where(AuditLine.kind == Case.__tablename__)).all()
    assert actions == ["case opened"]


def test_the_observation_counts_from_the_day_on_which_work_may_start(world, as_actor, clock):
    from portal.agreements import operations as agreements
    from portal.agreements.queries.one import newest_of

    case = build.case(world, agreed=False)
    assert "observation_report" not in tasks_of(case)
    clock.forward(days=21)  # three weeks without a signature: nothing of the worker's is late
    assert "observation_report" not in tasks_of(case)
    waiting = newest_of(case.referral_id)
    agreements.waive(as_actor(world.coordinator), waiting, "Agreed by telephone.", opened_with=waiting.version)
    due = tasks_of(case)["observation_report"]
    assert due.due_on == date(2026, 12, 15)
    operations.allocate(as_actor(world.coordinator), case, world.colleague.id)
    assert tasks_of(case)["observation_report"].due_on == date(2026, 12, 15)
