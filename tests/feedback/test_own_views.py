"""The two pages that a school fills in, what it sees of them, and the table beside the chart."""

import re

import pytest

from portal.extensions import db
from portal.feedback.models import Feedback
from tests import builders_cases as cases
from tests import builders_voices as voices
from tests import hostile

USUAL_ENGINE = "sqlite"
FIRST = {"aspect_heard": "agree", "aspect_length": "disagree", "words_length": "Short", "good": "Calm", "version": "0"}


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = voices.asked(world, cases.case(world))
        names = ("senco", "other_senco", "worker", "coordinator")
        return {"ref": case.reference, "id": case.id} | {name: getattr(world, name).id for name in names}

    return given(make)


@pytest.fixture
def senco(sign_in, ids):
    return sign_in(ids["senco"])


@pytest.fixture
def here(ids):
    return f"/feedback/school/{ids['ref']}/end"


def version_in(answer):
    return re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]


def row_in(app):
    with app.app_context():
        row = db.session.scalars(db.select(Feedback)).one()
        return row.good, {part.aspect: (part.scale, part.words) for part in row.aspects}, row.version


def test_the_school_answers_both_pages_and_sees_what_it_said(app, senco, sign_in, ids, here):
    page = senco.get(here).text
    assert page.count("scale__sentence") == 9
    assert "Page 1 of 2" in page
    answer = senco.post(here, data=FIRST)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{here}/beyond")
    second = senco.get(f"{here}/beyond")
    assert second.text.count("scale__sentence") == 6
    data = {"area_parents": "too_early", "words_unstructured": "Calmer on Fridays", "version": version_in(second)}
    answer = senco.post(f"{here}/beyond", data=data)
    assert answer.headers["Location"] == f"/cases/{ids['ref']}/feedback/school"
    shown = senco.get(answer.headers["Location"]).text
    for words in ("Disagree", "Short", "Calm", "Too early to say", "Calmer on Fridays", "Change this answer"):
        assert words in shown
    assert "Say how the support went" not in senco.get("/").text
    assert "checked><span>Agree</span>" in senco.get(here).text
    fragment = sign_in(ids["worker"]).get(f"/cases/{ids['ref']}/feedback", headers={"HX-Request": "true"}).text
    assert "The school itself, at the end of the work" in fragment
    assert "Too early to say" in fragment
    impact = sign_in(ids["coordinator"]).get("/impact/").text
    assert "What changed beyond the child" in impact
    assert "1 of 1" in impact.split('id="impact-beyond"')[1]


def test_the_home_names_what_it_is_about_and_by_when(senco):
    page = senco.get("/").text
    assert "Say how the support went, now that it has ended" in page
    assert re.search(r"now that it has ended</a>\s*<div class=\"app-task__about\" hx-ignore>Maya K\.", page)


def test_gaps_are_named_and_what_was_typed_stays(senco, here):
    empty = senco.post(here, data={"version": "0", "stopped_words": "Kept words"})
    assert empty.status_code == 422
    assert "Answer at least one sentence" in empty.text
    assert "Kept words" in empty.text
    wrong = senco.post(here, data=FIRST | {"aspect_heard": "splendid"})
    assert (wrong.status_code, "Choose one from the list" in wrong.text) == (422, True)
    assert ">Short</textarea>" in wrong.text
    assert senco.get(f"{here}/beyond").status_code == 404  # the first page comes first


@pytest.mark.both_engines
def test_sending_twice_makes_one_answer_and_the_second_editor_sees_both(app, senco, here):
    data = FIRST | {"submission_id": "c" * 32}
    assert [senco.post(here, data=data).status_code for _ in range(2)] == [303, 303]
    assert row_in(app)[2] == 1
    clash = senco.post(here, data=FIRST | {"good": "Mine alone"})
    assert clash.status_code == 409
    assert "Mine alone" in clash.text
    assert row_in(app)[0] == "Calm"


@pytest.mark.both_engines
def test_hostile_text_is_shown_as_text_or_refused(app, senco, ids, here):
    for words in hostile.STORED:
        page = senco.get(here)
        data = FIRST | {"good": words, "words_length": words, "version": version_in(page)}
        assert senco.post(here, data=data).status_code == 303
        assert row_in(app)[:2] == (words, {"heard": ("agree", None), "length": ("disagree", words)})
    shown = senco.get(f"/cases/{ids['ref']}/feedback/school").text
    assert "<script>alert(1)" not in shown
    for words in hostile.REFUSED:
        for name in ("good", "words_heard", "aspect_heard"):
            assert senco.post(here, data=FIRST | {name: words}).status_code == 422, name
        assert senco.post(here, data=FIRST | {"version": words}).status_code == 409
        version = version_in(senco.get(f"{here}/beyond"))
        for name in ("words_parents", "area_parents"):
            assert senco.post(f"{here}/beyond", data={name: words, "version": version}).status_code == 422, name


def test_another_school_finds_nothing_and_others_may_not(sign_in, ids, senco, here):
    other, worker = sign_in(ids["other_senco"]), sign_in(ids["worker"])
    for address in (here, f"{here}/beyond"):
        assert (other.get(address).status_code, other.post(address, data=FIRST).status_code) == (404, 404)
        assert (worker.get(address).status_code, worker.post(address, data=FIRST).status_code) == (403, 403)
    assert other.get(f"/cases/{ids['ref']}/feedback/school").status_code == 404
    assert worker.get(f"/cases/{ids['ref']}/feedback/school").status_code == 200
    for moment in ("monitoring", "nonsense"):
        assert senco.get(f"/feedback/school/{ids['ref']}/{moment}").status_code == 404


def test_switched_off_it_is_not_there_and_nothing_waits(given, senco, here):
    from portal.kernel import settings
    from portal.kernel.audit import record

    given(lambda: record(None, "feature switched", settings.put("feature.feedback", "off")))
    assert senco.get(here).status_code == 404
    assert "Say how the support went" not in senco.get("/").text


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "its answer is due Tuesday 24 November."), (14, "its answer is due today."), (18, "its answer was due ")],
)
def test_the_day_of_the_answer_is_said_in_a_whole_sentence(sign_in, ids, clock, days, words):
    clock.forward(days=days)
    worker = sign_in(ids["worker"])
    for path in ("feedback", "feedback/school"):
        page = worker.get(f"/cases/{ids['ref']}/{path}").text
        assert f"The school has been asked; {words}" in page
