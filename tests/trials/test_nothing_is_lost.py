"""Processes are killed while twenty people post: what was acknowledged is there, once.

``make trial`` kills 300 workers and 100 services on each engine; ``make test`` a few of each.
"""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.postgres import postgres
from tests.serving import Client, NotAnswered, Server, flask

CLIENTS = 20
SHORT, FULL = {"worker": 6, "service": 2}, {"worker": 300, "service": 100}
GIVE_UP_AFTER = 300  # seconds for one sending, however often it is repeated


@pytest.fixture(scope="module")
def server(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("killed")
    if engine == "sqlite":
        yield from _served(folder, {})
        return
    with postgres() as url:
        yield from _served(folder, {"DATABASE_URL": url})


def _served(folder: Path, more: dict[str, str]) -> Iterator[Server]:
    flask(folder, "db", "upgrade", **more)
    flask(folder, "demo", "--cast-only", **more)
    one = Server(folder, workers=2, more=more)
    one.start()
    yield one
    one.stop()


@dataclass
class Posting:
    """One client that adds schools until told to stop, and keeps the names that the portal acknowledged."""

    server: Server
    stop: threading.Event
    acknowledged: list[str] = field(default_factory=list)
    strange: list[int] = field(default_factory=list)
    repeats: int = 0

    def run(self) -> None:
        client = self._signed_in()
        while not self.stop.is_set():
            self._add_one(client, f"School {uuid.uuid4().hex}")

    def _signed_in(self) -> Client:
        client = Client(self.server.address, "coordinator@demo.example")
        self._until_answered(client.sign_in)
        return client

    def _add_one(self, client: Client, name: str) -> None:
        fields = {"name": name, "kind": "school", "phase": "primary", "status": "open"}
        submission = uuid.uuid4().hex
        status = self._until_answered(lambda: client.send("/schools/new", fields, submission))
        if status == 303:
            self.acknowledged.append(name)
        else:
            self.strange.append(status)

    def _until_answered(self, ask: Callable[[], int | None]) -> int:
        deadline = time.monotonic() + GIVE_UP_AFTER
        while time.monotonic() < deadline:
            try:
                return ask() or 0
            except NotAnswered:
                self.repeats += 1
                time.sleep(0.1)
        raise AssertionError("never answered")


SHORT_PAIRS = {("sqlite", "worker"), ("postgres", "service")}
"""Of the four, those that every run tries"""


@pytest.mark.parametrize("victim", ["worker", "service"])
def test_what_was_acknowledged_is_there_once(
    server: Server, engine: str, victim: str, pytestconfig: pytest.Config
) -> None:
    if (engine, victim) not in SHORT_PAIRS and not pytestconfig.getoption("--trial"):
        pytest.skip("in the long trial")
    kills = (FULL if pytestconfig.getoption("--trial") else SHORT)[victim]
    stop = threading.Event()
    postings = [Posting(server, stop) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=posting.run, daemon=True) for posting in postings]
    for thread in threads:
        thread.start()
    _wait_for_first_answers(postings)
    dice = random.Random(kills)
    for _ in range(kills):
        time.sleep(dice.uniform(0.2, 1.0))
        _strike(server, victim)
    time.sleep(0.5)
    stop.set()
    for thread in threads:
        thread.join(GIVE_UP_AFTER)
        assert not thread.is_alive()
    acknowledged = [name for posting in postings for name in posting.acknowledged]
    found = Counter(_names(server))
    lost = [name for name in acknowledged if found[name] == 0]
    doubled = [name for name, count in found.items() if count > 1]
    strange = [status for posting in postings for status in posting.strange]
    repeats = sum(posting.repeats for posting in postings)
    print(f"{kills} kills of the {victim}: {len(acknowledged)} acknowledged, {repeats} repeats")
    assert (lost, doubled, strange) == ([], [], [])
    assert len(acknowledged) >= CLIENTS
    assert repeats > 0, "no kill was felt: the trial proves nothing"


def _wait_for_first_answers(postings: list[Posting]) -> None:
    deadline = time.monotonic() + GIVE_UP_AFTER
    while not all(posting.acknowledged for posting in postings):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _strike(server: Server, victim: str) -> None:
    if victim == "worker":
        server.kill_worker()
    else:
        server.kill()
        server.start()


def _names(server: Server) -> list[str]:
    url = server.more.get("DATABASE_URL") or f"sqlite:///{server.folder / 'portal.db'}"
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = list(connection.scalars(sa.text("SELECT name FROM school WHERE name LIKE 'School %'")))
    engine.dispose()
    return names
