"""The pages of the status side: answering, approving, letters, versions, matches; and that a match shows nowhere."""

import io
import re
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from portal.accounts.models import Person
from portal.extensions import db
from portal.policy import Role
from portal.referrals import operations, rules
from portal.referrals.models import Referral, ReferralMatch
from portal.schools.models import ServiceLine
from tests import builders_referrals as build
from tests import people
from tests.statements import statements

ENGINES = ("sqlite",)


@pytest.fixture
def world(given):
    def make():
        ash, birch = people.school(), people.school("Birch Primary")
        senco = people.person("Sam Ash", Role.SCHOOL, school_id=ash.id)
        head = people.person("Jo Head", Role.HEAD, school_id=ash.id)
        deputy = people.person("Di Deputy", Role.HEAD, school_id=ash.id)
        other = people.person("Bea Birch", Role.SCHOOL, school_id=birch.id)
        coordinator = people.person("Cora Dean", Role.COORDINATOR)
        direct, asking = build.service_line(), build.service_line("Secondary outreach", asks_head=True)
        returned = build.submitted(senco, direct)
        asked = rules.Asking((("needs", "diagnosis"), ("tried", "strategies"), ("family", "shares")), ("Who leads?",))
        operations.take_step(build.actor_of(coordinator.id), returned, "return", asking=asked)
        return SimpleNamespace(
            senco=senco.id,
            head=head.id,
            deputy=deputy.id,
            other=other.id,
            coordinator=coordinator.id,
            safeguarding=people.person("Dee Lead", Role.SAFEGUARDING).id,
            admin=people.person("Ada Min", Role.ADMIN).id,
            returned=returned.reference,
            submitted=build.submitted(senco, direct).reference,
            decided=build.decided(senco, direct, coordinator).reference,
            asking=build.written(senco, asking).reference,
        )

    return given(make)


def hidden(client, url):
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    found = re.search(r'<form class="app-form".*?</form>', page.text, re.S)
    return dict(re.findall(r'name="(version|submission_id)"[^>]*value="([^"]*)"', found[0]))


def post(client, url, source=None, **fields):
    return client.post(url, data=hidden(client, source or url) | fields)


def status(app, reference):
    with app.app_context():
        return db.session.scalar(db.select(Referral.status).where(Referral.reference == reference))


def test_the_check_of_a_return_leads_to_what_has_no_answer_yet(world, sign_in):
    page = sign_in(world.senco).get(f"/referrals/{world.returned}/check").text
    assert f'href="/referrals/{world.returned}/answer"' in page
    assert "Send it again" not in page


def test_the_coordinator_says_what_is_arranged(app, world, sign_in, given):
    def agreed():
        cora, sam = (db.session.get_one(Person, one) for one in (world.coordinator, world.senco))
        return build.decided(sam, db.session.scalars(db.select(ServiceLine)).first(), cora, "training").reference

    client, reference = sign_in(world.coordinator), given(agreed)
    assert "It is arranged" in client.get(f"/referrals/{reference}").text
    url = f"/referrals/{reference}/steps/arranged"
    assert "What is arranged? (optional)" in client.get(url).text
    assert post(client, url, note="").status_code == 303
    shown = sign_in(world.senco).get(f"/referrals/{reference}").text
    assert "Training was agreed. It is arranged." in shown


def test_the_school_answers_just_what_was_asked_and_sends_it(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.returned}/answer"
    page = client.get(url).text
    assert all(words in page for words in ("Diagnosis", "Strategies tried", "Who leads?", "May information be shared"))
    assert "What is your concern?" not in page
    question = re.search(r'name="(own_\d+)"', page)[1]
    typed = {
        "needs-diagnosis": "ADHD & more",
        "family-shares": "yes",
        "family-shares_who": "Mrs O",
        "tried-strategies-0-strategy": "Check-in",
    }
    refused = post(client, url, **typed)
    assert refused.status_code == 422
    assert refused.text.count(">Answer this question, or tick “We don&#39;t know”.<") == 1
    assert "ADHD &amp; more" in refused.text
    more = post(client, url, **typed, add="strategies")
    assert more.location == f"{url}?more=strategies"
    assert 'name="tried-strategies-1-strategy"' in client.get(more.location).text
    forged = {"needs-strengths": "Forged", "concern-concern": "Forged", "concern": "Forged"}
    fields = hidden(client, url) | typed | forged | {question: "Ms Lead", "family-shares_on": "2026-11-02"}
    first, second = client.post(url, data=fields), client.post(url, data=fields)
    assert (first.status_code, first.location) == (303, f"/referrals/{world.returned}")
    assert second.location == first.location
    page = sign_in(world.coordinator).get(f"/referrals/{world.returned}").text
    assert "Forged" not in page
    assert all(words in page for words in ("ADHD &amp; more", "Check-in", "Ms Lead", "2 versions"))
    assert client.get(url).status_code == 302
    assert status(app, world.returned) == "submitted"


def test_the_plan_is_asked_for_and_the_answers_lead_to_where_it_is_added(app, world, sign_in):
    coordinator, client = sign_in(world.coordinator), sign_in(world.senco)
    ask = f"/referrals/{world.submitted}/steps/return"
    assert "Plan or provision map" in coordinator.get(ask).text
    assert post(coordinator, ask, ask_evidence="plan").status_code == 303
    url = f"/referrals/{world.submitted}/answer"
    page = client.get(url).text
    assert re.search(rf'href="/referrals/{world.submitted}/evidence">Add the file<', page)
    assert "Plan or provision map" in client.get(f"/referrals/{world.submitted}").text
    refused = post(client, url)
    assert refused.status_code == 422
    tick = re.search(r'name="(unknown_\d+)"', page)[1]
    assert f'href="#{tick}"' in refused.text
    assert post(client, url, **{tick: "y"}).status_code == 303
    assert status(app, world.submitted) == "submitted"
    for who in (world.coordinator, world.senco):
        shown = sign_in(who).get(f"/referrals/{world.submitted}").text
        assert "The school does not know." in shown
        assert "The answer is below" not in shown


def test_what_is_typed_among_the_answers_is_kept_until_they_are_saved(app, world, sign_in):
    client, url = sign_in(world.senco), f"/referrals/{world.returned}/answer"
    page = client.get(url).text
    assert "autosave.js" in page
    form = page[page.index("data-autosave=") :]
    assert re.search(r"<button[^>]*>", form)[0].startswith('<button type="submit" name="then" value="later"')
    keep = re.search(r'data-autosave="([^"]+)"', page)[1]
    sitting = re.search(r'data-sitting="([^"]+)"', page)[1]
    question = re.search(r'name="(own_\d+)"', page)[1]
    facts = {"sitting": sitting, "stroke": 1, "draft_version": 0}
    facts["page_version"] = re.search(r'data-page-version="(\d+)"', page)[1]
    typed = {"needs-diagnosis": "ADHD, typed", question: "Ms Typed", "tried-strategies-0-strategy": "A quiet room"}
    assert client.post(keep, data=typed | facts).json["version"] == 1
    page = client.get(url).text
    assert "What you typed is here and not saved yet" in page
    assert all(words in page for words in ("ADHD, typed", "Ms Typed", "A quiet room"))
    assert "Typed" not in sign_in(world.head).get(url).text
    assert "Answers typed and not saved yet" in client.get(f"/referrals/{world.returned}/check").text
    assert client.get(f"/referrals/{world.returned}/form").status_code == 200
    assert post(client, url, **typed, sitting=sitting, then="later").status_code == 303
    page = client.get(url).text
    assert "Ms Typed" in page
    assert "not saved yet" not in page
    assert client.post(keep, data=typed | facts | {"stroke": 9}).json["closed"] is True
    facts = {"sitting": "d" * 32, "stroke": 1, "draft_version": 2, "page_version": 9}
    assert client.post(keep, data={question: "Given up"} | facts).status_code == 200
    dropped = client.post(f"{keep}/drop")
    assert (dropped.status_code, dropped.location) == (303, url)
    assert "Given up" not in client.get(url).text
    assert client.post(f"/referrals/{world.asking}/form/answer/autosave", data=facts).status_code == 404


def test_a_detail_follows_the_question_that_asks_for_it(world, sign_in, given):
    def asked():
        referral = build.submitted(db.session.get_one(Person, world.senco), build.service_line())
        named = (("needs", "sen_status"), ("views", "pupil_views"))
        asking = rules.Asking(named)
        operations.take_step(build.actor_of(world.coordinator), referral, "return", asking=asking)
        return referral.reference

    page = sign_in(world.senco).get(f"/referrals/{given(asked)}/answer").text
    assert "asked.js" in page
    assert re.findall(r'data-asked-by="([^"]+)"', page) == ["needs-sen_status"]
    assert 'name="views-pupil_views"' in page  # asked for itself: it waits for no other answer


def test_answers_that_cannot_be_right_are_named_where_they_stand(world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.returned}/answer"
    refused = post(client, url, **{"family-shares_on": "31/31/2026", "family-shares": "yes", "then": "later"})
    assert refused.status_code == 422
    assert 'href="#family-shares_on"' in refused.text
    long = {
        "tried-strategies-0-strategy": "x",
        "tried-strategies-0-from_on": "2026-10-01",
        "tried-strategies-0-until_on": "2026-09-01",
    }
    refused = post(client, url, **long, then="later")
    assert 'href="#tried-strategies-0-until_on">This ended before it began' in refused.text
    kept = post(client, url, **{"needs-diagnosis": "Later"}, then="later")
    assert kept.status_code == 303
    assert "Later" in client.get(url).text


def test_the_second_of_two_who_answer_sees_both_texts(world, sign_in):
    first, second = sign_in(world.senco), sign_in(world.head)
    url = f"/referrals/{world.returned}/answer"
    opened = hidden(second, url)
    assert post(first, url, **{"needs-diagnosis": "The first", "then": "later"}).status_code == 303
    conflict = second.post(url, data=opened | {"needs-diagnosis": "The second", "then": "later"})
    assert conflict.status_code == 409
    assert all(words in conflict.text for words in ("The first", "The second"))
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', conflict.text.split("app-form")[1]))
    assert second.post(url, data=again).status_code == 303


def test_the_coordinator_names_the_questions(app, world, sign_in):
    client = sign_in(world.coordinator)
    url = f"/referrals/{world.submitted}/steps/return"
    assert "Unique pupil number (UPN)" in client.get(url).text
    refused = post(client, url)
    assert refused.status_code == 422
    assert "Choose at least one question" in refused.text
    assert post(client, url, ask_needs="nonsense").status_code == 422
    assert post(client, url, own_1="Who <b>leads</b>?", ask_needs=["diagnosis"]).status_code == 303
    page = sign_in(world.senco).get(f"/referrals/{world.submitted}").text
    assert "Who &lt;b&gt;leads&lt;/b&gt;?" in page
    assert f"/referrals/{world.submitted}/answer" in page


def test_the_senco_chooses_the_approver(app, world, sign_in):
    client = sign_in(world.senco)
    url = f"/referrals/{world.asking}/steps/send_for_approval"
    page = client.get(url).text
    assert all(name in page for name in ("Jo Head", "Di Deputy"))
    for wrong in ({}, {"approver": str(world.other)}):
        assert post(client, url, **wrong).status_code == 422
    assert "Choose who approves it for your school." in post(client, url).text
    assert post(client, url, approver=str(world.deputy)).status_code == 303
    assert "Waiting for the approval of Di Deputy." in client.get(f"/referrals/{world.asking}").text
    assert "Ask somebody else to approve" in client.get(f"/referrals/{world.asking}").text


def test_the_letter_is_a_page_and_a_pdf(world, sign_in):
    client = sign_in(world.senco)
    page = client.get(f"/referrals/{world.decided}/letter").text
    assert all(words in page for words in ("Ash Primary", "Accepted for outreach", "Fits the offer.", "Maya Okafor"))
    answer = client.get(f"/referrals/{world.decided}/letter/pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "Fits the offer." in " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    for query in ("number=0", "number=9", "number=99999999999999999999", "number=%00"):
        assert client.get(f"/referrals/{world.decided}/letter?{query}").status_code in (200, 404), query
    assert client.get(f"/referrals/{world.submitted}/letter").status_code == 404


def test_versions_are_read_side_by_side(world, sign_in):
    client = sign_in(world.senco)
    page = client.get(f"/referrals/{world.submitted}/versions").text
    assert "This is the first version." in page
    for query in ("number=1&against=1", "number=77", "against=x", "number=99999999999999999999", "against=%00"):
        assert client.get(f"/referrals/{world.submitted}/versions?{query}").status_code in (200, 404), query


PAGES = ["/letter", "/letter/pdf", "/versions", "/answer", "/steps/return"]


@pytest.mark.parametrize(("who", "answer"), [("other", {403, 404}), ("admin", {403})])
def test_out_of_reach_there_is_nothing(world, sign_in, who, answer):
    client = sign_in(getattr(world, who))
    for end in PAGES:
        response = client.get(f"/referrals/{world.decided}{end}")
        assert response.status_code in answer, end
        assert "Maya" not in response.text
    assert client.post(f"/referrals/{world.decided}/matches/1").status_code == 403


def _plain(client, url):
    """The answer without what is new at each drawing of the same page: tokens and ids of forms."""
    page = client.get(url)
    assert page.status_code == 200
    text = re.sub(r'name="submission_id"[^>]*value="[0-9a-f]{32}"', "", page.text)
    text = re.sub(r'csrf_token"[^>]*value="[^"]*"', "", text)
    return re.sub(r'X-CSRFToken": "[^"]*"', "", text).splitlines(), sorted(page.headers.keys())


def test_a_match_shows_in_nothing_that_a_school_is_sent(app, world, sign_in, given):
    """Possible, settled or gone: the same bytes."""

    def elsewhere():
        return build.submitted(people_of(world.other), build.service_line()).reference

    def people_of(person_id):
        from portal.accounts.models import Person

        return db.session.get_one(Person, person_id)

    urls = [f"/referrals/{world.submitted}{end}" for end in ("", "/versions", "/steps/withdraw")] + ["/referrals/"]
    own, other = sign_in(world.senco), sign_in(world.other)
    for client in (own, other):
        client.get("/referrals/")  # the first answer sets the cookie
    before = [_plain(own, url) for url in urls]
    assert any("We check for earlier work" in line for line in before[0][0])
    theirs = given(elsewhere)
    assert [_plain(own, url) for url in urls] == before
    possible = _plain(other, f"/referrals/{theirs}")
    coordinator = sign_in(world.coordinator)
    page = coordinator.get(f"/referrals/{theirs}").text
    assert all(words in page for words in ("Possible match", world.submitted, "Ash Primary"))
    assert "Possible match" in coordinator.get("/referrals/").text
    assert "Possible match" in coordinator.get(f"/referrals/{theirs}/steps/decide").text
    settle = re.search(r'action="(/referrals/[^"]*/matches/\d+)"', page)[1]
    assert coordinator.post(settle, data={"same": "no"}).status_code == 303
    assert "Not the same child" in coordinator.get(f"/referrals/{theirs}").text
    assert _plain(other, f"/referrals/{theirs}") == possible
    given(lambda: [db.session.execute(db.text("DELETE FROM referral_match"))])
    assert _plain(other, f"/referrals/{theirs}") == possible
    assert [_plain(own, url) for url in urls] == before
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count(ReferralMatch.id))) == 0


def test_the_safeguarding_lead_has_the_filtered_list(world, sign_in):
    client = sign_in(world.safeguarding)
    page = client.get("/referrals/?show=decided").text
    assert all(words in page for words in ("To screen (", "Decided (", "Filters"))
    assert "Possible match" not in client.get("/referrals/").text


def test_a_schools_list_parts_and_filters(world, sign_in):
    client = sign_in(world.senco)
    page = client.get("/referrals/").text
    assert f"/referrals/{world.returned}/answer" in page
    filtered = client.get("/referrals/?show=returned").text
    assert world.returned in filtered
    assert world.submitted not in filtered
    for query in ("show=nonsense", "after=9e9", "show=%00", "show=withdrawn", "after=1"):
        assert client.get(f"/referrals/?{query}").status_code == 200, query


def test_the_page_of_a_referral_takes_a_steady_number_of_statements(app, world, sign_in, given):
    client = sign_in(world.coordinator)

    def counted():
        with app.app_context():
            engine = db.engine
        with app.app_context(), statements() as seen:
            client.get(f"/referrals/{world.returned}")
        assert engine
        return len(seen)

    def again():
        from portal.referrals.models import Referral as R

        referral = db.session.scalars(db.select(R).where(R.reference == world.returned)).one()
        for _ in range(3):
            build.answered(referral.written_by, referral)
            operations.take_step(build.actor_of(world.senco), referral, "resubmit")
            operations.take_step(build.actor_of(world.coordinator), referral, "return", note="More")

    few = counted()
    given(again)
    assert counted() == few <= 40
