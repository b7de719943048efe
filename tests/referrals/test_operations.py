"""What people do with referrals: every step by its role, every refusal, and what follows from each."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, select

from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import audit, clock, settings
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.kernel.history import steps_of
from portal.notices.models import Notice
from portal.policy import Role
from portal.referrals import operations, queries, rules
from portal.referrals.models import DraftBuffer, Referral
from portal.schools.models import Pupil
from portal.schools.operations import LooksKnown, RefusedFields, change_pupil
from portal.schools.queries import pupil_draft
from portal.tasks.models import Task
from tests import builders_referrals as build
from tests import people

PAGES = build.PAGES


@pytest.fixture
def cast(unit):
    ash, birch = people.school(), people.school("Birch Primary")
    made = SimpleNamespace(
        ash=ash,
        birch=birch,
        senco=people.person("Sam Ash", Role.SCHOOL, school_id=ash.id),
        head=people.person("Jo Head", Role.HEAD, school_id=ash.id),
        other=people.person("Bea Birch", Role.SCHOOL, school_id=birch.id),
        coordinator=people.person("Cora Dean", Role.COORDINATOR),
        panel=people.person("Pat Panel", Role.PANEL),
        line=build.service_line(),
        asking=build.service_line("Secondary outreach", asks_head=True),
    )
    people.commit()
    return made


def as_(person):
    return actor_of(person.id)


def open_rules(referral):
    rows = db.session.execute(
        select(Task.rule, Task.role, Task.due_on).where(
            Task.key.startswith(f"referral-{referral.id}-"), Task.done_at.is_(None)
        )
    )
    return [(row.rule, row.role, row.due_on.isoformat()) for row in rows]


def panels_on():
    audit.record(None, "setting changed", settings.put("feature.panels", "on"))


def test_a_draft_gets_the_next_reference_of_the_year(cast):
    first, second = build.draft(cast.senco, cast.line), build.draft(cast.other, cast.line)
    db.session.commit()
    assert [first.reference, second.reference] == ["R-2026-0001", "R-2026-0002"]
    assert (first.status, first.submitted_at, first.school_id) == ("draft", None, cast.ash.id)


def test_nobody_begins_one_for_another_school_or_a_closed_offer(cast):
    with pytest.raises(OutOfReach):
        build.draft(cast.senco, cast.line, school_id=cast.birch.id)
    with pytest.raises(NotPermitted):
        operations.start_referral(as_(cast.coordinator), cast.ash.id, cast.line.id)
    cast.line.is_active = False
    audit.record(None, "line closed", cast.line)
    with pytest.raises(Refused, match="takes no referrals"):
        build.draft(cast.senco, cast.line)
    with pytest.raises(Refused, match="takes no referrals"):
        operations.start_referral(as_(cast.senco), cast.ash.id, 99_999)


def test_a_page_is_kept_encrypted_with_its_version_and_a_second_editor_is_told(cast):
    referral = build.draft(cast.senco, cast.line)
    row = operations.save_page(as_(cast.senco), referral, "concern", PAGES["concern"], opened_with=0)
    db.session.commit()
    kept = db.session.connection().exec_driver_sql("SELECT answers FROM referral_page").scalar_one()
    assert "classroom" not in kept
    assert row.version == 1
    with pytest.raises(EditConflict):
        operations.save_page(as_(cast.head), referral, "concern", rules.ConcernPage("Mine"), opened_with=0)
    again = operations.save_page(as_(cast.head), referral, "concern", rules.ConcernPage("Better"), opened_with=1)
    db.session.commit()
    assert (again.version, queries.page_answers(referral)["concern"].concern) == (2, "Better")
    with pytest.raises(EditConflict):
        operations.save_page(as_(cast.senco), referral, "concern", PAGES["concern"], opened_with=None)


def test_what_cannot_be_right_is_refused_by_field(cast):
    referral = build.draft(cast.senco, cast.line)
    page = rules.ConcernPage(concerns=(rules.Concern("Runs", "hourly", 70),))
    with pytest.raises(RefusedFields) as refused:
        operations.save_page(as_(cast.senco), referral, "concern", page, opened_with=0)
    assert set(refused.value.by_field) == {"concerns-0-frequency", "concerns-0-severity"}


def test_a_page_too_large_to_keep_is_refused_in_words(cast):
    referral = build.draft(cast.senco, cast.line)
    page = rules.ViewsPage("\n" * 9_000, "\n" * 9_000)
    with pytest.raises(Refused, match="more text than can be kept"):
        operations.save_page(as_(cast.senco), referral, "views", page, opened_with=0)


def test_the_pupil_page_makes_the_record_once_it_can_and_keeps_it_up_to_date(cast):
    referral = build.draft(cast.senco, cast.line)
    save = operations.save_page
    save(as_(cast.senco), referral, "pupil", rules.PupilPage(given_name="Maya"), opened_with=0)
    assert referral.pupil is None
    save(as_(cast.senco), referral, "pupil", PAGES["pupil"], opened_with=1)
    assert (referral.pupil.given_name, referral.pupil.school_id) == ("Maya", cast.ash.id)
    save(as_(cast.senco), referral, "pupil", replace(PAGES["pupil"], family_name="Okonkwo"), opened_with=2)
    db.session.commit()
    assert (referral.pupil.family_name, db.session.scalar(select(func.count(Pupil.id)))) == ("Okonkwo", 1)


def test_a_child_who_looks_known_is_asked_about_first(cast):
    build.written(cast.senco, cast.line)
    referral = build.draft(cast.senco, cast.line)
    with pytest.raises(LooksKnown) as found:
        operations.save_page(as_(cast.senco), referral, "pupil", PAGES["pupil"], opened_with=0)
    assert [row.name for row in found.value.rows] == ["Maya Okafor"]
    operations.save_page(as_(cast.senco), referral, "pupil", PAGES["pupil"], opened_with=0, knows_alike=True)
    db.session.commit()
    assert db.session.scalar(select(func.count(Pupil.id))) == 2


def test_a_chosen_pupil_answers_the_page_and_must_be_the_schools_own(cast):
    known = build.submitted(cast.senco, cast.line).pupil
    referral = build.draft(cast.senco, cast.line)
    operations.choose_pupil(as_(cast.senco), referral, known)
    db.session.commit()
    assert queries.page_answers(referral)["pupil"].given_name == "Maya"
    begun = queries.opened_page(as_(cast.senco), referral, "needs")
    assert (begun.begun, begun.version, begun.draft.sen_need) == (True, 0, "SEMH")
    elsewhere = build.draft(cast.other, cast.line)
    with pytest.raises(Refused, match="not on your school's list"):
        operations.choose_pupil(as_(cast.other), elsewhere, known)


def test_sent_directly_it_is_screened_by_the_next_cut_off(cast):
    referral = build.submitted(cast.senco, cast.line)
    db.session.commit()
    assert referral.status == "submitted"
    assert referral.submitted_at is not None
    assert open_rules(referral) == [("screen_referral", "coordinator", "2026-11-10")]


def test_after_the_cut_off_the_next_one_counts(cast, clock):
    clock.forward(hours=4)
    assert open_rules(build.submitted(cast.senco, cast.line)) == [("screen_referral", "coordinator", "2026-11-17")]


def test_what_belongs_to_the_pupil_goes_to_the_record_when_it_is_sent(cast):
    safety = rules.SafetyPage(True, "A large dog.")
    referral = build.written(cast.senco, cast.line, safety=safety)
    assert referral.pupil.lone_visit_warning is None
    operations.take_step(as_(cast.senco), referral, "submit")
    db.session.commit()
    pupil = referral.pupil
    assert (pupil.lone_visit_warning, pupil.sen_status, pupil.sen_need) == ("A large dog.", "K", "SEMH")
    assert (pupil.looked_after, pupil.social_care, pupil.diagnosis) == (
        False,
        "early_help",
        "Waiting for an assessment",
    )
    assert queries.lone_visit_warning(referral) == "A large dog."


def test_a_later_referral_without_a_warning_takes_none_away(cast):
    first = build.submitted(cast.senco, cast.line, safety=rules.SafetyPage(True, "A large dog."))
    second = build.draft(cast.senco, cast.line)
    operations.choose_pupil(as_(cast.senco), second, first.pupil)
    for key, page in (PAGES | {"safety": rules.SafetyPage(False)}).items():
        opened = queries.opened_page(as_(cast.senco), second, key)
        operations.save_page(as_(cast.senco), second, key, page, opened_with=opened.version)
    operations.take_step(as_(cast.senco), second, "submit")
    db.session.commit()
    assert first.pupil.lone_visit_warning == "A large dog."


def test_nothing_incomplete_is_sent(cast):
    referral = build.draft(cast.senco, cast.line)
    with pytest.raises(Refused) as refused:
        operations.take_step(as_(cast.senco), referral, "submit")
    assert "The pupil: add “First name”." in refused.value.problems
    assert (referral.status, referral.submitted_at) == ("draft", None)


def test_where_the_head_is_asked_the_head_sends_it(cast):
    referral = build.written(cast.senco, cast.asking)
    with pytest.raises(Refused, match="approval comes first"):
        operations.take_step(as_(cast.senco), referral, "submit")
    operations.take_step(as_(cast.senco), referral, "send_for_approval")
    assert open_rules(referral) == [("approve_referral", None, "2026-11-11")]
    with pytest.raises(NotPermitted):
        operations.take_step(as_(cast.senco), referral, "approve")
    with pytest.raises(Refused, match="cannot be changed now"):
        operations.save_page(as_(cast.senco), referral, "views", rules.ViewsPage("Late"), opened_with=0)
    operations.take_step(as_(cast.head), referral, "approve")
    db.session.commit()
    assert (referral.status, referral.approved_by_id) == ("submitted", cast.head.id)
    assert open_rules(referral) == [("screen_referral", "coordinator", "2026-11-11")]


def test_the_head_sends_it_back_with_a_reason(cast):
    referral = build.written(cast.senco, cast.asking)
    operations.take_step(as_(cast.senco), referral, "send_for_approval")
    with pytest.raises(Refused, match="Say why"):
        operations.take_step(as_(cast.head), referral, "send_back")
    operations.take_step(as_(cast.head), referral, "send_back", note="Name the agencies.")
    db.session.commit()
    assert (referral.status, open_rules(referral)) == ("draft", [])
    assert steps_of("referral", referral.id)[-1].note == "Name the agencies."


def test_returned_and_sent_again_it_keeps_the_day_it_first_came(cast, clock):
    referral = build.submitted(cast.senco, cast.line)
    came = referral.submitted_at
    operations.take_step(as_(cast.coordinator), referral, "return", note="Which agencies?")
    assert open_rules(referral) == [("answer_return", "school", "2026-11-17")]
    clock.forward(days=1)
    version = queries.opened_page(as_(cast.senco), referral, "agencies").version
    operations.save_page(as_(cast.senco), referral, "agencies", PAGES["agencies"], opened_with=version)
    build.answered(cast.senco, referral)
    operations.take_step(as_(cast.senco), referral, "resubmit")
    db.session.commit()
    assert (referral.status, referral.submitted_at) == ("submitted", came)
    assert open_rules(referral) == [("screen_referral", "coordinator", "2026-11-17")]


@pytest.mark.parametrize("step", ["return", "decide", "send_to_panel"])
@pytest.mark.parametrize("who", ["senco", "head", "panel"])
def test_only_the_coordinator_screens(cast, step, who):
    referral = build.submitted(cast.senco, cast.line)
    with pytest.raises(NotPermitted):
        operations.take_step(as_(getattr(cast, who)), referral, step, note="x")


def test_another_school_takes_no_step(cast):
    referral = build.submitted(cast.senco, cast.line)
    with pytest.raises(OutOfReach):
        operations.take_step(as_(cast.other), referral, "withdraw", note="x")
    with pytest.raises(OutOfReach):
        operations.save_page(as_(cast.other), referral, "views", rules.ViewsPage("x"), opened_with=0)
    with pytest.raises(OutOfReach):
        operations.take_step(as_(cast.senco), referral, "approve_everything")


def test_an_accepting_decision_asks_for_a_case(cast):
    referral = build.decided(cast.senco, cast.line, cast.coordinator)
    db.session.commit()
    assert (referral.status, referral.decision, referral.route) == ("decided", "outreach", "direct")
    assert open_rules(referral) == [("open_case", "coordinator", "2026-11-17")]


@pytest.mark.parametrize("decision", ["signpost", "decline"])
def test_a_refusal_asks_for_nothing(cast, decision):
    referral = build.decided(cast.senco, cast.line, cast.coordinator, decision)
    db.session.commit()
    assert open_rules(referral) == []
    assert referral.signpost == ("camhs" if decision == "signpost" else None)


@pytest.mark.parametrize("decision", ["training", "consultation", "managed_move"])
def test_what_was_agreed_without_a_case_waits_for_the_coordinator_until_it_is_arranged(cast, decision):
    referral = build.decided(cast.senco, cast.line, cast.coordinator, decision)
    db.session.commit()
    assert open_rules(referral) == [("arrange_agreed", "coordinator", "2026-11-24")]
    assert queries.awaiting_case(as_(cast.coordinator)) == []
    waits = queries.status_line_of(referral)
    assert (waits.who_acts, waits.by_when.isoformat()) == ("The coordinator", "2026-11-24")
    assert [row.reference for row in queries.live_referrals(as_(cast.senco)).rows] == [referral.reference]
    assert "arranged" in [step.name for step in queries.steps_offered(as_(cast.coordinator), referral)]
    with pytest.raises(NotPermitted):
        operations.take_step(as_(cast.senco), referral, "arranged")
    operations.take_step(as_(cast.coordinator), referral, "arranged", note="Monday at nine.")
    db.session.commit()
    assert (referral.status, open_rules(referral)) == ("decided", [])
    line = queries.status_line_of(referral)
    assert (line.is_over, line.where.endswith("It is arranged.")) == (True, True)
    assert queries.live_referrals(as_(cast.senco)).rows == ()
    assert queries.earlier_referrals(as_(cast.senco)).rows[0].line_words == line.where
    newest = queries.timeline_of(as_(cast.senco), referral).past[0]
    assert (newest.what, newest.note) == ("What was agreed is arranged", "Monday at nine.")
    with pytest.raises(Refused, match="arranged already"):
        operations.take_step(as_(cast.coordinator), referral, "arranged")


def test_an_older_decision_that_nobody_was_asked_about_can_be_arranged_once(cast):
    referral = build.decided(cast.senco, cast.line, cast.coordinator, "training")
    db.session.execute(delete(Task))
    operations.take_step(as_(cast.coordinator), referral, "arranged")
    db.session.commit()
    assert queries.status_line_of(referral).is_over
    with pytest.raises(Refused, match="arranged already"):
        operations.take_step(as_(cast.coordinator), referral, "arranged")


def test_what_was_agreed_for_a_whole_school_is_arranged_and_opens_no_case(cast):
    referral = build.submitted(cast.senco, cast.line)
    referral.scope_kind = "school"
    decision = rules.Decision("whole_school", "Fits.", "", "direct")
    operations.take_step(as_(cast.coordinator), referral, "decide", decision=decision)
    db.session.commit()
    assert open_rules(referral) == [("arrange_agreed", "coordinator", "2026-11-24")]
    assert queries.awaiting_case(as_(cast.coordinator)) == []
    assert queries.status_line_of(referral).by_when is not None


def test_a_decision_with_a_case_leaves_nothing_to_arrange(cast):
    referral = build.decided(cast.senco, cast.line, cast.coordinator)
    with pytest.raises(Refused, match="nothing to arrange"):
        operations.take_step(as_(cast.coordinator), referral, "arranged")


def test_the_writer_takes_back_what_waits_for_approval(cast):
    referral = build.written(cast.senco, cast.asking)
    operations.take_step(as_(cast.senco), referral, "send_for_approval")
    told = db.session.scalar(select(func.count(Notice.id)))
    with pytest.raises(OutOfReach):
        operations.take_step(as_(cast.other), referral, "recall")
    operations.take_step(as_(cast.senco), referral, "recall")
    db.session.commit()
    assert (referral.status, open_rules(referral)) == ("draft", [])
    assert db.session.scalar(select(func.count(Notice.id))) == told
    operations.save_page(as_(cast.senco), referral, "views", rules.ViewsPage("Better"), opened_with=0)
    operations.take_step(as_(cast.senco), referral, "send_for_approval")
    assert open_rules(referral) == [("approve_referral", None, "2026-11-11")]


def test_taking_a_decision_back_leaves_the_pupils_record_as_it_is_now(cast):
    referral = build.decided(cast.senco, cast.line, cast.coordinator)
    now = replace(pupil_draft(referral.pupil), sen_status="E", diagnosis="ADHD")
    change_pupil(as_(cast.coordinator), referral.pupil, now, opened_with=referral.pupil.version)
    db.session.commit()
    operations.take_step(as_(cast.coordinator), referral, "take_back", note="Wrong referral.")
    db.session.commit()
    kept = pupil_draft(referral.pupil)
    assert (kept.sen_status, kept.diagnosis) == ("E", "ADHD")


def test_a_draft_is_given_up_without_a_reason(cast):
    referral = build.draft(cast.senco, cast.line)
    operations.take_step(as_(cast.senco), referral, "withdraw")
    db.session.commit()
    assert referral.status == "withdrawn"


def typed(cast, referral, page):
    row = DraftBuffer(
        referral_id=referral.id, page=page, person_id=cast.senco.id, typed="[]", page_version=0,
        sitting="a" * 32, stroke=1, saved_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()


def test_what_was_typed_for_earlier_questions_does_not_stand_among_new_ones(cast):
    referral = build.submitted(cast.senco, cast.line)
    for page in ("answer", "views"):
        typed(cast, referral, page)
    operations.take_step(as_(cast.coordinator), referral, "return", note="And now?")
    db.session.commit()
    assert list(db.session.scalars(select(DraftBuffer.page))) == ["views"]


@pytest.mark.parametrize("ending", ["withdraw", "decide"])
def test_what_was_typed_and_not_saved_goes_with_the_end(cast, ending):
    referral, open_one = build.submitted(cast.senco, cast.line), build.draft(cast.senco, cast.line)
    for one in (referral, open_one):
        typed(cast, one, "views")
    decision = rules.Decision("decline", "Not ours.", "", "direct") if ending == "decide" else None
    operations.take_step(as_(cast.coordinator), referral, ending, note="x", decision=decision)
    db.session.commit()
    assert list(db.session.scalars(select(DraftBuffer.referral_id))) == [open_one.id]


def test_a_decision_needs_its_parts(cast):
    referral = build.submitted(cast.senco, cast.line)
    wrong = rules.Decision(decision="signpost", reason=" ", route="")
    with pytest.raises(RefusedFields) as refused:
        operations.take_step(as_(cast.coordinator), referral, "decide", decision=wrong)
    assert set(refused.value.by_field) == {"reason", "route", "signpost"}
    with pytest.raises(Refused, match="Choose the decision"):
        operations.take_step(as_(cast.coordinator), referral, "decide", note="why")


def test_deciding_to_return_takes_that_step(cast):
    referral = build.submitted(cast.senco, cast.line)
    decision = rules.Decision("return", "Who else is involved?", "", "direct")
    operations.take_step(as_(cast.coordinator), referral, "decide", decision=decision)
    db.session.commit()
    assert (referral.status, referral.decision, referral.decided_at) == ("returned", None, None)


def test_the_panel_is_there_only_when_switched_on(cast):
    referral = build.submitted(cast.senco, cast.line)
    with pytest.raises(Refused, match="no panel"):
        operations.take_step(as_(cast.coordinator), referral, "send_to_panel")
    panels_on()
    operations.take_step(as_(cast.coordinator), referral, "send_to_panel")
    operations.take_step(as_(cast.coordinator), referral, "defer", note="The SENDCo was ill.")
    db.session.commit()
    assert (referral.status, open_rules(referral)) == (
        "at_panel",
        [("decide_at_panel", "coordinator", "2026-12-08")],
    )
    assert queries.referral_for(as_(cast.panel), referral.reference).id == referral.id


def test_an_emergency_decision_waits_for_the_panel(cast):
    referral = build.submitted(cast.senco, cast.line)
    decision = rules.Decision("outreach", "Cannot wait.", "", "emergency")
    operations.take_step(as_(cast.coordinator), referral, "decide", decision=decision)
    assert referral.to_be_ratified
    assert {rule for rule, _, _ in open_rules(referral)} == {"open_case", "ratify_decision"}
    operations.ratify(as_(cast.coordinator), referral)
    db.session.commit()
    assert (referral.to_be_ratified, [rule for rule, _, _ in open_rules(referral)]) == (False, ["open_case"])
    with pytest.raises(Refused):
        operations.ratify(as_(cast.coordinator), referral)


@pytest.mark.parametrize("who", ["senco", "coordinator"])
def test_withdrawing_asks_why_and_settles_everything(cast, who):
    referral = build.submitted(cast.senco, cast.line)
    with pytest.raises(Refused, match="Say why"):
        operations.take_step(as_(getattr(cast, who)), referral, "withdraw")
    operations.take_step(as_(getattr(cast, who)), referral, "withdraw", note="The family moved.")
    db.session.commit()
    assert (referral.status, open_rules(referral)) == ("withdrawn", [])


def test_nothing_is_sent_that_the_sender_did_not_see(cast):
    referral = build.written(cast.senco, cast.line)
    db.session.commit()
    seen, version = queries.state_of_text(referral), referral.version
    operations.save_page(as_(cast.head), referral, "views", rules.ViewsPage("Late"), opened_with=0)
    db.session.commit()
    assert referral.version == version
    with pytest.raises(EditConflict):
        operations.take_step(as_(cast.senco), referral, "submit", opened_with=version, seen=seen)
    operations.take_step(as_(cast.senco), referral, "submit", seen=queries.state_of_text(referral))


def test_two_people_who_act_at_once(cast):
    referral = build.submitted(cast.senco, cast.line)
    db.session.commit()
    seen = referral.version
    operations.take_step(as_(cast.coordinator), referral, "return", note="More, please", opened_with=seen)
    db.session.commit()
    with pytest.raises(EditConflict):
        operations.take_step(as_(cast.coordinator), referral, "withdraw", note="x", opened_with=seen)


def test_the_service_knows_a_referral_by_its_pupil(cast):
    referral = build.submitted(cast.senco, cast.line)
    other = build.written(cast.senco, cast.line).pupil
    operations.take_step(as_(cast.coordinator), referral, "return", note="Say more.")
    with pytest.raises(Refused, match="knows this referral by its pupil"):
        operations.choose_pupil(as_(cast.senco), referral, other)


def test_every_change_is_in_the_audit_trail(cast):
    build.decided(cast.senco, cast.line, cast.coordinator)
    db.session.commit()
    lines = db.session.scalars(select(audit.AuditLine.action).where(audit.AuditLine.kind == "referral"))
    assert {"referral begun", "referral page saved", "referral submitted", "referral decided"} <= set(lines)
    assert db.session.scalar(select(func.count(Referral.id))) == 1
