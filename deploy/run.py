"""Serve the portal and run its worker; keep both alive until told to stop.

Each process opens its own database connections: nothing is loaded here, and
the server (serve.py) forks before it loads the portal.
"""

import ctypes
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30  # seconds for a gentle stop
QUICK = 60  # seconds; a process that lived longer had started well
DEATHS = 5  # quick ones in a row, then something is wrong that a restart will not mend

PROCESSES = "2"
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")


class Refusal(Exception):
    """Why the portal cannot run, and how to mend it."""


class Service:
    """A process that is started again when it dies, after pauses that grow."""

    def __init__(self, name: str, command: tuple[str, ...]) -> None:
        self.name = name
        self.command = command
        self.deaths = 0
        self.due = 0.0
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def tend(self) -> None:
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.started = now
                self.process = start(self.command)
            return
        code = self.process.poll()
        if code is None:
            return
        self.process = None
        self.deaths = self.deaths + 1 if now - self.started < QUICK else 1
        if self.deaths == DEATHS:
            raise Refusal(f"The {self.name} ended {DEATHS} times soon after its start; the lines above say why.")
        pause = 2 ** (self.deaths - 1)
        self.due = now + pause
        say(f"The {self.name} ended (exit {code}); starting it again in {pause} s.")


children: list[subprocess.Popen[bytes]] = []


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def die_with_parent() -> None:
    """A supervisor that is killed outright must not leave a portal holding the port."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1: PR_SET_PDEATHSIG


def start(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C reaches only this process, which stops the others gently.
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        process_group=None if sys.platform == "win32" else 0,
        preexec_fn=die_with_parent if sys.platform == "linux" else None,
    )
    children[:] = [known for known in children if known.poll() is None] + [child]
    return child


def flask(*arguments: str) -> int:
    return start((*FLASK, *arguments)).wait()


def stop_children() -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def asked_to_stop(_number: int, _frame: object) -> None:
    # make passes on a signal that the terminal or a service manager has sent here too.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def address() -> tuple[str, int]:
    host = os.environ.get("HOST") or "127.0.0.1"
    port = os.environ.get("PORT") or "8000"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise Refusal(f"PORT is “{port}”; it must be a number from 1 to 65535.")
    return host, int(port)


def choose_mode(host: str) -> bool:
    """Whether this is a demonstration: with no database named, it is."""
    if not os.environ.get("DATABASE_URL") and not os.environ.get("PORTAL_MODE"):
        os.environ["PORTAL_MODE"] = "demonstration"
    demonstration = os.environ.get("PORTAL_MODE") == "demonstration"
    if demonstration and not is_loopback(host) and os.environ.get("DEMO_LISTEN_ANYWHERE") != "yes":
        raise Refusal(
            f"The demonstration lets anybody sign in as anybody, so it does not listen on {host}: "
            "leave HOST out, or set DEMO_LISTEN_ANYWHERE=yes."
        )
    return demonstration


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        raise Refusal(
            f"The portal cannot listen on {host} port {port} ({error.strerror}): "
            "set HOST or PORT, for example PORT=8001 make run."
        ) from error


def answers(host: str, port: int) -> bool:
    where = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    try:
        with socket.create_connection((where, port), timeout=1):
            return True
    except OSError:
        return False


def server(host: str, port: int, bind: str) -> tuple[str, ...]:
    if sys.platform == "win32":  # one process: sockets cannot be handed on as elsewhere
        return (sys.executable, "-m", "waitress", f"--listen={bind}", "--threads=8", "wsgi:app")
    return (sys.executable, str(ROOT / "deploy" / "serve.py"), host, str(port), PROCESSES)


def supervise() -> None:
    host, port = address()
    demonstration = choose_mode(host)
    check_port(host, port)
    os.environ["PYTHONUNBUFFERED"] = "1"
    (ROOT / "instance").mkdir(exist_ok=True, mode=0o700)
    if flask("prepare"):
        raise Refusal("The database could not be prepared; the lines above say why.")

    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    services = [Service("portal", server(host, port, bind)), Service("worker", (*FLASK, "worker"))]
    announced = False
    while True:
        for service in services:
            service.tend()
        if not announced and answers(host, port):
            announced = True
            if demonstration:
                flask("cast")
            print(f"The portal is at http://{bind} (Ctrl-C stops it).", flush=True)
        time.sleep(0.2)


def main() -> int:
    signal.signal(signal.SIGTERM, asked_to_stop)
    signal.signal(signal.SIGINT, asked_to_stop)
    try:
        supervise()
    except Refusal as refusal:
        say(str(refusal))
    finally:
        stop_children()
    return 1


if __name__ == "__main__":
    sys.exit(main())
