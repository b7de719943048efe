"""Logs hold ids and numbers only: no names, no UPN, no free text, no addresses with tokens in them."""

import logging
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request

_log = structlog.get_logger("portal.request")


def configure(as_json: bool) -> None:
    """Sets up structured logging to stderr for this process."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def watch_requests(app: Flask) -> None:
    """One line a request, with its id, which every error page shows too."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = uuid.uuid4().hex[:12]
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.endpoint not in ("static", "home.healthz"):
        _log.info(
            "request",
            id=g.get("request_id"),
            method=request.method,
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000),
            person=person_id(),
        )
    return response


def person_id() -> int | None:
    """Who is behind this request, as far as it was found out; error pages forget it, the log does not."""
    user = g.get("_login_user")
    known: int | None = user.actor.person_id if user is not None and user.is_authenticated else g.get("logged_person")
    return known


def unexpected(error: BaseException) -> None:
    """An error nobody foresaw: its kind and its places in the portal, never its text."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    own = [place for place in places[:-1] if place.startswith("portal.")]
    _log.error("unexpected error", id=g.get("request_id"), error=type(error).__name__, where=[*own[-5:], *places[-1:]])
