"""Every address that changes something refuses to, without the token of a form drawn for this browser."""

import pytest
import sqlalchemy as sa

from portal.extensions import db
from portal.policy import Role
from tests import people

ENGINES = ("sqlite",)

VALUES = {"ref": "R-2026-0001", "id": 1, "word": "word", "int": 1, "string": "text", "path": "x"}


@pytest.fixture
def app(make_lab):
    return make_lab(csrf=True)


@pytest.fixture
def manager(given, sign_in):
    """Somebody who may do almost everything."""

    def person():
        return people.person("Cora Coordinator", Role.COORDINATOR).id

    return sign_in(given(person))


def unsafe_addresses(app):
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            for method in sorted(rule.methods - {"GET", "HEAD", "OPTIONS"}):
                values = {name: _value(converter) for name, converter in rule._converters.items()}
                yield method, app.url_map.bind("localhost").build(rule.endpoint, values, method=method), rule.endpoint


def _value(converter):
    name = type(converter).__name__.removesuffix("Converter").lower()
    return VALUES[{"reference": "ref", "integer": "int", "unicode": "string"}.get(name, name)]


def everything(app):
    """All rows of all tables but the session's “last seen”."""
    with app.app_context():
        held = {
            table.name: [tuple(row) for row in db.session.execute(sa.select(table).order_by(*table.primary_key))]
            for table in db.metadata.sorted_tables
            if table.name not in ("sign_in_session", "rate_counter")
        }
        db.session.rollback()
    return held


@pytest.mark.parametrize("token", [None, "", "wrong", "IjQyIg.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_every_unsafe_address_refuses_without_a_good_token_and_changes_nothing(app, manager, token):
    before = everything(app)
    addresses = list(unsafe_addresses(app))
    assert len(addresses) >= 8
    data = {} if token is None else {"csrf_token": token}
    for method, address, endpoint in addresses:
        if hasattr(app.view_functions[endpoint], "needs_no_token"):  # it takes no cookie either
            continue
        answer = manager.open(address, method=method, data=data)
        assert answer.status_code == 400, (method, address, endpoint)
    assert everything(app) == before


def test_a_token_of_another_browser_is_refused(app, manager, sign_in, worker_id):
    other = sign_in(worker_id)
    token = other.get("/lab/notes").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    assert other.post("/lab/notes", data={"csrf_token": token}).status_code == 422
    assert manager.post("/lab/notes", data={"csrf_token": token}).status_code == 400


def test_the_token_may_come_in_htmxs_header(manager):
    token = manager.get("/lab/notes").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    assert manager.post("/lab/notes", headers={"X-CSRFToken": token}).status_code == 422
    assert manager.post("/lab/notes", headers={"X-CSRFToken": "wrong"}).status_code == 400
