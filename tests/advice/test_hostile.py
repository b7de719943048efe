"""Hostile texts, double submissions and two editors, on both engines."""

import re

import pytest

from portal.advice.models import AdviceMessage, AdviceThread
from portal.extensions import db
from portal.visits.models import Visit
from tests import builders_advice as build
from tests import hostile


@pytest.fixture
def ids(given):
    def make():
        world = build.world()
        thread = build.asked(world)
        return {
            "thread": thread.id,
            "version": str(thread.version),
            "senco": world.senco.id,
            "worker": world.worker.id,
            "colleague": world.colleague.id,
        }

    return given(make)


def count(app, model):
    with app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(model))


def test_hostile_texts_are_kept_or_refused_in_words(app, ids, sign_in):
    senco = sign_in(ids["senco"])
    for text in hostile.STORED:
        data = {"subject": text[:120], "question": text, "tried": text, "how_soon": "soon", "looked": "send"}
        answer = senco.post("/advice/new", data=data)
        assert answer.status_code == 303, text
        page = senco.get(answer.location).text
        assert "<script>alert" not in page
    for text in hostile.REFUSED:
        data = {"subject": "x", "question": text, "tried": text, "how_soon": "soon"}
        assert senco.post("/advice/new", data=data).status_code == 422
    assert count(app, AdviceThread) == 1 + len(hostile.STORED)
    worker = sign_in(ids["worker"])
    for query in ("q=%00%25", f"q={'x' * 3000}", "after=99999999999999999999", "before=-1&show=%F0%9F%99%82", "q=_%_"):
        assert worker.get(f"/advice/?{query}").status_code == 200


def test_sent_twice_is_sent_once(app, ids, sign_in):
    senco, worker = sign_in(ids["senco"]), sign_in(ids["worker"])
    form = re.search(r'name="submission_id"[^>]*value="([^"]+)"', senco.get("/advice/new").text)[1]
    data = {"subject": "x", "question": "why", "how_soon": "soon", "submission_id": form}
    assert senco.post("/advice/new", data=data).location == senco.post("/advice/new", data=data).location
    assert count(app, AdviceThread) == 2
    page = worker.get(f"/advice/{ids['thread']}").text
    sent = re.search(r'name="submission_id"[^>]*value="([^"]+)"', page.split("Your answer")[1])[1]
    data = {"words": "greet them", "minutes": "20", "version": ids["version"], "submission_id": sent}
    for _ in range(2):
        assert worker.post(f"/advice/{ids['thread']}/answers", data=data).status_code == 303
    assert (count(app, AdviceMessage), count(app, Visit)) == (3, 1)


def test_the_second_of_two_who_answer_is_told_and_keeps_their_words(app, ids, sign_in):
    first, second = sign_in(ids["worker"]), sign_in(ids["colleague"])
    here = f"/advice/{ids['thread']}/answers"
    assert first.post(here, data={"words": "one", "minutes": "5", "version": ids["version"]}).status_code == 303
    late = second.post(here, data={"words": "kept for the second", "minutes": "5", "version": ids["version"]})
    assert late.status_code == 409
    assert "kept for the second" in late.text
    assert (count(app, AdviceMessage), count(app, Visit)) == (2, 1)
