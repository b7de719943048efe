"""The server: many who send slowly hold up nobody, what runs is ended, and a process that dies is replaced."""

import contextlib
import os
import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn

import pytest

from tests.serving import Server, flask

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has one process of waitress alone")

SLOW = 64
TRICKLED = {
    "headers": (b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Slow: a\r\n"),
    "bodies": (b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n", b"a"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("slow")
    flask(folder, "db", "upgrade")
    one = Server(folder, workers=2)
    one.start()
    yield one
    one.stop()


@contextlib.contextmanager
def slow_clients(port: int, beginning: bytes, more: bytes) -> Iterator[None]:
    """So many connections that have begun a request and send a little of it twice a second."""
    ended = threading.Event()
    with contextlib.ExitStack() as opened:
        sockets = [opened.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(SLOW)]
        for one in sockets:
            one.sendall(beginning)

        def trickle() -> None:
            while not ended.wait(0.5):
                for one in sockets:
                    with contextlib.suppress(OSError):
                        one.sendall(more)

        thread = threading.Thread(target=trickle)
        thread.start()
        time.sleep(0.5)
        try:
            yield
        finally:
            ended.set()
            thread.join()


def served(port: int, tries: int, path: str = "/healthz") -> int:
    """How many of so many quick requests, each on a connection of its own, are answered."""
    answered = 0
    for _ in range(tries):
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=3) as answer,
        ):
            answered += answer.status == 200
    return answered


@pytest.mark.parametrize("what", TRICKLED)
def test_a_quick_client_is_served_beside_many_slow_ones(server: Server, what: str) -> None:
    with slow_clients(server.port, *TRICKLED[what]):
        assert served(server.port, 10) == 10
        assert served(server.port, 2, "/sign-in") == 2


class _EightThreads(ThreadingMixIn, HTTPServer):
    """The control: a thread for each connection that has begun, and eight in all."""

    daemon_threads = True
    free = threading.Semaphore(8)

    def process_request_thread(self, *given: object) -> None:
        with self.free:
            super().process_request_thread(*given)  # type: ignore[arg-type]


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_thread_for_each_connection_would_serve_nobody() -> None:
    control = _EightThreads(("127.0.0.1", 0), _Answer)
    threading.Thread(target=control.serve_forever, daemon=True).start()
    with slow_clients(control.server_port, *TRICKLED["headers"]):
        assert served(control.server_port, 1) == 0
    control.shutdown()
    control.server_close()


def test_a_process_that_dies_is_replaced(server: Server) -> None:
    before = server.worker_pids()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    deadline = time.monotonic() + 30
    while len(set(server.worker_pids()) - {before[0]}) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert served(server.port, 10) == 10


def test_what_runs_is_answered_before_the_server_stops(tmp_path: Path) -> None:
    """A page takes far longer than a signal: it is asked for, the server is told to stop, and the page still comes."""
    flask(tmp_path, "db", "upgrade")
    one = Server(tmp_path, workers=1)
    one.start()
    assert one.process is not None
    with socket.create_connection(("127.0.0.1", one.port)) as asking:
        asking.sendall(b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        time.sleep(0.03)
        one.process.send_signal(signal.SIGTERM)
        asking.settimeout(30)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while part := asking.recv(65_536):
                answer += part
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.rstrip().endswith(b"</html>")
    assert one.process.wait(30) == 0
    assert served(one.port, 1) == 0


def test_a_server_that_was_stopped_can_listen_on_its_port_at_once(tmp_path: Path) -> None:
    flask(tmp_path, "db", "upgrade")
    one = Server(tmp_path)
    for _ in range(2):
        one.start()
        assert served(one.port, 1) == 1
        one.stop()


def test_a_wrong_setting_ends_the_server_with_its_sentence(tmp_path: Path) -> None:
    one = Server(tmp_path, more={"PROXY_HOPS": "many"})
    with pytest.raises(RuntimeError, match="PROXY_HOPS must be the number of proxies"):
        one.start()
