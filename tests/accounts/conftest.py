"""A portal in production, and a browser that speaks to it as people do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.app import Portal, create_app
from portal.extensions import db
from portal.kernel.database import mode
from tests.conftest import FixedClock, configuration

BASE = "https://portal.example.org"


class Browser:
    """A client on the one address that production answers to."""

    def __init__(self, app: Portal) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, address: str, **more):
        return self.client.get(address, base_url=BASE, **more)

    def post(self, address: str, data=None, **more):
        return self.client.post(address, data=data or {}, base_url=BASE, headers={"Referer": BASE}, **more)

    def token(self) -> str:
        with self.client.session_transaction(base_url=BASE) as session:
            return session.get("token", "")


@pytest.fixture
def production(database_url: str, tmp_path: Path, clock: FixedClock) -> Iterator[Portal]:
    portal = create_app(configuration(database_url, tmp_path, production=True), now=clock)
    portal.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield portal
    with portal.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def given_in_production(production: Portal) -> Callable[[Callable[[], object]], object]:
    def run(make: Callable[[], object]) -> object:
        with production.app_context(), mode("write"):
            made = make()
            db.session.commit()
            return made

    return run


@pytest.fixture
def browser(production: Portal) -> Browser:
    return Browser(production)
