"""The policy table, as a page that a head of service can read in a diff; and its two readings agree."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, and_, insert, select

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import Involvement, people_on, reach_filter
from portal.kernel.audit import record
from portal.policy import GRANTS, Action, Actor, Assignment, Reach, Role, bounds_of, may

GOLDEN = Path(__file__).with_name("who_may_do_what.txt")


def written_out() -> str:
    lines = []
    for role in Role:
        lines.append(role.value)
        lines += [f"  {action.name}: {GRANTS[role][action].name}" for action in Action if action in GRANTS[role]]
    return "\n".join(lines) + "\n"


def test_the_table_is_as_agreed():
    """A change of policy shows as a diff of who_may_do_what.txt; write it anew on purpose only."""
    assert written_out() == GOLDEN.read_text()


def test_an_administrator_reaches_no_childs_record():
    of_children = {a for a in Action if any(word in a.name for word in ("CASE", "REFERRAL", "PUPIL", "VISIT"))}
    assert not of_children & set(GRANTS[Role.ADMIN])


def test_a_school_reads_neither_notes_nor_feedback():
    closed = {Action.READ_CASE, Action.READ_VISITS, Action.READ_FEEDBACK, Action.READ_READINGS, Action.READ_BOARD}
    for role in (Role.SCHOOL, Role.HEAD):
        assert not closed & set(GRANTS[role])


def test_school_roles_never_reach_beyond_their_school():
    for role in (Role.SCHOOL, Role.HEAD):
        wide = {a for a, reach in GRANTS[role].items() if reach is not Reach.OWN_SCHOOL}
        assert wide == {Action.OWN_ACCOUNT, Action.READ_POLICY, Action.READ_TASKS}


def test_nobody_without_a_role_may_do_anything():
    nobody = Actor(1, "Nobody", ())
    assert not any(may(nobody, action) for action in Action)
    assert all(bounds_of(nobody, action).nothing for action in Action)


WORLD = Table(
    "policy_world",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("school_id", Integer),
    Column("line_id", Integer),
    Column("handed_in", Boolean),
    Column("on_agenda", Boolean),
)

RECORDS = [
    {"id": number, "school_id": school, "line_id": line, "handed_in": handed_in, "on_agenda": on_agenda}
    for number, (school, line, handed_in, on_agenda) in enumerate(
        itertools.product((1, 2, None), (1, 2), (True, False), (True, False)), start=1
    )
]

ACTORS = [
    Actor(7, "One", (Assignment(role, school_id=school, line_id=line),))
    for role, school, line in itertools.product(Role, (1, None), (1, None))
] + [
    Actor(7, "Two roles", (Assignment(Role.HEAD, school_id=1), Assignment(Role.PANEL))),
    Actor(7, "Two schools", (Assignment(Role.SCHOOL, school_id=1), Assignment(Role.SCHOOL, school_id=2))),
    Actor(7, "Worker and head", (Assignment(Role.WORKER, line_id=2), Assignment(Role.HEAD, school_id=2))),
    Actor(7, "Nobody", ()),
]


@pytest.fixture
def world(unit):
    WORLD.create(db.session.connection())
    db.session.execute(insert(WORLD), RECORDS)
    today = clock.today()
    for number, ends_on in ((3, None), (4, today), (5, today.replace(year=today.year - 1))):
        involvement = Involvement(person_id=7, kind="thing", record_id=number, starts_on=today.replace(year=2020))
        involvement.ends_on = ends_on
        record(None, "involved", involvement)
    for number, until in ((6, today), (7, today.replace(year=today.year + 1)), (8, today.replace(year=2021))):
        closed = Involvement(person_id=7, kind="thing", record_id=number, starts_on=today.replace(year=2020))
        closed.reads_from, closed.reads_until = today.replace(year=2020), until
        record(None, "involved in closed work", closed)
    return WORLD.c


def test_the_check_and_the_row_filter_agree(world):
    """For every role, action and record of a small world: reading the table twice gives one answer."""
    compared = 0
    people = {row["id"]: people_on("thing", row["id"]) for row in RECORDS}
    for actor, action in itertools.product(ACTORS, Action):
        condition = reach_filter(
            actor,
            action,
            school=world.school_id,
            line=world.line_id,
            kind="thing",
            record=world.id,
            handed_in=world.handed_in.is_(True),
            on_agenda=and_(world.on_agenda.is_(True)),
        )
        by_filter = set(db.session.scalars(select(world.id).where(condition)))
        by_check = {row["id"] for row in RECORDS if _admits(actor, action, row, people[row["id"]])}
        assert by_filter == by_check, (actor, action)
        compared += len(by_check)
    assert compared > 1_000


def _admits(actor, action, row, people):
    scope = replace(
        people,
        school_id=row["school_id"],
        line_id=row["line_id"],
        handed_in=row["handed_in"],
        on_agenda=row["on_agenda"],
    )
    return bounds_of(actor, action).admits(scope)


def test_a_column_that_is_not_given_makes_the_filter_empty(unit, world):
    worker = Actor(7, "Worker", (Assignment(Role.WORKER),))
    assert db.session.scalars(select(world.id).where(reach_filter(worker, Action.READ_CASE))).all() == []


def test_closed_work_is_read_and_never_changed(world):
    """Reading ends on its last day; no action but a reading one reaches closed work on any day."""
    worker = Actor(7, "Worker", (Assignment(Role.WORKER),))
    of_own_cases = [action for action, reach in GRANTS[Role.WORKER].items() if reach is Reach.ALLOCATED]
    closed = {6, 7, 8}
    for action in of_own_cases:
        reach = reach_filter(worker, action, kind="thing", record=world.id)
        found = set(db.session.scalars(select(world.id).where(world.id.in_(closed), reach)))
        assert found == ({6, 7} if action.name.startswith("READ_") else set()), action
