"""One request is one unit of work: committed here after an unsafe method that answered below 400, else rolled back.

GET and HEAD read only; what was seen is written in a short transaction of its own before the answer leaves, and
without that record no child's data leaves.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeVar

from flask import Response, current_app, g, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import insert
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm.exc import StaleDataError

from portal.extensions import db
from portal.kernel import audit, submissions
from portal.kernel.database import mode
from portal.kernel.errors import EditConflict, PortalError, Unavailable

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])

TRIES = 3
"""How often a unit is run when another one got in between; the second run sees what the other saved."""

_SERIALIZATION_FAILURES = frozenset({"40001", "40P01", "23505"})
_UNAVAILABLE_STATES = ("53", "55P03", "57", "58", "08", "25006")
"""SQLSTATE classes and codes: resources, lock timeout, operator, system error, connection, read-only."""

_UNAVAILABLE_WORDS = ("locked", "full", "busy", "readonly", "read-only", "disk i/o", "unable to open", "connection")


class WroteWhileReading(PortalError):
    """A view answered GET and tried to write: a defect of the portal, not a busy database."""


def prepares(work: Callable[[], object]) -> Callable[[View], View]:
    """``work`` is done before a submission of this view is claimed, so that nobody waits for the database meanwhile.

    For what takes its time and needs the request alone, such as looking into files. The view asks for ``prepared()``.
    """

    def mark(view: View) -> View:
        view.prepares = work  # type: ignore[attr-defined]
        return view

    return mark


def prepared() -> Any:
    """What the view's ``prepares`` has made; the same for every try of the unit."""
    return g.prepared


def run(view: Callable[[], ResponseReturnValue]) -> Response:
    """Runs the matched view as one unit and answers its response."""
    reading = request.method in SAFE_METHODS
    try:
        if reading:
            with mode("read"):
                return _read(view)
        db.session.rollback()  # what the gate read was a reading transaction
        _prepare()
        with mode("write"):
            return _write(view)
    except SQLAlchemyError as error:
        db.session.rollback()
        if reading and _is_read_only(error):
            raise WroteWhileReading(request.endpoint) from error
        if is_unavailable(error):
            raise Unavailable("The database cannot be reached or written just now.") from error
        raise


def _prepare() -> None:
    work = getattr(current_app.view_functions.get(request.endpoint or ""), "prepares", None)
    if work is not None:
        g.prepared = work()


def _read(view: Callable[[], ResponseReturnValue]) -> Response:
    try:
        response = make_response(view())
    finally:
        db.session.rollback()
    _write_views()
    return response


def _write(view: Callable[[], ResponseReturnValue]) -> Response:
    cookie = deepcopy(dict(session))
    for attempt in range(TRIES):
        try:
            response = _once(view)
        except Exception as error:
            db.session.rollback()
            _restore(cookie)
            if isinstance(error, EditConflict):
                _write_views()  # the page of a conflict shows what the record holds
            if not _got_in_between(error):
                raise
            if attempt == TRIES - 1:
                raise EditConflict from error
            g.pop("views", None)
        else:
            _write_views()  # a refused form shows the record too
            return response
    raise AssertionError("the last try answers or raises")


def _restore(cookie: Mapping[str, Any]) -> None:
    """What the failed run flashed or opened must not reach the browser, nor be said twice."""
    session.clear()
    session.update(deepcopy(dict(cookie)))
    g.pop("settings", None)


def _got_in_between(error: Exception) -> bool:
    """Another unit saved the same record between our reading and our writing."""
    return isinstance(error, StaleDataError) or (
        isinstance(error, DBAPIError) and _state_of(error) in _SERIALIZATION_FAILURES
    )


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
    db.session.add_all(audit.line(*view) for view in g.pop("views", []))
    db.session.commit()
    return response


def _again(location: str) -> Response:
    if request.headers.get("HX-Request") == "true":
        response = current_app.response_class(status=200)
        response.headers["HX-Redirect"] = location
        return response
    return make_response(redirect(location, 303))


def _location_of(response: Response) -> str:
    places = (response.headers.get(name) for name in ("X-Saved-At", "Location", "HX-Redirect"))
    return next(filter(None, places), request.path)


def _person_id() -> int | None:
    return current_user.actor.person_id if current_user.is_authenticated else None


def _write_views() -> None:
    views = g.pop("views", [])
    if not views:
        return
    try:
        with short_write() as connection:
            connection.execute(insert(audit.AuditLine), [_view_row(*view) for view in views])
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


def is_unavailable(error: BaseException) -> bool:
    """Locked, full, read-only or unreachable: the fault is not in what was sent."""
    if isinstance(error, NoConnectionFree):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = _state_of(error)
    if state is not None:
        return state.startswith(_UNAVAILABLE_STATES)
    words = str(error.orig).lower()
    return error.connection_invalidated or (
        isinstance(error, OperationalError) and any(sign in words for sign in _UNAVAILABLE_WORDS)
    )


def _is_read_only(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and (_state_of(error) == "25006" or "readonly" in str(error.orig).lower())


def _state_of(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
