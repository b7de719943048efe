"""The gate before every view: feature switched on, signed in, second factor, role. Records are checked further in."""

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.kernel import access, settings
from portal.kernel.errors import NotPermitted
from portal.kernel.settings import Feature
from portal.policy import Action, may

SWITCHES, KEPT_OPEN = "feature_switches", "kept_open"


def install(app: Flask) -> None:
    """Checks every request that found a view."""
    app.extensions[SWITCHES], app.extensions[KEPT_OPEN] = {}, frozenset()
    app.before_request(_check)


def switch(app: Flask, blueprint: str, feature: Feature | None) -> None:
    """The blueprint's addresses are there only while its feature is on."""
    app.extensions[SWITCHES][blueprint] = feature


def keep_open(app: Flask, endpoints: frozenset[str]) -> None:
    """These are there whether their feature is on or off. Raises ValueError for one that does not exist."""
    if unknown := endpoints - set(app.view_functions):
        raise ValueError(f"no view is called {', '.join(sorted(unknown))}")
    app.extensions[KEPT_OPEN] = endpoints


def is_open(endpoint: str) -> bool:
    """Is the feature of this endpoint switched on, or the endpoint always there?"""
    if endpoint in current_app.extensions[KEPT_OPEN]:
        return True
    feature = current_app.extensions[SWITCHES].get(endpoint.partition(".")[0])
    return feature is None or settings.is_on(feature)


def _check() -> ResponseReturnValue | None:
    g.demonstration = current_app.extensions["config"].demonstration
    if request.endpoint is None:
        return None
    if request.endpoint != "static" and not is_open(request.endpoint):
        abort(404)
    declared = access.declared_by(current_app, request.endpoint)
    if declared.public is not None:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    return _signed_in(declared)


def _signed_in(declared: access.Declared) -> ResponseReturnValue | None:
    action = declared.action(request.method)
    if current_user.must_use_second_factor and not declared.before_second_factor:
        return _to_second_factor()
    is_own = action is Action.OWN_ACCOUNT
    if action is not None and not is_own and not may(current_user.actor, action):
        raise NotPermitted(action)
    return None


def _to_second_factor() -> ResponseReturnValue:
    if request.method not in ("GET", "HEAD"):
        abort(401)  # a redirect would lose what was typed
    address = url_for("accounts.second_factor", next=request.full_path.rstrip("?"))
    if request.headers.get("HX-Request") == "true":
        return "", 401, {"HX-Redirect": address}
    return redirect(address)


def _to_sign_in() -> ResponseReturnValue:
    if request.method not in ("GET", "HEAD"):
        abort(401)
    address = url_for("accounts.sign_in", next=request.full_path.rstrip("?"))
    if request.headers.get("HX-Request") == "true":
        return "", 401, {"HX-Redirect": address}
    return redirect(address)
