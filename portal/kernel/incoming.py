"""What of a request is read at all: how much, in which letters, and whose page sent it.

It is looked at before anything costs memory or time, because most of it needs no signing in.
"""

import codecs
import re
from itertools import accumulate
from typing import IO, Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

from flask import Flask, Request, Response, abort, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, SecurityError
from werkzeug.formparser import FormDataParser, MultiPartParser

MOST_FIELDS = 2_000
"""In one form or one address; the largest register has some hundreds."""

DEEPEST_JSON = 50

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_STRICT = "portal-utf-8"
_READ_HEADERS = ("User-Agent", "Referer", "Origin", "Content-Type", "X-CSRFToken", "HX-Request", "HX-Current-URL")
"""What the portal looks at. Cookies of other services and what a proxy adds are not ours to refuse."""

_NO_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+', re.DOTALL)


def _strict_codec(name: str) -> codecs.CodecInfo | None:
    """UTF-8 that never replaces: the library asks its codec to put “�” where bytes are no text."""
    if name.replace("_", "-") != _STRICT:
        return None
    return codecs.CodecInfo(
        codecs.utf_8_encode, lambda data, _errors="strict": codecs.utf_8_decode(data, "strict", True), name=_STRICT
    )


codecs.register(_strict_codec)


class _StrictParts(MultiPartParser):
    def get_part_charset(self, headers: Any) -> str:
        charset = super().get_part_charset(headers)
        return _STRICT if charset == "utf-8" else charset


class _StrictForms(FormDataParser):
    """Counts fields before they are taken apart, and refuses bytes that are no UTF-8."""

    def _parse_urlencoded(self, stream: IO[bytes], _kind: str, size: int | None, _options: Any) -> Any:
        largest = self.max_form_memory_size or 0
        if (size or 0) > largest:
            raise RequestEntityTooLarge
        body = stream.read()
        if len(body) > largest or body.count(b"&") >= MOST_FIELDS:
            raise RequestEntityTooLarge
        try:
            fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError as error:
            raise BadRequest from error
        return stream, self.cls(fields), self.cls()

    def _parse_multipart(self, stream: IO[bytes], _kind: str, size: int | None, options: dict[str, str]) -> Any:
        parser = _StrictParts(self.stream_factory, self.max_form_memory_size, self.cls, max_form_parts=MOST_FIELDS)
        try:
            boundary = options.get("boundary", "").encode("ascii")
            fields, files = parser.parse(stream, boundary, size)
        except UnicodeError as error:
            raise BadRequest from error
        return stream, fields, files


class Incoming(Request):
    """A request of the portal."""

    form_data_parser_class = _StrictForms

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """As the library's, but what is nested too deeply is no JSON."""
        if is_too_deep(self.get_data(cache=True).decode(errors="replace")):
            return None if silent else self.on_json_loading_failed(None)
        return super().get_json(force, silent, cache)


def is_too_deep(text: str) -> bool:
    """Is JSON nested so deeply that reading it could exhaust the stack?"""
    brackets = _NO_BRACKETS.sub("", text)
    return max(accumulate(1 if sign in "[{" else -1 for sign in brackets), default=0) > DEEPEST_JSON


def install(app: Flask) -> None:
    """Hangs the checks on the application; first of all that look at a request."""
    app.session_interface = _Sessions()
    app.before_request(_refuse_what_is_no_text)
    app.before_request(_refuse_other_sites)


def _refuse_what_is_no_text() -> None:
    if request.query_string.count(b"&") >= MOST_FIELDS:
        abort(400)
    headers = (request.headers.get(name, "") for name in _READ_HEADERS)
    try:
        unquote_to_bytes(request.query_string).decode()
        for text in (request.environ.get("PATH_INFO", ""), *headers):
            text.encode("latin-1").decode()  # so the server hands over what came as bytes
    except UnicodeError:
        abort(400)


def _refuse_other_sites() -> None:
    if request.method not in _SAFE and is_from_elsewhere():
        abort(400)


def is_from_elsewhere() -> bool:
    """Did another site's page send this, as far as the browser says? Browsers from before 2023 name the origin only."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    return _named_origin() not in (None, _own_host())


def has_wrong_host() -> bool:
    """Did the request ask for a host name that is not the portal's?"""
    return isinstance(request.routing_exception, SecurityError)


def _own_host() -> str:
    return "" if has_wrong_host() else request.host


def _named_origin() -> str | None:
    named = request.headers.get("Origin") or request.headers.get("Referer")
    if not named:
        return None
    try:
        return urlsplit(named).netloc
    except ValueError:
        return ""


def _leaves_cookies_alone(response: Response) -> bool:
    """A cookie on such an answer would replace the one of somebody who is signed in, and so sign them out.

    Browsers send no cookie with another site's POST, but take the one that comes back.
    """
    if has_wrong_host():
        return True
    if request.method not in _SAFE:
        without_cookie = current_app.config["SESSION_COOKIE_NAME"] not in request.cookies
        of_nobody = without_cookie and response.status_code >= 400 and not _is_surely_own()
        return of_nobody or is_from_elsewhere()
    return is_from_elsewhere() and _is_no_visit()


def _is_surely_own() -> bool:
    return not is_from_elsewhere() and (request.headers.get("Sec-Fetch-Site") or _named_origin()) is not None


def _is_no_visit() -> bool:
    """A picture, a frame or a page fetched ahead: nobody went there."""
    headers = request.headers
    ahead = "prefetch" in headers.get("Sec-Purpose", headers.get("Purpose", ""))
    return ahead or headers.get("Sec-Fetch-Dest", "document") != "document"


class _Sessions(SecureCookieSessionInterface):
    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if _leaves_cookies_alone(response):
            response.headers.remove("Set-Cookie")
        else:
            super().save_session(app, session, response)
