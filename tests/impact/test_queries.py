"""The chart out of the records: rows, scope, filters, and the number of statements it takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from portal.cases.operations import allocate, cover, end_allocation
from portal.exits.models import MonitoringVisit
from portal.extensions import db
from portal.history.published import import_published
from portal.impact.queries import Chart, ChartFilter, chart
from portal.impact.rules import CellState, Share, row_year
from portal.kernel import settings
from portal.kernel.audit import record
from portal.kernel.dates import school_year_label, school_year_start
from portal.plans.rules import Implemented
from portal.policy import Actor
from portal.visits.queries.days import days_table
from tests import builders_cases as cases
from tests import builders_impact as build
from tests.conftest import TUESDAY

TODAY = TUESDAY.date()
S = CellState


@pytest.fixture
def world(unit: None) -> cases.World:
    return cases.world()


@pytest.fixture
def coordinator(world: cases.World, as_actor: Callable[..., Actor]) -> Actor:
    return as_actor(world.coordinator)


def shown(actor: Actor, **asked: str) -> Chart:
    return chart(actor, ChartFilter.of(**asked))


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_a_row_comes_from_records_alone(world: cases.World, coordinator: Actor) -> None:
    case = build.whole_case(world, ended_on=TODAY - timedelta(days=5), steps=(12, 9, 7))
    (entry,) = shown(coordinator).entries
    row = entry.row
    assert (entry.reference, entry.line, entry.is_imported, entry.readable) == (
        case.reference,
        "Primary outreach",
        False,
        True,
    )
    assert (row.school.value, row.worker.value, row.year) == ("Ash Primary", "Wren Okafor", "2026/27")
    assert (row.days.number, row.children.number) == (3, 1)
    assert (row.placement.value, row.placement.state) == ("Stayed in school", S.MET)
    assert (row.how_it_ended.value, row.how_it_ended.state) == ("Completed", S.MET)
    assert (row.actions_implemented.value, row.actions_implemented.state) == ("Some", S.PARTLY)
    assert row.threshold.value == "5 steps better: High 4 to low 3"
    assert row.thrive.value == "12%"
    assert (row.still_in_place.value, row.still_in_place.note) == (
        "Some",
        "1 of 2 strategies seen; visited on 5 November 2026",
    )
    assert (row.school_feedback.value, row.school_feedback.note) == ("Positive, except length", "Calm")
    assert row.family_feedback.value == "Positive for every aspect asked (1 of 6)"
    assert row.child_voice.state is S.AWAITED


def test_work_that_goes_on_and_work_that_ended_without_answers_are_different(
    world: cases.World, coordinator: Actor
) -> None:
    cases.case(world)
    over = cases.case(world, cases.pupil(world.ash, "Tom", "Long"))
    build.ended(over, TODAY)
    going_on, ended = (entry.row for entry in shown(coordinator).entries)
    assert {going_on.cell(column).state for column in ("placement", "thrive", "still_in_place")} == {S.IN_PROGRESS}
    assert [ended.cell(column).value for column in ("placement", "thrive", "still_in_place")] == [
        "To come",
        "To come",
        "To be arranged",
    ]
    assert shown(coordinator).totals.placement_kept == Share(0, 0)
    assert shown(coordinator).totals.placement_unknown == 2


def test_what_was_stated_stands_where_there_is_no_record(world: cases.World, coordinator: Actor) -> None:
    case = cases.case(world)
    build.stated(case, "thrive", "not_applicable", note="another measure is used")
    build.stated(case, "threshold", "awaited")
    build.stated(case, "actions_implemented", "partly")
    build.stated(case, "still_in_place", "scheduled", due_on=date(2026, 12, 5))
    build.threshold(case, 12, 12)
    (entry,) = shown(coordinator).entries
    row = entry.row
    assert (row.thrive.state, row.thrive.note) == (S.NOT_APPLICABLE, "another measure is used")
    assert row.threshold.value == "No change: High 4"
    assert (row.actions_implemented.value, row.actions_implemented.state) == ("Some", S.PARTLY)
    assert (row.still_in_place.value, row.still_in_place.state) == ("5 December 2026", S.SCHEDULED)


def test_a_visit_that_will_not_take_place_is_not_booked(world: cases.World, coordinator: Actor) -> None:
    case = cases.case(world)
    build.ended(case, TODAY)
    build.monitoring(case, scheduled_for=date(2026, 12, 1), not_done="The school has closed")
    (entry,) = shown(coordinator).entries
    assert entry.row.still_in_place.value == "To be arranged"
    build.monitoring(case, moment="term", scheduled_for=date(2027, 1, 12))
    (entry,) = shown(coordinator).entries
    assert entry.row.still_in_place.value == "12 January 2027"


def test_two_workers_make_two_rows_and_the_child_counts_once(world: cases.World, coordinator: Actor) -> None:
    case = build.whole_case(world, ended_on=TODAY)
    build.second_worker(world, case)
    build.visit(case, world.colleague, 390)
    found = shown(coordinator)
    assert [(e.row.worker.value, e.row.days.value, e.row.children.value) for e in found.entries] == [
        ("Wren Okafor", "3", "1"),
        ("Jo Bright", "1", "1"),
    ]
    totals = found.totals
    assert (totals.rows, totals.works, totals.children, totals.days) == (2, 1, 1, 4)
    assert totals.placement_kept == totals.thrive.known == totals.monitoring_answered == Share(1, 1)


def test_a_worker_who_left_and_came_back_has_one_row(world: cases.World, coordinator: Actor) -> None:
    case = cases.case(world)
    build.visit(case, world.worker, 390)
    allocate(coordinator, case, world.colleague.id)
    end_allocation(coordinator, case, world.worker.id)
    again = build.second_worker(world, case)
    again.person = world.worker
    record(None, "worker allocated", case)
    assert [e.row.worker.value for e in shown(coordinator).entries] == ["Wren Okafor", "Jo Bright"]


def test_cover_counts_in_the_first_workers_row_and_removed_time_nowhere(world: cases.World, coordinator: Actor) -> None:
    case = cases.case(world)
    build.second_worker(world, case)
    build.visit(case, world.worker, 390)
    build.visit(case, world.far_worker, 195, cover=True)
    removed = build.visit(case, world.worker, 3900)
    removed.removed_at = TUESDAY
    record(None, "visit removed", removed)
    assert [e.row.days.number for e in shown(coordinator).entries] == [Decimal("1.5"), 0]


@pytest.mark.parametrize("ended_on", [date(2026, 8, 31), date(2026, 9, 1), date(2025, 9, 1), None])
def test_a_row_belongs_to_the_year_in_which_its_work_ended(
    world: cases.World, coordinator: Actor, ended_on: date | None
) -> None:
    case = cases.case(world)
    if ended_on is not None:
        build.ended(case, ended_on)
    label = row_year(ended_on, None, TODAY)
    for year in ("2024/25", "2025/26", "2026/27"):
        assert len(shown(coordinator, year=year).entries) == (year == label), year
    found = shown(coordinator)
    assert found.chosen.year_words == label
    assert [entry.row.year for entry in found.entries] == [label]


def test_the_newest_year_with_work_is_shown_first_and_all_years_can_be(world: cases.World, coordinator: Actor) -> None:
    import_published(world.primary.id)
    assert shown(coordinator).chosen.year_words == "2016/17"
    build.ended(cases.case(world), date(2025, 10, 1))
    found = shown(coordinator)
    assert found.chosen.year_words == "2025/26"
    assert found.choices.years == (("2025/26", "2025/26"), ("2016/17", "2016/17"))
    every = shown(coordinator, year="all")
    assert every.totals.rows == 11
    assert every.has_several_years
    assert {entry.row.year for entry in every.entries} == {"2016/17", "2025/26"}


def test_an_empty_portal_has_an_empty_chart(world: cases.World, coordinator: Actor) -> None:
    found = shown(coordinator)
    assert (found.entries, found.totals.rows, found.chosen.year_words) == ((), 0, school_year_label(2026))
    assert found.choices.years == (("2026/27", "2026/27"),)


def test_filters_narrow_rows_totals_and_each_other(world: cases.World, coordinator: Actor) -> None:
    import_published(world.primary.id)
    year = {"year": "2016/17"}
    found = shown(coordinator, **year)
    workers = {label: key for key, label in found.choices.workers}
    schools = {label: key for key, label in found.choices.schools}
    assert list(workers) == ["Worker 1", "Worker 2"]
    assert list(schools) == list("ABCDEFGHIJ")
    assert shown(coordinator, **year, worker=workers["Worker 1"]).totals.days == 168
    assert shown(coordinator, **year, worker=workers["Worker 2"]).totals.days == 171
    assert [e.row.school.value for e in shown(coordinator, **year, school=schools["D"]).entries] == ["D"]
    assert shown(coordinator, **year, line=str(world.primary.id)).totals.rows == 10
    other = shown(coordinator, **year, line=str(world.secondary.id))
    assert other.entries == ()
    assert (str(world.secondary.id), "Not in this chart") in other.choices.lines


@pytest.mark.parametrize(
    "asked",
    [
        {"line": "abc", "school": "-1", "year": "soon"},
        {"line": "99999999999999999999", "school": "0x10"},
        {"line": "2147483648", "year": "9999/10"},
        {"year": "2016/18"},
        {"year": "0000/01"},
        {"line": "１", "school": "²"},
        {"line": "' OR 1=1 --"},
    ],
)
def test_what_cannot_be_understood_narrows_nothing(
    world: cases.World, coordinator: Actor, asked: dict[str, str]
) -> None:
    cases.case(world)
    assert len(shown(coordinator, **asked).entries) == 1


def test_a_worker_sees_their_own_and_covered_work_and_nothing_imported(
    world: cases.World, as_actor: Callable[..., Actor]
) -> None:
    import_published(world.primary.id)
    mine = cases.case(world)
    colleagues = cases.case(world, cases.pupil(world.ash, "Tom", "Long"), worker_ids=(world.colleague.id,))
    worker = as_actor(world.worker)
    found = shown(worker, year="all")
    assert [entry.reference for entry in found.entries] == [mine.reference]
    assert found.totals.children == 1
    assert found.choices.years == (("2026/27", "2026/27"),)
    assert [label for _, label in found.choices.workers] == ["Wren Okafor"]
    cover(worker, colleagues, "Jo is ill this week", TODAY + timedelta(days=3))
    db.session.flush()
    assert len(shown(worker).entries) == 2
    assert shown(as_actor(world.far_worker), year="all").entries == ()
    assert shown(as_actor(world.far_worker), year="2016/17").entries == ()


def test_other_roles_have_no_rows(world: cases.World, as_actor: Callable[..., Actor]) -> None:
    import_published(world.primary.id)
    cases.case(world)
    for person in (world.senco, world.other_senco):
        assert shown(as_actor(person), year="all").entries == ()


def test_the_number_of_statements_does_not_grow_with_the_rows(world: cases.World, coordinator: Actor) -> None:
    def count() -> int:
        db.session.flush()
        settings.current()
        with statements() as seen:
            shown(coordinator, year="all")
        return len(seen)

    build.whole_case(world, ended_on=TODAY)
    few = count()
    import_published(world.primary.id)
    for child in range(4):
        case = cases.case(world, cases.pupil(world.ash, f"Child{child}", "Many"))
        build.second_worker(world, case)
        build.strategies(case, Implemented.YES, Implemented.NO)
        build.threshold(case, 9, 8)
    assert count() == few <= 9


def test_the_ledger_and_the_chart_count_different_days_and_agree_where_they_can(
    world: cases.World, coordinator: Actor
) -> None:
    """The chart rounds whole pieces of work to half days; the ledger adds up one year to the minute."""
    this, last = TODAY - timedelta(days=1), TODAY - timedelta(days=400)
    works = [cases.case(world), cases.case(world, cases.pupil(world.ash, "Ola", "N"))]
    for number, day, minutes in ((0, this, 400), (0, last, 800), (1, this, 500)):
        build.visit(works[number], world.worker, minutes).on_date = day
    db.session.flush()
    years = [school_year_start(day) for day in (last, this)]
    assert years[0] != years[1]
    before, now = (days_table(coordinator, year).total for year in years)
    assert (before.minutes, now.minutes) == (800, 900)
    totals = shown(coordinator).totals
    assert totals.days == sum(half_days(minutes) for minutes in (1200, 500)) != now.days
    assert abs(totals.days - Decimal(before.minutes + now.minutes) / 390) <= Decimal("0.25") * len(works)


def half_days(minutes: int) -> Decimal:
    return Decimal(round(Decimal(minutes) / 390 * 2)) / 2


def test_published_days_stay_when_the_working_day_changes(world: cases.World, coordinator: Actor) -> None:
    import_published(world.primary.id)
    case = cases.case(world)
    build.visit(case, world.worker, 390)
    record(None, "setting changed", settings.put("clock.day_minutes", "300"))
    assert shown(coordinator, year="2016/17").totals.days == 339
    assert shown(coordinator, year="2026/27").totals.days == Decimal("1.5")


def test_the_published_figures_come_out_exactly(world: cases.World, coordinator: Actor) -> None:
    import_published(world.primary.id)
    found = shown(coordinator, year="2016/17")
    totals = found.totals
    assert (totals.rows, totals.works, totals.children, totals.days) == (10, 10, 12, 339)
    assert [(row.worker, row.days) for row in totals.days_by_worker] == [("Worker 1", 168), ("Worker 2", 171)]
    assert totals.placement_kept == Share(11, 12)
    assert (totals.thrive.known, totals.thrive.mean, totals.thrive.median) == (
        Share(8, 10),
        Decimal("18.25"),
        Decimal("15.5"),
    )
    assert [int(step) for step in totals.threshold.values] == [5, 3, 0, 3, 2, 1, 5]
    assert (totals.threshold.known, totals.threshold.mean, totals.threshold.median) == (
        Share(7, 10),
        Decimal("2.71"),
        3,
    )
    assert totals.monitoring_answered == Share(4, 10)
    rows = {entry.row.school.value: entry.row for entry in found.entries}
    assert [(rows[s].still_in_place.value, rows[s].still_in_place.state) for s in "ABCDEFGHIJ"] == [
        ("Some", S.PARTLY),
        ("Yes", S.MET),
        ("No", S.NOT_MET),
        ("N/A", S.NOT_APPLICABLE),
        ("Yes", S.MET),
        ("N/A", S.NOT_APPLICABLE),
        ("N/A", S.NOT_APPLICABLE),
        ("5 December 2017", S.SCHEDULED),
        ("Ongoing", S.IN_PROGRESS),
        ("To be arranged", S.AWAITED),
    ]
    assert [(rows[s].threshold.value, rows[s].threshold.state) for s in "AIJ"] == [
        ("N/A", S.NOT_APPLICABLE),
        ("Ongoing", S.IN_PROGRESS),
        ("To come", S.AWAITED),
    ]
    assert all(entry.is_imported and entry.readable for entry in found.entries)


def test_an_imported_answer_without_a_date_is_an_answer(world: cases.World, coordinator: Actor) -> None:
    case = cases.case(world)
    made = MonitoringVisit(case=case, moment="imported", answer="no")
    record(None, "monitoring visit imported", made)
    (entry,) = shown(coordinator).entries
    assert (entry.row.still_in_place.value, entry.row.still_in_place.state) == ("No", S.NOT_MET)
