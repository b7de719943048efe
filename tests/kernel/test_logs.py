"""Logs hold ids and numbers: no name, no address of mail, no UPN, no token, nothing that was typed or searched."""

import io
import json
import sys

import pytest

from portal.kernel import logs

ENGINES = ("sqlite",)

SECRETS = (
    "Wanda",
    "wanda.worker@demo.example",
    "B801200005001",
    "Searched-Child",
    "Nobody may lose this",
    "hunter2",
    "token-of-a-family",
    "a text that nobody may see",
)


@pytest.fixture
def written(monkeypatch):
    """What the portal writes to stderr."""
    stream = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stream)
        yield stream


@pytest.fixture
def app(make_lab, written):
    """Logs as in production."""
    portal = make_lab(testing=False)
    logs.configure(as_json=True)
    yield portal
    sys.stderr = sys.__stderr__
    logs.configure(as_json=False)


@pytest.fixture
def lines(written, client):
    """The lines since the test began, read once."""
    written.seek(0)
    written.truncate()

    def read() -> list[str]:
        return written.getvalue().splitlines()

    return read


def _walk(app, client, token):
    note = {"name": "Searched-Child", "words": "Nobody may lose this", "password": "hunter2 hunter2"}
    yield client.get("/?q=Searched-Child&upn=B801200005001")
    yield client.get("/me")
    yield client.get("/lab/child?token=token-of-a-family")
    yield client.get("/f/token-of-a-family")
    yield client.get("/lab/Searched-Child")
    yield client.post("/lab/notes", data=note)
    yield client.post("/lab/notes", data=note | {"answer": "422"})
    yield client.post("/lab/notes", data=note | {"answer": "raise"})
    yield client.get("/lab/missing?q=Searched-Child")
    yield client.get("/settings/")
    yield app.test_client().post("/sign-in", data={"email": "wanda.worker@demo.example", "password": "hunter2 hunter2"})


def test_nothing_personal_reaches_a_log(app, client, lines):
    with client.session_transaction() as session:
        token = session["token"]
    answers = list(_walk(app, client, token))
    assert {answer.status_code for answer in answers} >= {200, 303, 403, 404, 422, 500}
    found = lines()
    assert sum('"event": "request"' in line for line in found) == len(answers)
    for secret in (*SECRETS, token):
        assert not [line for line in found if secret in line], secret


def test_every_line_is_json_with_the_requests_id_and_the_persons(client, worker_id, lines):
    answers = [client.get("/me"), client.get("/lab/missing")]
    found = [json.loads(line) for line in lines()]
    assert [line["event"] for line in found] == ["request", "unexpected error", "request"]
    assert [found[0]["id"], found[2]["id"]] == [answer.headers["X-Request-Id"] for answer in answers]
    assert found[1]["id"] == found[2]["id"]
    assert found[0]["person"] == found[2]["person"] == worker_id
    assert found[0]["endpoint"] == "accounts.me"
    assert (found[2]["status"], found[2]["method"]) == (500, "GET")
    assert found[2]["id"] in answers[1].text


def test_the_kind_and_place_of_a_defect_are_logged_and_not_its_text(client, lines):
    client.post("/lab/notes", data={"name": "x", "password": "y", "answer": "raise"})
    line = json.loads(lines()[0])
    assert line["error"] == "ValueError"
    assert line["where"][-1].startswith("tests.kernel.lab:")
    assert any(place.startswith("portal.kernel.unit_of_work:") for place in line["where"])


def test_a_line_cannot_be_forged(client, lines):
    client.get('/lab/%0a{"event":"forged"}')
    client.get("/", headers={"X-Request-Id": "forged"})
    found = lines()
    assert len(found) == 2
    assert "forged" not in "".join(found)


def test_monitors_do_not_fill_the_log(app, lines):
    app.test_client().get("/healthz")
    assert lines() == []
