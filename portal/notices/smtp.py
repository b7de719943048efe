"""One conversation with the mail server, and what its end means for the message."""

import smtplib
import socket
import ssl
from functools import cache

from portal.config import MailServer
from portal.notices.rules import Ending

PATIENCE = 20.0
"""Seconds for each answer of the server"""


class NotSent(Exception):
    """The message did not go, or nobody knows (``UNANSWERED``). ``code`` is the server's number, 0 without one."""

    def __init__(self, ending: Ending, code: int = 0) -> None:
        super().__init__(ending.value)
        self.ending, self.code = ending, code

    @property
    def for_good(self) -> bool:
        """The server will say the same to this message every time."""
        return self.ending in (Ending.RECIPIENT_REFUSED, Ending.MESSAGE_REFUSED)

    @property
    def concerns_all(self) -> bool:
        """Any other message would meet the same end now: the server is not to be had."""
        return self.ending in (Ending.NO_SERVER, Ending.SIGN_IN_REFUSED)

    @property
    def maybe_delivered(self) -> bool:
        """The server had the whole message and went away before it said whether it took it."""
        return self.ending is Ending.UNANSWERED


def send(server: MailServer, recipient: str, message: bytes, *, patience: float = PATIENCE) -> None:
    """Hands one message over; when this returns the server has taken it. Raises ``NotSent``."""
    peer = _connected(server, patience)
    try:
        _hand_over(peer, server.sender, recipient, message)
    except NotSent as refusal:
        if refusal.code:
            _part(peer)
        else:  # it does not answer any more, so it is not asked to part either
            peer.close()
        raise
    _part(peer)


def _connected(server: MailServer, patience: float) -> smtplib.SMTP:
    try:
        peer = _opened(server, patience)
    except (OSError, smtplib.SMTPException):
        raise NotSent(Ending.NO_SERVER) from None
    try:
        if server.user:
            peer.login(server.user, server.password)
    except (OSError, smtplib.SMTPException) as error:
        _part(peer)
        raise NotSent(Ending.SIGN_IN_REFUSED, getattr(error, "smtp_code", 0)) from None
    return peer


def _opened(server: MailServer, patience: float) -> smtplib.SMTP:
    if server.security == "tls":
        secure = smtplib.SMTP_SSL(server.host, server.port, _own_name(), timeout=patience, context=_trusted())
        secure.ehlo_or_helo_if_needed()
        return secure
    peer = smtplib.SMTP(server.host, server.port, _own_name(), timeout=patience)
    try:
        peer.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            peer.starttls(context=_trusted())
            peer.ehlo()
    except BaseException:
        peer.close()
        raise
    return peer


@cache
def _trusted() -> ssl.SSLContext:
    """The machine's own list of authorities; read once, because that takes longer than a message."""
    return ssl.create_default_context()


@cache
def _own_name() -> str:
    """This machine's name for the greeting; asked once, because a name server may take its time."""
    return socket.getfqdn()


def _hand_over(peer: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> None:
    try:
        _agreed(peer.mail(sender), Ending.SENDER_REFUSED)
        _agreed(peer.rcpt(recipient), Ending.RECIPIENT_REFUSED)
        _agreed(peer.docmd("DATA"), Ending.MESSAGE_REFUSED)
        peer.send(_dotted(message))
    except (OSError, smtplib.SMTPException):
        raise NotSent(Ending.WENT_AWAY) from None
    try:
        answer = peer.getreply()
    except (OSError, smtplib.SMTPException):
        raise NotSent(Ending.UNANSWERED) from None
    _agreed(answer, Ending.MESSAGE_REFUSED)


def _agreed(answer: tuple[int, bytes], refusal: Ending) -> None:
    """5xx is the refusal; 4xx, and whatever is not an answer, means another time."""
    code = answer[0]
    if 200 <= code < 400:
        return
    raise NotSent(refusal if 500 <= code < 600 and code != 521 else Ending.NOT_NOW, code)


def _dotted(message: bytes) -> bytes:
    """As it travels: lines end in CRLF, a line that begins with a dot has two, and a dot alone ends it."""
    lines = message.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"


def _part(peer: smtplib.SMTP) -> None:
    try:
        peer.quit()
    except (OSError, smtplib.SMTPException):
        peer.close()
