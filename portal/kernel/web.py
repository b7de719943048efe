"""What every answer carries, and what every address may look like."""

import re

from flask import Flask, Response, request
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "worker-src 'self'"
)

LARGEST_ID = 2_147_483_647


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
    app.after_request(_headers)


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
    elif request.endpoint == "home.brand" and response.status_code == 200:
        headers["Cache-Control"] = "private, max-age=300"
    elif request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response
