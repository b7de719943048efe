"""Asks ClamAV whether bytes are harmful, by its INSTREAM protocol."""

import socket
import struct
from enum import StrEnum
from urllib.parse import unquote, urlsplit

PATIENCE = 60.0
"""Seconds for each answer: a large document takes clamd some"""

_PIECE = 64 * 1024


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"


class ScannerUnavailable(Exception):
    """The scanner is not there, went away or answered something else; the text is of our own."""


def scan(address: str, content: bytes, *, patience: float = PATIENCE) -> Verdict:
    """What clamd at ``address`` (tcp://host:port or unix:/path) says. Raises ``ScannerUnavailable``."""
    try:
        with _connected(address, patience) as peer:
            peer.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _PIECE):
                piece = content[start : start + _PIECE]
                peer.sendall(struct.pack("!I", len(piece)) + piece)
            peer.sendall(struct.pack("!I", 0))
            return _understood(_answer(peer))
    except OSError as error:
        raise ScannerUnavailable(type(error).__name__) from None


def _connected(address: str, patience: float) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(patience)
        try:
            peer.connect(unquote(parts.path))
        except BaseException:
            peer.close()
            raise
        return peer
    return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=patience)


def _answer(peer: socket.socket) -> bytes:
    heard = b""
    while not heard.endswith((b"\0", b"\n")) and len(heard) < 4096:
        piece = peer.recv(1024)
        if not piece:
            break
        heard += piece
    return heard.rstrip(b"\0\n")


def _understood(answer: bytes) -> Verdict:
    if answer == b"stream: OK":
        return Verdict.CLEAN
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return Verdict.INFECTED
    raise ScannerUnavailable("unknown answer")
