"""A real portal under a real server, started and ended by the tests; and a small client that posts its forms."""

import http.client
import http.cookiejar
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from portal.config import DEMONSTRATION_PASSWORD, ROOT

START_LIMIT = 90  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Only what a clean machine has, and an instance of the portal's own."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ")}
    return kept | {"PORTAL_MODE": "demonstration", "INSTANCE_FOLDER": str(folder)} | more


def flask(folder: Path, *arguments: str, **more: str) -> str:
    """Runs one of the portal's commands and answers what it printed."""
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *arguments],
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"flask {' '.join(arguments)} ended with {run.returncode}:\n{run.stderr[-3000:]}")
    return run.stdout


@dataclass
class Server:
    """The portal's own server over one database; ``more`` are settings of the environment."""

    folder: Path
    workers: int = 1
    more: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "deploy/serve.py", "127.0.0.1", str(self.port), str(self.workers)],
                cwd=ROOT,
                env=environment(self.folder, **self.more),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait()

    def wait(self) -> None:
        """Returns once the portal answers. Raises RuntimeError when it ends or takes too long."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError((self.folder / "server.log").read_text()[-2000:])
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=2):  # noqa: S310  (our own server)
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the server did not answer in time")

    def worker_pids(self) -> list[int]:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill_worker(self) -> None:
        """kill -9 of one of its own worker processes; the server starts another."""
        for pid in self.worker_pids()[:1]:
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """kill -9 of the whole service, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


class NotAnswered(Exception):
    """The server went away before it answered, or said that it cannot just now: the client may ask again."""


class Client:
    """One signed-in browser without a screen: it fetches forms and posts them with their token."""

    def __init__(self, address: str, email: str) -> None:
        self.address = address
        self.email = email
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), _NoRedirect()
        )
        self.token = ""

    def sign_in(self) -> None:
        self.token = self._token("/sign-in")
        status = self.send("/sign-in", {"email": self.email, "password": DEMONSTRATION_PASSWORD})
        if status != 303:
            raise NotAnswered(f"sign-in answered {status}")
        self.token = self._token("/me")

    def _token(self, path: str) -> str:
        page = self.get(path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if not found:
            raise NotAnswered(f"no form on {path}")
        return found[1]

    def get(self, path: str) -> str:
        try:
            with self.opener.open(self.address + path, timeout=60) as answer:
                body: bytes = answer.read()
                return body.decode()
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswered(str(error)) from error

    def send(self, path: str, fields: dict[str, str], submission_id: str | None = None) -> int:
        """Posts a form and answers the status; raises ``NotAnswered`` when nothing (or only 503) came back."""
        data = {"csrf_token": self.token, "submission_id": submission_id or uuid.uuid4().hex} | fields
        body = urllib.parse.urlencode(data).encode()
        try:
            with self.opener.open(self.address + path, data=body, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 503:
                    raise NotAnswered("503") from error
                return error.code
        except (OSError, http.client.HTTPException) as error:
            raise NotAnswered(str(error)) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None
