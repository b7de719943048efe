"""Production that starts, or does not; the first administrator."""

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.accounts.queries import actor_of, demonstration_people_left
from portal.app import create_app
from portal.config import DEMONSTRATION_PASSWORD, WrongSetting
from portal.extensions import db
from portal.policy import Role
from tests import people
from tests.builders_accounts import PASSWORD, with_password
from tests.conftest import configuration


def start_in_production(database_url, tmp_path):
    portal = create_app(configuration(database_url, tmp_path, production=True))
    with portal.app_context():
        db.engine.dispose()
    return portal


def test_production_starts_on_a_database_of_its_own(given, database_url, tmp_path):
    given(lambda: with_password(email="real@service.example"))
    assert start_in_production(database_url, tmp_path)


def test_production_refuses_the_cast(given, database_url, tmp_path):
    given(lambda: people.person("Worker One", Role.WORKER))
    with pytest.raises(WrongSetting, match="people of the demonstration"):
        start_in_production(database_url, tmp_path)


def test_production_refuses_the_demonstrations_password(app, given, database_url, tmp_path):
    def make():
        with_password("Real", email="real@service.example")
        with_password("Lazy", email="lazy@service.example", password=DEMONSTRATION_PASSWORD)

    given(make)
    with app.app_context():
        assert demonstration_people_left() == 1
    with pytest.raises(WrongSetting, match="DATABASE_URL"):
        start_in_production(database_url, tmp_path)


def test_disabled_people_of_the_cast_do_no_harm(given, database_url, tmp_path, clock):
    def make():
        person = people.person("Worker One", Role.WORKER)
        person.disabled_at = clock()

    given(make)
    assert start_in_production(database_url, tmp_path)


def test_a_database_without_tables_yet_is_not_asked(tmp_path):
    assert start_in_production(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path)


def test_create_admin_prints_a_link_that_works(app, monkeypatch):
    for name in ("HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    done = app.test_cli_runner().invoke(args=["create-admin", "Ada.Admin@service.example"])
    assert done.exit_code == 0
    address = done.output.strip()
    assert address.startswith("http://127.0.0.1:8000/welcome/")
    client = app.test_client()
    link = address.removeprefix("http://127.0.0.1:8000")
    assert 'value="Ada Admin"' in client.get(link).text
    assert client.post(link, data={"name": "Ada", "password": PASSWORD}).status_code == 303
    with app.app_context():
        person_id = db.session.scalar(select(Person.id))
        assert actor_of(person_id).roles == {Role.ADMIN}


def test_create_admin_uses_the_public_address(production):
    done = production.test_cli_runner().invoke(args=["create-admin", "ada@service.example"])
    assert done.output.startswith("https://portal.example.org/welcome/")


@pytest.mark.parametrize(
    "email", ["known@service.example", "KNOWN@service.example", "not an address", "a@b", "x" * 300]
)
def test_create_admin_refuses_with_one_line(app, given, email):
    given(lambda: with_password(email="known@service.example"))
    done = app.test_cli_runner().invoke(args=["create-admin", email])
    assert done.exit_code == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""
