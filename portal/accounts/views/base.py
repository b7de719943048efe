"""What the views of accounts share: the blueprint, where to go next, who asks from where."""

import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request, session, url_for
from flask_login import current_user

from portal.accounts import rules
from portal.accounts.rules import sessions as session_rules
from portal.kernel import clock, dates, forms

blueprint = Blueprint("accounts", __name__)

_BROWSER = "browser"


@blueprint.before_request
def _know_who_is_there() -> None:
    """Read before the unit of work begins, so that “last seen” stays out of it."""
    bool(current_user.is_authenticated)


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
    return f"{public_base()}{url_for('accounts.welcome', token=token)}"


def public_base() -> str:
    """The address that people type, without a slash at its end."""
    return str(current_app.extensions["config"].public_base_url or request.host_url.rstrip("/"))


def passkey_place() -> rules.Place | None:
    """The site that passkeys are made for; None where none works, as on an address of numbers."""
    return rules.place_of(public_base(), request.host_url)


def browser_key() -> str:
    """What this browser's cookie holds, so that a way in comes back only to the browser that began it."""
    key = session.get(_BROWSER)
    if not isinstance(key, str):
        key = session[_BROWSER] = secrets.token_urlsafe(32)
    return key


def is_fresh() -> bool:
    """Did the person lately show who they are? Another way in needs that."""
    return rules.is_fresh(current_user.proved_at, clock.now())


@blueprint.app_context_processor
def _ways_in() -> dict[str, Any]:
    """Which buttons there are beside the password: work accounts as set, passkeys where they work."""
    return {"work_providers": _work_providers, "idle": _idle()}


def _idle() -> dict[str, Any] | None:
    """How long the session lasts and when to warn, in seconds; None where nobody is wholly signed in."""
    if not current_user.is_authenticated or current_user.must_use_second_factor:
        return None
    left = (current_user.ends_at - clock.now()).total_seconds()
    return {"left": max(0, int(left)), "warn": int(session_rules.WARN_BEFORE.total_seconds())}


def _work_providers() -> list[tuple[str, str]]:
    return [(one.name, rules.PROVIDER_LABELS[one.name]) for one in current_app.extensions["config"].work_providers]


def moment_words(moment: datetime | None) -> str | None:
    """“Tuesday 10 November at 9:30am”, as people in England read it."""
    if moment is None:
        return None
    local = moment.astimezone(clock.LONDON)
    return f"{dates.day_words(local.date(), clock.today())} at {dates.clock_words(local.time())}"
