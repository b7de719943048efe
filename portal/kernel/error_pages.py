"""Every refusal as a page that says what to do next, with what was typed still on it."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from portal.extensions import db
from portal.kernel import logs, settings, submissions
from portal.kernel.errors import EditConflict, NotPermitted, OutOfReach, PortalError, Refused, Unavailable

_KEPT_BACK = frozenset({"csrf_token", submissions.FIELD, "version"})
_SECRET = ("password", "code", "token", "secret")
_LONGEST_KEPT = 200_000


@dataclass(frozen=True)
class Typed:
    """One thing that a person typed, to be shown again; ``saved`` is what the record holds now (conflicts only)."""

    name: str
    label: str
    values: tuple[str, ...]
    """As sent: a date of birth has three, a list of ticks any number"""
    saved: str | None = None

    @property
    def value(self) -> str:
        return " / ".join(value for value in self.values if value)

    @property
    def differs(self) -> bool:
        return self.saved is not None and self.saved != self.value


def install(app: Flask) -> None:
    """Hangs the handlers on the application."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(PortalError, _portal)
    app.register_error_handler(Exception, _unexpected)


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
    db.session.rollback()
    if isinstance(error, NotPermitted):
        return page(403)
    if isinstance(error, OutOfReach):
        return page(404)
    if isinstance(error, EditConflict):
        return page(409)
    if isinstance(error, Refused):
        return page(422, words=" ".join(error.problems))
    if isinstance(error, Unavailable):
        return page(503)
    return _unexpected(error)


def _unexpected(error: Exception) -> Response:
    if current_app.testing and not isinstance(error, PortalError):
        raise error
    db.session.rollback()
    logs.unexpected(error)
    return page(500)


def page(status: int, words: str = "") -> Response:
    """The page of one refusal; it never fails itself."""
    if status >= 500:
        settings.fall_back_to_defaults()
        g.pop("_login_user", None)
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]
    status = status if status in KNOWN else (500 if status >= 500 else 400 if status != 405 else 405)
    typed = _typed(status)
    body = render_template(
        "error.html",
        status=status,
        words=words,
        typed=typed,
        again=request.full_path.rstrip("?") if typed else "",
        version=_current_version() if status == 409 else None,
        expired=bool(g.get("session_expired")),
    )
    response = make_response(body, status)
    if status in (429, 503):
        response.headers["Retry-After"] = "30"
    if status == 401:
        response.headers["HX-Reswap"] = "none"
    return response


KNOWN = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})


def _typed(status: int) -> list[Typed]:
    """What was typed into the refused form, without secrets."""
    if request.method != "POST" or status in (404, 405, 413):
        return []
    try:
        form = g.get("form")
        if form is not None:
            return [_of_field(field, with_saved=status == 409) for field in form.visible_fields()]
        pairs = list(request.form.items(multi=True))
    except HTTPException:
        return []
    typed: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in _KEPT_BACK and not any(word in name.lower() for word in _SECRET):
            typed.setdefault(name, []).append(value[:_LONGEST_KEPT])
    return [Typed(name, _label(name), tuple(values)) for name, values in typed.items()]


def _label(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _of_field(field: Any, *, with_saved: bool) -> Typed:
    values = tuple(value[:_LONGEST_KEPT] for value in request.form.getlist(field.name))
    return Typed(field.name, field.label.text, values, _as_text(field.object_data) if with_saved else None)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    return str(value)


def _current_version() -> int | None:
    form = g.get("form")
    version = getattr(form, "version", None)
    return None if version is None else version.object_data
