"""A real SMTP server for tests, which does to each message what a test tells it to."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from portal.config import MailServer

TAKE = "takes it"
REFUSE_NOW = "says not now (451)"
REFUSE = "refuses the message for good (550)"
REFUSE_RECIPIENT = "refuses the recipient for good (550)"
STALL_BEFORE = "does not answer before the message"
STALL = "takes the message and does not answer"
DIE = "takes the message and closes the connection"


@dataclass
class Peer:
    """What the server took and how it answers; ``behave`` is asked at each message."""

    behave: Callable[[str], str] = lambda _recipient: TAKE
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    """Recipient and content of every message that it kept, whether or not it said so"""
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Message-ID and plan, for every message that it had whole"""
    stall: float = 2.0
    port: int = 0

    @property
    def server(self) -> MailServer:
        return MailServer("127.0.0.1", self.port, "none", "portal@example.org")

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=default) for _, content in self.taken]  # type: ignore[misc]

    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]

    async def handle_RCPT(self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        envelope.portal_plan = self.behave(address)
        if envelope.portal_plan == REFUSE_RECIPIENT:
            return "550 5.1.1 no such mailbox"
        if envelope.portal_plan == STALL_BEFORE:
            return await self._stall()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:
        plan, content = envelope.portal_plan, bytes(envelope.content)
        self.seen.append((message_from_bytes(content)["Message-ID"], plan))
        if plan == REFUSE_NOW:
            return "451 4.7.1 try again later"
        if plan == REFUSE:
            return "550 5.7.1 refused for Ann Other"
        self.taken.append((envelope.rcpt_tos[0], content))
        if plan == STALL:
            return await self._stall()
        if plan == DIE:
            server.transport.abort()
        return "250 taken"

    async def _stall(self) -> str:
        await asyncio.sleep(self.stall)
        return "451 too late"


@contextmanager
def peer(behave: Callable[[str], str] = lambda _recipient: TAKE, *, stall: float = 2.0) -> Iterator[Peer]:
    """A server on a free port, for as long as the test needs it."""
    one = Peer(behave=behave, stall=stall, port=free_port())
    controller = Controller(one, hostname="127.0.0.1", port=one.port)
    controller.start()
    try:
        yield one
    finally:
        controller.stop()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mute_server() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        listener.settimeout(0.1)
        going = threading.Event()
        held: list[socket.socket] = []

        def hold() -> None:
            while not going.is_set():
                try:
                    held.append(listener.accept()[0])
                except TimeoutError:
                    time.sleep(0.01)

        thread = threading.Thread(target=hold)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            going.set()
            thread.join()
            for connection in held:
                connection.close()
