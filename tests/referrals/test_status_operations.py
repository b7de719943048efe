"""What follows from each step: versions, letters, questions, matches, messages; and what nobody can change."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.files.intake import check
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.notices.models import Notice
from portal.policy import Role
from portal.referrals import operations, queries, rules
from portal.referrals.models import KeptForGood, Referral, ReferralLetter, ReferralMatch, ReferralVersionPage
from portal.referrals.queries.shown import HAND_OVER
from portal.schools.operations import RefusedFields
from portal.tasks.models import Task
from portal.tasks.queries import waiting_for
from tests import builders_referrals as build
from tests import people
from tests.statements import statements

MAYA = build.PAGES["pupil"]
TWIN = replace(MAYA, given_name="Moya", family_name="Okafor")
OTHER = replace(MAYA, given_name="Noor", family_name="Aslam", born_on=date(2016, 1, 2))


@pytest.fixture
def cast(unit):
    ash, birch = people.school(), people.school("Birch Primary")
    made = SimpleNamespace(
        ash=ash,
        senco=people.person("Sam Ash", Role.SCHOOL, school_id=ash.id),
        head=people.person("Jo Head", Role.HEAD, school_id=ash.id),
        other=people.person("Bea Birch", Role.SCHOOL, school_id=birch.id),
        coordinator=people.person("Cora Dean", Role.COORDINATOR),
        second=people.person("Cal Dean", Role.COORDINATOR),
        worker=people.person("Will Worker", Role.WORKER),
        line=build.service_line(),
        asking=build.service_line("Secondary outreach", asks_head=True),
    )
    people.commit()
    return made


def as_(person):
    return actor_of(person.id)


def told(kind):
    return sorted(db.session.scalars(select(Notice.recipient).where(Notice.kind == kind)))


def recipient(*persons):
    return sorted(f"person-{person.id}" for person in persons)


def test_the_school_chooses_who_approves(cast):
    deputy = people.person("Di Deputy", Role.HEAD, school_id=cast.ash.id)
    stranger = people.person("Ben Birch", Role.HEAD, school_id=cast.other.roles[0].school_id)
    referral = build.written(cast.senco, cast.asking)
    for wrong in (None, stranger.id, cast.senco.id, 99_999):
        with pytest.raises(RefusedFields):
            operations.take_step(as_(cast.senco), referral, "send_for_approval", approver_id=wrong)
    operations.take_step(as_(cast.senco), referral, "send_for_approval", approver_id=deputy.id)
    db.session.commit()
    task = db.session.scalars(select(Task).where(Task.rule == "approve_referral")).one()
    assert (task.person_id, task.done_at) == (deputy.id, None)
    assert told("approval_asked") == recipient(deputy)
    assert queries.status_line_of(referral).where == "Waiting for the approval of Di Deputy."
    operations.take_step(as_(cast.senco), referral, "ask_another", approver_id=cast.head.id)
    operations.take_step(as_(cast.head), referral, "send_back", note="Name the agencies.")
    db.session.commit()
    assert told("approval_asked") == recipient(deputy, cast.head)
    assert told("sent_back") == recipient(cast.senco)


def test_a_school_without_anybody_to_approve_is_told_so(cast):
    referral = build.written(cast.other, cast.asking)
    with pytest.raises(Refused, match="Nobody at your school can approve here yet"):
        operations.take_step(as_(cast.other), referral, "send_for_approval")


def test_an_authority_waits_for_no_head(cast):
    council = people.school("Bay Council", kind="authority")
    officer = people.person("Ola Officer", Role.SCHOOL, school_id=council.id)
    assert not queries.facts_of(build.draft(officer, cast.asking)).asks_head


def test_each_sending_is_kept_and_nothing_changes_it(cast):
    referral = build.submitted(cast.senco, cast.line)
    operations.take_step(as_(cast.coordinator), referral, "return", note="Which agencies?")
    page = queries.opened_page(as_(cast.senco), referral, "agencies")
    changed = replace(page.draft, social_care="none", lead_professional="Ms Lead")
    operations.save_page(as_(cast.senco), referral, "agencies", changed, opened_with=page.version)
    build.answered(cast.senco, referral, "As the page says.")
    operations.take_step(as_(cast.senco), referral, "resubmit")
    db.session.commit()
    assert [(row.number, row.by) for row in queries.versions_of(referral)] == [(2, "Sam Ash"), (1, "Sam Ash")]
    shown = queries.version_page(referral, 2)
    assert sorted((c.label, c.what) for c in shown.changes) == [
        ("Lead professional", "Added"),
        ("Social-care status", "Changed"),
        ("Which agencies?", "Added"),
    ]
    assert not any(
        one.label == "Lead professional" for _, part in queries.version_page(referral, 1).parts for one in part
    )
    kept = db.session.scalars(select(ReferralVersionPage).limit(1)).one()
    assert "Okafor" not in db.session.connection().exec_driver_sql("SELECT answers FROM referral_version_page").scalar()
    kept.answers = "{}"
    with pytest.raises(KeptForGood):
        db.session.flush()
    db.session.rollback()
    for statement in (
        "UPDATE referral_version SET number = 9",
        "UPDATE referral_version_page SET page = 'x'",
        "UPDATE referral_letter SET title = 'x'",
    ):
        with pytest.raises(Exception, match="stays as it was written|append-only"):
            db.session.execute(text(statement))
        db.session.rollback()
    with pytest.raises(OutOfReach):
        queries.version_page(referral, 3)


def answer(cast, referral, pages=None, own=None, version=None, details=None):
    questions = queries.questions_of(referral)
    operations.answer_questions(
        as_(cast.senco),
        referral,
        pages or {},
        own or {},
        details=details or {},
        opened_with=queries.answers_version(referral, questions) if version is None else version,
    )


def returned(cast, **asking):
    referral = build.submitted(cast.senco, cast.line)
    asked = rules.Asking((("needs", "diagnosis"),), ("Who leads?",), "To be sure.")
    return operations.take_step(as_(cast.coordinator), referral, "return", asking=replace(asked, **asking))


def test_a_return_names_its_questions_and_the_answers_touch_nothing_else(cast):
    referral = returned(cast)
    named, own = queries.questions_of(referral)
    assert (named.page, named.field, named.words, own.words) == ("needs", "diagnosis", "Diagnosis", "Who leads?")
    before = queries.page_answers(referral)
    sent = replace(before["needs"], diagnosis="ADHD", sen_status="N", strengths="Forged")
    answer(cast, referral, {"needs": sent, "concern": rules.ConcernPage("Forged")}, {own.id: "Ms Lead", 999: "Forged"})
    db.session.commit()
    after = queries.page_answers(referral)
    assert after == {**before, "needs": replace(before["needs"], diagnosis="ADHD")}
    operations.take_step(as_(cast.senco), referral, "resubmit")
    db.session.commit()
    shown = queries.version_page(referral, 2)
    assert [(c.label, c.what) for c in shown.changes] == [("Diagnosis", "Changed"), ("Who leads?", "Added")]
    assert told("referral_answered") == recipient(cast.coordinator, cast.second)
    with pytest.raises(Refused, match="not with your school"):
        answer(cast, referral, {}, {own.id: "Late"})


def test_details_of_an_asked_question_count_with_it(cast):
    referral = returned(cast, named=(("family", "shares"),))
    sent = replace(queries.page_answers(referral)["family"], shares=True, shares_who="Mrs O", agrees_who="Forged")
    answer(cast, referral, {"family": sent}, details={"family": frozenset({"shares_who"})})
    page = queries.page_answers(referral)["family"]
    assert (page.shares, page.shares_who, page.agrees_who) == (True, "Mrs O", "Mrs Okafor")


def test_two_people_answer_and_the_second_is_told(cast):
    referral = returned(cast)
    opened = queries.answers_version(referral, questions := queries.questions_of(referral))
    answer(cast, referral, {}, {questions[1].id: "First"}, opened)
    db.session.commit()
    with pytest.raises(EditConflict):
        answer(cast, referral, {}, {questions[1].id: "Second"}, opened)


def test_only_the_school_answers_and_only_what_can_be_right(cast):
    referral = returned(cast, named=(("pupil", "upn"),))
    with pytest.raises(OutOfReach):
        operations.answer_questions(as_(cast.other), referral, {}, {}, details={}, opened_with=1)
    with pytest.raises(NotPermitted):
        operations.answer_questions(as_(cast.coordinator), referral, {}, {}, details={}, opened_with=1)
    wrong = replace(queries.page_answers(referral)["pupil"], upn="A801200005001")
    with pytest.raises(RefusedFields) as refused:
        answer(cast, referral, {"pupil": wrong})
    assert set(refused.value.by_field) == {"pupil-upn"}


def test_a_return_without_a_question_is_refused(cast):
    referral = build.submitted(cast.senco, cast.line)
    for asking in (rules.Asking(), rules.Asking(named=(("needs", "nonsense"),))):
        with pytest.raises(Refused):
            operations.take_step(as_(cast.coordinator), referral, "return", asking=asking)


def test_a_second_return_asks_anew(cast):
    referral = returned(cast)
    build.answered(cast.senco, referral)
    operations.take_step(as_(cast.senco), referral, "resubmit")
    operations.take_step(as_(cast.coordinator), referral, "return", asking=rules.Asking(own=("And then?",)))
    db.session.commit()
    assert [row.words for row in queries.asked_rows(referral, queries.questions_of(referral))] == ["And then?"]
    assert len(told("referral_returned")) == 2


def test_it_is_not_sent_again_before_the_services_own_questions_are_answered(cast):
    referral = returned(cast)
    with pytest.raises(Refused, match="no answer yet"):
        operations.take_step(as_(cast.senco), referral, "resubmit")
    build.answered(cast.senco, referral, "  ")
    assert queries.unanswered_of(referral) == 1
    build.answered(cast.senco, referral)
    operations.take_step(as_(cast.senco), referral, "resubmit")
    assert referral.status == "submitted"


STEP = r'(?:step=|note_step\(actor, referral, )"(\w+)"'
BLANKS = {"named": (("needs", "strengths"), ("evidence", "plan")), "own": ("Who leads?",)}


def test_what_is_left_blank_is_asked_for_or_said_not_to_be_known(cast):
    referral = returned(cast, **BLANKS)
    strengths, plan, own = queries.questions_of(referral)
    seen = queries.answers_version(referral, [strengths, plan, own])
    with pytest.raises(RefusedFields) as refused:
        operations.answer_questions(
            as_(cast.senco), referral, {}, {}, details={}, opened_with=seen, unknown={strengths.id}, all_needed=True
        )
    assert refused.value.by_field == {f"unknown_{plan.id}": rules.BLANK, f"own_{own.id}": rules.BLANK}
    with pytest.raises(Refused, match="2 questions with no answer yet"):
        operations.take_step(as_(cast.senco), referral, "resubmit")
    seen = queries.answers_version(referral, [strengths, plan, own])
    unknown = {strengths.id, plan.id, own.id}
    operations.answer_questions(
        as_(cast.senco),
        referral,
        {},
        {own.id: "Ms Lead"},
        details={},
        opened_with=seen,
        unknown=unknown,
        all_needed=True,
    )
    operations.take_step(as_(cast.senco), referral, "resubmit")
    db.session.commit()
    rows = queries.asked_rows(referral, queries.questions_of(referral))
    assert [(row.unknown, row.blank, row.answer) for row in rows] == [
        (True, False, ""),
        (True, False, ""),
        (False, False, "Ms Lead"),  # an answer counts more than the tick
    ]
    changed = queries.version_page(referral, 2).changes
    assert [(one.label, one.now[0].text) for one in changed][:2] == [
        ("Strengths and interests", rules.NOT_KNOWN),
        ("Plan or provision map", rules.NOT_KNOWN),
    ]


def answer_task(referral):
    return db.session.scalars(select(Task).where(Task.key == f"referral-{referral.id}-answer_return")).one()


def test_a_head_who_refers_is_asked_to_answer(cast):
    referral = build.submitted(cast.head, cast.line)
    operations.take_step(as_(cast.coordinator), referral, "return", note="More?")
    db.session.commit()
    assert [row.rule for row in waiting_for(as_(cast.head), date(2026, 11, 10))] == ["answer_return"]
    assert [row.rule for row in waiting_for(as_(cast.senco), date(2026, 11, 10))] == ["answer_return"]
    operations.hand_over(as_(cast.head), referral, cast.senco.id, opened_with=referral.version)
    db.session.commit()
    assert answer_task(referral).person_id == cast.senco.id


def test_a_school_of_heads_alone_is_asked_when_the_writer_has_left(cast):
    cedar = people.school("Cedar Primary")
    writer = people.person("Cy Cedar", Role.SCHOOL, school_id=cedar.id)
    people.person("Con Cedar", Role.HEAD, school_id=cedar.id)
    people.commit()
    referral = build.submitted(writer, cast.line)
    build.role_ended(writer)
    operations.take_step(as_(cast.coordinator), referral, "return", note="More?")
    assert (answer_task(referral).person_id, answer_task(referral).role) == (None, "head")


def test_messages_go_to_those_who_act_for_the_school_today(cast):
    referral = build.submitted(cast.senco, cast.line)
    build.role_ended(cast.senco)
    operations.take_step(as_(cast.coordinator), referral, "return", note="More?")
    db.session.commit()
    assert told("referral_returned") == recipient(cast.head)


def test_what_is_arranged_is_told_to_the_school(cast):
    referral = build.decided(cast.senco, cast.line, cast.coordinator, "training")
    operations.take_step(as_(cast.coordinator), referral, "arranged")
    db.session.commit()
    assert told("referral_arranged") == recipient(cast.senco)


def test_a_file_stays_once_the_service_has_received_it_whichever_sending_brought_it(cast, clock):
    referral = build.submitted(cast.senco, cast.line)
    clock.forward(hours=1)
    operations.take_step(as_(cast.coordinator), referral, "return", note="The plan?")
    stored = operations.add_file(as_(cast.senco), referral, "plan", check("plan.pdf", build.PLAN))
    build.answered(cast.senco, referral)
    clock.forward(hours=1)
    operations.take_step(as_(cast.senco), referral, "resubmit")
    operations.take_step(as_(cast.coordinator), referral, "return", note="And now?")
    clock.forward(hours=1)
    later = operations.add_file(as_(cast.senco), referral, "other", check("more.pdf", build.PLAN))
    db.session.commit()
    assert [row.stays for row in queries.files_of_referral(referral)] == [True, False]
    with pytest.raises(Refused, match="has received this file"):
        operations.remove_file(as_(cast.senco), referral, stored.id)
    operations.remove_file(as_(cast.senco), referral, later.id)


def test_a_hand_over_and_its_note_stay_with_the_school(cast):
    referral = returned(cast)
    note = "Mum is hard to reach, between us."
    operations.hand_over(as_(cast.senco), referral, cast.head.id, note=note, opened_with=referral.version)
    db.session.commit()
    theirs = queries.timeline_of(as_(cast.coordinator), referral).past
    assert [row.what for row in theirs] == ["Returned for more information", "Sent to the service"]
    mine = queries.timeline_of(as_(cast.senco), referral).past
    assert (mine[0].what, mine[0].note) == ("Handed to a colleague", f"To Jo Head.\n{note}")


def test_every_step_that_is_written_has_words():
    folder = Path(operations.__file__).parent
    named = {name for file in folder.glob("*.py") for name in re.findall(STEP, file.read_text())}
    assert {HAND_OVER, *named, *rules.ROAD.by_name} <= set(rules.STEP_WORDS)
    assert "ratify" in named


def matched(referral):
    rows = db.session.execute(
        select(ReferralMatch.pupil_id, ReferralMatch.state).where(ReferralMatch.referral_id == referral.id)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(("page", "found"), [(MAYA, True), (TWIN, True), (OTHER, False)])
def test_the_same_child_elsewhere_is_found_for_the_coordinator_alone(cast, page, found):
    first = build.submitted(cast.senco, cast.line)
    second = build.submitted(cast.other, cast.line, pupil=page)
    db.session.commit()
    assert matched(second) == ([(first.pupil_id, "possible")] if found else [])
    for one, other in ((second, first), (first, second)):
        rows = queries.matches_of(as_(cast.coordinator), one)
        assert [work.reference for row in rows for work in row.works] == ([other.reference] if found else [])
        for person in (cast.senco, cast.other, cast.head, cast.worker):
            assert queries.matches_of(as_(person), one) == []
    listed = queries.screening(as_(cast.coordinator), queries.Wanted()).rows
    assert {row.reference: row.possible_match for row in listed} == dict.fromkeys(
        (first.reference, second.reference), found
    )


def test_the_coordinator_settles_a_match_and_no_version_moves(cast):
    first = build.submitted(cast.senco, cast.line)
    second = build.submitted(cast.other, cast.line)
    db.session.commit()
    versions = (first.version, second.version)
    [row] = queries.matches_of(as_(cast.coordinator), second)
    for person in (cast.other, cast.senco):
        with pytest.raises(NotPermitted):
            operations.settle_match(as_(person), second, row.id, same=True)
    third = build.submitted(cast.senco, cast.line, pupil=OTHER)
    with pytest.raises(OutOfReach):
        operations.settle_match(as_(cast.coordinator), third, row.id, same=True)
    operations.settle_match(as_(cast.coordinator), second, row.id, same=False)
    db.session.commit()
    assert [match.state for match in queries.matches_of(as_(cast.coordinator), first)] == ["different"]
    assert (first.version, second.version) == versions
    operations.take_step(as_(cast.coordinator), second, "return", note="More")
    build.answered(cast.other, second)
    operations.take_step(as_(cast.other), second, "resubmit")
    db.session.commit()
    assert [state for _, state in matched(second)] == ["different"]


def test_looking_takes_the_same_time_however_many_there_are(cast):
    build.submitted(cast.senco, cast.line)
    mine = build.submitted(cast.other, cast.line)
    coordinator = as_(cast.coordinator)

    def counted():
        db.session.commit()
        found = queries.referral_for(coordinator, mine.reference)
        with statements() as seen:
            queries.matches_of(coordinator, found)
        return len(seen)

    few = counted()
    for _ in range(3):
        build.submitted(cast.senco, cast.line)
        build.submitted(cast.senco, cast.line, pupil=TWIN)
    assert counted() <= few <= 5
    with statements() as seen:
        queries.pupils_like([mine.pupil_id])
    assert len(seen) == 2


def test_the_letter_stays_in_the_words_of_its_day(cast):
    referral = build.submitted(cast.senco, cast.line)
    decision = rules.Decision("signpost", "Not ours.", "", "direct", "camhs", "01803 1")
    operations.take_step(as_(cast.coordinator), referral, "decide", decision=decision)
    db.session.commit()
    number, letter = queries.letter_of(referral, None)
    assert (number, letter.title, letter.to, letter.about) == (1, "Not for outreach", "Ash Primary", "Maya Okafor")
    assert ("Where to turn", ("CAMHS\n01803 1",)) in [(block.heading, block.words) for block in letter.blocks]
    assert told("referral_decided") == recipient(cast.senco)
    kept = db.session.connection().exec_driver_sql("SELECT text FROM referral_letter").scalar_one()
    assert "Maya" not in kept


def test_a_decision_is_taken_back_the_same_day_and_history_keeps_both(cast, clock):
    referral = build.decided(cast.senco, cast.line, cast.coordinator)
    with pytest.raises(NotPermitted):
        operations.take_step(as_(cast.senco), referral, "take_back", note="x")
    with pytest.raises(Refused, match="Say why"):
        operations.take_step(as_(cast.coordinator), referral, "take_back")
    operations.take_step(as_(cast.coordinator), referral, "take_back", note="Wrong referral.")
    db.session.commit()
    assert (referral.status, referral.decision, referral.to_be_ratified) == ("submitted", None, False)
    open_tasks = select(Task.rule).where(Task.done_at.is_(None), Task.key.startswith(f"referral-{referral.id}-"))
    assert list(db.session.scalars(open_tasks)) == ["screen_referral"]
    assert [row.title for row in queries.letters_of(referral)] == [
        "The decision was taken back",
        "Accepted for outreach",
    ]
    assert len(told("referral_decided")) == 2
    decision = rules.Decision("decline", "Not ours.", "", "direct")
    operations.take_step(as_(cast.coordinator), referral, "decide", decision=decision)
    clock.forward(days=1)
    with pytest.raises(Refused, match="on the day it was made"):
        operations.take_step(as_(cast.coordinator), referral, "take_back", note="Too late")
    whats = [row.what for row in queries.timeline_of(as_(cast.senco), referral).past]
    assert whats[:3] == ["Decided", "The decision was taken back", "Decided"]


def test_the_service_is_told_once_of_a_new_referral(cast):
    referral = build.submitted(cast.senco, cast.line)
    assert told("referral_arrived") == recipient(cast.coordinator, cast.second)
    operations.take_step(as_(cast.senco), referral, "withdraw", note="Moved")
    assert told("referral_withdrawn") == recipient(cast.coordinator, cast.second)


def test_school_and_service_read_the_same_line_and_the_same_story(cast):
    referral = build.decided(cast.senco, cast.line, cast.coordinator)
    db.session.commit()
    school = queries.timeline_of(as_(cast.senco), referral)
    service = queries.timeline_of(as_(cast.coordinator), referral)
    assert school.coming == service.coming
    assert school.coming[0] == "Next: the coordinator, by Tuesday 17 November"
    assert [row.what for row in school.past] == ["Decided", "Sent to the service", "Begun"]
    assert [row.what for row in service.past] == ["Decided", "Sent to the service"]


def test_lists_part_what_is_under_way_from_what_was(cast, monkeypatch):
    monkeypatch.setattr("portal.referrals.queries.lists.EARLIER_SIZE", 2)
    live = [build.submitted(cast.senco, cast.line), build.decided(cast.senco, cast.line, cast.coordinator)]
    done = [build.decided(cast.senco, cast.line, cast.coordinator, "decline") for _ in range(3)]
    db.session.commit()
    senco = as_(cast.senco)
    with statements() as seen:
        assert {row.reference for row in queries.live_referrals(senco).rows} == {one.reference for one in live}
    # the rows, the stages of decided ones, and term dates and settings once
    assert len(seen) <= 6
    first = queries.earlier_referrals(senco)
    second = queries.earlier_referrals(senco, after=first.next)
    assert [row.reference for row in (*first.rows, *second.rows)] == [one.reference for one in reversed(done)]
    assert second.next is None
    assert len(queries.referrals_at(senco, "decided").rows) == 4
    assert db.session.scalar(select(func.count(ReferralLetter.id))) == db.session.scalar(
        select(func.count(Referral.id)).where(Referral.decision.is_not(None))
    )
