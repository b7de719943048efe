"""How every view ends: a page (or its fragment for htmx), or what was saved and where to go next."""

from typing import Any

from flask import Response, flash, make_response, redirect, render_template

from portal.extensions import htmx
from portal.kernel.forms import PortalForm


def page(template: str, *, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """The full page, or ``fragment`` when htmx asks and one is named."""
    chosen = fragment if fragment and bool(htmx) else template
    has_errors = status == 422 or any(_is_wrong(value) for value in context.values())
    response = make_response(render_template(chosen, has_errors=has_errors, **context), status)
    response.headers["Vary"] = "HX-Request"
    return response


def _is_wrong(value: object) -> bool:
    return isinstance(value, PortalForm) and bool(value.errors or value.problems)


def shown_once(template: str, again: str, **context: Any) -> Response:
    """A page with what is shown only now; sending the form once more leads to ``again``."""
    response = page(template, **context)
    response.headers["X-Saved-At"] = again
    return response


def saved(
    url: str, message: str = "", *, fragment: str | None = None, event: str | None = None, **context: Any
) -> Response:
    """After a change: 303 to ``url`` without htmx; with it the fragment and the event ``<plural>-changed``.

    Where a htmx request has no fragment to show, the browser is sent to ``url``.
    """
    if not bool(htmx):
        if message:
            flash(message, "success")
        return make_response(redirect(url, 303))
    if fragment is None:
        if message:
            flash(message, "success")
        response = make_response("", 200)
        response.headers["HX-Redirect"] = url
    else:
        response = make_response(render_template(fragment, **context), 200)
        response.headers["X-Saved-At"] = url
    if event:
        response.headers["HX-Trigger"] = event
    response.headers["Vary"] = "HX-Request"
    return response
