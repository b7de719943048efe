"""The ground works: sign in, see the first page, on both engines."""

from portal.policy import Role
from tests import people


def test_home_asks_to_sign_in(app):
    answer = app.test_client().get("/")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/"


def test_a_signed_in_person_sees_home(app, given, sign_in):
    person_id = given(lambda: people.person("Worker One", Role.WORKER).id)
    answer = sign_in(person_id).get("/")
    assert answer.status_code == 200
    assert "What waits for you" in answer.text
    assert "Worker One" in answer.text
