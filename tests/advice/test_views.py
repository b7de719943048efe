"""The pages of advice, as people use them."""

import re

import pytest

from portal.advice.models import AdviceMessage, AdviceThread
from portal.extensions import db
from portal.kernel import settings
from portal.kernel.audit import record
from portal.referrals.models import Referral
from portal.training.models import TrainingRequest
from tests import builders_advice as build

ENGINES = ("sqlite",)
ASKED = {"subject": "Calm starts", "question": build.QUESTION, "tried": "A quiet bell", "how_soon": "usual"}


@pytest.fixture
def ids(given):
    def make():
        world = build.world()
        thread = build.answered(world)
        names = ("senco", "other", "worker", "colleague", "coordinator", "safeguarding", "panel")
        return {"thread": thread.id, "version": thread.version, **{name: getattr(world, name).id for name in names}}

    return given(make)


@pytest.fixture
def senco(sign_in, ids):
    return sign_in(ids["senco"])


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


def count(app, model):
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model))


def test_a_school_asks_and_reads_where_it_is(app, senco):
    assert "Do not name a child" in senco.get("/advice/new").text
    answer = senco.post("/advice/new", data=ASKED)
    assert answer.status_code == 303
    page = senco.get(answer.location).text
    assert "Next: the service answers, by Tuesday 17 November." in page
    assert "What the school has tried" in page
    lists = senco.get("/advice/").text
    assert lists.count("Calm starts") == 2
    assert "No closed questions" in senco.get("/advice/?show=closed").text


@pytest.mark.parametrize("missing", ["subject", "question", "how_soon"])
def test_what_is_missing_is_said_and_the_rest_stays(senco, missing):
    answer = senco.post("/advice/new", data={**ASKED, missing: ""})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    for field in {"subject", "question", "tried"} - {missing}:
        assert ASKED[field] in answer.text


def test_look_once_more_marks_keeps_and_lets_it_go(app, senco):
    typed = {**ASKED, "question": "Maya hits, and B801200005001 <b>too</b>.", "tried": "Line one\nLine & two"}
    look = senco.post("/advice/new", data=typed)
    assert look.status_code == 422
    assert "Look once more" in look.text
    assert re.search(r"<mark class=\"advice-hint\">.*?Maya", look.text)
    assert "the name of a pupil on your list" in look.text
    assert "&lt;b&gt;too&lt;/b&gt;" in look.text
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', look.text))
    assert hidden["tried"] == "Line one\nLine &amp; two"
    assert count(app, AdviceThread) == 1
    back = senco.post("/advice/new", data={**typed, "looked": "back"})
    assert back.status_code == 422
    assert "Maya hits" in back.text
    assert "There is a problem" not in back.text
    assert count(app, AdviceThread) == 1
    assert senco.post("/advice/new", data={**typed, "looked": "send"}).status_code == 303
    assert count(app, AdviceThread) == 2


def test_the_talk_goes_to_and_fro_with_the_same_hint_on_both_sides(app, ids, senco, worker):
    here = f"/advice/{ids['thread']}"
    version = str(ids["version"])
    look = senco.post(f"{here}/replies", data={"words": "It is about Maya.", "version": version})
    assert look.status_code == 422
    assert "Look once more" in look.text
    sent = senco.post(f"{here}/replies", data={"words": "It helps a little.", "version": version})
    assert sent.status_code == 303
    page = worker.get(here).text
    version = re.search(r'name="version" type="hidden" value="(\d+)"', page)[1]
    assert 'value="30"' in page, "the minutes of the last answer"
    look = worker.post(f"{here}/answers", data={"words": "Ask Oakley.", "minutes": "10", "version": version})
    assert "Look once more" in look.text
    back = {"words": "Ask Oakley.", "minutes": "10", "version": version, "kind": "ask_back", "looked": "back"}
    assert "Ask Oakley." in worker.post(f"{here}/answers", data=back).text
    asked = worker.post(f"{here}/answers", data={**back, "looked": "send"})
    assert asked.status_code == 303
    assert "The service asks you" in senco.get(here).text
    assert "10 minutes of advice" in worker.get(here).text
    assert "10 minutes of advice" not in senco.get(here).text
    wrong = worker.post(f"{here}/answers", data={"words": "", "minutes": "0", "version": "1"})
    assert wrong.status_code == 422
    assert count(app, AdviceMessage) == 4


def test_it_closes_and_is_given_to_a_worker(ids, senco, worker, sign_in):
    here, version = f"/advice/{ids['thread']}", str(ids["version"])
    coordinator = sign_in(ids["coordinator"])
    data = {"person_id": str(ids["colleague"]), "version": version}
    assert coordinator.post(f"{here}/worker", data={**data, "person_id": str(ids["senco"])}).status_code == 422
    assert coordinator.post(f"{here}/worker", data=data).status_code == 303
    assert "<strong>Cole Ague</strong> answers." in senco.get(here).text
    assert senco.post(f"{here}/steps/close", data={"version": version}).status_code == 409
    assert senco.post(f"{here}/steps/close", data={"version": str(int(version) + 1)}).status_code == 303
    assert "Closed" in worker.get("/advice/?show=all").text
    assert "Questions that are given to you" in sign_in(ids["colleague"]).get("/advice/?show=mine").text


def test_it_becomes_a_referral_and_both_know(app, ids, senco):
    here = f"/advice/{ids['thread']}"
    form = senco.get(f"{here}/referral").text
    line = re.search(r'name="line"[^>]*value="(\d+)"', form)[1]
    assert senco.post(f"{here}/referral", data={"version": str(ids["version"])}).status_code == 422
    begun = senco.post(f"{here}/referral", data={"line": line, "version": str(ids["version"])})
    assert begun.status_code == 303
    reference = re.search(r"R-\d{4}-\d{4}", begun.location)[0]
    assert build.QUESTION in senco.get(f"/referrals/{reference}/form/concern").text
    assert f'href="{here}"' in senco.get(f"/referrals/{reference}").text
    assert f"/referrals/{reference}" in senco.get(here).text
    assert count(app, Referral) == 1


def test_it_becomes_a_request_for_training(app, ids, senco):
    here = f"/advice/{ids['thread']}/training"
    form = senco.get(here).text
    assert 'value="Calm starts"' in form
    assert build.QUESTION in form
    data = {"topic": "own", "own_words": "Calm starts", "difference": "Calm", "who": "All", "how_many": "9"}
    wrong = senco.post(here, data=data)
    assert wrong.status_code == 422
    assert "which days and times suit you" in wrong.text
    named = senco.post(here, data={**data, "own_words": "How we help Maya", "dates_words": "Wednesdays"})
    assert (named.status_code, "Look once more" in named.text) == (422, True)
    asked = senco.post(here, data={**data, "dates_words": "Wednesdays"})
    assert asked.status_code == 303
    assert senco.get(asked.location).status_code == 200
    assert count(app, TrainingRequest) == 1
    assert "was asked for from this question" in senco.get(f"/advice/{ids['thread']}").text


def test_others_find_nothing_and_may_nothing(ids, sign_in):
    here = f"/advice/{ids['thread']}"
    other, lead, panel = sign_in(ids["other"]), sign_in(ids["safeguarding"]), sign_in(ids["panel"])
    data = {"words": "x", "minutes": "5", "version": "1", "line": "1", "person_id": ""}
    for address in ("", "/referral", "/training"):
        assert other.get(here + address).status_code == 404
    for address in ("/replies", "/steps/close", "/referral", "/training"):
        assert other.post(here + address, data=data).status_code == 404
    for address in ("/answers", "/worker", "/steps/finish"):
        assert other.post(here + address, data=data).status_code == 403
    assert lead.get(here).status_code == 200
    assert "Your answer" not in lead.get(here).text
    for address in ("/replies", "/answers", "/steps/close", "/steps/finish", "/worker", "/referral"):
        assert lead.post(here + address, data=data).status_code == 403
    assert panel.get("/advice/").status_code == panel.get(here).status_code == 403


def test_switched_off_it_is_not_there(ids, given, senco):
    given(lambda: record(None, "setting changed", settings.put("feature.training", "off")))
    assert "Ask for training" not in senco.get(f"/advice/{ids['thread']}").text
    assert senco.get(f"/advice/{ids['thread']}/training").status_code == 404
    given(lambda: record(None, "setting changed", settings.put("feature.advice", "off")))
    assert senco.get("/advice/").status_code == 404
