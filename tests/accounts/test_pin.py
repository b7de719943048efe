"""The tablet PIN on a person's own account."""

import pytest

from portal.accounts.models import Person
from portal.extensions import db
from portal.policy import Role
from tests import people
from tests.builders_accounts import PASSWORD, with_password

USUAL_ENGINE = "sqlite"

PIN = "592846"


@pytest.fixture
def person_id(given):
    return given(lambda: with_password(email="w@service.example").id)


def stored(app, person_id):
    with app.app_context():
        return db.session.get_one(Person, person_id).tablet_pin_hash


def test_a_pin_is_chosen_kept_as_a_digest_and_removed(app, person_id, sign_in):
    client = sign_in(person_id)
    assert 'inputmode="numeric"' in client.get("/me/tablet-pin").text
    assert client.post("/me/tablet-pin", data={"pin": PIN, "pin_again": PIN}).location == "/me"
    assert stored(app, person_id) and PIN not in stored(app, person_id)
    assert client.post("/me/tablet-pin/removal").location == "/me"
    assert stored(app, person_id) is None


@pytest.mark.parametrize(
    ("pin", "again", "words"),
    [
        ("12345", "12345", "has 6 figures"),
        ("123456", "123456", "too easy"),
        (PIN, "592847", "not the same"),
        (PIN, "", "Type the figures again"),
    ],
)
def test_a_pin_is_refused_and_not_shown(app, person_id, sign_in, pin, again, words):
    answer = sign_in(person_id).post("/me/tablet-pin", data={"pin": pin, "pin_again": again})
    assert answer.status_code == 422 and words in answer.text
    assert f'value="{pin}"' not in answer.text
    assert stored(app, person_id) is None


def test_a_pin_needs_a_fresh_proof(app, person_id, sign_in, clock):
    client = sign_in(person_id)
    clock.forward(minutes=20)
    for answer in (client.get("/me/tablet-pin"), client.post("/me/tablet-pin", data={"pin": PIN, "pin_again": PIN})):
        assert answer.location == "/me/confirm?next=/me/tablet-pin"
    assert stored(app, person_id) is None
    confirmed = client.post("/me/confirm?next=/me/tablet-pin", data={"password": PASSWORD})
    assert confirmed.location == "/me/tablet-pin"
    assert client.get("/me/tablet-pin").status_code == 200


def test_only_who_hands_tablets_over_is_offered_a_pin(given, sign_in):
    worker, senco = given(
        lambda: (
            people.person("Wren Okafor", Role.WORKER).id,
            people.person("Ash Senco", Role.SCHOOL, school_id=people.school().id).id,
        )
    )
    assert "Tablet PIN" in sign_in(worker).get("/me").text
    assert "Tablet PIN" not in sign_in(senco).get("/me").text
