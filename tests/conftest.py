"""What all tests share: an application on a fresh database of either engine, the time, and people to act as."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import jinja2
import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from flask.testing import FlaskClient
from flask_migrate import upgrade
from playwright.sync_api import Playwright, sync_playwright

from portal.accounts.models import Person
from portal.accounts.operations.sign_in import open_session
from portal.accounts.queries import actor_of
from portal.app import Portal, create_app
from portal.cli import seed
from portal.config import Config
from portal.extensions import db
from portal.kernel.database import engine_options, mode, prepare_engine
from portal.policy import Actor
from tests.postgres import postgres

TUESDAY = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
"""“Now” in tests: a Tuesday morning of a school week in the autumn term of 2026/27."""

KEY = Fernet.generate_key().decode()
SECRET = "a secret of the tests, at least thirty-two characters"


# Many tests build a portal of their own: its templates are compiled once for all of them.
Portal.jinja_options = {**Portal.jinja_options, "bytecode_cache": jinja2.FileSystemBytecodeCache()}

# A busy machine is not an error of the rules.
hypothesis.settings.register_profile("portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("portal")


@dataclass
class FixedClock:
    """A clock that stands still until a test moves it."""

    moment: datetime = field(default=TUESDAY)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **parts: float) -> None:
        self.moment += timedelta(**parts)


def configuration(url: str, folder: Path, *, production: bool = False) -> Config:
    return Config(
        mode="production" if production else "demonstration",
        secret_key=SECRET,
        data_keys=KEY,
        database_url=url,
        instance=folder,
        public_base_url="https://portal.example.org" if production else None,
        trusted_hosts=("portal.example.org",) if production else (),
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--trial", action="store_true", help="run the long trials in full")
    parser.addoption("--fillings", type=int, help="hostile fillings of each form, instead of 6 or 10,000")
    parser.addoption("--engine", choices=("usual", "sqlite", "postgres", "both"), default="usual")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_engines: hostile text, conflicts and the like: also in files of pages")
    config.addinivalue_line("markers", "in_trial: only with --trial, because another test shows nearly the same")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", _engines(metafunc), scope="session", indirect=True)


LONG = ("journeys", "trials", "access")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long ones first, so that at the end no process waits for another."""
    if not config.getoption("--trial"):
        left = [item for item in items if item.get_closest_marker("in_trial")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("in_trial")]
    items.sort(key=lambda item: item.path.parent.name not in LONG)


def _engines(metafunc: pytest.Metafunc) -> list[str]:
    """A file whose tests cannot tell the engines apart says so: ``ENGINES`` always holds.

    ``USUAL_ENGINE`` holds unless ``--engine both`` or ``--trial`` ask for more or the test is marked ``both_engines``.
    """
    wanted = metafunc.config.getoption("--engine")
    engines = [wanted] if wanted in ("sqlite", "postgres") else ["sqlite", "postgres"]
    marked = metafunc.definition.get_closest_marker("both_engines")
    if wanted == "usual" and metafunc.config.getoption("--trial"):
        wanted = "both"
    if wanted == "usual" and not marked and hasattr(metafunc.module, "USUAL_ENGINE"):
        engines = [metafunc.module.USUAL_ENGINE]
    return [engine for engine in engines if engine in getattr(metafunc.module, "ENGINES", engines)]


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, seeded file that every test copies."""
    folder = tmp_path_factory.mktemp("sqlite")
    path = folder / "template.db"
    _migrate(configuration(f"sqlite:///{path}", folder))
    with_wal = sa.create_engine(f"sqlite:///{path}")
    with with_wal.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    with_wal.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated, seeded database that every test is made from."""
    folder = tmp_path_factory.mktemp("postgres")
    with postgres() as url:
        template = sa.make_url(url).set(database="portal_template")
        _on_server(url, "CREATE DATABASE portal_template")
        _migrate(configuration(template.render_as_string(hide_password=False), folder))
        yield url


def _migrate(config: Config) -> None:
    app = create_app(config)
    with app.app_context():
        upgrade()
        seed()
        db.engine.dispose()


def _on_server(url: str, statement: str) -> None:
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def one_playwright() -> Iterator[Playwright]:
    """One for all browsers of a process: it does not bear a second beside it."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def _fresh_database(engine: str, request: pytest.FixtureRequest, folder: Path, name: str) -> str:
    if engine == "sqlite":
        path = folder / "portal.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server: str = request.getfixturevalue("postgres_template")
    _on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE portal_template STRATEGY FILE_COPY")  # half the time
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database, migrated and seeded, empty of people."""
    return _fresh_database(engine, request, tmp_path, "portal_test")


@pytest.fixture(scope="module")
def module_database_url(engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same for a whole file of tests that changes nothing of its world."""
    return _fresh_database(engine, request, tmp_path_factory.mktemp("module"), "portal_module")


@pytest.fixture(scope="session")
def one_portal(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Built once: compiling some 250 addresses and all templates for every test would take longer than the tests."""
    folder = tmp_path_factory.mktemp("portal")
    return create_app(configuration(f"sqlite:///{folder / 'never.db'}", folder))


class Engines:
    """One engine of each kind for all tests, pointed at one database after the other.

    A fresh engine would compile every statement again, in every test.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], sa.Engine] = {}
        self._address = sa.make_url("sqlite://")

    def at(self, config: Config) -> sa.Engine:
        self._address = sa.make_url(config.database_url)
        kind = self._address.get_backend_name(), config.patience
        if kind not in self._kept:
            self._kept[kind] = self._made(config)
        self._kept[kind].dispose()
        return self._kept[kind]

    def _made(self, config: Config) -> sa.Engine:
        engine = sa.create_engine(config.database_url, **engine_options(config.database_url, config.patience))
        sa.event.listen(engine, "do_connect", self._to_the_database_of_now)
        prepare_engine(engine)
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _do_not_wait_for_the_disk)
        return engine

    def _to_the_database_of_now(self, dialect: sa.Dialect, _: object, places: list[Any], names: dict[str, Any]) -> None:
        if dialect.name == "sqlite":
            places[0] = self._address.database
        else:
            names["dbname"] = self._address.database


def _do_not_wait_for_the_disk(connection: sqlite3.Connection, _: object) -> None:
    """No test inside one process outlives the machine; the kill trials serve a portal of their own."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def engines() -> Engines:
    return Engines()


@pytest.fixture
def app(one_portal: Portal, engines: Engines, database_url: str, tmp_path: Path, clock: FixedClock) -> Iterator[Portal]:
    """The portal on a fresh database, in demonstration mode, without the check of form tokens (tested by itself).

    What a test changes of its settings and parts is put back afterwards.
    """
    with pointed_at(one_portal, configuration(database_url, tmp_path), clock, engines):
        yield one_portal


@contextmanager
def pointed_at(portal: Portal, config: Config, clock: FixedClock, engines: Engines) -> Iterator[None]:
    """A portal that was built once, on the database of one test; afterwards it is as it was."""
    kept = dict(portal.config), dict(portal.extensions), dict(portal.view_functions)
    portal.extensions.update({name: dict(part) for name, part in kept[1].items() if type(part) is dict})
    portal.extensions.update(config=config, clock=clock)
    portal.instance_path = str(config.instance)
    portal.config.update(SQLALCHEMY_DATABASE_URI=config.database_url, TESTING=True, WTF_CSRF_ENABLED=False)
    with portal.app_context():
        db.engines[None] = engines.at(config)
    yield
    with portal.app_context():
        db.session.remove()
        db.engine.dispose()
    for now, before in zip((portal.config, portal.extensions, portal.view_functions), kept, strict=True):
        now.clear()
        now.update(before)


@pytest.fixture
def own_app(database_url: str, tmp_path: Path, clock: FixedClock) -> Iterator[Portal]:
    """A portal for tests that add routes or templates to it."""
    portal = create_app(configuration(database_url, tmp_path), now=clock)
    portal.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield portal
    with portal.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def unit(app: Portal) -> Iterator[None]:
    """An application context and a writing unit for tests of operations and queries. Never around a test client."""
    with app.app_context(), mode("write"):
        yield
        db.session.rollback()


@pytest.fixture
def given(app: Portal) -> Callable[[Callable[[], object]], object]:
    """Runs a function in a unit of its own and commits: what a test of views finds when it begins."""

    def run(make: Callable[[], object]) -> object:
        with app.app_context(), mode("write"):
            made = make()
            db.session.commit()
            return made

    return run


@pytest.fixture
def sign_in(app: Portal) -> Callable[..., FlaskClient]:
    """A client that is signed in as a person (by id)."""

    def client_of(person_id: int, *, second_factor: bool = True) -> FlaskClient:
        with app.app_context(), mode("write"):
            token = open_session(db.session.get_one(Person, person_id), second_factor=second_factor)
            db.session.commit()
        client = app.test_client()
        with client.session_transaction() as session:
            session["token"] = token
        return client

    return client_of


@pytest.fixture
def as_actor(unit: None) -> Callable[[Person], Actor]:
    """The actor that a person is today."""
    return lambda person: actor_of(person.id)
