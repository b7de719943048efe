"""Ending, taking back, monitoring and stating, with what each puts on the worker's list."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from portal.accounts.queries import actor_of
from portal.cases import operations as case_operations
from portal.exits import operations, queries, rules
from portal.exits.models import MonitoringVisit, PupilOutcome, StatedCell
from portal.extensions import db
from portal.kernel import clock, history, settings
from portal.kernel.audit import AuditLine, record
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.policy import Role
from portal.tasks.models import Task
from tests import builders_cases as cases
from tests import builders_measures as build
from tests import people

pytestmark = pytest.mark.usefixtures("unit")
AWAITED = {"actions_implemented", "behaviour_threshold", "thrive", "school_feedback", "family_feedback"}


@pytest.fixture
def world():
    return cases.world()


@pytest.fixture
def case(world):
    return cases.case(world, starts_on=clock.today() - timedelta(weeks=12))


@pytest.fixture
def actor(world):
    return build.worker_of(world)


def waiting(case):
    rows = db.session.scalars(db.select(Task).where(Task.case_id == case.id, Task.done_at.is_(None)))
    return {task.key.removeprefix(f"case-{case.id}-"): task for task in rows}


def test_ending_asks_only_for_outcome_how_and_day(world, case, actor):
    build.ended(world, case)
    db.session.commit()
    assert (case.ended_on, case.how_ended, case.stage) == (clock.today(), "completed", "exit")
    (outcome,) = db.session.scalars(db.select(PupilOutcome))
    assert (outcome.outcome, outcome.placement_holds, outcome.recorded_on) == ("stayed", None, clock.today())
    weeks, term = build.visits_of(case)
    assert (weeks.moment, term.moment) == ("weeks", "term")
    assert weeks.due_on < term.due_on
    actions = set(db.session.scalars(db.select(AuditLine.action)))
    assert {"case ended", "outcome recorded", "monitoring visit planned"} <= actions


def test_what_is_not_there_yet_goes_on_the_workers_list(world, case):
    build.ended(world, case)
    tasks = waiting(case)
    assert set(tasks) == {
        "ask_family",
        "closing_report",
        "monitoring_visit-weeks",
        "monitoring_visit-term",
        *(f"awaited-{suffix}" for suffix in AWAITED),
    }
    weeks, term = build.visits_of(case)
    assert tasks["monitoring_visit-weeks"].due_on == weeks.due_on
    assert tasks["monitoring_visit-term"].due_on == term.due_on
    assert tasks["awaited-thrive"].due_on == tasks["closing_report"].due_on == date(2026, 11, 24)
    assert {task.person_id for task in tasks.values()} == {world.worker.id}
    assert all("Maya" not in task.title and "Khan" not in task.title for task in tasks.values())
    assert tasks["awaited-thrive"].url == f"/cases/{case.reference}/assessments"


def test_what_is_there_already_or_switched_off_is_not_asked_for(world, case):
    build.strategy(case)
    build.threshold_pair(world, case)
    build.feedback_given(world, case)
    record(None, "feature switched", settings.put("feature.feedback", "off"))
    build.ended(world, case)
    assert {key for key in waiting(case) if key.startswith("awaited")} == {"awaited-thrive"}


@pytest.mark.parametrize(
    ("stage", "step"), [("waiting", "stop_early"), ("plan", "stop_early"), ("support", "begin_exit"), ("exit", None)]
)
def test_a_case_that_is_not_so_far_moves_to_exit(world, case, actor, stage, step):
    for name, target in (("start_observation", "observation"), ("start_plan", "plan"), ("start_support", "support")):
        if case.stage != stage and stage not in ("waiting",):
            case_operations.move(actor, case, name, opened_with=case.version)
            assert case.stage == target
    if stage == "exit":
        case_operations.move(actor, case, "begin_exit", opened_with=case.version)
    before = len(history.steps_of("case_file", case.id))
    build.ended(world, case)
    assert case.stage == "exit"
    taken = history.steps_of("case_file", case.id)[before:]
    assert [row.step for row in taken] == ([step] if step else [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"how_ended": None}, "how the work ended"),
        ({"ended_on": None}, "date on which"),
        ({"ended_on": "tomorrow"}, "in the future"),
        ({"ended_on": "before"}, "before it started"),
        ({"outcomes": "none"}, "1 of 1 still to choose"),
    ],
)
def test_an_ending_with_gaps_is_refused_and_changes_nothing(world, case, actor, changes, words):
    days = {"tomorrow": clock.today() + timedelta(days=1), "before": date(2020, 1, 1)}
    if "ended_on" in changes:
        changes = {"ended_on": days.get(changes["ended_on"])}
    if "outcomes" in changes:
        changes = {"outcomes": (rules.PupilOutcome(str(case.pupils[0].pupil_id)),)}
    with pytest.raises(Refused, match=words):
        operations.end_case(actor, case, build.ending(case, **changes), opened_with=case.version)
    assert case.ended_on is None
    assert db.session.scalar(db.select(db.func.count()).select_from(MonitoringVisit)) == 0


def test_ending_twice_or_from_an_old_page_or_with_other_pupils_is_told(world, case, actor):
    strangers = (rules.PupilOutcome("999", rules.Outcome.STAYED),)
    with pytest.raises(EditConflict):
        operations.end_case(actor, case, build.ending(case, outcomes=strangers), opened_with=case.version)
    opened = case.version
    build.ended(world, case)
    with pytest.raises(EditConflict):
        operations.end_case(actor, case, build.ending(case), opened_with=opened)
    with pytest.raises(Refused, match="recorded already"):
        operations.end_case(actor, case, build.ending(case), opened_with=case.version)


def test_roles_and_reach_are_asked_first(world, case):
    lead, draft = people.person("Safe Lead", Role.SAFEGUARDING), build.ending(case)
    with pytest.raises(NotPermitted):
        operations.end_case(actor_of(lead.id), case, draft, opened_with=case.version)
    with pytest.raises(OutOfReach):
        operations.end_case(actor_of(world.colleague.id), case, draft, opened_with=case.version)
    build.ended(world, case)
    visit = build.visits_of(case)[0]
    with pytest.raises(OutOfReach):
        operations.skip_monitoring(actor_of(world.colleague.id), case, visit, "why", opened_with=1)
    with pytest.raises(NotPermitted):
        operations.state_cell(actor_of(lead.id), case, "thrive", rules.ColumnState.AWAITED)


def test_an_outcome_can_be_changed_once_by_each_reader(world, case, actor):
    build.ended(world, case)
    row = queries.outcome_for(case, case.pupils[0].pupil_id)
    lost = rules.outcome_of_choice(row.pupil_id, "continuing_lost", "Place lost in May")
    operations.change_outcome(actor, case, row, lost, opened_with=1)
    assert (row.outcome, row.placement_holds, row.note) == ("continuing", False, "Place lost in May")
    with pytest.raises(EditConflict):
        operations.change_outcome(actor, case, row, lost, opened_with=1)
    with pytest.raises(Refused):
        operations.change_outcome(actor, case, row, rules.PupilOutcome("1"), opened_with=2)


def test_changing_the_day_moves_open_visits_and_their_tasks(world, case, actor):
    build.ended(world, case)
    before = [visit.due_on for visit in build.visits_of(case)]
    earlier = clock.today() - timedelta(weeks=8)
    stopped = rules.HowEnded.STOPPED_BY_SCHOOL
    operations.change_ending(actor, case, stopped, earlier, opened_with=case.version)
    after = [visit.due_on for visit in build.visits_of(case)]
    assert after[0] < before[0]
    assert waiting(case)["monitoring_visit-weeks"].due_on == after[0]
    assert (case.how_ended, case.ended_on) == ("stopped_by_school", earlier)
    with pytest.raises(EditConflict):
        operations.change_ending(actor, case, stopped, earlier, opened_with=1)
    with pytest.raises(Refused):
        operations.change_ending(actor, case, stopped, date(2030, 1, 1), opened_with=case.version)


def test_an_end_is_taken_back_with_a_reason_while_nothing_was_monitored(world, case, actor):
    build.ended(world, case)
    case_operations.move(actor, case, "start_monitoring", opened_with=case.version)
    with pytest.raises(Refused, match="Say why"):
        operations.take_back_ending(actor, case, " ", opened_with=case.version)
    operations.take_back_ending(actor, case, "The family asked for more", opened_with=case.version)
    db.session.commit()
    assert (case.ended_on, case.how_ended, case.stage) == (None, None, "support")
    assert build.visits_of(case) == []
    assert list(db.session.scalars(db.select(PupilOutcome))) == []
    assert set(waiting(case)) == {"planned_end"}
    assert history.steps_of("case_file", case.id)[-1].note == "The family asked for more"
    build.ended(world, case)
    assert case.stage == "exit"
    assert len(build.visits_of(case)) == 2


def test_an_end_stands_once_it_was_monitored(world, case, actor):
    build.ended(world, case)
    found = rules.MonitoringDraft(clock.today(), answer=rules.StillInPlace.YES)
    operations.record_monitoring(actor, case, build.visits_of(case)[0], found, opened_with=1)
    with pytest.raises(Refused, match="the end stands"):
        operations.take_back_ending(actor, case, "why", opened_with=case.version)


def test_monitoring_is_recorded_strategy_by_strategy_and_can_be_corrected(world, case, actor):
    timetable, greet = build.strategy(case), build.strategy(case, "Greet at the gate")
    build.ended(world, case)
    visit = build.visits_of(case)[0]
    with pytest.raises(Refused, match="1 of 2 still to say"):
        operations.record_monitoring(actor, case, visit, build.found(clock.today(), timetable), opened_with=1)
    found = replace(build.found(clock.today(), timetable, greet), notes={greet.id: "Now by the head"}, note="Good day")
    operations.record_monitoring(actor, case, visit, found, opened_with=1)
    db.session.commit()
    assert [(check.state, check.note) for check in visit.checks] == [
        ("still_in_place", None),
        ("still_in_place", "Now by the head"),
    ]
    assert "monitoring_visit-weeks" not in waiting(case)
    stopped = build.found(clock.today(), timetable, greet, state="stopped")
    opened = visit.version
    operations.record_monitoring(actor, case, visit, stopped, opened_with=opened)
    db.session.commit()
    assert visit.version > opened
    with pytest.raises(EditConflict):
        operations.record_monitoring(actor, case, visit, found, opened_with=opened)
    assert queries.chart_states(case)["still_in_place"] is rules.ColumnState.NOT_MET


def test_a_visit_is_booked_called_off_and_takes_place_after_all(world, case, actor):
    build.ended(world, case)
    first, second = build.visits_of(case)
    day = clock.today() + timedelta(days=20)
    with pytest.raises(Refused, match="over"):
        operations.schedule_monitoring(actor, case, first, clock.today() - timedelta(days=1), opened_with=1)
    operations.schedule_monitoring(actor, case, first, day, opened_with=1)
    assert waiting(case)["monitoring_visit-weeks"].due_on == day
    assert queries.chart_states(case)["still_in_place"] is rules.ColumnState.SCHEDULED
    with pytest.raises(Refused, match="Say why"):
        operations.skip_monitoring(actor, case, first, " ", opened_with=2)
    operations.skip_monitoring(actor, case, first, "The school closed", opened_with=2)
    assert queries.chart_states(case)["still_in_place"] is rules.ColumnState.AWAITED
    operations.skip_monitoring(actor, case, second, "The school closed", opened_with=1)
    assert queries.chart_states(case)["still_in_place"] is rules.ColumnState.NOT_APPLICABLE
    assert not {key for key in waiting(case) if key.startswith("monitoring")}
    operations.schedule_monitoring(actor, case, second, day, opened_with=2)
    assert second.not_done_reason is None
    assert queries.chart_states(case)["still_in_place"] is rules.ColumnState.SCHEDULED
    assert "monitoring_visit-term" in waiting(case)


def test_a_statement_is_kept_withdrawn_and_never_hides_a_record(world, case, actor):
    build.ended(world, case)
    operations.state_cell(actor, case, "thrive", rules.ColumnState.NOT_APPLICABLE, note="Not used", opened_with=0)
    assert "awaited-thrive" not in waiting(case)
    day = clock.today() + timedelta(days=30)
    operations.state_cell(actor, case, "thrive", rules.ColumnState.SCHEDULED, day, opened_with=1)
    assert waiting(case)["awaited-thrive"].due_on == day
    build.reading(world, case, "thrive", None, increase=Decimal(5))
    assert queries.chart_answers(case)["thrive"].words == "5 percentage points better"
    operations.withdraw_statement(actor, case, "thrive", opened_with=2)
    assert db.session.scalar(db.select(db.func.count()).select_from(StatedCell)) == 0
    assert "awaited-thrive" not in waiting(case)


def test_of_two_statements_the_second_is_told(world, case, actor):
    operations.state_cell(actor, case, "thrive", rules.ColumnState.AWAITED, opened_with=0)
    for opened in (0, 7, None):
        with pytest.raises(EditConflict):
            operations.state_cell(actor, case, "thrive", rules.ColumnState.AWAITED, opened_with=opened)
    with pytest.raises(Refused, match="A result comes"):
        operations.state_cell(actor, case, "thrive", rules.ColumnState.MET)
    with pytest.raises(Refused, match="Enter the day"):
        operations.state_cell(actor, case, "thrive", rules.ColumnState.SCHEDULED)


def test_the_written_report_leaves_the_list(world, case, actor):
    build.ended(world, case)
    operations.report_written(actor, case)
    assert "closing_report" not in waiting(case)


def test_a_case_without_a_worker_waits_for_the_coordinator(world):
    case = cases.case(world, worker_ids=())
    coordinator = actor_of(world.coordinator.id)
    operations.end_case(coordinator, case, build.ending(case), opened_with=case.version)
    assert {(task.person_id, task.role) for task in waiting(case).values()} == {(None, "coordinator")}
