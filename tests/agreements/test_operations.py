"""Preparing, renewing, signing, asking for a change, starting without, reminding."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from portal.agreements import operations, queries, rules
from portal.agreements.models import Agreement, AgreementSignature, AgreementText
from portal.agreements.queries.events import agreement_events
from portal.cases import operations as cases
from portal.extensions import db
from portal.kernel import clock, history, jobs, settings
from portal.kernel.audit import record
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, Refused
from portal.notices.models import Notice
from portal.schools.operations import RefusedFields
from portal.tasks.models import Task
from tests import builders_agreements as build
from tests import builders_cases
from tests import builders_measures as endings

pytestmark = pytest.mark.usefixtures("unit")


@pytest.fixture
def place():
    return build.place()


def waiting_tasks() -> dict[str, Task]:
    rules_ = ("sign_agreement", "answer_agreement", "chase_agreement")
    found = db.session.scalars(select(Task).where(Task.rule.in_(rules_), Task.done_at.is_(None)))
    return {task.rule: task for task in found}


def told(kind: str) -> list[str]:
    return list(db.session.scalars(select(Notice.recipient).where(Notice.kind == kind)))


def start(place) -> history.StepTaken:
    case = place.case
    return cases.move(place.actor("worker"), case, "start_observation", opened_with=case.version)


def test_opening_a_case_prepares_it_signs_for_the_service_and_asks_the_head(place):
    agreement = place.agreement
    assert (agreement.status, agreement.number, agreement.of_text.number) == ("waiting", 1, 1)
    assert "Maya K." in agreement.text
    assert "Wren Okafor will come for about 12 days" in agreement.text
    assert "Khan" not in agreement.text
    (service,) = agreement.signatures
    assert (service.party, service.name, service.role) == ("service", "Cora Ordinator", "Coordinator")
    assert service.digest == agreement.digest == rules.digest(agreement.text)
    task = waiting_tasks()["sign_agreement"]
    assert (task.role, task.school_id, task.due_on) == ("head", place.world.ash.id, date(2026, 11, 17))
    assert "Maya" not in task.title
    assert told("agreement_waits") == [f"person-{place.head.id}"]


def test_the_case_cannot_start_before_it_is_signed(place):
    with pytest.raises(Refused, match="isn.t signed"):
        start(place)
    build.sign(place)
    assert start(place).target == "observation"


def test_a_signature_keeps_who_when_and_which_text(place):
    signature = operations.sign(place.actor("head"), place.agreement, build.draft(place.agreement, name=" Ruth Head "))
    assert (signature.name, signature.role, signature.contact) == ("Ruth Head", "Head teacher", "Sam Reed")
    assert (signature.person_id, signature.signed_on, signature.signed_at) == (
        place.head.id,
        clock.today(),
        clock.now(),
    )
    assert signature.digest == rules.digest(place.agreement.text)
    assert waiting_tasks() == {}
    assert told("agreement_signed") == [f"person-{place.world.worker.id}"]
    with pytest.raises(Refused, match="signed already"):
        build.sign(place)


def test_another_text_than_the_one_kept_is_not_signed(place):
    for digest in ("", rules.digest(place.agreement.text + " ")):
        with pytest.raises(operations.TextChanged):
            operations.sign(place.actor("head"), place.agreement, build.draft(place.agreement, digest=digest))
    assert db.session.scalar(select(func.count()).where(AgreementSignature.party == "school")) == 0


def test_a_text_that_was_tampered_with_is_not_signed(place):
    place.agreement.text += "\n- The school pays."
    with pytest.raises(Refused, match="damaged"):
        build.sign(place)


@pytest.mark.parametrize("statement", ["UPDATE agreement_signature SET name = 'x'", "DELETE FROM agreement_signature"])
def test_a_signature_can_be_neither_changed_nor_deleted(place, statement):
    build.sign(place)
    record(None, "kept", place.agreement)
    db.session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(db.text(statement))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(AgreementSignature)) == 2


def test_the_referral_tells_when_it_was_prepared_and_signed(place):
    cases.allocate(place.actor("coordinator"), place.case, place.world.colleague.id)
    place.agreement = build.of_case(place.case)
    build.sign(place)
    words = [event.words for event in agreement_events(place.case.referral_id)]
    assert words == ["The agreement waits for the head teacher's signature", "The agreement is signed"]


def test_who_may_do_what(place):
    agreement, sign = place.agreement, build.draft(place.agreement)
    for who in ("senco", "coordinator", "worker"):
        with pytest.raises(NotPermitted):
            operations.sign(place.actor(who), agreement, sign)
    with pytest.raises(OutOfReach):
        operations.sign(place.actor("other_head"), agreement, sign)
    for who in ("head", "worker"):
        with pytest.raises(NotPermitted):
            operations.waive(place.actor(who), agreement, "Because", opened_with=agreement.version)
        with pytest.raises(NotPermitted):
            operations.start_draft(place.actor(who), "all")
    for who, seen in (("worker", True), ("colleague", False), ("senco", True), ("other_head", False)):
        if seen:
            assert queries.agreement_for(place.actor(who), agreement.id) is agreement
        else:
            with pytest.raises(OutOfReach):
                queries.agreement_for(place.actor(who), agreement.id)


def test_a_change_of_dates_or_people_makes_a_newer_version_until_it_is_signed(place):
    case, coordinator, first = place.case, place.actor("coordinator"), place.agreement
    change = {"planned_half_days": 24, "planned_end_on": None, "extension_reason": ""}
    cases.change_plan(coordinator, case, starts_on=date(2026, 11, 16), opened_with=case.version, **change)
    second = build.of_case(case)
    assert (first.status, second.status, second.number) == ("replaced", "waiting", 2)
    assert "Monday 16 November 2026" in second.text
    cases.change_plan(coordinator, case, starts_on=date(2026, 11, 16), opened_with=case.version, **change)
    assert build.of_case(case) is second  # nothing differs
    cases.allocate(coordinator, case, place.world.colleague.id)
    third = build.of_case(case)
    assert "Wren Okafor and Jo Bright" in third.text
    assert len(waiting_tasks()) == 1
    assert told("agreement_waits") == [f"person-{place.head.id}"]  # told once
    with pytest.raises(operations.TextChanged):
        operations.sign(place.actor("head"), first, build.draft(first))
    operations.sign(place.actor("head"), third, build.draft(third))
    cases.change_plan(coordinator, case, starts_on=date(2026, 11, 17), opened_with=case.version, **change)
    assert build.of_case(case) is third  # what was signed stands


def moved(place, who, day):
    case = place.case
    cases.change_plan(
        place.actor(who), case, planned_half_days=24, starts_on=day, planned_end_on=None, opened_with=case.version
    )
    return build.of_case(case)


def test_a_newer_version_keeps_the_days_to_sign_and_the_heads_are_told_of_it(place, clock):
    first = place.agreement
    clock.forward(days=3)
    second = moved(place, "coordinator", date(2026, 11, 16))
    assert (second.number, second.due_on) == (2, first.due_on)
    assert waiting_tasks()["sign_agreement"].due_on == first.due_on
    assert told("agreement_renewed") == [f"person-{place.head.id}"]
    moved(place, "coordinator", date(2026, 11, 17))
    assert len(told("agreement_renewed")) == 2  # once for each version
    build.publish(place)
    fourth = moved(place, "coordinator", date(2026, 11, 18))
    assert (fourth.of_text.number, fourth.due_on) == (2, date(2026, 11, 20))  # other promises, other days


def test_a_worker_who_moves_a_date_neither_signs_for_the_service_nor_changes_the_promises(place):
    build.publish(place)
    second = moved(place, "worker", date(2026, 11, 16))
    (service,) = second.signatures
    assert (service.name, service.role, service.digest) == ("Cora Ordinator", "Coordinator", second.digest)
    assert (second.number, second.of_text.number) == (2, 1)
    assert moved(place, "worker", date(2026, 11, 16)) is second
    assert moved(place, "coordinator", date(2026, 11, 16)).of_text.number == 2


def test_one_clock_reminds_once_however_often_it_was_renewed(place, clock):
    clock.forward(days=8)
    operations.remind(place.agreement.id)
    operations.remind(moved(place, "worker", date(2026, 11, 23)).id)
    assert told("agreement_overdue") == [f"person-{place.head.id}"]


def test_starting_without_it_needs_a_reason_and_it_can_still_be_signed(place):
    coordinator, agreement = place.actor("coordinator"), place.agreement
    with pytest.raises(Refused, match="Say why"):
        operations.waive(coordinator, agreement, "  ", opened_with=agreement.version)
    operations.waive(coordinator, agreement, "The head is ill.", opened_with=agreement.version)
    assert waiting_tasks() == {}
    standing = queries.standing_of(place.case.referral_id)
    assert standing.waiver == "The head is ill. (Cora Ordinator, Tuesday 10 November)"
    assert start(place).target == "observation"
    build.sign(place)
    assert agreement.status == "signed"


def test_not_yet_asks_the_coordinator_and_the_answer_asks_the_head(place):
    head, coordinator, first = place.actor("head"), place.actor("coordinator"), place.agreement
    operations.ask_change(head, first, "Not on Tuesdays.", opened_with=first.version)
    assert waiting_tasks()["answer_agreement"].role == "coordinator"
    assert told("agreement_change_asked") == [f"person-{place.world.coordinator.id}"]
    cases.allocate(coordinator, place.case, place.world.colleague.id)
    second = build.of_case(place.case)
    assert queries.agreement_page(second).change_asked == "Not on Tuesdays."  # not lost by the renewal
    waits = operations.answer(coordinator, second, "Agreed.", "Never on Tuesdays", opened_with=second.version)
    assert waits is not second
    assert waits.text.endswith("## Also agreed\n- Never on Tuesdays")
    assert list(waiting_tasks()) == ["sign_agreement"]
    assert told("agreement_answered") == [f"person-{place.head.id}"]
    page = queries.agreement_page(waits)
    assert (page.change_asked, page.answered) == ("", "Agreed.")
    with pytest.raises(EditConflict):
        operations.ask_change(head, first, "And not on Fridays.", opened_with=first.version)


def test_on_paper_says_so_and_who_recorded_it(place):
    coordinator, agreement = place.actor("coordinator"), place.agreement
    for day in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=1)):
        with pytest.raises(RefusedFields, match="when it was prepared"):
            operations.sign_on_paper(coordinator, agreement, build.draft(agreement), day)
    made = operations.sign_on_paper(coordinator, agreement, build.draft(agreement), clock.today())
    assert (made.on_paper, made.person_id, made.name) == (True, place.world.coordinator.id, "Ruth Head")


def test_work_that_ends_before_it_was_signed_asks_nobody_any_more(place):
    case = place.case
    cases.move(place.actor("worker"), case, "stop_early", note="The family moved.", opened_with=case.version)
    assert place.agreement.status == "lapsed"
    assert waiting_tasks() == {}
    with pytest.raises(Refused, match="isn.t signed"):  # nor does the way round through the exit start it
        cases.move(place.actor("worker"), case, "back_to_support", note="Back.", opened_with=case.version)
    again = cases.prepare_agreement(place.actor("coordinator"), case)
    assert (again.number, again.status) == (2, "waiting")


def test_ending_the_work_lapses_it_too(place):
    endings.ended(place.world, place.case)
    assert place.agreement.status == "lapsed"


def test_the_reminder_comes_once_and_only_when_it_is_late(place, clock):
    agreement = place.agreement
    (job,) = db.session.scalars(select(jobs.Job).where(jobs.Job.kind == "agreement_reminder"))
    assert job.run_at.date() == date(2026, 11, 18)
    clock.forward(days=7)
    assert operations.remind(agreement.id) is False
    clock.forward(days=1)
    assert operations.remind(agreement.id) is True
    assert operations.remind(agreement.id) is True
    assert told("agreement_overdue") == [f"person-{place.head.id}"]
    assert waiting_tasks()["chase_agreement"].role == "coordinator"
    build.sign(place)
    assert waiting_tasks() == {}
    assert operations.remind(agreement.id) is False


def test_each_new_agreement_takes_the_newest_text_and_shows_what_changed(place):
    build.sign(place)
    kept = place.agreement.text
    text = build.publish(place, "Half a day for all staff.", service="We give half a day of advice to all staff.")
    assert (text.number, place.agreement.text) == (2, kept)
    assert queries.text_change(place.agreement) is None
    sibling = builders_cases.pupil(place.world.ash, "Leo", "Stone")
    other = build.of_case(builders_cases.case(place.world, sibling, agreed=False))
    assert (other.of_text.number, other.status) == (2, "waiting")
    change = queries.text_change(other)
    assert (change.signed_on, change.what_changed) == ("10 November", ("Half a day for all staff.",))
    (part,) = change.parts
    assert [line.words for line in part.now if line.is_changed] == ["We give half a day of advice to all staff."]


def test_a_line_with_a_text_of_its_own_uses_it(place):
    coordinator, world = place.actor("coordinator"), place.world
    text = operations.start_draft(coordinator, f"line-{world.primary.id}")
    db.session.flush()
    operations.publish_text(coordinator, text, "For primary.", opened_with=text.version)
    assert queries.newest_text(world.primary.id) is text
    assert queries.newest_text(world.secondary.id).series == "all"


def test_a_published_text_is_never_changed_and_a_draft_needs_its_words(place):
    coordinator = place.actor("coordinator")
    published = queries.newest_text(None)
    for act in (
        lambda: operations.change_text(coordinator, published, rules.DEFAULT_TEXT, opened_with=published.version),
        lambda: operations.publish_text(coordinator, published, "Again", opened_with=published.version),
        lambda: operations.discard_draft(coordinator, published, opened_with=published.version),
    ):
        with pytest.raises(Refused, match="stays as it is"):
            act()
    draft = operations.start_draft(coordinator, "all")
    assert operations.start_draft(coordinator, "all") is draft
    with pytest.raises(RefusedFields, match=r"\[nobody\]"):
        operations.change_text(
            coordinator, draft, replace(rules.DEFAULT_TEXT, school="[nobody]"), opened_with=draft.version
        )
    with pytest.raises(RefusedFields, match="what changed"):
        operations.publish_text(coordinator, draft, " ", opened_with=draft.version)
    with pytest.raises(EditConflict):
        operations.change_text(coordinator, draft, rules.DEFAULT_TEXT, opened_with=draft.version + 1)
    operations.discard_draft(coordinator, draft, opened_with=draft.version)
    db.session.flush()
    assert db.session.scalar(select(func.count()).select_from(AgreementText)) == 1
    assert operations.ensure_default_agreement_text() is False


def test_while_the_feature_is_off_nothing_is_made_and_nothing_holds_work_back(place):
    record(None, "feature switched", settings.put("feature.agreements", "off"))
    case = builders_cases.case(place.world, builders_cases.pupil(place.world.ash, "Leo", "Stone"), agreed=False)
    assert db.session.scalar(select(func.count()).select_from(Agreement)) == 1
    cases.move(place.actor("worker"), case, "start_observation", opened_with=case.version)
    record(None, "feature switched", settings.put("feature.agreements", "on"))
    cases.move(place.actor("worker"), case, "start_plan", opened_with=case.version)  # begun before: not asked
