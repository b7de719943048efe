"""Serve the portal: several processes on one listening socket, each started again when it dies.

waitress reads a request whole before it gives it a thread, so that many who send
slowly hold up nobody. The parent opens the socket and loads nothing of the
portal: each process has its own connections to the database.

    python deploy/serve.py HOST PORT [PROCESSES]
"""

import contextlib
import ctypes
import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 25  # seconds for requests that run when the portal is stopped
SLOW = 60  # seconds without a byte, then a connection is closed
RELEASE = 5  # seconds in which processes that were killed a moment ago let go of the port
PAUSE = 1  # second before a process that died young is replaced
CANNOT_START = 3  # exit code: another process would fail alike

LIMITS = {
    "threads": 4,
    "connection_limit": 800,  # open files are limited to 1,024 on most machines
    "channel_timeout": SLOW,
    "cleanup_interval": 10,
    "max_request_header_size": 32 * 1024,
    "max_request_body_size": 28 * 1024 * 1024,  # somewhat more than the largest that a view takes
    "clear_untrusted_proxy_headers": False,  # the portal itself reads them, as far as PROXY_HOPS says
    "ident": None,
    "asyncore_use_poll": True,
}


def listening(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    opened = socket.socket(family, kind, protocol)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = time.monotonic() + RELEASE
    while True:
        try:
            opened.bind(where)
            break
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    opened.listen(1024)
    opened.setblocking(False)
    return opened


class Parent:
    """Keeps so many processes alive until it is told to stop."""

    def __init__(self, opened: socket.socket, processes: int) -> None:
        self.opened = opened
        self.wanted = processes
        self.began: dict[int, float] = {}
        self.stopping = False

    def run(self) -> int:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        code = 0
        while not self.stopping or self.began:
            while not self.stopping and len(self.began) < self.wanted:
                self.start_one()
            code = max(code, self.wait_for_one())
        return code

    def start_one(self) -> None:
        parent = os.getpid()
        signals = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # one that comes here must not be taken for the parent's
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
            die_with(parent)
            os._exit(serve(self.opened))
        self.began[pid] = time.monotonic()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)

    def wait_for_one(self) -> int:
        pid, status = os.wait()
        lived = time.monotonic() - self.began.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        if code == CANNOT_START:
            self.stop()
            return CANNOT_START
        if not self.stopping:
            print(f"A process of the portal ended (exit {code}); starting another.", file=sys.stderr, flush=True)
            time.sleep(PAUSE if lived < PAUSE else 0)
        return 0

    def stop(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        self.stopping = True
        self.opened.close()
        for pid in self.began:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def die_with(parent: int) -> None:
    """A parent that is killed outright must not leave a process that holds the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # 1: PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(0)


def serve(opened: socket.socket) -> int:
    """One process: answers until SIGTERM, then ends what runs. Returns its exit code."""
    sys.path.insert(0, str(ROOT))
    try:
        from waitress import wasyncore
        from waitress.server import create_server

        from wsgi import app
    except SystemExit as refused:  # a setting is wrong
        print(refused.code, file=sys.stderr, flush=True)
        return CANNOT_START
    except Exception:
        logging.exception("The portal cannot be loaded.")
        return CANNOT_START
    logging.getLogger("waitress").setLevel(logging.ERROR)
    server = create_server(app, sockets=[opened], **LIMITS)
    deadline: list[float] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        deadline.append(time.monotonic() + PATIENCE)
        server.accepting = False
        server.pull_trigger()

    signal.signal(signal.SIGTERM, stop)
    while not deadline or (is_busy(server) and time.monotonic() < deadline[0]):
        wasyncore.loop(timeout=0.1 if deadline else 1, use_poll=True, map=server._map, count=1)
    return 0


def is_busy(server: object) -> bool:
    """Does a request run, or an answer wait to be sent?"""
    channels = server.active_channels.values()  # type: ignore[attr-defined]
    return any(channel.requests or channel.total_outbufs_len for channel in channels)


def main(arguments: list[str]) -> int:
    host, port, processes = [*arguments, "2"][:3]
    return Parent(listening(host, int(port)), int(processes)).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
