"""The pages of a plan, as workers and schools use them."""

import re

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.cases.models import Case
from portal.extensions import db
from portal.plans.models import Strategy
from tests import builders_cases
from tests.builders_visits import strategy

USUAL_ENGINE = "sqlite"

NEW = {"words": "Meet at the gate", "owner": "Mx Reed", "advised_on": "2026-11-10"}


@pytest.fixture
def ids(given):
    def make():
        world = builders_cases.world()
        case = builders_cases.case(world)
        names = ("coordinator", "worker", "colleague", "senco", "other_senco")
        return {"case": case.id, "ref": case.reference, **{name: getattr(world, name).id for name in names}}

    return given(make)


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


@pytest.fixture
def url(ids):
    return f"/cases/{ids['ref']}/plan"


def advised(given, ids, words="A calm start"):
    def make():
        return strategy(db.session.get_one(Case, ids["case"]), db.session.get_one(Person, ids["worker"]), words).id

    return given(make)


def strategies(app):
    with app.app_context():
        return db.session.execute(select(Strategy.words, Strategy.implemented).order_by(Strategy.position)).all()


def version_in(page):
    return re.search(r'name="version"[^>]*value="(\d+)"', page.get_data(as_text=True))[1]


def test_an_empty_plan_says_how_to_begin(worker, url):
    text = worker.get(url).get_data(as_text=True)
    assert "No strategies yet" in text
    assert 'value="2026-11-10"' in text


def test_a_strategy_is_added(app, worker, url):
    answer = worker.post(url, data=NEW)
    assert (answer.status_code, answer.location) == (303, url)
    text = worker.get(url).get_data(as_text=True)
    assert "Meet at the gate" in text
    assert "Mx Reed" in text
    assert "0 of 1" in text


def test_with_htmx_the_section_answers(app, worker, url, ids):
    answer = worker.post(url, data=NEW, headers={"HX-Request": "true"})
    text = answer.get_data(as_text=True)
    assert answer.headers["HX-Trigger"] == "strategies-changed"
    assert text.lstrip().startswith(f'<div id="case-{ids["case"]}-plan">')
    assert "<html" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"words": ""}, "Say what the strategy is."),
        ({"owner": ""}, "Say who takes the strategy on."),
        ({"advised_on": "2026-11-11"}, "cannot be advised on a date in the future"),
        ({"advised_on": "2026-13-45"}, "not a date in the calendar"),
        ({"words": "a\x00b"}, "cannot be stored"),
        ({"words": "x" * 100_000}, "Shorten this to 2,000"),
        ({"owner": "x" * 121}, "Shorten this to 120"),
    ],
)
def test_a_wrong_strategy_is_refused_and_stays_on_the_page(app, worker, url, changes, words):
    answer = worker.post(url, data=NEW | changes)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    if "owner" not in changes:
        assert "Mx Reed" in text
    assert strategies(app) == []


@pytest.mark.both_engines
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=1+1", "\U0001f600 \u202eabc"])
def test_hostile_text_is_stored_and_shown_as_text(app, worker, sign_in, url, ids, text):
    assert worker.post(url, data=NEW | {"words": text, "owner": text}).status_code == 303
    assert strategies(app) == [(text, None)]
    for client, address in ((worker, url), (sign_in(ids["senco"]), f"{url}/agreed")):
        shown = client.get(address).get_data(as_text=True)
        assert "<script>alert" not in shown


@pytest.mark.both_engines
def test_a_double_submission_makes_one_strategy(app, worker, url):
    data = NEW | {"submission_id": "b" * 32}
    assert [worker.post(url, data=data).status_code for _ in range(2)] == [303, 303]
    assert len(strategies(app)) == 1


def test_a_state_is_set_by_one_button(app, worker, given, ids, url):
    made = advised(given, ids)
    state = f"{url}/{made}/state"
    version = version_in(worker.get(url))
    assert worker.post(state, data={"version": version, "state": "partly"}).status_code == 303
    assert strategies(app) == [("A calm start", "partly")]
    assert worker.post(state, data={"version": version, "state": "no"}).status_code == 409
    fresh = version_in(worker.get(url))
    for wrong in ({"state": "perhaps"}, {}, {"state": ""}):
        assert worker.post(state, data={"version": fresh, **wrong}).status_code == 422
    assert worker.post(state, data={"state": "no"}).status_code == 409
    assert worker.post(state, data={"version": fresh, "state": "not_yet_known"}).status_code == 303
    assert strategies(app) == [("A calm start", None)]


@pytest.mark.both_engines
def test_a_change_and_the_second_of_two_editors(app, worker, sign_in, given, ids, url):
    made = advised(given, ids)
    page = worker.get(f"{url}/{made}")
    data = NEW | {"version": version_in(page), "implemented": "yes"}
    assert worker.post(f"{url}/{made}", data=data | {"words": ""}).status_code == 422
    assert worker.post(f"{url}/{made}", data=data).location == url
    late = sign_in(ids["coordinator"]).post(f"{url}/{made}", data=data | {"words": "Theirs"})
    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Theirs" in text
    assert "Meet at the gate" in text
    assert strategies(app) == [("Meet at the gate", "yes")]


def test_order_and_taking_out(app, worker, given, ids, url):
    advised(given, ids, "One")
    second = advised(given, ids, "Two")
    assert worker.post(f"{url}/{second}/steps/up").status_code == 303
    assert [words for words, _ in strategies(app)] == ["Two", "One"]
    assert worker.post(f"{url}/{second}/steps/sideways").status_code == 404
    assert worker.post(f"{url}/{second}/steps/remove", data={"version": "77"}).status_code == 409
    version = version_in(worker.get(f"{url}/{second}"))
    assert worker.post(f"{url}/{second}/steps/remove", data={"version": version}).status_code == 303
    assert [words for words, _ in strategies(app)] == ["One"]


def test_a_checked_strategy_is_not_taken_out(app, worker, given, ids, url):
    from portal.exits.models import MonitoringVisit, StrategyCheck
    from portal.kernel.audit import record

    made = advised(given, ids)

    def look():
        visit = MonitoringVisit(case_id=ids["case"], moment="weeks")
        visit.checks = [StrategyCheck(strategy_id=made, state="still_in_place")]
        record(None, "monitoring visit made", visit)

    given(look)
    answer = worker.post(f"{url}/{made}/steps/remove", data={"version": "1"})
    assert answer.status_code == 422
    assert "so it stays in the plan" in answer.get_data(as_text=True)
    assert len(strategies(app)) == 1


def test_others_do_not_reach_a_plan(app, sign_in, given, ids, url):
    made = advised(given, ids)
    paths = [url, f"{url}/{made}", f"{url}/{made}/state", f"{url}/{made}/steps/up", f"{url}/{made}/steps/remove"]
    for name, status in (("colleague", 404), ("senco", 403), ("other_senco", 403)):
        client = sign_in(ids[name])
        assert client.get(url).status_code == status
        assert [client.post(path, data=NEW | {"state": "no"}).status_code for path in paths] == [status] * 5
    assert sign_in(ids["worker"]).get(f"{url}/999999").status_code == 404
    assert strategies(app) == [("A calm start", None)]


def test_a_school_reads_what_was_agreed_and_changes_nothing(sign_in, given, ids, url):
    empty = sign_in(ids["senco"]).get(f"{url}/agreed")
    assert "No strategies agreed yet" in empty.get_data(as_text=True)
    advised(given, ids)
    client = sign_in(ids["senco"])
    text = client.get(f"{url}/agreed").get_data(as_text=True)
    assert "A calm start" in text
    assert "Class teacher" in text
    main = text.split("<main")[1]
    assert "<form" not in main
    assert "case" not in re.sub(r"<[^>]+>", "", main).lower()
    assert client.post(f"{url}/agreed").status_code == 405
    assert sign_in(ids["other_senco"]).get(f"{url}/agreed").status_code == 404
    fragment = client.get(f"{url}/agreed", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert fragment.lstrip().startswith(f'<div id="case-{ids["case"]}-agreed">')


def test_who_only_reads_gets_no_form(app, sign_in, given, ids, url):
    from portal.policy import Role
    from tests import people

    advised(given, ids)
    reader = given(lambda: people.person("Dee Lead", Role.SAFEGUARDING).id)
    client = sign_in(reader)
    text = client.get(url).get_data(as_text=True)
    assert "A calm start" in text
    assert "<form" not in text.split("<main")[1]
    assert client.post(url, data=NEW).status_code == 403
    visits = client.get(f"/cases/{ids['ref']}/visits").get_data(as_text=True)
    assert "visit-form" not in visits
