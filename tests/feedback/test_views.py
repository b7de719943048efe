"""The pages of feedback, as people use them."""

import re

import pytest

from portal.extensions import db
from portal.feedback.models import Feedback
from portal.policy import Role
from tests import builders_cases as cases
from tests import builders_measures as build
from tests import hostile, people

USUAL_ENGINE = "sqlite"

TODAY = "2026-11-10"
SAID = {"aspect_heard": "good", "aspect_length": "not_good", "good": "Calm", "better": "Longer", "given_on": TODAY}


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = cases.case(world)
        row = build.feedback_given(world, case)
        lead = people.person("Safe Lead", Role.SAFEGUARDING)
        names = ("coordinator", "worker", "colleague", "senco")
        return {
            "ref": case.reference,
            "case": case.id,
            "row": row.id,
            "lead": lead.id,
            **{name: getattr(world, name).id for name in names},
        }

    return given(make)


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


@pytest.fixture
def here(ids):
    return f"/cases/{ids['ref']}/feedback"


def newest(app):
    with app.app_context():
        row = db.session.scalars(db.select(Feedback).order_by(Feedback.id.desc()).limit(1)).one()
        assert row.aspects is not None
        return row


def count(app):
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(Feedback))


def version_in(answer):
    return re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]


def test_the_section_is_a_fragment_for_htmx_and_a_page_for_all(worker, here, ids):
    assert "<!doctype" in worker.get(here).text.lower()
    fragment = worker.get(here, headers={"HX-Request": "true"}).text
    assert fragment.lstrip().startswith(f'<div id="case-{ids["case"]}-feedback">')
    assert "Calm and practical" in fragment
    assert "Nothing recorded yet." in fragment


@pytest.mark.parametrize(("source", "aspects"), [("school", 9), ("family", 6)])
def test_each_side_is_asked_its_own_aspects_and_nothing_is_asked_for(worker, here, source, aspects):
    form = worker.get(f"{here}/new/{source}").text
    assert form.count('value="not_asked" checked') == aspects
    assert worker.get(f"{here}/new/neighbour").status_code == 404


def test_feedback_is_recorded_and_shown(app, worker, here):
    answer = worker.post(f"{here}/new/school", data=SAID)
    assert (answer.status_code, answer.headers["Location"]) == (303, here)
    shown = worker.get(here).text
    assert "Feedback recorded." in shown
    assert "Not good" in shown
    assert newest(app).good == "Calm"
    htmx = worker.post(f"{here}/new/school", data=SAID, headers={"HX-Request": "true"})
    assert htmx.headers["HX-Trigger"] == "feedback-changed"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"given_on": ""}, "Enter the date"),
        ({"given_on": "2026-11-11"}, "in the future"),
        ({"aspect_heard": "splendid"}, "Choose one from the list"),
        ({"aspect_heard": "", "aspect_length": "not_asked", "good": "", "better": " "}, "at least one answer"),
    ],
)
def test_a_wrong_field_is_named_and_what_was_typed_stays(app, worker, here, changes, words):
    answer = worker.post(f"{here}/new/school", data=SAID | changes | {"stopped_words": "Kept words"})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Kept words" in answer.text
    assert count(app) == 1


@pytest.mark.both_engines
def test_hostile_text_is_shown_as_text_or_refused(app, worker, here):
    for words in hostile.STORED:
        assert worker.post(f"{here}/new/family", data=SAID | {"good": words}).status_code == 303
        assert newest(app).good == words
    shown = worker.get(here).text
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    for words in hostile.REFUSED:
        for name in ("good", "better", "stopped_words", "aspect_heard", "given_on"):
            assert worker.post(f"{here}/new/family", data=SAID | {name: words}).status_code == 422, name


@pytest.mark.both_engines
def test_sending_twice_makes_one_feedback(app, worker, here):
    data = SAID | {"submission_id": "b" * 32}
    answers = [worker.post(f"{here}/new/school", data=data) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [here, here]
    assert count(app) == 2


@pytest.mark.both_engines
def test_feedback_is_corrected_and_the_second_editor_sees_both(app, worker, here, ids):
    at = f"{here}/{ids['row']}"
    page = worker.get(at)
    assert "Calm and practical" in page.text
    data = SAID | {"version": version_in(page)}
    assert worker.post(at, data=data).status_code == 303
    clash = worker.post(at, data=data | {"good": "Mine alone"})
    assert clash.status_code == 409
    assert "Mine alone" in clash.text
    assert "Calm" in clash.text
    assert newest(app).good == "Calm"
    assert worker.post(at, data=SAID).status_code == 409
    wrong = worker.post(at, data=data | {"given_on": "2027-01-01", "good": "Typed"})
    assert wrong.status_code in (409, 422)


def test_feedback_is_removed(app, worker, here, ids):
    assert worker.post(f"{here}/{ids['row']}/removal", data={"version": "99"}).status_code == 409
    assert worker.post(f"{here}/{ids['row']}/removal", data={"version": "1"}).status_code == 303
    assert count(app) == 0


def test_another_worker_finds_nothing_and_a_school_may_not(sign_in, ids, here):
    stranger, school, lead = sign_in(ids["colleague"]), sign_in(ids["senco"]), sign_in(ids["lead"])
    for address in ("", "/new/school", f"/{ids['row']}"):
        assert stranger.get(here + address).status_code == 404
        assert school.get(here + address).status_code == 403
        assert lead.get(here + address).status_code == (403 if address else 200)
        if address:
            assert stranger.post(here + address, data=SAID).status_code == 404
            assert lead.post(here + address, data=SAID).status_code == 403
    assert stranger.post(f"{here}/{ids['row']}/removal").status_code == 404
    assert sign_in(ids["coordinator"]).get(here).status_code == 200


def test_off_means_not_there(given, worker, here):
    from portal.kernel import settings
    from portal.kernel.audit import record

    given(lambda: record(None, "feature switched", settings.put("feature.feedback", "off")))
    assert worker.get(here).status_code == 404
