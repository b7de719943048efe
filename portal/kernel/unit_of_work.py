"""One request is one unit of work: committed here after an unsafe method that answered below 400, else rolled back.

GET and HEAD read only; what was seen is written in a short transaction of its own before the answer leaves, and
without that record no child's data leaves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Response, current_app, g, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from portal.extensions import db
from portal.kernel import audit, submissions
from portal.kernel.database import mode
from portal.kernel.errors import EditConflict, Unavailable

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TRIES = 3
"""How often a unit is run when another one got in between; the second run sees what the other saved."""

_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})
_UNAVAILABLE_STATES = ("53", "55P03", "57", "58", "08", "25006")
"""SQLSTATE classes and codes: resources, lock timeout, operator, system error, connection, read-only."""


def run(view: Callable[[], ResponseReturnValue]) -> Response:
    """Runs the matched view as one unit and answers its response."""
    try:
        if request.method in SAFE_METHODS:
            with mode("read"):
                return _read(view)
        db.session.rollback()  # what the gate read was a reading transaction
        with mode("write"):
            return _write(view)
    except DBAPIError as error:
        db.session.rollback()
        if is_unavailable(error):
            raise Unavailable("The database cannot be reached or written just now.") from error
        raise


def _read(view: Callable[[], ResponseReturnValue]) -> Response:
    try:
        response = make_response(view())
    finally:
        db.session.rollback()
    _write_views()
    return response


def _write(view: Callable[[], ResponseReturnValue]) -> Response:
    cookie = dict(session)
    for attempt in range(TRIES):
        try:
            response = _once(view)
        except StaleDataError:
            db.session.rollback()
            if attempt == TRIES - 1:
                raise EditConflict from None
        except DBAPIError as error:
            db.session.rollback()
            if attempt == TRIES - 1 or _state_of(error) not in _SERIALIZATION_FAILURES:
                raise
        except BaseException:
            db.session.rollback()
            raise
        else:
            _write_views()
            return response
        session.clear()
        session.update(cookie)  # what the failed run flashed must not be said twice
        g.pop("views", None)
    raise EditConflict


def _once(view: Callable[[], ResponseReturnValue]) -> Response:
    submission_id = request.form.get(submissions.FIELD)
    if submission_id:
        earlier = submissions.claim(submission_id, _person_id(), f"{request.endpoint} {request.path}"[:120])
        if earlier is not None:
            db.session.rollback()
            return _again(earlier)
    response = make_response(view())
    if response.status_code >= 400:
        db.session.rollback()
        return response
    if submission_id:
        submissions.answered(submission_id, _location_of(response))
    db.session.commit()
    return response


def _again(location: str) -> Response:
    if request.headers.get("HX-Request") == "true":
        response = current_app.response_class(status=200)
        response.headers["HX-Redirect"] = location
        return response
    return make_response(redirect(location, 303))


def _location_of(response: Response) -> str:
    return response.headers.get("X-Saved-At") or response.headers.get("Location") or request.path


def _person_id() -> int | None:
    return current_user.actor.person_id if current_user.is_authenticated else None


def _write_views() -> None:
    views = g.pop("views", [])
    if not views:
        return
    try:
        with short_write() as connection:
            connection.execute(insert(audit.AuditLine.__table__), [_view_row(*view) for view in views])
    except DBAPIError as error:
        raise Unavailable("The access record cannot be written, so the record is not shown.") from error


def _view_row(*view: object) -> dict[str, object]:
    line = audit.line(*view)  # type: ignore[arg-type]
    columns = ("at", "person_id", "action", "kind", "record_id", "fields", "request_id")
    return {column: getattr(line, column) for column in columns}


@contextmanager
def short_write() -> Iterator[Connection]:
    """A short write transaction of its own, for what must be kept whatever the request does.

    Never inside an open write of the same request: on SQLite the two would wait for each other.
    """
    with mode("write"), db.engine.begin() as connection:
        yield connection


@contextmanager
def writing() -> Iterator[None]:
    """A unit of work outside a request (commands, jobs): committed at its end, rolled back on an error."""
    with mode("write"):
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def is_unavailable(error: DBAPIError) -> bool:
    """Locked, full, read-only or unreachable: the fault is not in what was sent."""
    state = _state_of(error)
    if state is not None:
        return state.startswith(_UNAVAILABLE_STATES)
    words = str(error.orig).lower()
    signs = ("locked", "full", "busy", "readonly", "read-only", "disk i/o", "unable to open", "connection")
    return isinstance(error, OperationalError) and any(sign in words for sign in signs)


def _state_of(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
