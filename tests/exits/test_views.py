"""The pages of the end, as people use them."""

import re

import pytest

from portal.cases.models import Case
from portal.exits.models import MonitoringVisit, PupilOutcome, StatedCell
from portal.extensions import db
from portal.policy import Role
from tests import builders_cases as cases
from tests import builders_measures as build
from tests import hostile, people

USUAL_ENGINE = "sqlite"

TODAY = "2026-11-10"


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        going, over = cases.case(world), cases.case(world, cases.pupil(world.ash, "Ada", "Moss"))
        strategy = build.strategy(over, "Greet at the gate <b>each</b> morning")
        build.ended(world, over)
        lead = people.person("Safe Lead", Role.SAFEGUARDING)
        weeks, term = build.visits_of(over)
        names = ("coordinator", "worker", "colleague", "senco")
        return {
            "going": going.reference,
            "over": over.reference,
            "pupil": going.pupils[0].pupil_id,
            "ada": over.pupils[0].pupil_id,
            "strategy": strategy.id,
            "weeks": weeks.id,
            "term": term.id,
            "lead": lead.id,
            **{name: getattr(world, name).id for name in names},
        }

    return given(make)


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


@pytest.fixture
def going(ids):
    return f"/cases/{ids['going']}/exit"


@pytest.fixture
def over(ids):
    return f"/cases/{ids['over']}/exit"


@pytest.fixture
def ending(ids, worker, going):
    version = version_in(worker.get(going))
    return {f"outcome_{ids['pupil']}": "stayed", "how_ended": "completed", "ended_on": TODAY, "version": version}


def version_in(answer):
    return re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]


def case_of(app, reference):
    with app.app_context():
        return db.session.scalars(db.select(Case).where(Case.reference == reference)).one()


def count(app, model):
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model))


def visit_of(app, visit_id):
    with app.app_context():
        visit = db.session.get_one(MonitoringVisit, visit_id)
        assert visit.checks is not None
        return visit


def test_the_section_is_a_fragment_for_htmx_and_a_page_for_all(worker, going, over):
    for at in (going, over):
        assert "<!doctype" in worker.get(at).text.lower()
        fragment = worker.get(at, headers={"HX-Request": "true"}).text
        assert re.match(r'\s*<div id="case-\d+-exit">', fragment)
    assert "Still awaited for the chart" in worker.get(over, headers={"HX-Request": "true"}).text


def test_the_form_asks_only_outcome_how_and_day(worker, going, ids):
    form = re.search(r'<form class="app-form".*?</form>', worker.get(going).text, re.DOTALL)[0]
    asked = set(re.findall(r'name="([a-z_0-9]+)"', form)) - {"csrf_token", "submission_id", "version"}
    assert asked == {f"outcome_{ids['pupil']}", "how_ended", "ended_on"}


def test_the_work_ends_and_the_page_says_what_follows(app, worker, going, ids, ending):
    answer = worker.post(going, data=ending)
    assert (answer.status_code, answer.headers["Location"]) == (303, going)
    page = worker.get(going).text
    for words in ("The work has ended", "Stayed in school", "To be arranged", "Awaited", "closing report"):
        assert words in page
    assert case_of(app, ids["going"]).stage == "exit"
    assert worker.post(going, data=ending).status_code == 409


def test_with_htmx_the_browser_goes_on_and_the_sections_are_told(worker, going, ending):
    answer = worker.post(going, data=ending, headers={"HX-Request": "true"})
    assert (answer.headers["HX-Redirect"], answer.headers["HX-Trigger"]) == (going, "exits-changed")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"how_ended": ""}, "Say how the work ended"),
        ({"how_ended": "boredom"}, "Choose one from the list"),
        ({"ended_on": ""}, "Enter the date"),
        ({"ended_on": "2026-11-11"}, "in the future"),
        ({"ended_on": "2019-01-01"}, "before it started"),
        ({"outcome": ""}, "Choose what became of Maya Khan"),
        ({"outcome": "vanished"}, "Choose one from the list"),
    ],
)
def test_a_gap_is_named_and_what_was_chosen_stays(app, worker, going, ids, ending, changes, words):
    changed = {(f"outcome_{ids['pupil']}" if name == "outcome" else name): value for name, value in changes.items()}
    answer = worker.post(going, data=ending | changed)
    assert answer.status_code == 422
    assert words in answer.text
    kept = "completed" if "how_ended" not in changes else "stayed"
    assert re.search(rf'value="{kept}" checked', answer.text)
    assert case_of(app, ids["going"]).ended_on is None


@pytest.mark.both_engines
def test_sending_twice_ends_once(app, worker, going, ending):
    before = count(app, MonitoringVisit)
    data = ending | {"submission_id": "c" * 32}
    answers = [worker.post(going, data=data) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [going, going]
    assert count(app, MonitoringVisit) == before + 2


def test_monitoring_is_recorded_strategy_by_strategy(app, worker, over, ids):
    at = f"{over}/monitoring/{ids['weeks']}"
    page = worker.get(at)
    assert "Greet at the gate &lt;b&gt;each" in page.text
    version = version_in(page)
    missing = worker.post(at, data={"done_on": TODAY, "note": "Kept", "version": version})
    assert missing.status_code == 422
    assert "Say what you saw of every strategy" in missing.text
    assert "Kept" in missing.text
    found = {f"strategy_{ids['strategy']}": "adapted", f"note_{ids['strategy']}": "By the head", "done_on": TODAY}
    assert worker.post(at, data=found | {"version": version}).status_code == 303
    shown = worker.get(over).text
    assert "Adapted" in shown
    assert "By the head" in shown
    clash = worker.post(at, data=found | {"version": version, f"note_{ids['strategy']}": "Mine"})
    assert clash.status_code == 409
    assert "Mine" in clash.text
    assert "By the head" in clash.text
    future = worker.post(at, data=found | {"done_on": "2027-01-05", "version": version_in(worker.get(at))})
    assert future.status_code == 422


def test_a_visit_is_booked_and_called_off(app, worker, over, ids):
    at = f"{over}/monitoring/{ids['term']}"
    assert worker.post(f"{at}/booking", data={"scheduled_for": "2026-11-01", "version": "1"}).status_code == 422
    assert worker.post(f"{at}/booking", data={"scheduled_for": "2026-12-01", "version": "1"}).status_code == 303
    assert "Booked for Tuesday 1 December." in worker.get(over).text
    assert worker.post(f"{at}/booking", data={"scheduled_for": "2026-12-02", "version": "1"}).status_code == 409
    assert worker.post(f"{at}/calling-off", data={"reason": " ", "version": "2"}).status_code == 422
    assert worker.post(f"{at}/calling-off", data={"reason": "School closed", "version": "2"}).status_code == 303
    shown = worker.get(over).text
    assert "Will not take place" in shown
    assert "School closed" in shown
    assert visit_of(app, ids["term"]).scheduled_for is None


@pytest.mark.both_engines
def test_an_outcome_is_changed_and_the_second_editor_sees_both(worker, over, ids):
    at = f"{over}/outcomes/{ids['ada']}"
    version = version_in(worker.get(at))
    data = {"outcome": "managed_move", "note": "To Birch", "version": version}
    assert worker.post(at, data=data).status_code == 303
    assert "Managed move" in worker.get(over).text
    clash = worker.post(at, data=data | {"note": "Mine"})
    assert clash.status_code == 409
    assert "To Birch" in clash.text
    assert worker.post(at, data={"outcome": "", "version": "2"}).status_code == 422


def test_how_and_when_it_ended_is_changed(app, worker, over, ids):
    at = f"{over}/ending"
    data = {"how_ended": "stopped_by_family", "ended_on": TODAY, "version": version_in(worker.get(at))}
    assert worker.post(at, data=data | {"ended_on": "2030-01-01"}).status_code == 422
    assert worker.post(at, data=data).status_code == 303
    assert case_of(app, ids["over"]).how_ended == "stopped_by_family"
    assert worker.post(at, data=data).status_code == 409


def test_the_end_is_taken_back_with_a_reason(app, worker, over, ids):
    at = f"{over}/reopening"
    version = version_in(worker.get(at))
    assert worker.post(at, data={"reason": "", "version": version}).status_code == 422
    assert worker.post(at, data={"reason": "More is needed", "version": version}).status_code == 303
    assert case_of(app, ids["over"]).ended_on is None
    assert count(app, PupilOutcome) == 0
    assert "End this piece of work" in worker.get(over).text


def test_a_column_is_stated_changed_and_withdrawn(app, worker, over, going):
    at = f"{over}/columns/thrive"
    first = {"state": "not_applicable", "note": "Not used there", "version": version_in(worker.get(at))}
    assert worker.post(at, data=first).status_code == 303
    assert "Not used there" in worker.get(over).text
    clash = worker.post(at, data=first | {"note": "Mine"})
    assert clash.status_code == 409
    assert "Not used there" in clash.text
    day = {"state": "scheduled", "version": "1"}
    assert worker.post(at, data=day).status_code == 422
    assert worker.post(at, data=day | {"due_on": "2026-12-05"}).status_code == 303
    assert "For 5 December" in worker.get(over).text
    assert worker.post(at, data={"state": "met", "version": "2"}).status_code == 422
    assert worker.post(at, data={"state": "withdrawn", "version": "2"}).status_code == 303
    assert count(app, StatedCell) == 0
    assert worker.post(f"{going}/columns/child_voice", data={"state": "awaited", "version": "0"}).status_code == 303


def test_the_written_report_is_taken_off_the_list(worker, over):
    assert "The closing report is written" in worker.get(over).text
    assert worker.post(f"{over}/report").status_code == 303
    assert "The closing report is written" not in worker.get(over).text


@pytest.mark.both_engines
def test_hostile_text_is_shown_as_text_or_refused(worker, over, ids):
    column, outcome = f"{over}/columns/thrive", f"{over}/outcomes/{ids['ada']}"
    visit, off = f"{over}/monitoring/{ids['weeks']}", f"{over}/monitoring/{ids['term']}/calling-off"
    mark = f"strategy_{ids['strategy']}"
    for words in hostile.STORED:
        sent = {
            column: {"state": "awaited", "note": words},
            outcome: {"outcome": "stayed", "note": words},
            visit: {mark: "adapted", f"note_{ids['strategy']}": words, "done_on": TODAY, "note": words},
            off: {"reason": words},
        }
        for at, data in sent.items():
            assert worker.post(at, data=data | {"version": version_in(worker.get(at))}).status_code == 303, at
        shown = worker.get(over).text
        assert "<script>alert(1)" not in shown
    for words in hostile.REFUSED:
        for at, data in sent.items():
            bad = dict.fromkeys(data, words) | {"version": version_in(worker.get(at))}
            assert worker.post(at, data=bad).status_code == 422, at
        assert worker.post(column, data={"state": "awaited", "version": words}).status_code == 409


ADDRESSES = ("/ending", "/reopening", "/outcomes/{ada}", "/monitoring/{weeks}", "/monitoring/{weeks}/booking")
MORE = ("/monitoring/{weeks}/calling-off", "/columns/thrive")


def test_another_worker_finds_nothing_and_a_school_may_not(sign_in, ids, over, going):
    stranger, school, lead = sign_in(ids["colleague"]), sign_in(ids["senco"]), sign_in(ids["lead"])
    for address in (*ADDRESSES, *MORE):
        at = over + address.format(**ids)
        for method in ("get", "post"):
            assert getattr(stranger, method)(at).status_code == 404, at
            assert getattr(school, method)(at).status_code == 403, at
            assert getattr(lead, method)(at).status_code == 403, at
    for at in (over, going):
        assert stranger.get(at).status_code == 404
        assert stranger.post(at).status_code == 404
        assert school.get(at).status_code == 403
        assert lead.get(at).status_code == 200
        assert lead.post(at).status_code == 403
        assert '<form class="app-form"' not in lead.get(at).text
    assert stranger.post(f"{over}/report").status_code == 404
    assert sign_in(ids["coordinator"]).get(over).status_code == 200


def test_addresses_that_lead_nowhere(worker, going, over, ids):
    for at in (
        f"{going}/outcomes/{ids['pupil']}",
        f"{going}/monitoring/{ids['weeks']}",
        f"{over}/monitoring/2147483648",
        f"{over}/columns/school",
        f"{over}/columns/nonsense",
    ):
        assert worker.get(at).status_code == 404, at
