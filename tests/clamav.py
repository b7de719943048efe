"""A peer that speaks ClamAV's INSTREAM protocol and knows one harmful thing, the harmless EICAR test text."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# In two parts: whole, it would have virus scanners delete this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Scanner:
    """Where it listens and what it was given; ``answer`` overrides its verdict."""

    address: str = ""
    streams: list[bytes] = field(default_factory=list)
    answer: bytes | None = None

    def verdict(self, content: bytes) -> bytes:
        if self.answer is not None:
            return self.answer
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@contextmanager
def scanner() -> Iterator[Scanner]:
    """A scanner on a free port, for as long as the test needs it."""
    one = Scanner()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if self.rfile.read(10) != b"zINSTREAM\0":
                self.wfile.write(b"UNKNOWN COMMAND\0")
                return
            content = b""
            while size := struct.unpack("!I", self.rfile.read(4))[0]:
                content += self.rfile.read(size)
            one.streams.append(content)
            self.wfile.write(one.verdict(content))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        one.address = f"tcp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield one
        finally:
            server.shutdown()
            thread.join()
