"""Cover opens a child's case: with a reason in words, for a few days, and somebody else hears of it at once."""

import re
from datetime import date, timedelta

import pytest

from portal.cases import operations, queries
from portal.cases.rules.cover import cover_problems, usual_last_day
from portal.extensions import db
from portal.kernel import access
from portal.kernel.audit import AuditLine, record
from portal.kernel.errors import OutOfReach, Refused
from portal.notices.models import Message, Notice, Preference
from tests import builders_cases as build

TODAY = date(2026, 11, 10)


@pytest.fixture
def world(unit):
    return build.world()


@pytest.mark.parametrize("reason", ["", " ", ".", "...", "x", "a b", "12 34", "Cover", "🙂 🙂"])
def test_a_reason_is_said_in_words(reason):
    assert "reason" in cover_problems(reason, TODAY, TODAY)


@pytest.mark.parametrize("reason", ["Wren is ill", "Holiday cover", "Chwefror gwyliau", "بیماری ہے"])
def test_two_words_are_enough(reason):
    assert cover_problems(reason, TODAY, TODAY) == {}


@pytest.mark.parametrize("days", [-1, 28, 400, None])
def test_the_end_lies_within_28_days(days):
    ends_on = None if days is None else TODAY + timedelta(days=days)
    assert "ends_on" in cover_problems("Wren is ill", ends_on, TODAY)


def test_coordinator_and_workers_are_told_at_once_whatever_they_chose(world, as_actor, clock):
    case, colleague = build.case(world), as_actor(world.colleague)
    for person in (world.coordinator, world.worker):
        record(None, "way chosen", Preference(person_id=person.id, daily=True))
    operations.cover(colleague, case, "Wren is ill", clock().date())
    db.session.commit()
    found = db.session.execute(
        db.select(Notice.recipient, Message.digest_on)
        .join(Message, Message.id == Notice.message_id)
        .where(Notice.kind == "case_covered")
    ).all()
    assert {row.recipient for row in found} == {f"person-{one.id}" for one in (world.coordinator, world.worker)}
    assert all(row.digest_on is None for row in found)


def test_nothing_opens_with_a_reason_that_says_nothing(world, as_actor, clock):
    case = build.case(world)
    with pytest.raises(Refused, match="few words"):
        operations.cover(as_actor(world.colleague), case, ".", clock().date())
    assert world.colleague.id not in access.involved_today("case_file", case.id)
    assert db.session.scalars(db.select(Notice).where(Notice.kind == "case_covered")).all() == []


def test_the_coordinator_ends_it_now(world, as_actor, clock):
    case, colleague, coordinator = build.case(world), as_actor(world.colleague), as_actor(world.coordinator)
    row = operations.cover(colleague, case, "Wren is ill", clock().date() + timedelta(days=4))
    db.session.commit()
    assert queries.case_for(colleague, case.reference)
    operations.end_cover(coordinator, case, row.id)
    db.session.commit()
    for kind, one in (("case_file", case.id), ("referral", case.referral_id), ("pupil", case.pupils[0].pupil_id)):
        assert access.involved_today(kind, one) == {world.worker.id}
    with pytest.raises(OutOfReach):
        queries.case_for(colleague, case.reference)
    with pytest.raises(OutOfReach):
        operations.end_cover(coordinator, case, row.id)
    assert "cover ended" in set(db.session.scalars(db.select(AuditLine.action)))
    told = {line.what for line in queries.timeline_of(case, queries.covers_of(case))}
    assert "Cover, ended the same day" in told


def test_only_who_chooses_the_workers_ends_it(world, as_actor, clock):
    case, colleague = build.case(world), as_actor(world.colleague)
    row = operations.cover(colleague, case, "Wren is ill", clock().date())
    with pytest.raises(Exception, match="OPEN_CASE|choose its workers"):
        operations.end_cover(colleague, case, row.id)


@pytest.mark.both_engines
def test_the_form_offers_a_short_end_and_the_home_page_lists_it(app, given, sign_in):
    def make():
        a_world = build.world()
        return build.case(a_world).reference, a_world.colleague.id, a_world.coordinator.id

    reference, colleague, coordinator = given(make)
    page = sign_in(colleague).get(f"/cases/{reference}/cover").get_data(as_text=True)
    assert usual_last_day(TODAY) == date(2026, 11, 14)
    assert re.search(r'value="(2026-11-14|14/11/2026)"', page)
    sent = {"reason": ".", "ends_on": "2026-11-14"}
    refused = sign_in(colleague).post(f"/cases/{reference}/cover", data=sent)
    assert refused.status_code == 422 and "Say in a few words why you cover" in refused.get_data(as_text=True)
    kept = sign_in(colleague).post(f"/cases/{reference}/cover", data=sent | {"reason": "Wren is ill"})
    assert kept.status_code == 303
    home = sign_in(coordinator).get("/").get_data(as_text=True)
    assert "Cover today" in home and "Jo Bright" in home and "Wren is ill" in home
    ending = re.search(rf'action="(/cases/{reference}/covers/[0-9]+/end)"', home).group(1)
    assert sign_in(colleague).post(ending).status_code == 403
    assert sign_in(coordinator).post(ending).status_code == 303
    assert "No one is covering a case." in sign_in(coordinator).get("/").get_data(as_text=True)
    assert sign_in(colleague).get(f"/cases/{reference}").status_code == 404
