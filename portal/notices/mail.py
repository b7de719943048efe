"""What an e-mail of the portal looks like: one sentence for each thing, a link, and nothing about anybody."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from flask import current_app

from portal.kernel import settings
from portal.notices.rules import KINDS, subject_of


@dataclass(frozen=True)
class Line:
    """One thing that is told: its kind and the path that it leads to."""

    kind: str
    path: str


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
    message["Subject"] = subject_of([line.kind for line in letter.lines], is_digest=letter.is_digest)
    message["Auto-Submitted"] = "auto-generated"
    template = "digest" if letter.is_digest or len(letter.lines) > 1 else "message"
    given = {
        "service": service,
        "lines": [
            {"sentence": KINDS[line.kind].sentence, "link": KINDS[line.kind].link, "url": base_url() + line.path}
            for line in letter.lines
        ],
        "choice_url": base_url() + "/account/messages" if letter.has_account else "",
    }
    environment = current_app.jinja_env
    message.set_content(environment.get_template(f"notices/mail/{template}.txt").render(given))
    message.add_alternative(environment.get_template(f"notices/mail/{template}.html").render(given), subtype="html")
    return message.as_bytes()


def base_url() -> str:
    """What the address of every link begins with."""
    configured: str | None = current_app.extensions["config"].public_base_url
    return configured or f"http://{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
