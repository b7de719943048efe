"""The cards of the board: who sees which, in what words, in one flat statement."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.board import queries
from portal.board.rules import BoardFilter
from portal.cases import operations
from portal.cases.models import Case
from portal.cases.rules import ON_BOARD
from portal.extensions import db
from portal.kernel import access, clock
from portal.policy import Action, Actor, Assignment, Role
from portal.tasks import operations as tasks
from tests import builders_cases as build
from tests import people

ALL = BoardFilter()


@pytest.fixture
def world(unit):
    return build.world()


def cards(actor, wanted=ALL):
    return [card for column in queries.board(actor, wanted).columns for card in column.cards]


def names(actor, wanted=ALL):
    return sorted(card.name for card in cards(actor, wanted))


# Words of a card ------------------------------------------------------------


def test_a_card_says_everything_that_look_md_asks(world, as_actor):
    case = build.case(world, worker_ids=(world.worker.id, world.colleague.id))
    operations.note_minutes(case, 390 * 3)
    (card,) = cards(as_actor(world.worker))
    assert (card.name, card.meta) == ("Maya K.", "Year 5 · Ash Primary")
    assert (card.chip, card.workers) == ("WO +1", "Wren Okafor, Jo Bright")
    assert (card.days, card.percent, card.is_over) == ("3 of 12 days", 25, False)
    assert (card.due, card.due_tone) == ("Report Tue 24 Nov", "quiet")
    assert card.due_title == "Observation report, due Tuesday 24 November"
    assert card.time == "since today"
    assert (card.on, card.on_target, card.back) == ("start_observation", "Observation", "")


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (-3, "Review late, 7 Nov", "problem"),
        (0, "Review today", "attention"),
        (1, "Review tomorrow", "attention"),
        (2, "Review Thu 12 Nov", "quiet"),
    ],
)
def test_the_one_thing_due_is_a_tag_with_word_and_date(world, as_actor, days, words, tone):
    case = build.case(world, worker_ids=(), starts_on=None)
    due = clock.today() + timedelta(days=days)
    tasks.ask("k", "week_six_review", "Week 6 review", "/", due, person_id=1, case_id=case.id)
    tasks.ask("later", "planned_end", "Planned end", "/", due + timedelta(days=9), person_id=1, case_id=case.id)
    (card,) = cards(as_actor(world.coordinator))
    assert (card.due, card.due_tone) == (words, tone)
    assert (card.chip, card.workers) == ("–", "No worker yet")


def test_a_card_counts_days_beyond_the_plan(world, as_actor):
    case = build.case(world)
    operations.note_minutes(case, 390 * 13)
    (card,) = cards(as_actor(world.worker))
    assert (card.percent, card.is_over, card.days) == (100, True, "13 of 12 days")


# Reach ------------------------------------------------------------


def test_workers_see_their_lines_and_open_their_own(world, as_actor):
    build.case(world)
    build.bare_cases(world, 1, stages=("plan",), service_line=world.secondary)
    (own,) = cards(as_actor(world.worker))
    assert (own.may_read, own.may_cover, own.on) == (True, False, "start_observation")
    (others,) = cards(as_actor(world.colleague))
    assert (others.may_read, others.may_cover, others.on, others.back) == (False, True, "", "")
    assert names(as_actor(world.far_worker)) == ["Child0 B."]
    assert len(cards(as_actor(world.coordinator))) == 2
    safeguarding = as_actor(people.person("Sue Safe", Role.SAFEGUARDING))
    assert {(c.may_read, c.may_cover, c.on) for c in cards(safeguarding)} == {(True, False, "")}


@pytest.mark.parametrize("lines", ["primary", "both", "none", "every"])
@pytest.mark.parametrize("role", list(Role))
def test_the_board_reaches_as_far_as_the_policy_says(world, role, lines):
    build.bare_cases(world, 2, stages=("plan",))
    build.bare_cases(world, 1, stages=("support",), service_line=world.secondary)
    ids = {
        "primary": [world.primary.id],
        "both": [world.primary.id, world.secondary.id],
        "none": [],
        "every": [None],
    }[lines]
    actor = Actor(999, "Somebody", tuple(Assignment(role, world.ash.id, line_id) for line_id in ids))
    reach = access.reach_filter(actor, Action.READ_BOARD, line=Case.service_line_id)
    allowed = set(db.session.scalars(db.select(Case.id).where(reach)))
    assert {card.id for card in cards(actor)} == allowed


def test_a_line_out_of_reach_shows_nothing(world, as_actor):
    build.bare_cases(world, 3, stages=("plan",))
    assert cards(as_actor(world.far_worker), BoardFilter(line=world.primary.id)) == []


def test_imported_and_closed_cases_stay_off(world, as_actor):
    build.bare_cases(world, 7)
    operations.import_case(
        None, school=world.ash, service_line=world.primary, imported_year=2016, imported_key="1", pupil_years=("4",)
    )
    assert len(cards(as_actor(world.coordinator))) == 6
    page = queries.closed_page(as_actor(world.coordinator), ALL, "")
    assert [row.name for row in page.rows] == ["Child6 B."]


# Filters ------------------------------------------------------------


def test_every_filter_narrows(world, as_actor):
    maya = build.case(world)
    build.bare_cases(world, 1, stages=("plan",), school=world.birch)
    build.bare_cases(world, 1, stages=("exit",), service_line=world.secondary)
    tasks.ask("k", "week_six_review", "R", "/", clock.today() - timedelta(days=1), person_id=1, case_id=maya.id)
    actor = as_actor(world.coordinator)
    assert len(names(actor)) == 3
    assert names(actor, BoardFilter(line=world.secondary.id)) == ["Child0 B."]
    assert names(actor, BoardFilter(school=world.ash.id, line=world.primary.id)) == ["Maya K."]
    assert len(names(actor, BoardFilter(worker=world.worker.id))) == 3
    assert names(actor, BoardFilter(worker=world.colleague.id)) == []
    assert len(names(actor, BoardFilter(year=2026))) == 3
    assert names(actor, BoardFilter(year=2025)) == []
    assert names(actor, BoardFilter(due="late")) == ["Maya K."]
    assert names(actor, BoardFilter(due="week")) == ["Maya K."]


@pytest.mark.parametrize("text", ["maya", "KHAN", "aya kh", "C-2026-0001", "c-2026-0001"])
def test_text_finds_names_and_references(world, as_actor, text):
    build.case(world)
    build.bare_cases(world, 1, stages=("plan",))
    assert names(as_actor(world.coordinator), BoardFilter(q=text)) == ["Maya K."]


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; drop table case_file;--", "🙂", "x" * 5_000])
def test_hostile_text_finds_nothing_and_breaks_nothing(world, as_actor, text):
    build.case(world)
    assert names(as_actor(world.coordinator), BoardFilter(q=text)) == []


# Order, limits, flatness ------------------------------------------------------------


def test_each_stage_shows_those_that_wait_longest_and_says_that_there_are_more(world, as_actor):
    build.many_cases(world, 30, stages=("support",))
    column = queries.board(as_actor(world.coordinator), ALL).columns[ON_BOARD.index("support")]
    assert (len(column.cards), column.has_more, column.number) == (25, True, "25+")
    assert [card.id for card in column.cards] == list(range(1_000, 1_025))
    wider = queries.board(as_actor(world.coordinator), BoardFilter(stage="support", more=1))
    assert len(wider.columns[ON_BOARD.index("support")].cards) == 30


def test_closed_cases_page_by_key_without_gap_or_repeat(world, as_actor):
    build.many_cases(world, 70, stages=("closed",))
    actor, key, seen = as_actor(world.coordinator), "", []
    for _ in range(3):
        page = queries.closed_page(actor, ALL, key)
        seen += [row.reference for row in page.rows]
        key = page.next_key or ""
    assert (len(seen), len(set(seen)), key) == (70, 70, "")


@pytest.mark.parametrize("key", ["x", "1", "1.2.3", "9" * 40 + ".1", "1." + "9" * 15, "-1.-1", "٣.٣"])
def test_a_hostile_key_reads_as_the_beginning(world, as_actor, key):
    build.bare_cases(world, 1, stages=("closed",))
    assert len(queries.closed_page(as_actor(world.coordinator), ALL, key).rows) in (0, 1)


@pytest.mark.parametrize("who", ["coordinator", "worker", "both"])
def test_the_plan_walks_an_index_without_sorting_the_cases(world, as_actor, engine, who):
    if engine != "sqlite":
        pytest.skip("the plan of PostgreSQL depends on its statistics")
    build.many_cases(world, 40)
    both = tuple(Assignment(Role.WORKER, None, line.id) for line in (world.primary, world.secondary))
    actor = Actor(1, "Both", both) if who == "both" else as_actor(getattr(world, who))
    details = explained(actor, ALL)
    index = "ix_case_file_board" if who == "worker" else "ix_case_file_stage"
    branches = [detail for detail in details if "case_file" in detail and index in detail]
    assert len(branches) == len(ON_BOARD), details
    assert len([detail for detail in details if "case_file" in detail]) == len(ON_BOARD) + 1, details
    assert not any(detail.startswith("SCAN case_file") for detail in details)


def explained(actor, wanted):
    seen = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        seen.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    queries.board(actor, wanted)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    statement, parameters = next(pair for pair in seen if "case_file" in pair[0])
    cursor = db.session.connection().connection.cursor()
    return [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def work_of(actor, wanted):
    """Statements, rows fetched and, on SQLite, steps of its machine for one board."""
    statements, steps = [], 0

    def note(_connection, _cursor, statement, *_others):
        statements.append(statement)

    def count():
        nonlocal steps
        steps += 1
        return 0

    raw = db.session.connection().connection.driver_connection
    sa.event.listen(db.engine, "before_cursor_execute", note)
    if hasattr(raw, "set_progress_handler"):
        raw.set_progress_handler(count, 100)
    shown = len(cards(actor, wanted))
    if hasattr(raw, "set_progress_handler"):
        raw.set_progress_handler(None, 0)
    sa.event.remove(db.engine, "before_cursor_execute", note)
    return len(statements), shown, steps


@pytest.mark.parametrize("who", ["coordinator", "worker"])
def test_a_board_of_2000_cases_takes_the_work_of_one_of_200(world, as_actor, who):
    build.many_cases(world, 200)
    actor = as_actor(getattr(world, who))
    queries.board(actor, ALL)
    small = work_of(actor, ALL)
    build.many_cases(world, 1_800, first=5_000)
    large = work_of(actor, ALL)
    assert small[:2] == large[:2] == (small[0], 150)
    assert large[2] <= small[2] * 1.2 + 5


def test_the_filters_offer_what_is_in_reach(world, as_actor):
    build.bare_cases(world, 1, stages=("plan",))
    offered = queries.choices(as_actor(world.worker))
    assert offered.lines == [(world.primary.id, "Primary outreach")]
    assert [name for _, name in offered.schools] == ["Ash Primary"]
    assert [name for _, name in offered.workers] == ["Jo Bright", "Sam Far", "Wren Okafor"]
    assert len(queries.choices(as_actor(world.coordinator)).lines) == 2


def test_a_filter_can_be_changed_in_one_place():
    assert replace(ALL, q="x").query(stage="plan") == "q=x&stage=plan"
