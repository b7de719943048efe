"""What every answer carries, and what every address may look like."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "worker-src 'self'"
)

LARGEST_ID = 2_147_483_647

View = TypeVar("View", bound=Callable[..., Any])


class IdConverter(IntegerConverter):
    """A row id; what no database integer can hold is not found."""

    regex = r"[1-9]\d{0,9}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number


class ReferenceConverter(BaseConverter):
    """R-2026-0007 or C-2026-0007."""

    regex = r"[A-Z]-\d{4}-\d{4,7}"


class WordConverter(BaseConverter):
    """A step, page or section name: small letters, digits, hyphen and underscore."""

    regex = r"[a-z][a-z0-9_-]{0,39}"


def install(app: Flask) -> None:
    """Hangs converters and headers on the application."""
    app.url_map.converters.update(id=IdConverter, ref=ReferenceConverter, word=WordConverter)
    app.before_request(_allow_more)
    app.after_request(_headers)


def takes_up_to(size: int) -> Callable[[View], View]:
    """The view takes bodies of up to ``size`` bytes instead of the usual 12 MB. Stands under the route decorator."""

    def mark(view: View) -> View:
        view.largest_body = size  # type: ignore[attr-defined]
        return view

    return mark


def _allow_more() -> None:
    """Before anything reads the form: the check of its token does, long before the view."""
    view = current_app.view_functions.get(request.endpoint or "")
    size: int | None = getattr(view, "largest_body", None)
    if size is not None:
        request.max_content_length = size


def sent_without_token(view: View) -> View:
    """The view's POST comes without a cookie, so that no other site can make a browser send it: it needs no token."""
    view.needs_no_token = True  # type: ignore[attr-defined]
    return view


def let_it_be_kept() -> None:
    """This answer is the same for everybody who is not signed in: a browser may keep it for five minutes."""
    g.may_be_kept = True


_FINGERPRINTED = re.compile(r"^/static/vendor/")


def _headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if _FINGERPRINTED.match(request.path) or (request.path.startswith("/static/") and request.args.get("v")):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif response.status_code == 200 and (request.endpoint == "home.brand" or g.get("may_be_kept")):
        headers["Cache-Control"] = "private, max-age=300"
    elif request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response
