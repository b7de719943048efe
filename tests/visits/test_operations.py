"""Logging, correcting and taking out; and the minutes of a case, which must always be the sum of its visits."""

from datetime import date, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from portal.accounts.queries import actor_of
from portal.cases import operations as case_operations
from portal.cases.models import Case
from portal.cases.queries import case_for
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, PortalError, Refused
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.visits import operations
from portal.visits.models import EarlierVisit, Visit
from tests import builders_cases, people
from tests.builders_visits import draft, visit, whole_school

TODAY = date(2026, 11, 10)


@pytest.fixture
def world(unit):
    return builders_cases.world()


@pytest.fixture
def case(world):
    return builders_cases.case(world)


def in_ledger(case: Case) -> int:
    counted = select(func.coalesce(func.sum(Visit.minutes), 0)).where(
        Visit.case_id == case.id, Visit.removed_at.is_(None)
    )
    return int(db.session.scalar(counted))


def test_a_visit_is_logged_for_its_worker_school_and_allocation(world, case):
    made = visit(case, world.worker)
    assert (made.person_id, made.school_id, made.case_id) == (world.worker.id, world.ash.id, case.id)
    assert made.allocation_id == case.allocations[0].id
    assert (made.minutes, made.starts_at, made.note, made.is_imported) == (60, time(9), "Went well.", False)
    assert case.minutes_used == 60
    lines = db.session.scalars(select(AuditLine.action).where(AuditLine.kind == "visit")).all()
    assert lines == ["visit logged"]
    db.session.commit()


def test_whole_school_work_has_no_case_and_no_allocation(world):
    made = whole_school(world.birch.id, world.worker)
    assert (made.case_id, made.school_id, made.allocation_id) == (None, world.birch.id, None)
    db.session.commit()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on_date": None}, "on_date"),
        ({"on_date": TODAY + timedelta(days=1)}, "on_date"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 961}, "minutes"),
        ({"kind": "lunch"}, "kind"),
        ({"kind": "imported_days"}, "kind"),
        ({"kind": "imported_days", "is_imported": True}, "kind"),
    ],
)
def test_what_cannot_be_logged_is_refused_by_field(world, case, changes, field):
    with pytest.raises(RefusedFields) as refused:
        visit(case, world.worker, **changes)
    assert list(refused.value.by_field) == [field]
    assert case.minutes_used == 0


def test_direct_work_needs_a_case(world):
    with pytest.raises(RefusedFields) as refused:
        whole_school(world.ash.id, world.worker, kind="direct_work")
    assert list(refused.value.by_field) == ["case_id"]


@pytest.mark.parametrize("school_id", [None, 999_999])
def test_whole_school_work_needs_a_school_that_is_there(world, school_id):
    with pytest.raises(RefusedFields) as refused:
        whole_school(school_id, world.worker)
    assert list(refused.value.by_field) == ["school_id"]


def test_a_worker_logs_only_own_time_of_own_cases(world, case):
    with pytest.raises(OutOfReach):
        visit(case, world.colleague)
    with pytest.raises(OutOfReach):
        operations.log_visit(actor_of(world.worker.id), draft(), case, person_id=world.colleague.id)
    with pytest.raises(OutOfReach):
        operations.log_visit(
            actor_of(world.worker.id), draft(kind="meeting"), school_id=world.ash.id, person_id=world.colleague.id
        )
    with pytest.raises(NotPermitted):
        visit(case, world.senco)


def test_who_covers_a_case_logs_too_and_the_time_goes_to_no_own_allocation(world, case):
    case_operations.cover(actor_of(world.colleague.id), case, "Wren is ill", TODAY)
    made = visit(case, world.colleague)
    assert made.allocation_id is None
    assert case.minutes_used == 60


def test_the_coordinator_logs_for_anyone_but_not_for_nobody(world, case):
    coordinator = actor_of(world.coordinator.id)
    made = operations.log_visit(coordinator, draft(), case, person_id=world.worker.id)
    assert (made.person_id, made.allocation_id) == (world.worker.id, case.allocations[0].id)
    with pytest.raises(RefusedFields) as refused:
        operations.log_visit(coordinator, draft(), case, person_id=999_999)
    assert list(refused.value.by_field) == ["person_id"]


def test_a_visit_before_the_allocation_still_counts_for_its_worker(world, case):
    assert visit(case, world.worker, on_date=TODAY - timedelta(days=3)).allocation_id == case.allocations[0].id


def test_a_correction_keeps_what_was_there(world, case):
    made = visit(case, world.worker)
    changed = draft(minutes=90, kind="meeting", note="Met the SENDCo.", on_date=TODAY - timedelta(days=1))
    actor = actor_of(world.worker.id)
    operations.correct_visit(actor, made, changed, "Wrong day", opened_with=made.version)
    assert (made.minutes, made.kind, made.note) == (90, "meeting", "Met the SENDCo.")
    (earlier,) = made.earlier
    assert (earlier.minutes, earlier.kind, earlier.note, earlier.on_date) == (60, "direct_work", "Went well.", TODAY)
    assert (earlier.reason, earlier.corrected_by_id) == ("Wrong day", world.worker.id)
    assert case.minutes_used == 90
    db.session.commit()


def test_a_correction_refuses_no_reason_no_change_and_wrong_facts(world, case):
    made, actor = visit(case, world.worker), actor_of(world.worker.id)
    with pytest.raises(RefusedFields) as refused:
        operations.correct_visit(actor, made, draft(minutes=90), " ", opened_with=made.version)
    assert list(refused.value.by_field) == ["reason"]
    with pytest.raises(RefusedFields) as refused:
        operations.correct_visit(actor, made, draft(minutes=90), "x" * 501, opened_with=made.version)
    assert list(refused.value.by_field) == ["reason"]
    with pytest.raises(RefusedFields) as refused:
        operations.correct_visit(actor, made, draft(minutes=0), "Why", opened_with=made.version)
    assert list(refused.value.by_field) == ["minutes"]
    with pytest.raises(Refused, match="Nothing is different"):
        operations.correct_visit(actor, made, draft(), "Why", opened_with=made.version)
    assert db.session.scalar(select(func.count()).select_from(EarlierVisit)) == 0


def test_the_second_of_two_editors_is_told(world, case):
    made, opened = visit(case, world.worker), 1
    operations.correct_visit(actor_of(world.worker.id), made, draft(minutes=90), "Longer", opened_with=opened)
    for act in (
        lambda: operations.correct_visit(actor_of(world.coordinator.id), made, draft(), "No", opened_with=opened),
        lambda: operations.remove_visit(actor_of(world.coordinator.id), made, "No", opened_with=opened),
        lambda: operations.put_back(actor_of(world.coordinator.id), made, opened_with=opened),
        lambda: operations.remove_visit(actor_of(world.coordinator.id), made, "No", opened_with=None),
    ):
        with pytest.raises(EditConflict):
            act()
    assert made.minutes == 90


def test_taken_out_it_counts_no_more_and_put_back_it_does(world, case):
    made, actor = visit(case, world.worker), actor_of(world.worker.id)
    with pytest.raises(RefusedFields):
        operations.remove_visit(actor, made, "", opened_with=made.version)
    operations.remove_visit(actor, made, "Twice by mistake", opened_with=made.version)
    assert made.removed_at is not None
    assert (made.removed_reason, made.removed_by_id, case.minutes_used) == ("Twice by mistake", world.worker.id, 0)
    for act in (
        lambda: operations.remove_visit(actor, made, "Again", opened_with=made.version),
        lambda: operations.correct_visit(actor, made, draft(minutes=5), "Why", opened_with=made.version),
    ):
        with pytest.raises(Refused):
            act()
    operations.put_back(actor, made, opened_with=made.version)
    assert (made.removed_at, made.removed_reason, case.minutes_used) == (None, None, 60)
    with pytest.raises(Refused):
        operations.put_back(actor, made, opened_with=made.version)
    db.session.commit()


def test_a_colleague_on_the_same_case_corrects_nobody_elses_entry(world, case):
    made = visit(case, world.worker)
    case_operations.allocate(actor_of(world.coordinator.id), case, world.colleague.id)
    colleague = actor_of(world.colleague.id)
    assert case_for(colleague, case.reference, Action.READ_VISITS) is case
    with pytest.raises(OutOfReach):
        operations.correct_visit(colleague, made, draft(minutes=5), "Why", opened_with=made.version)
    with pytest.raises(OutOfReach):
        operations.remove_visit(colleague, made, "Why", opened_with=made.version)
    operations.remove_visit(actor_of(world.coordinator.id), made, "Asked to", opened_with=made.version)


def test_imported_days_are_marked_counted_and_never_changed(world):
    case = case_operations.import_case(
        None,
        school=world.ash,
        service_line=world.primary,
        imported_year=2016,
        imported_key="chart-1",
        pupil_years=["5"],
        worker_labels=["Worker 1"],
    )
    made = operations.import_days(case, case.allocations[0], 168 * 390)
    coordinator = actor_of(world.coordinator.id)
    assert (made.is_imported, made.on_date, case.minutes_used) == (True, None, 168 * 390)
    for act in (
        lambda: operations.correct_visit(coordinator, made, draft(), "Why", opened_with=made.version),
        lambda: operations.remove_visit(coordinator, made, "Why", opened_with=made.version),
        lambda: operations.log_visit(coordinator, draft(), case),
    ):
        with pytest.raises(Refused, match="earlier chart"):
            act()
    db.session.commit()


steps = st.lists(
    st.tuples(st.sampled_from(["log", "correct", "remove", "back", "import"]), st.integers(1, 960)), max_size=12
)


@given(steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_minutes_of_a_case_are_always_the_sum_of_its_visits(unit, taken):
    world = builders_cases.world()
    case, actor = builders_cases.case(world), actor_of(world.worker.id)
    made: list[Visit] = []
    for step, minutes in taken:
        entry = made[minutes % len(made)] if made else None
        version = entry.version if entry else None
        try:
            if step == "log":
                made.append(visit(case, world.worker, minutes=minutes, starts_at=None))
            elif step == "import":
                made.append(operations.import_days(case, case.allocations[0], minutes))
            elif entry and step == "correct":
                operations.correct_visit(
                    actor, entry, draft(minutes=minutes, starts_at=None), "Why", opened_with=version
                )
            elif entry and step == "remove":
                operations.remove_visit(actor, entry, "Why", opened_with=version)
            elif entry:
                operations.put_back(actor, entry, opened_with=version)
        except PortalError:
            pass
        assert case.minutes_used == in_ledger(case)
    db.session.rollback()


def test_hostile_text_is_kept_as_it_is(world, case):
    text = "<script>alert(1)</script> =1+1 \U0001f600 \u202eabc"
    made = visit(case, world.worker, note=text)
    db.session.commit()
    db.session.expire_all()
    assert made.note == text


def test_a_person_without_any_role_logs_nothing(world, case):
    nobody = people.person("No Role", None)
    with pytest.raises(NotPermitted):
        visit(case, nobody)
