"""What the views of accounts share: the blueprint, where to go next, who asks from where."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import rules
from portal.kernel import access, clock, dates, forms, hx

blueprint = Blueprint("accounts", __name__)

_WITHOUT_SECOND_FACTOR = frozenset(
    {"accounts.second_factor", "accounts.set_up_second_factor", "accounts.sign_out", "accounts.sign_out_everywhere"}
)


@blueprint.before_request
def _second_factor_first() -> ResponseReturnValue | None:
    """The gate lets everybody to their own account; a stolen password alone must not change it.

    Reading who is signed in here, before the unit of work begins, also keeps “last seen” out of it.
    """
    if not current_user.is_authenticated or not current_user.must_use_second_factor:
        return None
    declared = access.declared_by(current_app, str(request.endpoint))
    if declared.public is not None or request.endpoint in _WITHOUT_SECOND_FACTOR:
        return None
    if not access.method_is_safe():
        abort(401)  # a redirect would lose what was typed
    return redirect(url_for("accounts.second_factor", next=request.full_path.rstrip("?")))


def wanted_next() -> str:
    """Where the person wanted to go: an address of this portal only, else the first page."""
    wanted = request.values.get("next", "")
    return wanted if is_local(wanted) else url_for("home.index")


def is_local(address: str) -> bool:
    """Browsers read backslashes as slashes and drop tabs and line ends: none of these may stand in an address."""
    if not address.startswith("/") or len(address) > 2_000:
        return False
    if "\\" in address or forms.has_control(address) or any(c.isspace() for c in address):
        return False
    if address.startswith("//"):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:  # “//[” and the like
        return False
    return not parts.netloc and not parts.scheme


def remote_address() -> str:
    return request.remote_addr or ""


def device() -> str:
    return rules.device_words(request.headers.get("User-Agent", ""))


def link_address(token: str) -> str:
    """The whole address of a one-time link, to be copied into a message."""
    base = current_app.extensions["config"].public_base_url or request.host_url.rstrip("/")
    return f"{base}{url_for('accounts.welcome', token=token)}"


def moment_words(moment: datetime | None) -> str | None:
    """“Tuesday 10 November at 9:30am”, as people in England read it."""
    if moment is None:
        return None
    local = moment.astimezone(clock.LONDON)
    return f"{dates.day_words(local.date(), clock.today())} at {dates.clock_words(local.time())}"


def shown_once(template: str, again: str, **context: Any) -> Response:
    """A page with what is shown only now; sending the form once more leads to ``again``."""
    response = hx.page(template, **context)
    response.headers["X-Saved-At"] = again
    return response
