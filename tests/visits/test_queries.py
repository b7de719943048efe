"""Reading the ledger: one statement a list, sums, and who sees what."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from portal.accounts.queries import actor_of
from portal.cases import operations as case_operations
from portal.extensions import db
from portal.kernel.errors import NotPermitted, OutOfReach
from portal.visits import operations, queries
from tests import builders_cases
from tests.builders_visits import draft, visit, whole_school

TODAY = date(2026, 11, 10)
MONDAY = date(2026, 11, 9)


@pytest.fixture
def world(unit):
    return builders_cases.world()


@pytest.fixture
def case(world):
    return builders_cases.case(world)


def statements(act) -> int:
    """How many statements the database was sent."""
    seen = []

    def note(*parts):
        seen.append(parts[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def removed(made, by):
    return operations.remove_visit(actor_of(by.id), made, "By mistake", opened_with=made.version)


def test_a_week_by_days_with_sums(world, case):
    visit(case, world.worker, minutes=60)
    visit(case, world.worker, minutes=30, starts_at=None, on_date=MONDAY)
    whole_school(world.birch.id, world.worker, minutes=105, starts_at=None)
    removed(visit(case, world.worker, minutes=500, starts_at=None), world.worker)
    visit(case, world.worker, on_date=MONDAY - timedelta(days=1))
    week = queries.week_of(actor_of(world.worker.id), world.worker.id, TODAY)
    assert (week.monday, week.previous, week.next, week.is_current) == (MONDAY, date(2026, 11, 2), None, True)
    assert (week.time, week.count, week.days_worked) == ("3 hours 15 minutes", 3, "0.5 days")
    assert [len(day.rows) for day in week.days] == [1, 3, 0, 0, 0, 0, 0]
    assert [day.time for day in week.days[:3]] == ["30 minutes", "2 hours 45 minutes", ""]
    first, second, third = week.days[1].rows
    assert (first.about, first.starts, first.reference) == ("Maya K., Ash Primary", "9am", case.reference)
    assert (second.about, second.reference, second.may_correct) == ("Whole school, Birch Academy", None, True)
    assert third.is_removed


def test_a_week_is_one_statement(world, case):
    for _ in range(3):
        visit(case, world.worker)
    actor = actor_of(world.worker.id)
    queries.week_of(actor, world.worker.id, TODAY)
    db.session.flush()
    assert statements(lambda: queries.week_of(actor, world.worker.id, TODAY)) == 1


def test_the_ledger_of_a_case_is_flat_newest_first_and_paged(world, case):
    made = [visit(case, world.worker, on_date=TODAY - timedelta(days=n % 3), minutes=n + 1) for n in range(12)]
    operations.correct_visit(
        actor_of(world.worker.id), made[0], draft(minutes=33), "Longer", opened_with=made[0].version
    )
    actor, few = (
        actor_of(world.worker.id),
        statements(lambda: queries.ledger_of(actor_of(world.worker.id), case, size=2)),
    )
    assert statements(lambda: queries.ledger_of(actor_of(world.worker.id), case)) <= few
    seen, key = [], None
    while True:
        page = queries.ledger_of(actor, case, older_than=key, size=5)
        seen += [row.id for row in page.rows]
        key = page.older_than
        if key is None:
            break
    expected = sorted(made, key=lambda v: (v.on_date, v.id), reverse=True)
    assert seen == [v.id for v in expected]
    assert page.total == 12


def test_a_key_of_another_case_leads_nowhere(world, case):
    other = builders_cases.case(world, builders_cases.pupil(world.ash, "Leo", "Sands"))
    foreign = visit(other, world.worker)
    visit(case, world.worker)
    assert queries.ledger_of(actor_of(world.worker.id), case, older_than=foreign.id).rows == ()


def test_corrections_are_listed_newest_first_with_only_the_notes_that_changed(world, case):
    made, actor = visit(case, world.worker), actor_of(world.worker.id)
    operations.correct_visit(actor, made, draft(minutes=90), "First", opened_with=made.version)
    operations.correct_visit(actor, made, draft(minutes=90, note="Other."), "Second", opened_with=made.version)
    (row,) = queries.ledger_of(actor, case).rows
    assert [(e.reason, e.note) for e in row.earlier] == [("Second", "Went well."), ("First", None)]
    assert row.earlier[1].words == "Tuesday 10 November, 9am · 1 hour · Direct work with a pupil"


def test_a_colleague_reads_but_may_not_correct(world, case):
    visit(case, world.worker)
    case_operations.allocate(actor_of(world.coordinator.id), case, world.colleague.id)
    (row,) = queries.ledger_of(actor_of(world.colleague.id), case).rows
    assert (row.who, row.may_correct, row.is_new) == ("Wren Okafor", False, False)
    assert queries.ledger_of(actor_of(world.coordinator.id), case).rows[0].may_correct
    assert queries.ledger_of(actor_of(world.worker.id), case).rows[0].may_correct


def test_an_entry_is_reached_by_its_author_and_the_coordinator_alone(world, case):
    of_case, of_school = visit(case, world.worker), whole_school(world.ash.id, world.worker)
    for made in (of_case, of_school):
        assert queries.visit_for(actor_of(world.worker.id), made.id) is made
        assert queries.visit_for(actor_of(world.coordinator.id), made.id) is made
        with pytest.raises(OutOfReach):
            queries.visit_for(actor_of(world.colleague.id), made.id)
    with pytest.raises(NotPermitted):
        queries.visit_for(actor_of(world.senco.id), of_school.id)
    with pytest.raises(OutOfReach):
        queries.visit_for(actor_of(world.coordinator.id), 999_999)


def test_minutes_by_allocation_leave_removed_ones_out_and_give_cover_to_the_first(world, case):
    coordinator = actor_of(world.coordinator.id)
    second = case_operations.allocate(coordinator, case, world.colleague.id)
    visit(case, world.worker, minutes=60)
    visit(case, world.colleague, minutes=45)
    removed(visit(case, world.colleague, minutes=500, starts_at=None), world.colleague)
    operations.log_visit(coordinator, draft(minutes=30), case)
    whole_school(world.ash.id, world.worker)
    db.session.flush()
    found = queries.minutes_by_allocation([case.id, 999_999])
    assert found == {case.allocations[0].id: 90, second.id: 45}
    assert sum(found.values()) == case.minutes_used
    assert statements(lambda: queries.minutes_by_allocation([case.id])) == 1
    assert queries.minutes_by_allocation([]) == {}


def test_dates_for_the_school_and_the_first_visit(world, case):
    assert queries.first_visit_on(case.id) is None
    visit(case, world.worker, minutes=60)
    visit(case, world.worker, minutes=15, starts_at=None)
    for back in (9, 2, 1):
        visit(case, world.worker, on_date=TODAY - timedelta(days=back))
    removed(visit(case, world.worker, on_date=TODAY - timedelta(days=30)), world.worker)
    rows = queries.visit_dates_for_school(case)
    assert [(r.on_date, r.minutes) for r in rows][:2] == [(TODAY, 75), (TODAY - timedelta(days=1), 60)]
    assert len(rows) == 4
    assert queries.first_visit_on(case.id) == TODAY - timedelta(days=9)
    assert queries.visit_dates_of([case.id]) == {case.id: [TODAY, MONDAY, TODAY - timedelta(days=2)]}


def test_warnings_name_the_pupil_of_each_case(world):
    alone = builders_cases.pupil(world.ash, lone_visit_warning="A dog")
    empty = builders_cases.pupil(world.ash, "Leo", "Sands", lone_visit_warning="")
    first, second = builders_cases.case(world, alone), builders_cases.case(world, empty)
    (warning,) = queries.lone_visit_warnings([first.reference, second.reference])
    assert (warning.reference, warning.name, warning.reason) == (first.reference, "Maya K.", "A dog")


def test_days_by_worker_and_school_add_up_in_one_statement(world, case):
    visit(case, world.worker, minutes=390, starts_at=None)
    visit(case, world.worker, minutes=130, starts_at=None)
    whole_school(world.birch.id, world.worker, minutes=195, starts_at=None)
    whole_school(world.birch.id, world.colleague, minutes=195, starts_at=None)
    whole_school(world.birch.id, world.colleague, minutes=60, on_date=date(2026, 8, 31))
    removed(whole_school(world.birch.id, world.colleague, minutes=600, starts_at=None), world.colleague)
    coordinator = actor_of(world.coordinator.id)
    table = queries.days_table(coordinator, 2026)
    assert [(who.worker, who.minutes, [(r.school, r.days) for r in rows]) for who, rows in table.workers] == [
        ("Jo Bright", 195, [("Birch Academy", Decimal("0.50"))]),
        ("Wren Okafor", 715, [("Ash Primary", Decimal("1.33")), ("Birch Academy", Decimal("0.50"))]),
    ]
    assert [(row.school, row.minutes, row.entries) for row in table.schools] == [
        ("Ash Primary", 520, 2),
        ("Birch Academy", 390, 2),
    ]
    assert (table.total.minutes, table.total.entries, table.is_for_all) == (910, 4, True)
    assert statements(lambda: queries.days_table(coordinator, 2026)) == 1
    own = queries.days_table(actor_of(world.colleague.id), 2026)
    assert [who.worker for who, _ in own.workers] == ["Jo Bright"]
    assert own.total.minutes == 195
    assert queries.years_offered(coordinator) == [("2026/27", "2026/27"), ("2025/26", "2025/26")]


def test_imported_days_count_in_the_year_of_their_chart(world):
    case = case_operations.import_case(
        None,
        school=world.ash,
        service_line=world.primary,
        imported_year=2016,
        imported_key="chart-1",
        pupil_years=["5"],
        worker_labels=["Worker 1", "Worker 2"],
    )
    operations.import_days(case, case.allocations[0], 168 * 390)
    operations.import_days(case, case.allocations[1], 171 * 390)
    coordinator = actor_of(world.coordinator.id)
    table = queries.days_table(coordinator, 2016)
    assert [(who.worker, who.days) for who, _ in table.workers] == [
        ("Worker 1", Decimal("168.00")),
        ("Worker 2", Decimal("171.00")),
    ]
    assert queries.days_table(coordinator, 2026).workers == ()
    assert queries.days_table(actor_of(world.worker.id), 2016).workers == ()
    assert queries.years_offered(coordinator)[-1] == ("2016/17", "2016/17")
    found = queries.minutes_by_allocation([case.id])
    assert sorted(found.values()) == [168 * 390, 171 * 390]


def test_for_whom_a_person_may_log(world):
    worker, coordinator = actor_of(world.worker.id), actor_of(world.coordinator.id)
    assert queries.people_offered(worker) == [(str(world.worker.id), "Wren Okafor")]
    names = [name for _, name in queries.people_offered(coordinator)]
    assert names == ["Cora Ordinator", "Jo Bright", "Sam Far", "Wren Okafor"]
    assert queries.whose_week(coordinator, str(world.worker.id)) == (world.worker.id, "Wren Okafor")
    with pytest.raises(OutOfReach):
        queries.whose_week(worker, str(world.coordinator.id))
