"""Who finds which referral, and what the lists say, in one statement each."""

from datetime import date
from types import SimpleNamespace

import pytest
from flask import current_app
from sqlalchemy import event

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import audit
from portal.kernel.access import Involvement
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Role
from portal.referrals import operations, queries, rules
from portal.referrals.queries.records import CASE_STAGES
from portal.tasks.operations import settle
from tests import builders_referrals as build
from tests import people


@pytest.fixture
def cast(unit):
    ash, birch = people.school(), people.school("Birch Primary")
    made = SimpleNamespace(
        senco=people.person("Sam Ash", Role.SCHOOL, school_id=ash.id),
        head=people.person("Jo Head", Role.HEAD, school_id=ash.id),
        other=people.person("Bea Birch", Role.SCHOOL, school_id=birch.id),
        worker=people.person("Will Worker", Role.WORKER),
        coordinator=people.person("Cora Dean", Role.COORDINATOR),
        safeguarding=people.person("Dee Lead", Role.SAFEGUARDING),
        panel=people.person("Pat Panel", Role.PANEL),
        line=build.service_line(),
    )
    people.commit()
    return made


def as_(person):
    return actor_of(person.id)


def finds(person, referral):
    try:
        return queries.referral_for(as_(person), referral.reference).id == referral.id
    except OutOfReach:
        return False


def test_a_draft_is_the_schools_own(cast):
    referral = build.draft(cast.senco, cast.line)
    db.session.commit()
    seen_by = [who for who in vars(cast) if who != "line" and finds(getattr(cast, who), referral)]
    assert seen_by == ["senco", "head"]


def test_once_handed_in_the_service_sees_it_and_nobody_else(cast):
    referral = build.submitted(cast.senco, cast.line)
    db.session.commit()
    seen_by = [who for who in vars(cast) if who != "line" and finds(getattr(cast, who), referral)]
    assert seen_by == ["senco", "head", "coordinator", "safeguarding"]
    db.session.add(worked := Involvement(person_id=cast.worker.id, kind="referral", record_id=referral.id,
                                         starts_on=date(2026, 11, 1)))  # fmt: skip
    audit.record(None, "allocated", worked)
    assert finds(cast.worker, referral)
    assert [row.reference for row in queries.own_referrals(as_(cast.worker)).rows] == [referral.reference]


def test_a_school_reads_its_own_list_newest_first_with_one_plain_line(cast):
    first = build.submitted(cast.senco, cast.line)
    second = build.draft(cast.senco, cast.line)
    build.draft(cast.other, cast.line)
    db.session.commit()
    rows = queries.own_referrals(as_(cast.senco)).rows
    assert [row.reference for row in rows] == [second.reference, first.reference]
    assert rows[0].line_words == "Not sent yet. Next: the school."
    assert rows[1].line_words == "With the service for screening. Next: the coordinator, by Tuesday 10 November."
    assert (rows[1].pupil, rows[1].year_group, rows[0].pupil) == ("Maya Okafor", "Year 5", "Pupil not entered yet")


def test_the_screening_list_says_who_waits_longest(cast, clock):
    first = build.submitted(cast.senco, cast.line)
    clock.forward(days=3)
    second = build.submitted(cast.other, cast.line)
    build.draft(cast.senco, cast.line)
    db.session.commit()
    rows = queries.screening(as_(cast.coordinator), queries.Wanted()).rows
    assert [row.reference for row in rows] == [first.reference, second.reference]
    assert [row.waiting for row in rows] == ["3 school days", "came today"]
    assert (rows[0].due_words, rows[0].due_tone) == ("3 school days late", "problem")
    assert queries.screening_counts(as_(cast.coordinator))["submitted"] == 2


def test_the_screening_list_is_narrowed(cast):
    referral = build.submitted(cast.senco, cast.line)
    build.submitted(cast.other, build.service_line("Secondary outreach"))
    db.session.commit()
    coordinator = as_(cast.coordinator)

    def found(**wanted):
        return [row.reference for row in queries.screening(coordinator, queries.Wanted(**wanted)).rows]

    assert found(school_id=referral.school_id) == [referral.reference]
    assert found(line_id=cast.line.id) == [referral.reference]
    assert found(search="r 2026 1") == [referral.reference]
    assert len(found(search="okaf may")) == 2
    assert found(search="100%") == []
    assert found(status="decided") == []


def test_lists_are_paged_by_key(cast, monkeypatch):
    for module in ("lists",):
        monkeypatch.setattr(f"portal.referrals.queries.{module}.SIZE", 2)
    made = [build.submitted(cast.senco, cast.line).reference for _ in range(5)]
    db.session.commit()

    def walk(page_after):
        found, after = [], None
        for _ in range(5):
            page = page_after(after)
            found += [row.reference for row in page.rows]
            after = page.next
            if after is None:
                return found
        return found

    assert walk(lambda after: queries.screening(as_(cast.coordinator), queries.Wanted(), after=after)) == made
    assert walk(lambda after: queries.own_referrals(as_(cast.senco), after=after)) == made[::-1]


def statements(action):
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith("SELECT") and "referral" in statement:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        action()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_each_list_is_one_statement_however_long(cast):
    coordinator, senco = as_(cast.coordinator), as_(cast.senco)
    for _ in range(6):
        build.submitted(cast.senco, cast.line)
    db.session.commit()
    assert statements(lambda: queries.screening(coordinator, queries.Wanted())) == 1
    assert statements(lambda: queries.own_referrals(senco)) == 1
    assert statements(lambda: queries.awaiting_case(coordinator)) == 1


def test_what_waits_for_a_case_is_gone_once_the_case_is_opened(cast):
    referral = build.decided(cast.senco, cast.line, cast.coordinator)
    build.decided(cast.senco, cast.line, cast.coordinator, "decline")
    db.session.commit()
    rows = queries.awaiting_case(as_(cast.coordinator))
    assert [(row.reference, row.pupil, row.decision) for row in rows] == [
        (referral.reference, "Maya Okafor", "Outreach")
    ]
    assert queries.awaiting_case(as_(cast.senco)) == []
    settle(f"referral-{referral.id}-open_case", as_(cast.coordinator))
    db.session.commit()
    assert queries.awaiting_case(as_(cast.coordinator)) == []


def test_the_line_follows_the_work_that_came_of_it(cast, monkeypatch):
    referral = build.decided(cast.senco, cast.line, cast.coordinator)
    db.session.commit()
    assert queries.status_line_of(referral).words(date(2026, 11, 10)) == (
        "Accepted for outreach. The work is being set up. Next: the coordinator, by Tuesday 17 November."
    )
    assert queries.work_of(referral) == ""
    stage = rules.CaseStage("Observation", ("Will Worker",), date(2026, 11, 20), "C-2026-0001")
    monkeypatch.setitem(current_app.extensions, CASE_STAGES, lambda ids: dict.fromkeys(ids, stage))
    assert queries.own_referrals(as_(cast.senco)).rows[0].line_words == (
        "Work under way: observation. Next: Will Worker, by Friday 20 November."
    )
    assert queries.work_of(referral) == "C-2026-0001"


def test_what_a_school_said_to_itself_stays_there(cast):
    line = build.service_line("Secondary outreach", asks_head=True)
    referral = build.written(cast.senco, line)
    for who, step, note in (
        (cast.senco, "send_for_approval", ""),
        (cast.head, "send_back", "Between us: be careful"),
        (cast.senco, "send_for_approval", ""),
        (cast.head, "approve", ""),
    ):
        operations.take_step(as_(who), referral, step, note=note)
    db.session.commit()
    mine = [row.what for row in queries.timeline_of(as_(cast.senco), referral).past]
    theirs = [row.what for row in queries.timeline_of(as_(cast.coordinator), referral).past]
    assert len(mine) == 5
    assert theirs == ["Approved by the school and sent to the service"]


def test_the_buttons_are_those_of_the_road_and_the_role(cast):
    referral = build.submitted(cast.senco, cast.line)
    db.session.commit()
    assert [s.name for s in queries.steps_offered(as_(cast.coordinator), referral)] == ["decide", "return", "withdraw"]
    assert [s.name for s in queries.steps_offered(as_(cast.senco), referral)] == ["withdraw"]
    assert queries.steps_offered(as_(cast.safeguarding), referral) == []


def test_an_empty_page_begins_with_what_is_known(cast):
    referral = build.draft(cast.senco, cast.line)
    db.session.commit()
    opened = queries.opened_page(as_(cast.senco), referral, "referrer")
    assert (opened.draft.name, opened.draft.email, opened.version) == ("Sam Ash", "sam.ash@demo.example", 0)
    assert not queries.opened_page(as_(cast.senco), referral, "support").begun
    assert queries.referral_for(as_(cast.senco), referral.reference, Action.WRITE_REFERRAL)
