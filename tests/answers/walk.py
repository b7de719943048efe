"""Walks through the demonstration world, link by link, and writes down what is answered."""

import html
import io
import logging
import re
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import sqlalchemy as sa
import structlog
from flask.testing import FlaskClient
from flask_migrate import upgrade
from pypdf import PdfReader
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from portal.accounts.models import Person
from portal.accounts.operations.sign_in import open_session
from portal.app import Portal, create_app
from portal.cli import seed
from portal.demo.world import make_demonstration
from portal.extensions import db
from portal.kernel.audit import AuditLine
from portal.kernel.database import mode
from tests.conftest import FixedClock, configuration

CAST_DOMAIN = "demo.example"
NOBODY = "signed-out"
MOST_OF_A_KIND = 3
"""Addresses asked of one rule with the same names in the query, for one person."""

_LINKS = re.compile(r'(?:href|hx-get|src|action)="(/[^"#]*)')
_CHANGING = (
    (re.compile(r'(name="csrf_token"[^>]*value=")[^"]*'), r"\1…"),
    (re.compile(r"(csrf_token&#34;.{0,200}?value=&#34;)[^&]*"), r"\1…"),
    (re.compile(r'(X-CSRFToken[^:]*:\s*(?:&#34;|"|&quot;))[^"&]*'), r"\1…"),
    (re.compile(r"\b(?:[0-9a-f]{32}|[0-9a-f]{12})\b"), "<id>"),
    (re.compile(r"\?v=[0-9a-f]+"), "?v=…"),
    (re.compile(r"(/static/vendor/[a-z0-9-]+)[.-][0-9a-f]{6,}"), r"\1.…"),
    (re.compile(r"data:image/[^\"]*"), "<picture>"),
    (re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}"), "<key>"),
    (re.compile(r"[A-Za-z0-9_-]{43,}"), "<token>"),
)


def take(folder: Path) -> int:
    """Writes what everybody is answered into ``folder``; the number of addresses asked."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as instance:
        app = _world(Path(instance))
        _write_trail(app, folder / "audit.txt")
        asked = 0
        for name, client in _everybody(app):
            answers = list(_walk(app, client))
            asked += len(answers)
            (folder / f"{name}.txt").write_text("\n".join(answers))
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    return asked


def _world(instance: Path) -> Portal:
    app = create_app(configuration(f"sqlite:///{instance / 'portal.db'}", instance), now=FixedClock())
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with app.app_context(), mode("write"):
        upgrade()
        seed()
        make_demonstration()
        db.session.commit()
    return app


def _write_trail(app: Portal, file: Path) -> None:
    """What the world's own operations recorded: action, kind of record, names of fields."""
    with app.app_context():
        rows = db.session.execute(sa.select(AuditLine.action, AuditLine.kind, AuditLine.fields).order_by(AuditLine.id))
        lines = [" | ".join(row) for row in rows]
    file.write_text("\n".join(lines))


def _everybody(app: Portal) -> Iterator[tuple[str, FlaskClient]]:
    yield NOBODY, app.test_client()
    with app.app_context(), mode("write"):
        cast = db.session.scalars(
            sa.select(Person).where(Person.email.like(f"%@{CAST_DOMAIN}")).order_by(Person.email)
        ).all()
        tokens = {
            str(person.email).partition("@")[0]: open_session(person, second_factor=True)
            for person in cast
            if person.email and person.email.endswith(f"@{CAST_DOMAIN}")
        }
        db.session.commit()
    for name, token in tokens.items():
        client = app.test_client()
        with client.session_transaction() as session:
            session["token"] = token
        yield name, client


def _walk(app: Portal, client: FlaskClient) -> Iterator[str]:
    waiting = deque(["/", *_without_arguments(app)])
    seen, kinds = set(waiting), Counter[Any]()
    while waiting:
        url = waiting.popleft()
        kind = _kind(app, url)
        if kind is None or kinds[kind] == MOST_OF_A_KIND:
            continue
        kinds[kind] += 1
        with client.get(url) as answer:
            text = _text(answer)
            yield f"== GET {_made_equal(url)} → {answer.status_code} {answer.mimetype} {_target(answer)}".rstrip()
            yield _made_equal(text)
            for link in _links(url, answer, text):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)


def _without_arguments(app: Portal) -> list[str]:
    rules = (rule for rule in app.url_map.iter_rules() if not rule.arguments)
    return sorted({rule.rule for rule in rules if "GET" in (rule.methods or ())} - {"/"})


def _kind(app: Portal, url: str) -> Any:
    """Addresses of one kind differ in the record and in values asked for only."""
    parts = urlsplit(url)
    try:
        endpoint, _ = app.url_map.bind("localhost").match(parts.path)
    except (HTTPException, RequestRedirect):
        return None
    if endpoint in ("static", "accounts.sign_out"):
        return None
    return endpoint, frozenset(name for name, _ in parse_qsl(parts.query))


def _links(url: str, answer: Any, text: str) -> Iterator[str]:
    if answer.status_code in (302, 303):
        yield urljoin(url, answer.location)
    elif answer.mimetype == "text/html":
        yield from (html.unescape(link) for link in _LINKS.findall(text))


def _target(answer: Any) -> str:
    return _made_equal(answer.location) if answer.status_code in (302, 303) else ""


def _text(answer: Any) -> str:
    """A page a tag a line, so that a difference is short to read; of a made document its text."""
    content = answer.get_data()
    if answer.mimetype == "text/html":
        return "\n".join(re.sub(r"\s+", " ", line).strip() for line in _lines(content.decode()))
    if answer.mimetype == "application/pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode() if answer.mimetype.startswith("text/") else f"{answer.mimetype}"


def _lines(page: str) -> Iterator[str]:
    return (line for line in re.split(r"(?<=>)|(?=<)", page) if line.strip())


def _made_equal(text: str) -> str:
    for pattern, same in _CHANGING:
        text = pattern.sub(same, text)
    return text
