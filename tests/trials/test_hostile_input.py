"""Every form of the portal is filled with what people paste, mistype, or send to break things.

Forms are found by opening every page as every role and reading the HTML, so that a new form is tried without being
named here. ``make trial`` sends 10,000 fillings to each form on each engine, which takes hours (``--fillings`` says how
many instead); ``make test`` a few on one engine.
"""

import io
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape, unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import HTTPException

from portal.kernel import access
from portal.kernel.error_pages import _is_kept_back
from portal.kernel.submissions import new_id
from tests.access.test_every_route import NOBODY, ROLES, Walk, WouldBeKept, read_golden, walk
from tests.access.world import OTHER
from tests.conftest import TUESDAY

__all__ = ["walk"]

USUAL_ENGINE = "sqlite"

SHORT, FULL = 6, 10_000
"""Fillings of each form on each engine"""
LEAST_FORMS = 80
"""Fewer found would mean that the finding is broken"""

TEXTS = (
    "",
    " ",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><script>alert(1)</script>",
    '<b hx-get="/sign-out" hx-trigger="load">x</b>',
    "{{ 7*7 }}{% raw %}",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE person; --",
    "nul \x00 byte",
    "bell \x07 and \x1b[31m",
    "\ud83d lone half".encode("utf-8", "replace").decode(),
    "🙂 👩‍👩‍👧 e\u0301",
    "\u202eshalom שלום\u202c",
    "\r\nSet-Cookie: a=b",
    "x" * 300,
    "y" * 5_000,
    "z" * 100_000,
    "ﷺ" * 2_000,
    "../../../etc/passwd",
    "%s%n%x",
    "None",
    "0",
    "-1",
    "2147483648",
    "9" * 40,
    "1e309",
    "NaN",
    "３",
    "0x10",
    "2026-13-45",
    "0000-00-00",
    "9999-12-31",
    "29/02/2027",
    "25:61",
    "a@b",
    "a@" + "b" * 300 + ".example",
    "https://example.org/",
)
RUNNING = re.compile(r"<script>alert|<img src=x|<b hx-get=", re.IGNORECASE)
"""What must never stand in an answer as markup"""


@dataclass
class Control:
    """One control of a form, with the values that the page itself offers."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Form:
    """One form: who may send it and where."""

    role: str
    endpoint: str
    url: str
    controls: tuple[Control, ...]

    @property
    def name(self) -> str:
        return f"{self.role} {self.endpoint} {urlsplit(self.url).path}"


class Forms(HTMLParser):
    """The POST forms of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Control]]] = []
        self._open: tuple[str, dict[str, Control]] | None = None
        self._select: Control | None = None

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in pairs}
        if tag == "form":
            self._open = (attributes.get("action", ""), {}) if attributes.get("method", "").lower() == "post" else None
        elif self._open is not None and "name" in attributes and tag in ("input", "select", "textarea", "button"):
            self._add(tag, attributes)
        elif tag == "option" and self._select is not None and attributes.get("value"):
            self._select.values.append(attributes["value"])

    def _add(self, tag: str, attributes: Mapping[str, str]) -> None:
        assert self._open is not None
        name = attributes["name"]
        kind = attributes.get("type", "text") if tag == "input" else tag
        control = self._open[1].setdefault(name, Control(name, kind))
        if tag == "select":
            self._select = control
        elif attributes.get("value") and attributes["value"] not in control.values:
            control.values.append(attributes["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        if tag == "form" and self._open is not None:
            self.found.append(self._open)
            self._open = None


def forms_of(walk: Walk) -> list[Form]:
    """Every form once, as the first role that is shown it; what the walk over every route found refused holds none."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    urls, agreed = walk.app.url_map.bind("localhost"), read_golden()
    for role in (NOBODY, *ROLES):
        for cell in walk.cells:
            if cell.method != "GET" or cell.side == OTHER or agreed.get(cell.name, {}).get(role, "ok") != "ok":
                continue
            answer, text = walk.ask(role, cell)
            if answer != "ok" or "<form" not in text:
                continue
            page = Forms()
            page.feed(text)
            for action, controls in page.found:
                path = urlsplit(unescape(action)).path or urlsplit(cell.url).path
                endpoint, _ = urls.match(path, method="POST")
                key = (endpoint, tuple(sorted(controls)))
                target = unescape(action) or cell.url
                found.setdefault(key, Form(role, endpoint, target, tuple(controls.values())))
    return list(found.values())


KEPT_AS_THEY_ARE = frozenset({"csrf_token", "version"})


def _calm(control: Control, chance: random.Random) -> list[str]:
    """What somebody might well answer."""
    if control.name == "submission_id":
        return [new_id()]
    if control.kind in ("hidden", "button", "submit") or control.name in KEPT_AS_THEY_ARE:
        return control.values[:1]
    if control.kind in ("radio", "select"):
        return [chance.choice(control.values)] if control.values else []
    if control.kind == "checkbox":
        return [value for value in control.values if chance.random() < 0.5]
    if control.kind == "date":
        return [date(2026, 11, chance.randint(1, 28)).isoformat()]
    if control.values:
        return control.values[:1]
    return [chance.choice(("1", "Kit Ash", "10", "2026", "kit@demo.example", "A calm sentence."))]


def fillings(form: Form, number: int, seed: str) -> Iterator[dict[str, list[str]]]:
    """Calm answers with one to all of the controls hostile; the first filling takes every control to the worst."""
    chance = random.Random(f"{seed} {form.endpoint} {form.url}")
    for turn in range(number):
        share = 1.0 if turn == 0 else chance.choice((0.1, 0.4, 0.9))
        filled = {control.name: _calm(control, chance) for control in form.controls}
        for control in form.controls:
            if control.name not in KEPT_AS_THEY_ARE and chance.random() < share:
                filled[control.name] = [chance.choice(TEXTS) for _ in range(chance.choice((1, 1, 1, 2)))]
        if turn % 7 == 3 and "version" in filled:
            filled["version"] = [chance.choice(TEXTS)]
        yield filled


def _body(form: Form, filled: Mapping[str, list[str]]) -> MultiDict[str, object]:
    body: MultiDict[str, object] = MultiDict()
    files = {control.name for control in form.controls if control.kind == "file"}
    for name, values in filled.items():
        for value in values:
            if name in files:
                content = io.BytesIO(value.encode("utf-8", "replace"))
                body.add(name, FileStorage(content, filename=f"{value[:40]}.pdf".replace("\r\n", "") or "x.pdf"))
            else:
                body.add(name, value)
    return body


@dataclass
class Outcome:
    """What became of the fillings."""

    statuses: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def _send(walk: Walk, form: Form, filled: Mapping[str, list[str]], outcome: Outcome) -> None:
    number = next(walk.asked)
    address = {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    client = walk.clients[form.role]
    try:
        answer = client.post(form.url, data=_body(form, filled), environ_base=address)
    except WouldBeKept:  # flushed to the database: whatever the engine refuses has shown itself
        outcome.statuses["accepted"] += 1
        return
    except HTTPException as refused:
        outcome.statuses[str(refused.code)] += 1
        return
    except Exception as error:  # told with all others at the end: this is what the trial looks for
        outcome.statuses["broken"] += 1
        outcome.failures.append(f"{form.name}: {type(error).__name__}: {str(error)[:200]} for {_short(filled)}")
        return
    with answer:
        text = answer.get_data(as_text=True)
        outcome.statuses[str(answer.status_code)] += 1
        if answer.status_code >= 500:
            outcome.failures.append(f"{form.name}: {answer.status_code} for {_short(filled)}")
        elif RUNNING.search(text):
            outcome.failures.append(f"{form.name}: markup came back unescaped for {_short(filled)}")
        elif answer.status_code == 422:
            outcome.failures += [f"{form.name}: lost what was typed in {name}" for name in _lost(form, filled, text)]


def _lost(form: Form, filled: Mapping[str, list[str]], text: str) -> list[str]:
    """Open text fields whose words do not come back with the refusal; a control character may be shown otherwise."""
    open_kinds = ("text", "textarea", "email", "search")
    typed = {one.name for one in form.controls if one.kind in open_kinds and not _is_kept_back(one.name, None)}
    shown = unescape(text)
    return [
        name
        for name in typed & set(filled)
        for value in filled[name][:1]
        if value.strip() and value.isprintable() and value.strip() not in shown and escape(value.strip()) not in text
    ]


def _short(filled: Mapping[str, list[str]]) -> str:
    return str({name: [value[:30] for value in values] for name, values in filled.items()})[:600]


@pytest.fixture(scope="module")
def forms(walk: Walk) -> list[Form]:
    return forms_of(walk)


def test_no_form_breaks_loses_or_runs_what_is_typed(
    walk: Walk, forms: list[Form], pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = FULL if pytestconfig.getoption("--trial") else SHORT
    number, outcome = pytestconfig.getoption("--fillings") or usual, Outcome()
    assert len(forms) >= LEAST_FORMS
    for form in forms:
        for filled in fillings(form, number, TUESDAY.isoformat()):
            _send(walk, form, filled, outcome)
    with capsys.disabled():
        print(f"\n{len(forms)} forms, {number} fillings each: {dict(outcome.statuses.most_common())}")
    assert outcome.failures[:20] == []
    assert outcome.statuses["accepted"] > 0, "no filling was ever accepted: nothing reached the database"


@pytest.mark.parametrize(
    ("status", "seen"),
    [(422, "unescaped"), (500, ": 500 for"), (422, "lost what was typed"), (500, "RuntimeError: broken")],
)
def test_the_trial_sees_a_broken_form(
    walk: Walk, forms: list[Form], monkeypatch: pytest.MonkeyPatch, status: int, seen: str
) -> None:
    """The control: a form that echoes as markup, answers 500, comes back empty, or raises makes the trial fail."""

    def view() -> tuple[str, int]:
        if seen == "RuntimeError: broken":
            raise RuntimeError("broken")
        return (str(request.form) if seen == "unescaped" else ""), status

    form = next(form for form in forms if form.endpoint == "accounts.ask_for_account")
    declared = access.declared_by(walk.app, form.endpoint)
    monkeypatch.setitem(walk.app.view_functions, form.endpoint, access.public(declared.public or "")(view))
    outcome = Outcome()
    for filled in fillings(form, 40, "control"):
        _send(walk, form, filled, outcome)
    assert any(seen in failure for failure in outcome.failures)
