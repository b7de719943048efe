"""A portal with the lab's views, that waits a second for a lock instead of fifteen."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import ChoiceLoader, DictLoader

from portal.app import Portal, create_app
from portal.extensions import db
from portal.policy import Role
from tests import people
from tests.conftest import Engines, FixedClock, configuration, pointed_at
from tests.kernel import lab as lab_views


@pytest.fixture
def make_lab(database_url: str, tmp_path: Path, clock: FixedClock):
    """Makes a portal with the lab's views; ``production`` and ``csrf`` as wanted."""
    made: list[Portal] = []

    def make(*, production: bool = False, csrf: bool = False, testing: bool = True, **changes: object) -> Portal:
        config = configuration(database_url, tmp_path, production=production)
        portal = create_app(dataclasses.replace(config, patience=1, **changes), now=clock)
        portal.config.update(TESTING=testing, WTF_CSRF_ENABLED=csrf)
        portal.register_blueprint(lab_views.new_blueprint())
        portal.jinja_loader = ChoiceLoader([portal.jinja_loader, DictLoader(lab_views.TEMPLATES)])
        made.append(portal)
        return portal

    lab_views.RUNS.clear()
    yield make
    for portal in made:
        with portal.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def one_lab(tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Built once, as the portal of the other tests."""
    folder = tmp_path_factory.mktemp("lab")
    portal = create_app(configuration(f"sqlite:///{folder / 'never.db'}", folder))
    portal.register_blueprint(lab_views.new_blueprint())
    portal.jinja_loader = ChoiceLoader([portal.jinja_loader, DictLoader(lab_views.TEMPLATES)])
    return portal


@pytest.fixture
def lab(make_lab) -> Portal:
    """One of the test's own, which it may change."""
    return make_lab()


@pytest.fixture
def shared_lab(
    one_lab: Portal, engines: Engines, database_url: str, tmp_path: Path, clock: FixedClock
) -> Iterator[Portal]:
    config = dataclasses.replace(configuration(database_url, tmp_path), patience=1)
    lab_views.RUNS.clear()
    with pointed_at(one_lab, config, clock, engines):
        yield one_lab


@pytest.fixture
def worker_id(given) -> int:
    return given(lambda: people.person("Wanda Worker", Role.WORKER).id)


@pytest.fixture
def school_id(given) -> int:
    return given(lambda: people.school("Ash Primary").id)


@pytest.fixture
def client(sign_in, worker_id):
    return sign_in(worker_id)


@pytest.fixture
def names(app) -> Iterator:
    """The names of all schools, read afresh."""
    from sqlalchemy import select

    from portal.schools.models import School

    def read() -> list[str]:
        with app.app_context():
            found = list(db.session.scalars(select(School.name).order_by(School.id)))
            db.session.rollback()
            return found

    return read
