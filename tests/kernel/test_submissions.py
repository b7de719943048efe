"""A form is answered once: a double click, a repeat and a twin under way make one row."""

import threading

import pytest
from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import submissions
from portal.kernel.submissions import Submission
from portal.policy import Role
from tests import people
from tests.kernel import lab as lab_views

ID = "0123456789abcdef" * 2
NOTE = {"name": "Once Primary", "password": "hunter2 hunter2", "submission_id": ID}


@pytest.fixture
def app(shared_lab):
    return shared_lab


def test_the_same_id_twice_is_one_row_and_the_same_answer(client, names):
    first, second = client.post("/lab/notes", data=NOTE), client.post("/lab/notes", data=NOTE)
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, "/lab/")
    assert names() == ["Once Primary"]
    assert lab_views.RUNS == ["Once Primary"]


def test_another_drawing_of_the_form_is_another_submission(client, names):
    client.post("/lab/notes", data=NOTE)
    client.post("/lab/notes", data=NOTE | {"submission_id": "f" * 32})
    assert names() == ["Once Primary", "Once Primary"]


def test_every_drawing_carries_a_fresh_id(client):
    first, second = client.get("/lab/notes").text, client.get("/lab/notes").text
    ids = [text.split('name="submission_id"')[1].split('value="')[1][:32] for text in (first, second)]
    assert ids[0] != ids[1]
    assert all(submissions.is_well_formed(one) for one in ids)


@pytest.mark.parametrize("wave", range(3))
def test_twins_at_once_make_one_row(app, sign_in, worker_id, names, wave):
    """Six threads send one form in the same moment, each over a connection of its own."""
    clients = [sign_in(worker_id) for _ in range(6)]
    start, answers = threading.Barrier(6), []

    def send(client):
        start.wait()
        answers.append(client.post("/lab/notes", data=NOTE))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/lab/")] * 6
    assert names() == ["Once Primary"]


def test_somebody_elses_id_is_refused(client, given, sign_in, names):
    client.post("/lab/notes", data=NOTE)
    other = sign_in(given(lambda: people.person("Olga Other", Role.WORKER).id))
    answer = other.post("/lab/notes", data=NOTE)
    assert answer.status_code == 422
    assert "already used" in answer.text
    assert names() == ["Once Primary"]


def test_an_id_of_another_form_is_refused(client, school_id, names):
    client.post("/lab/notes", data=NOTE)
    answer = client.post(f"/lab/schools/{school_id}", data={"name": "Other", "submission_id": ID})
    assert answer.status_code == 422
    assert names() == ["Ash Primary", "Once Primary"]


@pytest.mark.parametrize("damaged", ["x", "0" * 31, "0" * 33, "Z" * 32, "0" * 32 + "\n", "' OR 1=1 --", "\0"])
def test_a_damaged_id_is_refused_with_a_sentence_and_what_was_typed(client, names, damaged):
    answer = client.post("/lab/notes", data=NOTE | {"submission_id": damaged})
    assert answer.status_code == 422
    assert "damaged" in answer.text
    assert "Once Primary" in answer.text
    assert names() == []


@pytest.mark.parametrize("refusal", ["422", "refused"])
def test_a_refused_sending_may_be_sent_again_with_the_same_id(client, names, refusal):
    assert client.post("/lab/notes", data=NOTE | {"answer": refusal}).status_code == 422
    assert client.post("/lab/notes", data=NOTE).status_code == 303
    assert names() == ["Once Primary"]


def test_a_broken_sending_may_be_sent_again_with_the_same_id(app, client, names):
    app.testing = False
    assert client.post("/lab/notes", data=NOTE | {"answer": "raise"}).status_code == 500
    assert client.post("/lab/notes", data=NOTE).status_code == 303
    assert names() == ["Once Primary"]


def test_a_repeat_by_htmx_sends_the_browser_where_the_first_one_led(client, names):
    first = client.post("/lab/notes", data=NOTE, headers={"HX-Request": "true"})
    second = client.post("/lab/notes", data=NOTE, headers={"HX-Request": "true"})
    assert first.headers["HX-Redirect"] == second.headers["HX-Redirect"] == "/lab/"
    assert (second.status_code, second.text) == (200, "")
    assert names() == ["Once Primary"]


def test_the_answer_and_the_change_are_kept_together(app, client):
    client.post("/lab/notes", data=NOTE | {"answer": "422"})
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 0


def test_the_path_of_a_form_is_not_kept_in_clear(app, client):
    client.post("/lab/notes", data=NOTE)
    with app.app_context():
        (kept,) = db.session.scalars(select(Submission))
    assert "notes" not in kept.endpoint
    assert len(kept.endpoint) == 64
