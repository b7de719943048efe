"""Every refusal as a page that says what to do next, with what was typed still on it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask.sansio.app import App
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import BooleanField, Field, HiddenField, PasswordField

from portal.extensions import db
from portal.kernel import incoming, logs, settings, submissions, unit_of_work
from portal.kernel.conflicts import Meanwhile
from portal.kernel.conflicts import meanwhile as meanwhile_of
from portal.kernel.dates import MONTHS
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, PortalError, Refused, Unavailable

_KEPT_BACK = frozenset({"csrf_token", submissions.FIELD, "version"})
_SECRET = frozenset({"password", "code", "token", "secret", "pin"})
"""A field with one of these words in its name is never shown again."""
_LONGEST_KEPT = 400_000
"""Characters of all fields together. Beyond it nothing is offered again: half a form must not be sent as a whole."""
_NOTHING_KEPT = frozenset({405, 413})
_FRAMES = "error_frames"

_LAST_RESORT = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Something went wrong</title></head>
<body><h1>Something went wrong on our side</h1>
<p>Nothing was saved. Try again in a minute. What is already stored is safe.</p>
<p>Reference to quote: {reference}</p><p><a href="/">Go to the first page</a></p></body></html>
"""


_WRONG_HOST = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Not the address of this service</title></head>
<body><h1>This is not the address of this service</h1>
<p>Nothing was saved. Check the address, or ask the person who gave it to you.</p></body></html>
"""


@dataclass(frozen=True)
class Typed:
    """One thing that a person typed, to be shown again; ``saved`` is what the record holds now (conflicts only)."""

    name: str
    label: str
    values: tuple[str, ...]
    """As sent: a date of birth has three, a list of ticks any number"""
    words: str
    """As people read it"""
    saved: str | None = None
    shown: bool = True
    """False for what only the button said: it is sent again, and there is nothing to read"""

    @property
    def differs(self) -> bool:
        return self.saved is not None and self.saved != self.words


def install(app: Flask) -> None:
    """Hangs the handlers on the application."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(PortalError, _portal)
    app.register_error_handler(Exception, _unexpected)


def frame(app: App, prefix: str, template: str, more: Callable[[int], Mapping[str, Any]]) -> None:
    """Refusals at addresses that begin so are drawn by this template, with what ``more`` answers for their status.

    For people who are no users: they should not meet the frame of the staff. ``more`` may ask the database only for
    what it can also do without.
    """
    app.extensions.setdefault(_FRAMES, {})[prefix] = template, more


def _frame(status: int) -> tuple[str, dict[str, Any]]:
    for prefix, (template, more) in current_app.extensions.get(_FRAMES, {}).items():
        if request.path.startswith(prefix):
            return template, dict(more(status))
    return "error.html", {}


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return make_response(error.get_response())
    response = page(error.code or 500)
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _csrf(_error: CSRFError) -> Response:
    return page(400)


def _portal(error: PortalError) -> Response:
    before = _before_rollback(error)
    db.session.rollback()
    if isinstance(error, NotPermitted):
        return page(403)
    if isinstance(error, OutOfReach):
        return page(404)
    if isinstance(error, EditConflict):
        return page(409, meanwhile=before)
    if isinstance(error, Refused):
        return page(422, words=" ".join(error.problems))
    if isinstance(error, Unavailable):
        return page(503)
    return _unexpected(error)


def _before_rollback(error: PortalError) -> Meanwhile | None:
    """What a conflict was about; read while the record is still at hand, and never a reason to fail."""
    if not isinstance(error, EditConflict) or error.record is None:
        return None
    try:
        db.session.refresh(error.record)
        return meanwhile_of(error.record, error.opened_with)
    except SQLAlchemyError:
        return None


def _unexpected(error: Exception) -> Response:
    if unit_of_work.is_unavailable(error):
        db.session.rollback()
        return page(503)
    if current_app.testing and not isinstance(error, PortalError):
        raise error
    db.session.rollback()
    logs.unexpected(error)
    return page(500)


def page(status: int, words: str = "", *, meanwhile: Meanwhile | None = None) -> Response:
    """The page of one refusal; it never fails itself."""
    if status >= 500:
        _ask_the_database_nothing()
    if status not in KNOWN:
        status = 500 if status >= 500 else 400
    response = make_response(_drawn(status, words, meanwhile), status)
    if status in (429, 503):
        response.headers["Retry-After"] = "30"
    return response


KNOWN = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def _drawn(status: int, words: str, meanwhile: Meanwhile | None) -> str:
    if incoming.has_wrong_host():  # no address can be built, and none of ours is anybody's business there
        return _WRONG_HOST
    for calm in (False, True):
        if calm:
            _ask_the_database_nothing()
        try:
            return _draw(status, words, meanwhile)
        except SQLAlchemyError:
            db.session.rollback()
        except Exception as error:  # a broken set-up has no style sheet
            logs.unexpected(error)
            break
    return _LAST_RESORT.format(reference=g.get("request_id", ""))


def _ask_the_database_nothing() -> None:
    settings.ask_no_database()
    g.logged_person = logs.person_id()
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def _draw(status: int, words: str, meanwhile: Meanwhile | None) -> str:
    sent = _sent(status)
    typed = _typed(sent, status)
    template, more = _frame(status)
    context = {
        "status": status,
        "words": words,
        "typed": typed,
        "meanwhile": meanwhile,
        "again": request.full_path.rstrip("?") if typed and meanwhile is None else "",
        "submission_id": _submission_id(sent),
        "version": _current_version() if status == 409 else sent.get("version"),
        "sign_in_url": _sign_in_url(),
    }
    return render_template(template, **(context | more))


def _sign_in_url() -> str:
    """Where signing in goes on: for somebody half signed in, at the second factor."""
    half = current_user.is_authenticated and current_user.must_use_second_factor
    return url_for("accounts.second_factor" if half else "accounts.sign_in")


def _sent(status: int) -> MultiDict[str, str]:
    """The form that was refused. Nothing that another site's page sent is offered again."""
    if request.method != "POST" or status in _NOTHING_KEPT or incoming.is_from_elsewhere():
        return MultiDict()
    try:
        form = request.form
    except HTTPException:
        return MultiDict()
    size = sum(len(name) + len(value) for name, value in form.items(multi=True))
    return form if size <= _LONGEST_KEPT else MultiDict()


def _submission_id(sent: MultiDict[str, str]) -> str:
    """The id that was sent, so that what did arrive before the error is not kept twice."""
    known = sent.get(submissions.FIELD, "")
    return known if submissions.is_well_formed(known) else submissions.new_id()


def _typed(sent: MultiDict[str, str], status: int) -> list[Typed]:
    """What was typed into the refused form, without secrets."""
    form = g.get("form")
    fields = {} if form is None else {field.name: field for field in form}
    typed: dict[str, list[str]] = {}
    if status == 409 and form is not None:  # an emptied list of ticks is not sent at all, and yet a change
        typed = {field.name: [] for field in form.visible_fields()}
    for name, value in sent.items(multi=True):
        if not _is_kept_back(name, fields.get(name)):
            typed.setdefault(name, []).append(value)
    return [_one(name, tuple(values), fields, status) for name, values in typed.items()]


def _is_kept_back(name: str, field: Field | None) -> bool:
    if isinstance(field, PasswordField):
        return True
    return name in _KEPT_BACK or bool(_SECRET & set(re.split(r"[^a-z]+", name.lower())))


def _one(name: str, values: tuple[str, ...], fields: Mapping[str, Field], status: int) -> Typed:
    field = fields.get(name)
    if field is None:
        # A field of a form inside the form, or the name of the button that was pressed.
        shown = not fields or "-" in name
        return Typed(name, _label(name), values, ", ".join(filter(None, values)), shown=shown)
    saved = _as_words(field, field.object_data) if status == 409 else None
    shown = not isinstance(field, HiddenField)
    return Typed(name, field.label.text, values, _typed_words(field, values), saved, shown)


def _label(name: str) -> str:
    return " ".join(part for part in re.split(r"[-_]+", name) if not part.isdigit()).capitalize()


def _typed_words(field: Field, values: tuple[str, ...]) -> str:
    if isinstance(field.data, bool | date | time | Decimal):
        return _as_words(field, field.data)
    if getattr(field, "choices", None):
        return _as_words(field, values)
    return " ".join(value for value in values if value)


def _as_words(field: Field, value: Any) -> str:
    """What a field holds, as people read it: the label of a choice, a date in words."""
    if value is None and not isinstance(field, BooleanField):
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(filter(None, (_as_words(field, one) for one in value)))
    if isinstance(value, date):
        return f"{value.day} {MONTHS[value.month - 1]} {value.year}"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(field, BooleanField):
        value = bool(value)
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    labels = {choice.value: str(choice.label) for choice in getattr(field, "choices", None) or ()}
    return labels.get(text, text)


def _current_version() -> int | None:
    form = g.get("form")
    version = getattr(form, "version", None)
    return None if version is None else version.object_data
