"""The pages of agreements, as people use them."""

import re

import pytest
from sqlalchemy import func, select

from portal.agreements.models import Agreement, AgreementSignature, AgreementText
from portal.agreements.queries.one import newest_of
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.policy import Role
from tests import builders_agreements as build
from tests import builders_cases, hostile, people

USUAL_ENGINE = "sqlite"

SIGNED = {"name": "Ruth Head", "role": "Head teacher", "contact": "Sam Reed", "agrees": "y"}


@pytest.fixture
def ids(given):
    def make():
        place = build.place()
        names = ("coordinator", "worker", "colleague", "senco", "other_senco")
        return {
            "id": place.agreement.id,
            "case": place.case.reference,
            "head": place.head.id,
            "other_head": place.other_head.id,
            "safeguarding": people.person("Safe Lead", Role.SAFEGUARDING).id,
            "admin": people.person("Ann Admin", Role.ADMIN).id,
            **{name: getattr(place.world, name).id for name in names},
        }

    return given(make)


@pytest.fixture
def clients(sign_in, ids):
    known = {}

    def client(who):
        if who not in known:
            known[who] = sign_in(ids[who])
        return known[who]

    return client


@pytest.fixture
def ask(app):
    """Reads one value from the database."""

    def read(statement):
        with app.app_context():
            return db.session.scalar(statement)

    return read


def hidden(answer, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', answer.text)
    assert found, answer.text[-3_000:]
    return found[1]


def signatures(ask) -> int:
    return ask(select(func.count()).where(AgreementSignature.party == "school"))


def test_the_head_reads_signs_and_the_work_may_start(clients, ids, ask):
    head, address = clients("head"), f"/agreements/{ids['id']}"
    shown = head.get("/agreements/")
    assert "Maya K." in shown.text
    assert "To be signed" in shown.text
    page = head.get(f"{address}/sign")
    assert "Wren Okafor will come" in page.text
    assert hidden(page, "name") == "Ruth Head"
    refused = head.post(f"{address}/sign", data={**SIGNED, "digest": hidden(page, "digest"), "agrees": "", "role": ""})
    assert refused.status_code == 422
    assert "Enter your role" in refused.text
    assert 'value="Sam Reed"' in refused.text
    sent = {**SIGNED, "digest": hidden(page, "digest"), "submission_id": hidden(page, "submission_id")}
    for _ in range(2):  # a double click
        assert head.post(f"{address}/sign", data=sent).headers["Location"] == address
    assert signatures(ask) == 1
    assert "Ruth Head signed it for the school" in head.get(address).text
    assert head.get(f"{address}/sign").headers["Location"] == address
    case = clients("worker").get(f"/cases/{ids['case']}/agreement", headers={"HX-Request": "true"})
    assert "Signed" in case.text
    assert ask(select(func.count()).where(AuditLine.action == "agreement viewed")) > 3


@pytest.mark.both_engines
def test_another_text_than_the_one_kept_is_not_signed(clients, ids, ask):
    answer = clients("head").post(f"/agreements/{ids['id']}/sign", data={**SIGNED, "digest": "0" * 64})
    assert answer.status_code == 409
    assert "The text changed" in answer.text
    assert signatures(ask) == 0


@pytest.mark.both_engines
def test_what_changed_while_the_head_read_is_not_signed(clients, ids, ask):
    head, address = clients("head"), f"/agreements/{ids['id']}"
    page = head.get(f"{address}/sign")
    coordinator = clients("coordinator")
    answer = coordinator.get(f"{address}/answer")
    sent = {"words": "A word more.", "also_agreed": "Tuesdays only", "version": hidden(answer, "version")}
    newer = coordinator.post(f"{address}/answer", data=sent).headers["Location"]
    assert newer != address
    answer = head.post(f"{address}/sign", data={**SIGNED, "digest": hidden(page, "digest")})
    assert answer.status_code == 409
    assert newer in answer.text
    assert signatures(ask) == 0
    second = coordinator.post(f"{address}/answer", data=sent)  # the second of two editors
    assert second.status_code == 409
    page = head.get(f"{newer}/sign")
    assert "Tuesdays only" in page.text
    assert head.post(f"{newer}/sign", data={**SIGNED, "digest": hidden(page, "digest")}).status_code == 303
    assert signatures(ask) == 1


def test_each_role_sees_and_does_what_is_its_own(clients, ids):
    address = f"/agreements/{ids['id']}"
    reads = {
        "head": 200,
        "senco": 200,
        "worker": 200,
        "coordinator": 200,
        "safeguarding": 200,
        "other_head": 404,
        "other_senco": 404,
        "colleague": 404,
        "admin": 403,
    }
    assert {who: clients(who).get(address).status_code for who in reads} == reads
    signs = {"head": 200, "senco": 403, "worker": 403, "coordinator": 403, "safeguarding": 403, "other_head": 404}
    assert {who: clients(who).get(f"{address}/sign").status_code for who in signs} == signs
    assert clients("senco").post(f"{address}/sign", data=SIGNED).status_code == 403
    assert clients("other_head").post(f"{address}/sign", data=SIGNED).status_code == 404
    for page in ("waiver", "answer", "paper"):
        assert clients("head").get(f"{address}/{page}").status_code == 403
        assert clients("coordinator").get(f"{address}/{page}").status_code == 200
    assert clients("head").get("/agreements/texts/").status_code == 403
    assert "Read and sign" not in clients("senco").get(address).text
    assert "Maya K." not in clients("other_head").get("/agreements/").text


def test_not_yet_is_answered_and_the_school_sees_why_work_started(clients, ids):
    head, coordinator, address = clients("head"), clients("coordinator"), f"/agreements/{ids['id']}"
    page = head.get(f"{address}/not-yet")
    empty = head.post(f"{address}/not-yet", data={"words": "", "version": hidden(page, "version")})
    assert empty.status_code == 422
    sent = {"words": "Not on <b>Tuesdays</b>.", "version": hidden(page, "version")}
    assert head.post(f"{address}/not-yet", data=sent).status_code == 303
    assert "Not on &lt;b&gt;Tuesdays&lt;/b&gt;." in coordinator.get(address).text
    page = coordinator.get(f"{address}/waiver")
    assert coordinator.post(f"{address}/waiver", data={"version": hidden(page, "version")}).status_code == 422
    sent = {"reason": "The head is ill.", "version": hidden(page, "version")}
    assert coordinator.post(f"{address}/waiver", data=sent).status_code == 303
    assert "The head is ill. (Cora Ordinator, Tuesday 10 November)" in head.get(address).text
    assert "The head is ill." in clients("senco").get(f"/cases/{ids['case']}/agreement").text
    assert "Started without" in coordinator.get("/agreements/?state=waived").text


def test_on_paper_and_as_pdf(clients, ids):
    coordinator, address = clients("coordinator"), f"/agreements/{ids['id']}"
    page = coordinator.get(f"{address}/paper")
    sent = {**SIGNED, "digest": hidden(page, "digest"), "signed_on": "2026-11-09"}
    early = coordinator.post(f"{address}/paper", data=sent)
    assert early.status_code == 422
    assert "when it was prepared" in early.text
    assert coordinator.post(f"{address}/paper", data={**sent, "signed_on": "2026-11-10"}).status_code == 303
    assert "Signed on paper" in coordinator.get(address).text
    answer = clients("senco").get(f"{address}/agreement.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
    assert "Maya" not in answer.headers["Content-Disposition"]


def test_the_coordinator_writes_previews_and_publishes_the_next_text(clients, ids, ask):
    coordinator = clients("coordinator")
    address = coordinator.post("/agreements/texts/", data={"series": "all"}).headers["Location"]
    page = coordinator.get(address)
    words = {"school": "We help.", "service": "We come.", "sharing": "No names.", "stopping": "[nobody] says so."}
    refused = coordinator.post(address, data={**words, "version": hidden(page, "version")})
    assert refused.status_code == 422
    assert "We come." in refused.text
    words["stopping"] = "Either side says so."
    saved = coordinator.post(address, data={**words, "version": hidden(page, "version")})
    assert saved.status_code == 303
    stale = coordinator.post(address, data={**words, "sharing": "My own", "version": hidden(page, "version")})
    assert stale.status_code == 409
    assert "My own" in stale.text
    preview = coordinator.get(saved.headers["Location"])
    assert "Maya K." in preview.text
    assert "Either side says so." in preview.text
    page = coordinator.get(address.replace("/edit", "/publication"))
    sent = {"what_changed": "", "version": hidden(page, "version")}
    assert coordinator.post(address.replace("/edit", "/publication"), data=sent).status_code == 422
    sent["what_changed"] = "Much shorter."
    assert coordinator.post(address.replace("/edit", "/publication"), data=sent).status_code == 303
    assert ask(select(func.max(AgreementText.number))) == 2
    page = coordinator.get("/agreements/texts/").text
    assert "Much shorter." in page
    assert "Earlier" in page
    first = ask(select(AgreementText.id).where(AgreementText.number == 1))
    assert coordinator.get(f"/agreements/texts/{first}").status_code == 200
    assert coordinator.post(f"/agreements/texts/{first}/removal", data={"version": "1"}).status_code == 422
    assert "A newer text is published" in coordinator.get(f"/agreements/{ids['id']}").text


def test_the_head_sees_what_changed_since_the_last_signature(clients, ids, given):
    def sign_and_publish():
        place = build.Place(None, None, db.session.get(Agreement, ids["id"]), None, None)  # type: ignore[arg-type]
        place.actor = lambda who: build.actor_of(ids[who])  # type: ignore[method-assign]
        build.sign(place)
        build.publish(place, "Half a day for all staff.", service="We give half a day to all staff.")
        world = builders_cases.World(*[None] * 10)  # type: ignore[arg-type]
        case = db.session.scalars(select(builders_cases.Case)).one()
        world.ash, world.primary = case.school, case.service_line
        for name in ("coordinator", "worker", "senco"):
            setattr(world, name, db.session.get(builders_cases.Person, ids[name]))
        other = builders_cases.case(world, builders_cases.pupil(world.ash, "Leo", "Stone"), agreed=False)
        return newest_of(other.referral_id).id

    newer = given(sign_and_publish)
    page = clients("head").get(f"/agreements/{newer}/sign").text
    assert "The text changed since your school last signed on 10 November" in page
    assert "Half a day for all staff." in page
    assert "<strong>New:</strong> We give half a day to all staff." in page


@pytest.mark.both_engines
@pytest.mark.parametrize("words", [*hostile.STORED, *hostile.REFUSED])
def test_hostile_words_are_kept_as_text_or_refused_with_a_sentence(clients, ids, words):
    head, coordinator, address = clients("head"), clients("coordinator"), f"/agreements/{ids['id']}"
    page = head.get(f"{address}/sign")
    stored = words in hostile.STORED
    name = "<script>alert(1)</script>" if stored else words  # a name has letters, and nothing unseen
    sent = {**SIGNED, "digest": hidden(page, "digest"), "name": name, "contact": words}
    version = hidden(head.get(f"{address}/not-yet"), "version")
    expected = 303 if stored else 422
    assert head.post(f"{address}/not-yet", data={"words": words, "version": version}).status_code == expected
    version = hidden(coordinator.get(f"{address}/answer"), "version")
    data = {"words": words, "also_agreed": words, "version": version}
    answer = coordinator.post(f"{address}/answer", data=data)
    assert answer.status_code == expected
    if expected == 303:
        page = head.get(f"{answer.headers['Location']}/sign")
        assert "<script>alert" not in page.text
        sent["digest"] = hidden(page, "digest")
        assert head.post(f"{answer.headers['Location']}/sign", data=sent).status_code == 303
    else:
        assert head.post(f"{address}/sign", data=sent).status_code == 422
    for digest in (words, ""):
        assert head.post(f"{address}/sign", data={**SIGNED, "digest": digest}).status_code in (409, 422)
    assert head.get("/agreements/", query_string={"before": words, "state": words}).status_code == 200


def test_with_the_feature_off_nothing_is_there(clients, ids, given):
    from portal.kernel import settings
    from portal.kernel.audit import record

    given(lambda: record(None, "switched", settings.put("feature.agreements", "off")))
    coordinator = clients("coordinator")
    for address in ("/agreements/", f"/agreements/{ids['id']}", f"/cases/{ids['case']}/agreement"):
        assert coordinator.get(address).status_code == 404
    page = coordinator.get(f"/cases/{ids['case']}").text
    assert "/agreement" not in page
    assert "Start observation" in page
    assert "isn't signed" not in page and "isn&#39;t signed" not in page
