"""Database and keys are for the portal's own account: also those that were there, and those made later."""

import os
import stat
import sys
from pathlib import Path

import pytest

from portal.app import create_app
from portal.extensions import db
from portal.kernel.private_files import make_folder
from tests.conftest import configuration
from tests.kernel.test_serving import served
from tests.serving import Server, flask

ENGINES = ("sqlite",)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opened_to_all(folder: Path) -> list[Path]:
    return [path for path in (folder, *folder.rglob("*")) if mode_of(path) & 0o077]


def test_what_a_server_and_its_commands_make_is_closed_to_others(tmp_path):
    folder = tmp_path / "instance"
    before = os.umask(0o000)  # the widest that a machine may have set
    try:
        flask(folder, "db", "upgrade")
        server = Server(folder)
        server.start()
        try:
            assert served(server.port, 1, "/sign-in") == 1
            found = {path.name for path in folder.iterdir()}
            assert {"portal.db", "portal.db-wal", "portal.db-shm", "secret-key", "data-keys"} <= found
            (folder / "server.log").chmod(0o600)  # made by this test
            assert opened_to_all(folder) == []
        finally:
            server.stop()
    finally:
        os.umask(before)


def test_what_was_open_is_tightened_when_the_portal_starts(tmp_path, database_url):
    folder = tmp_path / "instance"
    (folder / "files" / "ab").mkdir(parents=True)
    for name in ("portal.db", "portal.db-wal", "secret-key", "files/ab/upload", "elsewhere.db"):
        (folder / name).touch(mode=0o644)
    for path in (folder, folder / "files", folder / "files" / "ab"):
        path.chmod(0o755)
    database = Path(database_url.removeprefix("sqlite:///"))
    database.chmod(0o644)
    portal = create_app(configuration(database_url, folder))
    with portal.app_context():
        db.engine.dispose()
    assert opened_to_all(folder) == []
    assert mode_of(database) == 0o600
    assert mode_of(folder) == 0o700


def test_a_database_that_was_copied_in_later_is_tightened_too(tmp_path):
    folder = tmp_path / "instance"
    make_folder(folder)
    (folder / "portal.db").touch(mode=0o644)
    (folder / "portal.db").chmod(0o644)
    make_folder(folder)
    assert opened_to_all(folder) == []


def test_a_place_that_all_share_is_left_as_it_is(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "of-others").touch(mode=0o644)
    (shared / "of-others").chmod(0o644)
    make_folder(shared)
    assert mode_of(shared) == 0o1777
    assert mode_of(shared / "of-others") == 0o644
