"""No account? Ask for one – and what the coordinator answers."""

import re

import pytest
from sqlalchemy import func, select, text

from portal.accounts.models import AccountRequest, Person
from portal.extensions import db
from portal.kernel.submissions import new_id
from portal.policy import Role
from portal.tasks.models import Task
from tests import people
from tests.builders_accounts import account_request, with_password

USUAL_ENGINE = "sqlite"

ASK = {"name": "Nia New", "school": "Ash Primary", "email": "nia@ash.example", "words": "I refer pupils."}


@pytest.fixture
def coordinator(given):
    return given(lambda: people.person("Cora Coordinator", Role.COORDINATOR).id)


def count(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def latest(app):
    with app.app_context():
        return db.session.scalars(select(AccountRequest).order_by(AccountRequest.id.desc())).first()


def task_is_open(app, request_id):
    with app.app_context():
        task = db.session.scalars(select(Task).where(Task.key == f"account-request-{request_id}")).one()
        return task.done_at is None


def test_the_answer_is_the_same_whatever_is_known(app, given):
    given(lambda: with_password(email="known@ash.example"))
    answers = [
        app.test_client().post("/ask-for-an-account", data={**ASK, "email": email})
        for email in ("known@ash.example", "nia@ash.example")
    ]
    assert [(a.status_code, a.location) for a in answers] == [(303, "/ask-for-an-account/sent")] * 2
    assert count(app, AccountRequest) == 2


def test_a_request_is_a_task_of_the_coordinator(app, coordinator, sign_in):
    app.test_client().post("/ask-for-an-account", data=ASK)
    address = f"/people/requests/{latest(app).id}"
    with app.app_context():
        task = db.session.scalars(select(Task)).one()
        assert (task.role, task.url, task.rule) == ("coordinator", address, "account_request")
        assert "Nia" not in task.title
    client = sign_in(coordinator)
    assert "Nia New" in client.get("/people/requests").text
    assert "(1 waiting)" in client.get("/people/").text
    assert "I refer pupils." in client.get(address).text


def test_the_words_are_encrypted(app):
    app.test_client().post("/ask-for-an-account", data=ASK)
    with app.app_context():
        assert "refer" not in db.session.execute(text("SELECT words FROM account_request")).scalar_one()


@pytest.mark.both_engines
def test_sending_twice_makes_one_request(app):
    client, data = app.test_client(), {**ASK, "submission_id": new_id()}
    answers = [client.post("/ask-for-an-account", data=data) for _ in range(2)]
    assert [a.status_code for a in answers] == [303, 303]
    assert count(app, AccountRequest) == 1


def test_eleven_in_an_hour_are_too_many(app, clock):
    client = app.test_client()
    codes = [client.post("/ask-for-an-account", data=ASK).status_code for _ in range(11)]
    assert codes == [303] * 10 + [429]
    other = client.post("/ask-for-an-account", data=ASK, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert other.status_code == 303
    clock.forward(hours=1)
    assert client.post("/ask-for-an-account", data=ASK).status_code == 303


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " "}, "Type your name."),
        ({"school": ""}, "Type the name of your school"),
        ({"email": "nia"}, "Type the whole e-mail address"),
        ({"words": "a\x00b"}, "cannot be stored"),
        ({"words": "a" * 100_000}, "Shorten this"),
    ],
)
def test_a_wrong_request_keeps_what_was_typed(app, changed, words):
    answer = app.test_client().post("/ask-for-an-account", data={**ASK, **changed})
    assert answer.status_code == 422
    assert words in answer.text
    if "school" not in changed:
        assert "Ash Primary" in answer.text


@pytest.mark.both_engines
@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "=1+1", "🦊", "\u202eevil"])
def test_hostile_words_are_shown_as_text(app, coordinator, sign_in, hostile):
    data = {**ASK, "name": "<script>alert(1)</script>", "school": hostile, "words": hostile}
    assert app.test_client().post("/ask-for-an-account", data=data).status_code == 303
    client = sign_in(coordinator)
    for address in ("/people/requests", f"/people/requests/{latest(app).id}"):
        page = client.get(address)
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_approving_makes_the_account_and_settles_the_task(app, given, coordinator, sign_in):
    request_id, school = given(lambda: account_request().id), given(lambda: people.school().id)
    client = sign_in(coordinator)
    data = {"name": "Nia New", "email": "new.senco@ash.example", "role": "school"}
    address = f"/people/requests/{request_id}/steps/approve"
    refused = client.post(address, data=data)
    assert refused.status_code == 422
    assert "Choose the school" in refused.text
    assert task_is_open(app, request_id)
    answer = client.post(address, data={**data, "school": school})
    assert answer.status_code == 200
    assert re.search(r"/welcome/[\w-]{43}", answer.text)
    assert not task_is_open(app, request_id)
    assert latest(app).answer == "approved"
    assert client.post(address, data={**data, "school": school}).status_code == 422
    assert "Approved" in client.get(f"/people/requests/{request_id}").text


def test_declining_needs_a_reason(app, given, coordinator, sign_in):
    request_id = given(lambda: account_request().id)
    client = sign_in(coordinator)
    address = f"/people/requests/{request_id}/decline"
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert client.post(address, data={"reason": "Not of our schools."}).status_code == 303
    assert not task_is_open(app, request_id)
    assert "Not of our schools." in client.get(f"/people/requests/{request_id}").text
    assert count(app, Person) == 1
    assert client.post(address, data={"reason": "Again."}).status_code == 422


def test_a_known_address_leads_to_its_account(app, given, coordinator, sign_in):
    known = given(lambda: with_password(email="known@ash.example").id)
    request_id = given(lambda: account_request("known@ash.example").id)
    client = sign_in(coordinator)
    assert "has an account already" in client.get(f"/people/requests/{request_id}").text
    assert client.post(f"/people/requests/{request_id}/steps/known").location == f"/people/{known}"
    assert not task_is_open(app, request_id)


def test_unknown_cannot_be_closed_as_known(given, coordinator, sign_in):
    request_id = given(lambda: account_request().id)
    assert sign_in(coordinator).post(f"/people/requests/{request_id}/steps/known").status_code == 422


def test_only_those_who_answer_see_requests(given, sign_in):
    request_id = given(lambda: account_request().id)
    client = sign_in(given(lambda: people.person("Worker", Role.WORKER).id))
    assert client.get(f"/people/requests/{request_id}").status_code == 403
    assert client.post(f"/people/requests/{request_id}/steps/approve").status_code == 403
    assert client.post(f"/people/requests/{request_id}/decline").status_code == 403


def test_a_request_that_is_not_there(coordinator, sign_in):
    assert sign_in(coordinator).get("/people/requests/99").status_code == 404
