"""Reading endings: for the chart in one statement each, and the states of one case."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal.accounts.queries import actor_of
from portal.cases.models import Case
from portal.exits import operations, queries, rules
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.errors import OutOfReach
from tests import builders_cases as cases
from tests import builders_measures as build
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("unit")


def test_the_chart_reads_many_cases_in_one_statement_each():
    world = cases.world()
    made = [cases.case(world, cases.pupil(world.ash), cases.pupil(world.ash, "Leo", "Stone")) for _ in range(3)]
    actor = build.worker_of(world)
    for case in made[:2]:
        timetable, greet = build.strategy(case), build.strategy(case, "Greet at the gate")
        build.ended(world, case)
        operations.record_monitoring(
            actor, case, build.visits_of(case)[0], build.found(clock.today(), timetable, greet), opened_with=1
        )
    operations.state_cell(actor, made[0], "thrive", rules.ColumnState.NOT_APPLICABLE, note="Not used there")
    ids = [case.id for case in made]
    found = {}
    for read in (queries.outcomes_of, queries.monitoring_of, queries.stated_cells_of):
        with statements() as seen:
            found[read] = read(ids)
        assert len(seen) == 1, read
        with statements() as seen:
            assert read(db.select(Case.id)) == found[read]
        assert len(seen) == 1, read
    outcomes = found[queries.outcomes_of]
    assert [pupil.outcome for pupil in outcomes[ids[0]]] == [rules.Outcome.STAYED] * 2
    assert [pupil.outcome for pupil in outcomes[ids[2]]] == [None, None]
    first, second = found[queries.monitoring_of][ids[0]]
    assert (first.is_done, first.checks) == (True, (rules.Persistence.STILL_IN_PLACE,) * 2)
    assert (second.is_open, second.moment) == (True, "term")
    assert found[queries.stated_cells_of] == {
        ids[0]: {"thrive": rules.Statement(rules.ColumnState.NOT_APPLICABLE, None, "Not used there")}
    }


def test_the_states_of_a_case_go_from_in_progress_to_met_and_awaited():
    world = cases.world()
    case = cases.case(world)
    assert set(queries.chart_states(case).values()) == {rules.ColumnState.IN_PROGRESS}
    build.strategy(case)
    build.threshold_pair(world, case)
    build.reading(world, case, "thrive", None, increase=Decimal(-3))
    build.feedback_given(world, case, answers={"heard": rules_good()})
    build.ended(world, case)
    states = {column: state.value for column, state in queries.chart_states(case).items()}
    assert states == {
        "placement": "met",
        "how_it_ended": "met",
        "actions_implemented": "met",
        "threshold": "met",
        "thrive": "not_met",
        "still_in_place": "awaited",
        "school_feedback": "met",
        "family_feedback": "awaited",
        "child_voice": "awaited",
    }


def rules_good():
    from portal.feedback.rules import Answer

    return Answer.GOOD


def test_open_monitoring_counts_what_neither_took_place_nor_was_called_off():
    world = cases.world()
    case = cases.case(world)
    assert queries.open_monitoring_count(case.id) == 0
    build.ended(world, case)
    assert queries.open_monitoring_count(case.id) == 2
    actor, (first, second) = build.worker_of(world), build.visits_of(case)
    operations.record_monitoring(
        actor, case, first, rules.MonitoringDraft(clock.today(), answer=rules.StillInPlace.SOME), opened_with=1
    )
    assert queries.open_monitoring_count(case.id) == 1
    operations.skip_monitoring(actor, case, second, "The school closed", opened_with=1)
    assert queries.open_monitoring_count(case.id) == 0


def test_the_page_says_where_each_visit_stands():
    world = cases.world()
    case = cases.case(world)
    assert not queries.exit_page(case).ended
    build.ended(world, case)
    page = queries.exit_page(case)
    assert [(visit.title, visit.tag) for visit in page.visits] == [
        ("6 school weeks after the end", "To be arranged"),
        ("One term after the end", "To be arranged"),
    ]
    assert (page.how_words, page.may_reopen) == ("Completed", True)
    assert page.report_due
    first = build.visits_of(case)[0]
    operations.schedule_monitoring(
        build.worker_of(world), case, first, clock.today() + timedelta(days=9), opened_with=1
    )
    assert queries.exit_page(case).visits[0].words == "Booked for Thursday 19 November."


def test_records_of_another_case_are_out_of_reach():
    world = cases.world()
    one, other = build.ended(world, cases.case(world)), cases.case(world)
    looks = (
        lambda: queries.monitoring_for(other, build.visits_of(one)[0].id),
        lambda: queries.outcome_for(other, one.pupils[0].pupil_id),
        lambda: queries.cell_for(one, "nonsense"),
    )
    for look in looks:
        with pytest.raises(OutOfReach):
            look()


def test_an_imported_end_has_its_answers_and_no_tasks():
    world = cases.world()
    actor_of(world.coordinator.id)
    case = cases.case(world)
    stated = {"thrive": rules.Statement(rules.ColumnState.NOT_APPLICABLE, None, "N/A in the chart")}
    outcome = rules.PupilOutcome("child-1", rules.Outcome.SPECIALIST)
    operations.import_ending(case, [outcome], monitoring=rules.StillInPlace.SOME, stated=stated)
    db.session.commit()
    states = queries.chart_states(case)
    assert (states["placement"], states["still_in_place"]) == (rules.ColumnState.MET, rules.ColumnState.PARTLY)
    assert states["thrive"] is rules.ColumnState.NOT_APPLICABLE
    with pytest.raises(ValueError, match="zip"):
        operations.import_ending(case, [])
