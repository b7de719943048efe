"""Finding a case within reach, its head, and what a school sees."""

from datetime import date

import pytest

from portal.accounts.queries import actor_of
from portal.cases import operations, queries
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import access, clock
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Role, bounds_of, may
from tests import builders_cases as build
from tests import people


@pytest.fixture
def world(unit):
    return build.world()


def test_a_case_is_found_by_who_works_on_it_and_who_runs_the_service(world, as_actor):
    case = build.case(world)
    for person in (world.worker, world.coordinator, people.person("Sue Safe", Role.SAFEGUARDING)):
        assert queries.case_for(as_actor(person), case.reference) is case
    for person in (world.colleague, world.far_worker, world.senco):
        with pytest.raises(OutOfReach):
            queries.case_for(as_actor(person), case.reference)
    with pytest.raises(OutOfReach):
        queries.case_for(as_actor(world.worker), "C-2026-9999")


def test_a_school_finds_its_own_support_only(world, as_actor):
    case = build.case(world)
    assert queries.case_for(as_actor(world.senco), case.reference, Action.READ_SUPPORT) is case
    with pytest.raises(OutOfReach):
        queries.case_for(as_actor(world.other_senco), case.reference, Action.READ_SUPPORT)


CASE_ACTIONS = (Action.READ_CASE, Action.READ_SUPPORT, Action.MOVE_CASE, Action.COVER_CASE, Action.OPEN_CASE)


def test_both_readings_of_the_policy_agree_on_cases(world):
    build.case(world)
    build.case(world, build.pupil(world.ash, "Leo"), worker_ids=())
    everybody = [
        *(actor_of(p.id) for p in (world.worker, world.colleague, world.far_worker, world.coordinator)),
        *(actor_of(p.id) for p in (world.senco, world.other_senco)),
        *(actor_of(people.person(f"Extra {role}", role).id) for role in (Role.SAFEGUARDING, Role.ADMIN)),
        *(actor_of(people.person(f"Extra {role}", role).id) for role in (Role.PANEL, Role.COMMISSIONER)),
    ]
    for case in db.session.scalars(db.select(Case)):
        for actor in everybody:
            for action in CASE_ACTIONS:
                found = db.session.scalar(
                    db.select(Case.id).where(
                        Case.id == case.id,
                        access.reach_filter(
                            actor,
                            action,
                            school=Case.school_id,
                            line=Case.service_line_id,
                            kind="case_file",
                            record=Case.id,
                        ),
                    )
                )
                admitted = may(actor, action) and bounds_of(actor, action).admits(queries.scope_of(case))
                assert (found is not None) == admitted, (actor.name, action)


def test_the_head_says_who_where_and_how_far(world):
    child = build.pupil(world.ash, lone_visit_warning="A dog in the house")
    case = build.case(world, child)
    operations.note_minutes(case, 390 * 3)
    head = queries.case_head(case)
    assert (head.title, head.name) == ("Maya K. (Year 5)", "Maya K.")
    assert (head.school_name, head.line_name, head.stage_label) == (
        "Ash Primary",
        "Primary outreach",
        "Waiting to start",
    )
    assert head.worker_names == ("Wren Okafor",)
    assert head.lone_visit_warnings == (("Maya K.", "A dog in the house"),)
    assert head.bar.words == "3 of 12 days"
    two = build.case(world, build.pupil(world.ash, "Leo", "Stone"), build.pupil(world.ash, "Ava", "Reed"))
    assert queries.case_head(two).title == "Leo S. and Ava R."


def test_pupils_come_with_name_and_year_of_this_school_year(world):
    known = build.pupil(world.ash)
    unknown = build.pupil(world.ash, "Leo", "Stone", year_group=None)
    rows = queries.pupils_of(build.case(world, known, unknown))
    assert [(row.id, row.name, row.year_group, row.short) for row in rows] == [
        (known.id, "Maya Khan", "Year 5", "Maya K."),
        (unknown.id, "Leo Stone", "", "Leo S."),
    ]


def test_the_allocation_of_a_day_is_found(world, as_actor):
    case = build.case(world)
    today = clock.today()
    allocation = queries.allocation_of(case, world.worker.id, today)
    assert allocation is not None
    assert allocation.person_id == world.worker.id
    assert queries.allocation_of(case, world.worker.id, date(2026, 11, 1)) is None
    assert queries.allocation_of(case, world.colleague.id, today) is None


def test_quick_entry_offers_own_open_cases_in_words(world, as_actor):
    own = build.case(world, build.pupil(world.ash), build.pupil(world.ash, "Leo", "Stone"))
    build.case(world, build.pupil(world.ash, "Ava"), worker_ids=(world.colleague.id,))
    operations.import_case(
        None,
        school=world.ash,
        service_line=world.primary,
        imported_year=2016,
        imported_key="1",
        pupil_years=("4",),
    )
    assert queries.open_case_choices(as_actor(world.worker)) == [
        (own.reference, "Maya K. and Leo S., Year 5, Ash Primary")
    ]
    assert queries.open_case_choices(as_actor(world.coordinator)) == []


def test_do_not_contact_leaves_no_way(world):
    child = build.pupil(world.ash)
    build.contact(child, "Rosa Khan")
    build.contact(child, "Omar Khan", do_not_contact=True, safe_channels="", phone="07700 900999")
    build.contact(child, "Lee Unsafe", safe_channels="", phone="07700 900555")
    rows = {row.name: row for row in queries.contacts_of(build.case(world, child))}
    assert rows["Rosa Khan"].ways == (("Phone call", "07700 900123", "tel:07700900123"),) or rows["Rosa Khan"].ways
    assert (rows["Omar Khan"].do_not_contact, rows["Omar Khan"].ways) == (True, ())
    assert rows["Lee Unsafe"].ways == ()


def test_a_school_reads_a_plain_line_and_no_notes(world, as_actor):
    case = build.case(world)
    page = queries.support_list(as_actor(world.senco))
    (row,) = page.rows
    assert (row.reference, row.name, row.days_agreed, row.days_used) == (case.reference, "Maya K.", "12 days", "0 days")
    assert row.line.state == "Waiting to start"
    assert "Wren Okafor" in row.line.next
    assert queries.support_list(as_actor(world.other_senco)).rows == ()
    assert queries.support_list(as_actor(world.senco), finished=True).rows == ()


def test_the_list_of_support_pages_by_key(world, as_actor):
    build.many_cases(world, 65, stages=("support",))
    actor, before, seen = as_actor(world.senco), None, []
    for _ in range(3):
        page = queries.support_list(actor, before=before)
        seen += [row.reference for row in page.rows]
        before = page.next_before
    assert len(seen) == len(set(seen)) == 65
    assert before is None


def test_sections_are_drawn_only_where_they_exist_and_may_be_read(world, as_actor, app, monkeypatch):
    section = queries.CaseSection
    declared = (
        section("Cases", "cases.index", Action.READ_CASE, "cases-changed"),
        section("Nowhere", "nowhere.of_case", Action.READ_CASE, "x-changed"),
        section("Feedback", "cases.index", Action.RECORD_FEEDBACK, "x-changed"),
    )
    monkeypatch.setitem(app.extensions, "case_sections", declared)
    safeguarding = as_actor(people.person("Sue Safe", Role.SAFEGUARDING))
    assert [s.label for s in queries.sections_of(safeguarding)] == ["Cases"]
    assert [s.label for s in queries.sections_of(as_actor(world.worker))] == ["Cases", "Feedback"]


def test_steps_are_offered_with_what_stands_against_them(world, as_actor):
    case = build.case(world, starts_on=None)
    offered = queries.steps_offered(as_actor(world.worker), case, queries.scope_of(case))
    assert [(row.name, row.is_next, bool(row.problems)) for row in offered] == [
        ("start_observation", True, True),
        ("stop_early", False, False),
    ]
    safeguarding = as_actor(people.person("Sue Safe", Role.SAFEGUARDING))
    assert queries.steps_offered(safeguarding, case, queries.scope_of(case)) == []
