"""Who gave the password only reaches their second step and the way out, and nothing else that is not public."""

import pytest

from portal.accounts.models import Person
from portal.accounts.operations.sign_in import open_session
from portal.extensions import db
from portal.kernel import access, settings
from portal.kernel.audit import record
from portal.kernel.settings import Feature
from portal.policy import Role
from tests import people
from tests.accounts.conftest import BASE
from tests.builders_accounts import with_second_factor
from tests.kernel.test_csrf import unsafe_addresses
from tests.kernel.test_gate import safe_addresses

ENGINES = ("sqlite",)

ANSWERS = {
    "accounts.second_factor",
    "accounts.set_up_second_factor",
    "accounts.sign_out",
    "accounts.sign_out_everywhere",
}


@pytest.fixture(params=[True, False], ids=["has_one", "has_none_yet"])
def half(request, production, given_in_production, browser):
    def person():
        for feature in Feature:
            record(None, "feature switched", settings.put(f"feature.{feature}", "on"))
        if request.param:
            return with_second_factor(email="cora@service.example", role=Role.COORDINATOR).id
        return people.person("Cora Coordinator", Role.COORDINATOR).id

    person_id = given_in_production(person)
    return lambda: _cookie(production, given_in_production, browser, person_id)


def _cookie(production, given_in_production, browser, person_id):
    token = given_in_production(lambda: open_session(db.session.get_one(Person, person_id), second_factor=False))
    with browser.client.session_transaction(base_url=BASE) as session:
        session["token"] = token
    return browser


def test_every_address_but_a_few_waits_for_the_second_step(production, half):
    browser, answered, asked = half(), set(), 0
    for method, address, endpoint in [*safe_addresses(production), *unsafe_addresses(production)]:
        if access.declared_by(production, endpoint).public is not None:
            continue
        asked += 1
        answer = browser.get(address) if method == "GET" else browser.post(address)
        if not _is_led_away(method, answer):
            answered.add(endpoint)
            browser = half()  # signing out has ended the session
    assert answered == ANSWERS
    assert asked > 250


def _is_led_away(method, answer):
    if method == "GET":
        return answer.status_code == 302 and answer.location.startswith("/second-factor?next=")
    return answer.status_code == 401


def test_the_few_are_the_declared_ones(production):
    declared = {name for name in production.view_functions if access.declared_by(production, name).before_second_factor}
    assert declared == ANSWERS


def test_messages_cannot_be_put_off_with_the_password_alone(half):
    browser = half()
    assert browser.get("/account/messages").location.startswith("/second-factor")
    assert browser.post("/account/messages", data={"when": "daily"}).status_code == 401
