"""What an e-mail of the portal looks like: one sentence for each thing, a link, and nothing about anybody."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any

from flask import current_app

from portal.kernel import settings
from portal.notices.operations import OwnWords
from portal.notices.rules import KINDS, subject_of


@dataclass(frozen=True)
class Line:
    """One thing that is told: its kind and the path that it leads to."""

    kind: str
    path: str
    own: OwnWords | None = None


@dataclass(frozen=True)
class Letter:
    """All that an e-mail is made from; ``message_id`` is the same at every attempt."""

    message_id: str
    recipient: str
    lines: Sequence[Line]
    is_digest: bool
    at: datetime
    has_account: bool = True


def composed(letter: Letter, sender: str) -> bytes:
    """The message as it goes over the wire. It names no child, no school and nobody's affairs."""
    service = settings.current()
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.at)
    message["From"] = formataddr((" ".join(service.short_name.split()), sender))
    message["To"] = letter.recipient
    own = letter.lines[0].own if len(letter.lines) == 1 else None
    message["Subject"] = own.subject.words if own else _subject(letter)
    message["Auto-Submitted"] = "auto-generated"
    template, given = _in_own_words(own) if own else _in_english(letter)
    plain, html = (_rendered(f"{template}.{ending}", given) for ending in ("txt", "html"))
    # Not every server takes letters beyond ASCII as they are.
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if own:  # after its content, which sets every such header anew
        message["Content-Language"] = own.language.speech
    return message.as_bytes()


def _rendered(template: str, given: dict[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"notices/mail/{template}").render(service=settings.current(), **given)


def _subject(letter: Letter) -> str:
    return subject_of([line.kind for line in letter.lines], is_digest=letter.is_digest)


def _in_english(letter: Letter) -> tuple[str, dict[str, Any]]:
    """The template and what it gets: one sentence of ours for each line."""
    lines = [
        {"sentence": KINDS[line.kind].sentence, "link": KINDS[line.kind].link, "url": base_url() + line.path}
        for line in letter.lines
    ]
    can_wait = all(KINDS[line.kind].can_wait for line in letter.lines)
    choice = base_url() + "/account/messages" if letter.has_account and can_wait else ""
    template = "digest" if letter.is_digest or len(lines) > 1 else "message"
    return template, {"lines": lines, "choice_url": choice}


def _in_own_words(own: OwnWords) -> tuple[str, dict[str, Any]]:
    return "own", {"own": own, "url": base_url() + own.path}


def base_url() -> str:
    """What the address of every link begins with."""
    configured: str | None = current_app.extensions["config"].public_base_url
    return configured or f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
