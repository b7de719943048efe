"""The rest can follow: a school adds pages and files to a referral that was sent, until it is decided."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from portal.extensions import db
from portal.files.intake import check
from portal.kernel.errors import EditConflict, NotPermitted, Refused
from portal.kernel.history import steps_of
from portal.notices.models import Notice
from portal.policy import Role
from portal.referrals import operations, queries, rules
from tests import builders_referrals as build
from tests import people

NEEDS = build.PAGES["needs"]
ATTENDANCE = rules.AttendancePage(attendance_percent=Decimal("83.5"), suspended=False)


@pytest.fixture
def cast(unit):
    ash, birch = people.school(), people.school("Birch Primary")
    made = SimpleNamespace(
        senco=people.person("Sam Ash", Role.SCHOOL, school_id=ash.id),
        head=people.person("Jo Head", Role.HEAD, school_id=ash.id),
        other=people.person("Bea Birch", Role.SCHOOL, school_id=birch.id),
        coordinator=people.person("Cora Dean", Role.COORDINATOR),
        line=build.service_line(),
    )
    made.referral = build.submitted(made.senco, made.line)
    people.commit()
    return made


def as_(person):
    return build.actor_of(person.id)


def save(cast, page, draft, opened_with=0, by=None):
    operations.save_page(as_(by or cast.senco), cast.referral, page, draft, opened_with=opened_with)
    db.session.commit()


def told():
    rows = db.session.scalars(db.select(Notice.recipient).where(Notice.kind == "referral_added"))
    return sorted(rows)


def test_a_page_that_follows_is_a_version_and_what_was_sent_stays_readable(cast, clock):
    before, version = queries.version_page(cast.referral, 1).parts, cast.referral.version
    assert queries.additions_of(cast.referral) is None
    clock.forward(days=2)
    save(cast, "attendance", ATTENDANCE)
    assert cast.referral.status == "submitted"
    assert cast.referral.version > version  # whoever decides on the older page meets a conflict
    assert queries.version_page(cast.referral, 1).parts == before
    new = queries.additions_of(cast.referral)
    assert (new.newest, new.against, [row.by for row in new.rows]) == (2, 1, ["Sam Ash"])
    assert new.since == "Tuesday 10 November, 9:30am"
    assert new.rows[0].sent.startswith("Thursday 12 November")
    assert [(one.label, one.what) for one in new.changes][0] == ("Attendance in percent", "Added")
    assert told() == sorted(f"person-{one.id}" for one in (cast.head, cast.coordinator))
    assert (steps_of("referral", cast.referral.id)[-1].step, cast.referral.status) == ("add", "submitted")


def test_an_answer_is_corrected_word_by_word_and_nothing_new_is_no_version(cast):
    version = next(page.version for page in cast.referral.pages if page.page == "needs")
    save(cast, "needs", NEEDS, version)
    assert queries.additions_of(cast.referral) is None
    assert told() == []
    save(cast, "needs", replace(NEEDS, diagnosis="ADHD"), version)
    (change,) = queries.additions_of(cast.referral).changes
    assert (change.label, change.what) == ("Diagnosis", "Changed")
    with pytest.raises(EditConflict):
        save(cast, "needs", replace(NEEDS, diagnosis="Late"), version)


def test_a_file_that_follows_is_named_and_stays(cast):
    stored = operations.add_file(as_(cast.senco), cast.referral, "plan", check("plan.pdf", build.PLAN))
    db.session.commit()
    (change,) = queries.additions_of(cast.referral).changes
    assert (change.label, change.now[0].text) == ("Files", "plan.pdf")
    with pytest.raises(Refused):
        operations.remove_file(as_(cast.senco), cast.referral, stored.id)


@pytest.mark.parametrize("page", ["pupil", "referrer"])
def test_whom_it_is_about_and_who_signed_stays_as_it_was_sent(cast, page):
    version = next(row.version for row in cast.referral.pages if row.page == page)
    with pytest.raises(Refused, match="cannot be changed now"):
        save(cast, page, build.PAGES[page], version)


def test_what_was_needed_to_send_it_is_not_blanked(cast):
    version = next(page.version for page in cast.referral.pages if page.page == "concern")
    with pytest.raises(Refused, match="do not leave it blank"):
        save(cast, "concern", rules.ConcernPage(), version)


def test_after_the_decision_nothing_is_added_and_only_by_the_school(cast):
    with pytest.raises(NotPermitted):
        save(cast, "attendance", ATTENDANCE, by=cast.coordinator)
    decision = rules.Decision("outreach", "Fits the offer.", "", "direct", "")
    operations.take_step(as_(cast.coordinator), cast.referral, "decide", decision=decision)
    db.session.commit()
    with pytest.raises(Refused, match="decided"):
        save(cast, "attendance", ATTENDANCE)
    with pytest.raises(Refused, match="decided"):
        operations.add_file(as_(cast.senco), cast.referral, "plan", check("plan.pdf", build.PLAN))


def test_a_decision_on_an_older_page_meets_a_conflict(cast):
    opened = cast.referral.version
    save(cast, "attendance", ATTENDANCE)
    decision = rules.Decision("outreach", "Fits the offer.", "", "direct", "")
    with pytest.raises(EditConflict):
        operations.take_step(as_(cast.coordinator), cast.referral, "decide", decision=decision, opened_with=opened)
