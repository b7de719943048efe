"""The gate: a feature that is off is not there at all; the second factor comes before any record; roles hold by day."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person, RoleAssignment
from portal.extensions import db
from portal.kernel import gate, settings
from portal.kernel.audit import record
from portal.kernel.settings import Feature
from portal.policy import Role
from tests import people
from tests.kernel.test_csrf import _value

ENGINES = ("sqlite",)


@pytest.fixture
def app(lab):
    return lab


def _switch(given, feature, on):
    given(lambda: record(None, "feature switched", settings.put(f"feature.{feature}", "on" if on else "off")))


def test_a_switched_blueprint_is_there_only_while_its_feature_is_on(app, client, given):
    gate.switch(app, "lab", Feature.PANELS)
    assert client.get("/lab/").status_code == 404
    assert client.post("/lab/notes", data={"name": "x"}).status_code == 404
    assert app.test_client().get("/lab/").status_code == 404  # not even the way to sign in says that it exists
    _switch(given, Feature.PANELS, True)
    assert client.get("/lab/").status_code == 200
    _switch(given, Feature.PANELS, False)
    assert client.get("/lab/").status_code == 404


def _addresses(app, blueprint):
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith(f"{blueprint}.") and rule.endpoint not in app.extensions[gate.KEPT_OPEN]:
                values = {name: _value(converter) for name, converter in rule._converters.items()}
                for method in sorted(rule.methods & {"GET", "POST"}):
                    yield method, app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def safe_addresses(app):
    """Method, address and endpoint of all that can be read."""
    with app.test_request_context():
        urls = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            if "GET" in rule.methods:
                values = {name: _value(converter) for name, converter in rule._converters.items()}
                yield "GET", urls.build(rule.endpoint, values, method="GET"), rule.endpoint


def test_a_feature_that_is_off_has_no_address_and_no_menu_entry(app, given, sign_in):
    """Every feature with a switch, every address and method of it, and the menu of every role."""
    clients = [sign_in(given(lambda role=role: people.person(f"One {role}", role).id)) for role in Role]
    switched = {name: feature for name, feature in app.extensions[gate.SWITCHES].items() if feature is not None}
    for blueprint, feature in switched.items():
        _switch(given, feature, False)
        for method, address in _addresses(app, blueprint):
            assert clients[3].open(address, method=method).status_code == 404, (method, address)
        for client in clients:
            home = client.get("/").text
            for method, address in _addresses(app, blueprint):
                if method == "GET":
                    assert f'href="{address}"' not in home, address
        _switch(given, feature, True)


def test_without_signing_in_one_is_led_to_it_and_back(app):
    answer = app.test_client().get("/lab/notes?a=b")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/lab/notes?a%3Db")


def _with_second_factor(person_id):
    person = db.session.get_one(Person, person_id)
    person.totp_confirmed_at = person.created_at
    record(None, "second factor set up", person)


@pytest.mark.parametrize("role", [Role.WORKER, Role.SCHOOL, Role.PANEL, Role.SAFEGUARDING, Role.COORDINATOR, Role.HEAD])
def test_in_production_no_record_opens_without_a_second_factor(make_lab, given, sign_in, app, role):
    app.extensions["config"] = make_lab(production=True).extensions["config"]
    person_id = given(lambda: people.person("Wanda Worker", role).id)
    half = sign_in(person_id, second_factor=False)
    got = half.get("/lab/child")
    assert got.status_code == 302
    assert got.location.startswith("/second-factor")
    posted = half.post("/lab/notes", data={"name": "Typed Primary"})
    assert posted.status_code == 401  # a redirect would lose what was typed
    assert "Typed Primary" in posted.text
    assert half.get("/second-factor/set-up").status_code == 200
    whole = sign_in(person_id, second_factor=True)
    assert whole.get("/lab/child").status_code == 200


def test_who_has_a_second_factor_must_use_it_even_in_the_demonstration(app, given, sign_in, worker_id):
    assert sign_in(worker_id, second_factor=False).get("/lab/").status_code == 200
    given(lambda: _with_second_factor(worker_id))
    half = sign_in(worker_id, second_factor=False)
    assert half.get("/lab/").status_code == 302
    assert "Board" not in half.get("/second-factor").text
    assert half.get("/lab/", headers={"HX-Request": "true"}).headers["HX-Redirect"]


def test_roles_hold_by_day(app, clock, given, sign_in, worker_id):
    def ends_today():
        person = db.session.get_one(Person, worker_id)
        person.roles[0].ends_on = clock().date()
        record(None, "role ended", person)

    given(ends_today)
    assert sign_in(worker_id).get("/lab/").status_code == 200
    clock.forward(days=1)
    client = sign_in(worker_id)
    assert client.get("/lab/").status_code == 403
    assert client.get("/me").status_code == 200


def test_a_role_of_tomorrow_does_not_hold_today(app, clock, given, sign_in):
    def joins_tomorrow():
        person = people.person("Nora New", None)
        person.roles.append(RoleAssignment(role=Role.WORKER.value, starts_on=clock().date() + timedelta(days=1)))
        record(None, "role given", person)
        return person.id

    assert sign_in(given(joins_tomorrow)).get("/lab/").status_code == 403


def test_a_session_ends_with_its_row_and_with_its_person(app, given, sign_in, worker_id):
    from portal.accounts.models import SignInSession

    client = sign_in(worker_id)
    assert client.get("/lab/").status_code == 200
    given(lambda: db.session.execute(sa.update(SignInSession).values(ended_at=app.extensions["clock"]())))
    assert client.get("/lab/").status_code == 302
    again = sign_in(worker_id)

    def disabled():
        person = db.session.get_one(Person, worker_id)
        person.disabled_at = app.extensions["clock"]()
        record(None, "person disabled", person)

    given(disabled)
    assert again.get("/lab/").status_code == 302
