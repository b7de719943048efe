"""Writing a referral: kept while it is typed, handed on, filled in from elsewhere, for one, several or a school."""

import io
import re
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from portal.extensions import db
from portal.files import intake
from portal.files.models import StoredFile
from portal.kernel.audit import AuditLine
from portal.notices.models import Notice
from portal.policy import Role
from portal.referrals import operations, queries, rules
from portal.referrals.models import DraftBuffer, Referral, ReferralFile
from portal.schools.models import Pupil, ServiceLine
from tests import builders_referrals as build
from tests import people
from tests.builders_ctf import ctf, pupil
from tests.referrals.test_views import answers, count, hidden, post

ENGINES = ("sqlite",)
SITTING = "a" * 32
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


@pytest.fixture
def world(given):
    def make():
        ash, birch = people.school(), people.school("Birch Primary")
        council = people.school("Council", kind="authority")
        senco = people.person("Sam Ash", Role.SCHOOL, school_id=ash.id)
        head = people.person("Jo Head", Role.HEAD, school_id=ash.id)
        line = build.service_line()
        return SimpleNamespace(
            senco=senco.id,
            head=head.id,
            other=people.person("Bea Birch", Role.SCHOOL, school_id=birch.id).id,
            officer=people.person("Ola Officer", Role.SCHOOL, school_id=council.id).id,
            worker=people.person("Will Worker", Role.WORKER).id,
            line=line.id,
            draft=build.draft(senco, line).reference,
            written=build.written(senco, line).reference,
            submitted=build.submitted(senco, line).reference,
        )

    return given(make)


def type_on(client, reference, page="support", stroke=1, sitting=SITTING, version=0, known=0, **typed):
    typed = typed or {"support_wanted": "Somebody to watch"}
    facts = {"sitting": sitting, "stroke": stroke, "page_version": version, "draft_version": known}
    return client.post(f"/referrals/{reference}/form/{page}/autosave", data=typed | facts)


def actions(app, action):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(AuditLine).where(AuditLine.action == action))


def row_of(app, reference):
    with app.app_context():
        return db.session.scalars(select(Referral).where(Referral.reference == reference)).one()


def test_what_is_typed_is_kept_beside_the_page_and_opens_with_two_choices(app, world, sign_in):
    client, url = sign_in(world.senco), f"/referrals/{world.draft}/form/support"
    first = type_on(client, world.draft, support_wanted="Some")
    assert (first.status_code, first.json["version"], first.json["closed"]) == (200, 1, False)
    assert type_on(client, world.draft, stroke=2, support_wanted="Somebody <b>to</b> watch").json["version"] == 2
    assert type_on(client, world.draft, stroke=1, support_wanted="late").json["version"] == 2
    assert actions(app, "referral draft kept") == 1

    page = client.get(url).text
    assert "What you typed is here and not saved yet" in page
    assert "Somebody &lt;b&gt;to&lt;/b&gt; watch" in page
    with app.app_context():
        raw = db.session.execute(db.text("select typed from referral_draft_buffer")).scalar()
        assert "watch" not in raw
    assert "support" not in queries_of(app, world.draft)
    assert "What you typed there is not saved yet" in client.get(f"/referrals/{world.draft}/form").text

    dropped = client.post(f"{url}/autosave/drop", data=hidden(client, url))
    assert dropped.status_code == 303
    assert "Somebody" not in client.get(url).text


def queries_of(app, reference):
    with app.app_context():
        found = db.session.scalars(select(Referral).where(Referral.reference == reference)).one()
        return queries.page_answers(found)


def test_saving_ends_the_sitting_and_what_comes_late_is_not_taken(app, world, sign_in):
    client, url = sign_in(world.senco), f"/referrals/{world.draft}/form/support"
    type_on(client, world.draft)
    fields = hidden(client, url) | {"support_wanted": "Saved words", "sitting": SITTING, "version": "0"}
    assert client.post(url, data=fields).status_code == 303
    late = type_on(client, world.draft, stroke=9, support_wanted="Too late")
    assert late.json["closed"] is True
    page = client.get(url).text
    assert "Saved words" in page
    assert "not saved yet" not in page


def test_a_second_window_is_told_and_two_people_keep_their_own(app, world, sign_in):
    client, colleague = sign_in(world.senco), sign_in(world.head)
    type_on(client, world.draft)
    elsewhere = type_on(client, world.draft, sitting="b" * 32)
    assert elsewhere.status_code == 409
    assert "another window" in elsewhere.json["words"]
    assert type_on(client, world.draft, sitting="b" * 32, known=1).status_code == 200
    theirs = type_on(colleague, world.draft, support_wanted="Theirs")
    assert theirs.json["others"] == ["Sam Ash"]
    page = colleague.get(f"/referrals/{world.draft}/form/support").text
    assert "Sam Ash is also working on this page" in page
    assert "Theirs" in page
    assert "Somebody to watch" not in page


def test_what_was_typed_on_an_older_version_meets_the_newer_one_as_a_conflict(app, world, sign_in):
    client, colleague = sign_in(world.senco), sign_in(world.head)
    url = f"/referrals/{world.draft}/form/support"
    type_on(client, world.draft, support_wanted="Mine, typed first")
    post(colleague, url, support_wanted="The colleague's, saved")
    page = client.get(url).text
    assert "A colleague has saved this page since" in page
    refused = post(client, url, support_wanted="Mine, typed first")
    assert refused.status_code == 409
    assert "Mine, typed first" in refused.text
    assert "The colleague&#39;s, saved" in refused.text


@pytest.mark.parametrize(
    ("who", "which", "status"), [("other", "draft", 404), ("worker", "draft", 403), ("other", "submitted", 404)]
)
def test_nobody_else_types_in_it(world, sign_in, who, which, status):
    assert type_on(sign_in(getattr(world, who)), getattr(world, which)).status_code == status


def test_autosave_takes_no_page_that_is_not_there_and_no_flood(world, sign_in):
    client = sign_in(world.senco)
    assert type_on(client, world.draft, page="pupils").status_code == 404
    assert type_on(client, world.draft, sitting="x").status_code == 422
    assert type_on(client, world.draft, support_wanted="x" * 30_000).status_code == 422


def test_a_draft_is_handed_to_a_colleague_who_is_told(app, world, sign_in):
    client, url = sign_in(world.senco), f"/referrals/{world.draft}/hand-over"
    assert "Bea Birch" not in client.get(url).text
    assert post(client, url).status_code == 422
    assert post(client, url, person=str(world.other)).status_code == 422
    done = post(client, url, person=str(world.head), note="The family page is yours.")
    assert done.status_code == 303
    with app.app_context():
        assert db.session.scalar(select(Referral.written_by_id).where(Referral.reference == world.draft)) == world.head
        assert db.session.scalar(select(func.count()).where(Notice.kind == "draft_handed_over")) == 1
    for person in (world.senco, world.head):
        shown = sign_in(person).get(f"/referrals/{world.draft}").text
        assert "To Jo Head." in shown
        assert "The family page is yours." in shown
    assert sign_in(world.other).get(url).status_code == 404


def send_ctf(client, reference, content, who=""):
    data = {"who": who, "file": (io.BytesIO(content), "export.xml")}
    return client.post(f"/referrals/{reference}/prefill/ctf", data=data, content_type="multipart/form-data")


def sealed_in(page):
    return re.search(r'name="sealed"[^>]*value="([^"]+)"', page.text)[1]


def test_a_ctf_fills_what_is_empty_and_nothing_else_is_kept(app, world, sign_in):
    client = sign_in(world.senco)
    post(client, f"/referrals/{world.draft}/form/needs", sen_status="N", diagnosis="ADHD")
    several = send_ctf(client, world.draft, ctf(*(pupil(number) for number in range(4))), "Robin")
    assert several.status_code == 200
    assert "Robin Ash" in several.text
    assert "Maya" not in several.text
    preview = client.post(f"/referrals/{world.draft}/prefill/ctf/choose", data={"sealed": sealed_in(several)})
    assert "12 High Street, Torquay, TQ1 1AA" in preview.text
    before = count(app, DraftBuffer), count(app, StoredFile)
    take = f"/referrals/{world.draft}/prefill/ctf/take"
    taken = client.post(take, data={"sealed": sealed_in(preview), "pages": ["pupil", "needs", "attendance"]})
    assert taken.status_code == 303
    assert answers(app, world.draft, "pupil").first_language == "Polish"
    assert answers(app, world.draft, "needs") == rules.NeedsPage(sen_status="N", diagnosis="ADHD")
    assert "family" not in queries_of(app, world.draft)
    assert (count(app, DraftBuffer), count(app, StoredFile)) == before
    assert row_of(app, world.draft).pupil_id is not None
    again = client.post(take, data={"sealed": sealed_in(preview), "pages": ["pupil"]})
    assert again.status_code == 422
    assert "There is nothing to take" in again.text


def test_what_was_found_is_this_persons_for_an_hour(world, sign_in, clock):
    client, colleague = sign_in(world.senco), sign_in(world.head)
    sealed = sealed_in(send_ctf(client, world.draft, ctf()))
    take = f"/referrals/{world.draft}/prefill/ctf/take"
    for who, reference in ((colleague, world.draft), (client, world.written)):
        answer = who.post(f"/referrals/{reference}/prefill/ctf/take", data={"sealed": sealed, "pages": "pupil"})
        assert "Choose the file and the pupil again" in answer.text
    assert "again" in client.post(take, data={"sealed": "x" * 50, "pages": "pupil"}).text
    clock.forward(minutes=29)
    client.get("/")
    clock.forward(minutes=29)
    client.get("/")
    clock.forward(minutes=5)
    assert "not at hand any more" in client.post(take, data={"sealed": sealed, "pages": "pupil"}).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE x><CTfile/>", "document type or entities"),
        (b"not xml", "it is not XML"),
        (ctf()[:-30], "ends in the middle"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_ctf_is_refused_in_words(world, sign_in, content, words):
    refused = send_ctf(sign_in(world.senco), world.draft, content, "Robin <b>")
    assert refused.status_code == 422
    assert words in refused.text
    assert "Robin &lt;b&gt;" in refused.text


def test_without_a_file_or_a_fit_the_page_says_what_to_do(world, sign_in):
    client, url = sign_in(world.senco), f"/referrals/{world.draft}/prefill/ctf"
    assert "Choose the file" in client.post(url, data={"who": "x", "file": "text"}).text
    two = ctf(pupil(0), pupil(1))
    assert "holds 2 pupils. Type whom to look for" in send_ctf(client, world.draft, two).text
    assert "Nobody in this file fits" in send_ctf(client, world.draft, two, "Zed").text
    assert sign_in(world.other).get(url).status_code == 404


def test_the_last_referral_of_the_pupil_gives_answers_but_no_agreement(app, world, sign_in):
    client, url = sign_in(world.senco), f"/referrals/{world.draft}/prefill/last"
    assert client.get(url).status_code == 404
    with app.app_context():
        pupil_id = db.session.scalar(select(Pupil.id).order_by(Pupil.id.desc()))
    post(client, f"/referrals/{world.draft}/pupil", pupil=str(pupil_id))
    shown = client.get(url).text
    assert "Leaves the classroom most mornings." in shown
    assert "Not asked yet" not in shown
    take = f"/referrals/{world.draft}/prefill/last/take"
    assert client.post(take, data={"pages": ["concern", "support"]}).status_code == 303
    assert answers(app, world.draft, "concern").exclusion_risk == 6
    assert "family" not in queries_of(app, world.draft)
    assert client.post(take).status_code == 422


def add_file(client, reference, item="plan", content=PDF, name="plan.pdf"):
    data = {"files": (io.BytesIO(content), name)}
    return client.post(f"/referrals/{reference}/evidence/{item}", data=data, content_type="multipart/form-data")


def test_a_plan_is_attached_seen_and_taken_away_until_it_is_sent(app, world, sign_in):
    client = sign_in(world.senco)
    assert add_file(client, world.draft).status_code == 200
    page = client.get(f"/referrals/{world.draft}/evidence").text
    assert "plan.pdf" in page
    assert "Not scanned for viruses" in page
    with app.app_context():
        file_id = db.session.scalar(select(ReferralFile.file_id))
    address = f"/referrals/{world.draft}/files/{file_id}"
    given = client.get(address)
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in(world.other).get(address).status_code == 404
    assert client.get(f"/referrals/{world.written}/files/{file_id}").status_code == 404
    assert client.post(f"{address}/remove").status_code == 303
    assert count(app, StoredFile) == 0
    assert add_file(client, world.draft, "nonsense").status_code == 422
    assert add_file(client, world.draft, content=b"<html>", name="x.pdf").status_code == 422
    assert add_file(client, world.submitted).status_code == 200  # an addition, until it is decided


def test_evidence_that_the_line_needs_stands_in_the_way(app, world, sign_in, given):
    client, check = sign_in(world.senco), f"/referrals/{world.written}/check"
    assert "Send the referral" in client.get(check).text

    def need():
        from portal.kernel import audit

        line = db.session.get_one(ServiceLine, world.line)
        line.evidence_plan = "needed"
        audit.record(None, "service line changed", line)

    given(need)
    page = client.get(check).text
    assert "Attach the plan or provision map" in page
    assert "Send the referral" not in page
    forged = {"version": str(row_of(app, world.written).version)}
    sent = client.post(f"/referrals/{world.written}/steps/submit", data=forged)
    assert sent.status_code == 422
    add_file(client, world.written)
    assert "Send the referral" in client.get(check).text


def test_a_group_gets_its_pupils_records_and_its_title(app, world, sign_in):
    client = sign_in(world.senco)
    begun = post(client, "/referrals/new", line=str(world.line), kind="group")
    reference = begun.location.split("/")[2]
    url = f"/referrals/{reference}/form/pupils"
    before = count(app, Pupil)
    first = {"given_name": "Maya", "family_name": "Okafor", "year_group": "5", "looked_after": "no", "agrees": "yes"}
    entries = {f"pupils-0-{name}": value for name, value in first.items()} | {"pupils-0-born_on": ["5", "3", "2017"]}
    entries |= {"pupils-1-given_name": "Bo", "pupils-1-family_name": "Lee", "pupils-1-born_on": ["1", "2", "2016"]}
    assert post(client, url, **entries).status_code == 303
    assert count(app, Pupil) == before + 1  # Maya was on the list
    assert "Group of 2" in client.get(f"/referrals/{reference}/form").text
    assert client.get(f"/referrals/{reference}/form/family").status_code == 404
    assert client.get(f"/referrals/{reference}/prefill/ctf").status_code == 404
    drawn = client.get(url).text
    assert 'value="Bo"' in drawn
    assert post(client, url, **{name: value for name, value in entries.items() if "-1-" in name}).status_code == 303
    with app.app_context():
        found = db.session.scalars(select(Referral).where(Referral.reference == reference)).one()
        assert (found.pupil.given_name, found.further) == ("Bo", [])


def test_a_whole_school_referral_is_complete_without_a_pupil(app, world, sign_in):
    client = sign_in(world.senco)
    reference = post(client, "/referrals/new", line=str(world.line), kind="school").location.split("/")[2]
    fields = {
        "school": {"what": "Lunch is loud", "where": "The hall", "since": "September"},
        "support": {"support_wanted": "Training for lunch staff"},
        "referrer": {"name": "Sam", "role": "SENCo", "email": "s@example.org", "head_approves": "yes",
                     "head_name": "Jo", "head_approved_on": "2026-11-03"},
    }  # fmt: skip
    for page, sent in fields.items():
        assert post(client, f"/referrals/{reference}/form/{page}", **sent).status_code == 303
    check = f"/referrals/{reference}/check"
    assert "Whole school" in client.get(check).text
    assert post(client, f"/referrals/{reference}/steps/submit", check, note="").status_code == 303
    assert row_of(app, reference).status == "submitted"


def test_an_officer_and_a_parent_sign_for_a_child_without_a_school(app, world, sign_in):
    client = sign_in(world.officer)
    reference = post(client, "/referrals/new", line=str(world.line)).location.split("/")[2]
    url = f"/referrals/{reference}/form/referrer"
    page = client.get(url).text
    assert "for the authority, confirm this referral" in page
    assert "head teacher approve" not in page
    signed = {"officer_signs": "yes", "officer_signed_on": "2026-11-02", "parent_signs": "yes", "parent_name": "Ms P"}
    me = {"name": "Ola", "role": "Officer", "email": "o@example.org", "parent_signed_on": "2026-11-02"}
    assert post(client, url, **me, **signed).status_code == 303
    with app.app_context():
        found = db.session.scalars(select(Referral).where(Referral.reference == reference)).one()
        gaps = [gap for gap in queries.gaps_of(found) if gap.page == "referrer" and gap.blocks]
        assert gaps == []
        assert queries.page_answers(found)["referrer"].parent_signed_on == date(2026, 11, 2)


def test_the_pupils_own_view_stands_first(app, world, sign_in):
    client, url = sign_in(world.senco), f"/referrals/{world.written}/form/views"
    post(client, url, pupil_views_how="told", pupil_views="I like art.", pupil_views_helper="Ms T",
         family_views_how="not_yet", family_views="dropped", family_views_not_yet="They are away")  # fmt: skip
    saved = answers(app, world.written, "views")
    assert (saved.pupil_views, saved.family_views, saved.family_views_not_yet) == ("I like art.", "", "They are away")
    shown = client.get(f"/referrals/{world.written}").text
    assert shown.index("I like art.") < shown.index("Leaves the classroom most mornings.")
    assert "We check for earlier work with every referral" in client.get(f"/referrals/{world.written}/form").text


@pytest.mark.parametrize("path", ["evidence", "hand-over", "prefill/ctf", "form/support/autosave"])
def test_hostile_text_gives_no_error_page(world, sign_in, path):
    client, url = sign_in(world.senco), f"/referrals/{world.draft}/{path}"
    for text in ("a\x00b", "x" * 100_000, "‮<script>", "99999999999999999999"):
        fields = dict.fromkeys(("person", "note", "who", "sitting", "stroke", "page_version", "sealed"), text)
        assert client.post(url, data=fields).status_code in (303, 404, 405, 422)


def test_nobody_of_another_school_hands_over_or_reads_the_evidence(world, sign_in, given):
    other = sign_in(world.other)
    for path in ("hand-over", "evidence", "form", "prefill/ctf", "prefill/last"):
        assert other.get(f"/referrals/{world.draft}/{path}").status_code == 404
    assert sign_in(world.worker).get(f"/referrals/{world.draft}/evidence").status_code == 403


def test_files_are_looked_into_before_the_database_is_locked(world, sign_in, monkeypatch):
    locked = []

    def look(name, content):
        locked.append(db.session().in_transaction())
        return real(name, content)

    real = intake.check
    monkeypatch.setattr(intake, "check", look)
    data = {"files": [(io.BytesIO(PDF), "plan.pdf")], "submission_id": "c" * 32}
    assert sign_in(world.senco).post(f"/referrals/{world.draft}/evidence/plan", data=data).status_code == 200
    assert locked == [False]


def test_the_version_stops_a_second_hand_over(app, world, sign_in, given):
    client, url = sign_in(world.senco), f"/referrals/{world.draft}/hand-over"
    fields = hidden(client, url) | {"person": str(world.head)}

    def other_hand():
        actor = build.actor_of(world.head)
        referral = queries.referral_for(actor, world.draft)
        operations.hand_over(actor, referral, world.head, opened_with=referral.version)

    given(other_hand)
    assert client.post(url, data=fields).status_code == 409
