"""The pages of measures, as people use them."""

import re

import pytest

from portal.accounts.models import Person
from portal.assessments.models import Goal, Measure, Reading
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.policy import Role
from tests import builders_cases as cases
from tests import builders_measures as build
from tests import hostile, people

USUAL_ENGINE = "sqlite"

TODAY = "2026-11-10"
SDQ = {"value": "20", "informant": "school", "edition": "4 to 17 years", "taken_on": TODAY, "note": "After lunch"}


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = cases.case(world)
        reading = build.reading(world, case)
        goal = build.goal(world, case, value=3)
        lead, admin = people.person("Safe Lead", Role.SAFEGUARDING), people.person("Ada Min", Role.ADMIN)
        return {
            "case": case.id,
            "ref": case.reference,
            "pupil": case.pupils[0].pupil_id,
            "reading": reading.id,
            "goal": goal.id,
            "lead": lead.id,
            "admin": admin.id,
            **{
                name: getattr(world, name).id for name in ("coordinator", "worker", "colleague", "senco", "other_senco")
            },
        }

    return given(make)


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


@pytest.fixture
def here(ids):
    return f"/cases/{ids['ref']}/assessments"


def count(app, model):
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model))


def newest(app, model):
    with app.app_context():
        return db.session.scalars(db.select(model).order_by(model.id.desc()).limit(1)).one()


def test_the_section_is_a_fragment_for_htmx_and_a_page_for_all(app, worker, here, ids):
    page = worker.get(here)
    fragment = worker.get(here, headers={"HX-Request": "true"})
    assert page.status_code == fragment.status_code == 200
    assert "<!doctype" in page.text.lower()
    assert fragment.text.lstrip().startswith(f'<div id="case-{ids["case"]}-assessments">')
    assert "I want to stay in class" in fragment.text
    assert "HX-Request" in fragment.headers["Vary"]
    with app.app_context():
        seen = db.session.scalars(db.select(AuditLine.record_id).where(AuditLine.action == "measures viewed"))
        assert list(seen) == [ids["case"]] * 2


def test_choosing_a_measure_leads_to_its_own_fields(worker, here):
    chosen = worker.get(f"{here}/new?measure=thrive")
    assert chosen.headers["Location"].endswith("/assessments/new/thrive")
    thrive, sdq = worker.get(f"{here}/new/thrive").text, worker.get(f"{here}/new/sdq_total").text
    assert 'name="increase"' in thrive
    assert 'name="informant"' not in thrive
    assert 'name="informant"' in sdq
    assert 'name="edition"' in sdq
    assert "High 4" in worker.get(f"{here}/new/behaviour_threshold").text
    assert "Period that it covers" in worker.get(f"{here}/new/attendance").text
    assert worker.get(f"{here}/new?measure=nonsense\x00").status_code == 200


def test_a_reading_is_recorded_and_shown(app, worker, here):
    answer = worker.post(f"{here}/new/sdq_total", data=SDQ)
    assert answer.status_code == 303
    assert answer.headers["Location"] == here
    saved = newest(app, Reading)
    assert (int(saved.value), saved.informant, saved.instrument_version) == (20, "school", "4 to 17 years")
    assert "Reading recorded." in worker.get(here).text


def test_with_htmx_the_browser_goes_on_and_the_section_is_told(worker, here):
    answer = worker.post(f"{here}/new/sdq_total", data=SDQ, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, here)
    assert answer.headers["HX-Trigger"] == "readings-changed"


def test_an_increase_alone_is_enough_for_thrive(app, worker, here):
    assert worker.post(f"{here}/new/thrive", data={"increase": "15.5%", "taken_on": TODAY}).status_code == 303
    assert "15.5 percentage points better" in worker.get(here).text
    assert newest(app, Reading).value is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "41"}, "whole number from 0 to 40"),
        ({"value": "many"}, "whole number from 0 to 40"),
        ({"value": "1" * 5000}, "whole number"),
        ({"informant": ""}, "Say who the reading comes from"),
        ({"informant": "dog"}, "Choose one from the list"),
        ({"edition": ""}, "Choose the version"),
        ({"taken_on": "2026-11-11"}, "in the future"),
        ({"taken_on": "2026-02-30"}, "not a date"),
        ({"taken_on": ""}, "Enter the date"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(app, worker, here, changes, words):
    before = count(app, Reading)
    answer = worker.post(f"{here}/new/sdq_total", data=SDQ | changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "After lunch" in answer.text
    assert count(app, Reading) == before


@pytest.mark.both_engines
def test_hostile_text_is_shown_as_text_or_refused(app, worker, here, ids):
    for words in hostile.STORED:
        assert worker.post(f"{here}/new/sdq_total", data=SDQ | {"note": words}).status_code == 303
        assert newest(app, Reading).note == words
        assert worker.post(f"{here}/goals/{ids['goal']}", data=_goal_words(worker, here, ids, words)).status_code == 303
    shown = worker.get(here).text
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    for words in hostile.REFUSED:
        assert worker.post(f"{here}/new/sdq_total", data=SDQ | {"note": words}).status_code == 422
        assert worker.post(f"{here}/new/sdq_total", data=SDQ | {"value": words, "edition": words}).status_code == 422
        assert worker.post(f"{here}/goals/{ids['goal']}", data=_goal_words(worker, here, ids, words)).status_code == 422


def _goal_words(worker, here, ids, words):
    return {"words": words, "set_by": "pupil", "version": version_in(worker.get(f"{here}/goals/{ids['goal']}"))}


def version_in(answer):
    return re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]


@pytest.mark.both_engines
def test_sending_twice_makes_one_reading(app, worker, here):
    before = count(app, Reading)
    data = SDQ | {"submission_id": "a" * 32}
    first, second = worker.post(f"{here}/new/sdq_total", data=data), worker.post(f"{here}/new/sdq_total", data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert count(app, Reading) == before + 1


@pytest.mark.both_engines
def test_a_reading_is_corrected_and_the_second_editor_sees_both(app, worker, here, ids):
    at = f"{here}/{ids['reading']}"
    page = worker.get(at)
    assert 'value="High 4" selected' in page.text
    data = {"value": "Low 3", "taken_on": TODAY, "version": version_in(page)}
    assert worker.post(at, data=data).status_code == 303
    clash = worker.post(at, data=data | {"value": "Mid 2", "note": "Mine"})
    assert clash.status_code == 409
    assert "Mid 2" in clash.text
    assert "Low 3" in clash.text
    assert "Mine" in clash.text
    assert newest_value(app, ids["reading"]) == 7


def newest_value(app, reading_id):
    with app.app_context():
        return int(db.session.get_one(Reading, reading_id).value)


def test_a_reading_is_removed(app, worker, here, ids):
    assert "Remove this reading" in worker.get(f"{here}/{ids['reading']}").text
    before = count(app, Reading)
    assert worker.post(f"{here}/{ids['reading']}/removal", data={"version": "99"}).status_code == 409
    assert worker.post(f"{here}/{ids['reading']}/removal", data={"version": "1"}).status_code == 303
    assert count(app, Reading) == before - 1
    assert worker.post(f"{here}/{ids['reading']}/removal").status_code == 404


def test_goals_are_set_rated_and_reworded(app, worker, here, ids):
    new = {"words": "Play football", "set_by": "family", "value": "2", "taken_on": TODAY}
    assert worker.post(f"{here}/goals/new", data=new).status_code == 303
    assert newest(app, Goal).words == "Play football"
    page = worker.get(f"{here}/goals/{ids['goal']}/ratings").text
    assert "I want to stay in class" in page
    rating = {"value": "8", "informant": "pupil", "taken_on": TODAY}
    assert worker.post(f"{here}/goals/{ids['goal']}/ratings", data=rating).status_code == 303
    assert "5 points better: 3 to 8" in worker.get(here).text
    bad = worker.post(f"{here}/goals/{ids['goal']}/ratings", data=rating | {"value": "11"})
    assert bad.status_code == 422
    at, version = f"{here}/goals/{ids['goal']}", version_in(worker.get(f"{here}/goals/{ids['goal']}"))
    words = {"words": "Stay all day", "set_by": "pupil", "version": version}
    assert worker.post(at, data=words).status_code == 303
    assert worker.post(at, data=words | {"words": "Mine"}).status_code == 409


def test_a_fourth_goal_is_refused_with_what_was_typed(worker, here):
    new = {"words": "Play football", "set_by": "family", "taken_on": TODAY}
    for number in range(2):
        assert worker.post(f"{here}/goals/new", data=new | {"words": f"Goal {number}"}).status_code == 303
    answer = worker.post(f"{here}/goals/new", data=new)
    assert answer.status_code == 422
    assert "Play football" in answer.text


def test_with_two_pupils_the_form_asks_which(app, given, sign_in, ids):
    def make():
        world_worker = db.session.get_one(Person, ids["worker"])
        case = db.session.get_one(Case, ids["case"])
        leo = cases.pupil(case.school, "Leo", "Stone")
        case.pupils.append(type(case.pupils[0])(pupil_id=leo.id, position=2))
        cases.record(None, "pupil joined", case)
        return world_worker.id, leo.id

    worker_id, leo = given(make)
    client, at = sign_in(worker_id), f"/cases/{ids['ref']}/assessments/new/incidents"
    assert client.post(at, data={"value": "3", "taken_on": TODAY}).status_code == 422
    assert client.post(at, data={"value": "3", "taken_on": TODAY, "pupil_id": str(leo)}).status_code == 303
    assert newest(app, Reading).pupil_id == leo
    goals = f"/cases/{ids['ref']}/assessments/goals/new"
    new = {"words": "Mine", "set_by": "pupil", "taken_on": TODAY}
    assert client.post(goals, data=new).status_code == 422
    assert client.post(goals, data=new | {"pupil_id": str(leo)}).status_code == 303


ADDRESSES = (
    "",
    "/new",
    "/new/thrive",
    "/{reading}",
    "/goals/new",
    "/goals/{goal}",
    "/goals/{goal}/ratings",
)


def test_another_worker_finds_nothing_and_a_school_may_not(sign_in, ids, here):
    stranger, school, lead = sign_in(ids["colleague"]), sign_in(ids["senco"]), sign_in(ids["lead"])
    for address in ADDRESSES:
        at = here + address.format(**ids)
        assert stranger.get(at).status_code == 404, at
        assert school.get(at).status_code == 403, at
        assert lead.get(at).status_code == (200 if address == "" else 403), at
        if address not in ("", "/new"):
            assert stranger.post(at, data=SDQ).status_code == 404, at
            assert school.post(at, data=SDQ).status_code == 403, at
            assert lead.post(at, data=SDQ).status_code == 403, at
    assert stranger.post(f"{here}/{ids['reading']}/removal").status_code == 404
    assert "Add a reading" not in lead.get(here).text


def test_addresses_that_lead_nowhere(worker, here):
    for address in ("/999999", "/2147483648", "/new/nonsense", "/new/goal", "/goals/77", "/goals/77/ratings"):
        assert worker.get(here + address).status_code == 404, address
    assert worker.get("/cases/C-2026-9999/assessments").status_code == 404


def test_off_means_not_there(given, sign_in, ids, here):
    from portal.kernel import settings
    from portal.kernel.audit import record

    given(lambda: record(None, "feature switched", settings.put("feature.assessments", "off")))
    assert sign_in(ids["worker"]).get(here).status_code == 404
    assert sign_in(ids["coordinator"]).get("/settings/measures").status_code == 404


def test_measures_are_switched_and_added_in_the_settings(app, sign_in, ids, here):
    coordinator, worker = sign_in(ids["coordinator"]), sign_in(ids["worker"])
    assert worker.get("/settings/measures").status_code == 403
    assert worker.post("/settings/measures/new", data={}).status_code == 403
    assert "Boxall Profile" in coordinator.get("/settings/measures").text
    with app.app_context():
        thrive = db.session.scalars(db.select(Measure.id).where(Measure.code == "thrive")).one()
    assert coordinator.post(f"/settings/measures/{thrive}/steps/switch_off").status_code == 303
    assert worker.get(f"{here}/new/thrive").status_code == 404
    assert coordinator.post(f"/settings/measures/{thrive}/steps/switch_on").status_code == 303
    assert coordinator.post(f"/settings/measures/{thrive}/steps/explode").status_code == 404
    scale = {"name": "Playtime", "kind": "ordered", "better": "higher", "labels": "Alone\r\nWith one\r\n\r\nWith many"}
    assert coordinator.post("/settings/measures/new", data=scale).status_code == 303
    code = newest(app, Measure).code
    assert worker.post(f"{here}/new/{code}", data={"value": "With many", "taken_on": TODAY}).status_code == 303
    again = coordinator.post("/settings/measures/new", data=scale)
    assert again.status_code == 422
    assert "has this name" in again.text
    star = coordinator.post("/settings/measures/new", data=scale | {"name": "My Outcomes Star"})
    assert star.status_code == 422


@pytest.mark.both_engines
def test_hostile_measures_are_kept_as_text_or_refused(sign_in, ids):
    coordinator = sign_in(ids["coordinator"])
    scale = {"kind": "ordered", "better": "higher", "labels": "a\nb"}
    for words in hostile.STORED:
        assert coordinator.post("/settings/measures/new", data=scale | {"name": words}).status_code == 303
    assert "<script>alert(1)" not in coordinator.get("/settings/measures").text
    for words in hostile.REFUSED:
        assert coordinator.post("/settings/measures/new", data=scale | {"name": words}).status_code == 422
        assert (
            coordinator.post("/settings/measures/new", data=scale | {"name": "x", "labels": words}).status_code == 422
        )
