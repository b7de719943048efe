"""Signing in with a work account of Microsoft or Google, accepting an invitation with one, linking and unlinking."""

import secrets
from datetime import timedelta

import structlog
from flask import abort, current_app, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import principal, queries, rules
from portal.accounts.operations import ceremonies, sessions, work_provider
from portal.accounts.operations import people as people_operations
from portal.accounts.operations import work_accounts as operations
from portal.accounts.operations.ceremonies import Began
from portal.accounts.operations.sign_in import SignedIn
from portal.accounts.views.base import (
    blueprint,
    browser_key,
    device,
    is_fresh,
    is_local,
    public_base,
    remote_address,
    wanted_next,
)
from portal.config import WorkProvider
from portal.kernel import hx, rates
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.unit_of_work import writing
from portal.policy import Action

SIGN_IN, INVITATION, LINK = "sign-in", "invitation", "link"

MOST_IN_FIVE_MINUTES = 300
"""From one address: a whole school may share one, and every sign-in counts twice."""
_COUNTED = frozenset(
    {"accounts.work_sign_in", "accounts.work_callback", "accounts.work_welcome", "accounts.link_work_account"}
)
_log = structlog.get_logger("portal.accounts")


@blueprint.before_request
def _not_too_often_with_work_accounts() -> None:
    if request.endpoint not in _COUNTED:
        return
    if not rates.allow("work account", remote_address(), most=MOST_IN_FIVE_MINUTES, window=timedelta(minutes=5)):
        abort(429)


@blueprint.get("/sign-in/work/<word:provider>")
@public("the way in with a work account")
def work_sign_in(provider: str) -> ResponseReturnValue:
    return _leave(_flow(provider), Began(SIGN_IN, wanted=wanted_next()))


@blueprint.get("/welcome/<token>/work/<word:provider>")
@public("an invited person takes their work account instead of a password; the token is the proof")
def work_welcome(token: str, provider: str) -> ResponseReturnValue:
    link = queries.link_of(token)
    if link is None or not link.is_first:
        return _gone()
    return _leave(
        _flow(provider), Began(INVITATION, link_digest=queries.link_digest(token), wanted=url_for("home.index"))
    )


def _leave(flow: work_provider.Flow, began: Began) -> ResponseReturnValue:
    try:
        address = work_provider.authorization_address(flow)
    except work_provider.ProviderAway:
        return _away(flow.provider)
    ceremonies.begin(flow.provider.name, flow.state, flow.browser, began)
    return redirect(address, 302)


@blueprint.get("/sign-in/work/<word:provider>/callback")
@public("where a work account's provider sends the browser back; good once, in the browser that began")
def work_callback(provider: str) -> ResponseReturnValue:
    """A GET that writes, because a provider sends browsers back so; what it brings was begun here and holds once."""
    state, code = request.args.get("state", ""), request.args.get("code", "")
    flow = _flow(provider, state)
    began = ceremonies.take(flow.provider.name, state, flow.browser)
    if began is None or not code or (began.purpose == LINK and not _is_theirs(began)):
        return _refused(flow.provider, "state" if began is None else "answer")
    try:
        asserted = work_provider.assertion(flow, code)
        return _finish(began, asserted)
    except rules.NotTrusted as error:
        return _refused(flow.provider, error.reason)
    except work_provider.ProviderAway:
        return _away(flow.provider)
    except Refused:
        return _refused(flow.provider, "linked")
    except OutOfReach:
        return _gone()


def _is_theirs(began: Began) -> bool:
    """Whoever began to link is still the one who is signed in here."""
    here = current_user.is_authenticated and not current_user.must_use_second_factor
    return here and current_user.actor.person_id == began.person_id


def _finish(began: Began, asserted: rules.Asserted) -> ResponseReturnValue:
    with writing():
        if began.purpose == LINK:
            operations.link(actor(), asserted)
            signed_in = None
        elif began.purpose == INVITATION:
            signed_in = operations.accept_invitation(began.link_digest or "", asserted, device=device())
        else:
            signed_in = operations.sign_in_with(asserted, device=device())
            if signed_in is None:
                raise rules.NotTrusted("unknown")
        if signed_in and current_user.is_authenticated:
            sessions.end_session(current_user.session_id)
    if signed_in is None:
        flash("Your work account is linked. From now on you can sign in with it.", "success")
        return redirect(url_for("accounts.me"), 303)
    return _in(signed_in, began.wanted)


def _in(signed_in: SignedIn, wanted: str) -> ResponseReturnValue:
    principal.carry(signed_in.token)
    wanted = wanted if is_local(wanted) else url_for("home.index")
    return redirect(url_for("accounts.second_factor", next=wanted) if signed_in.half else wanted, 303)


@blueprint.post("/me/work-accounts/<word:provider>/link")
@requires(Action.OWN_ACCOUNT)
def link_work_account(provider: str) -> ResponseReturnValue:
    """Answers a page with a link: the form's own redirect may not leave the portal."""
    flow = _flow(provider)
    if not is_fresh():
        return hx.saved(url_for("accounts.confirm", next=url_for("accounts.me")))
    try:
        address = work_provider.authorization_address(flow)
    except work_provider.ProviderAway:
        return _away(flow.provider)
    ceremonies.begin(flow.provider.name, flow.state, flow.browser, Began(LINK, actor().person_id))
    label = rules.PROVIDER_LABELS[flow.provider.name]
    return hx.page("accounts/work_go_on.html", address=address, provider=label)


@blueprint.post("/me/work-accounts/<id:identity_id>/unlink")
@requires(Action.OWN_ACCOUNT)
def unlink_work_account(identity_id: int) -> ResponseReturnValue:
    principal.carry(operations.unlink(actor(), current_user.session_id, identity_id))
    return hx.saved(url_for("accounts.me"), "The work account is unlinked. You are signed out everywhere else.")


@blueprint.post("/people/<id:person_id>/work-accounts/<id:identity_id>/unlink")
@requires(Action.MANAGE_PEOPLE)
def unlink_persons_work_account(person_id: int, identity_id: int) -> ResponseReturnValue:
    people_operations.unlink_work_account(actor(), person_id, identity_id)
    return hx.saved(
        url_for("accounts.person", person_id=person_id), "The work account is unlinked. Their sessions have ended."
    )


def _flow(name: str, state: str | None = None) -> work_provider.Flow:
    providers: tuple[WorkProvider, ...] = current_app.extensions["config"].work_providers
    provider = next((one for one in providers if one.name == name), None) or abort(404)
    back = f"{public_base()}{url_for('accounts.work_callback', provider=name)}"
    return work_provider.Flow(provider, state if state is not None else secrets.token_urlsafe(32), browser_key(), back)


def _refused(provider: WorkProvider, reason: str) -> ResponseReturnValue:
    """One page for every reason; the reason stands in the log, for the administrator."""
    _log.warning("work account refused", id=g.get("request_id"), provider=provider.name, reason=reason)
    label = rules.PROVIDER_LABELS[provider.name]
    return hx.page("accounts/work_refused.html", provider=label, status=422)


def _away(provider: WorkProvider) -> ResponseReturnValue:
    _log.warning("work account provider away", id=g.get("request_id"), provider=provider.name)
    page = hx.page("accounts/work_away.html", provider=rules.PROVIDER_LABELS[provider.name], status=503)
    page.headers["Retry-After"] = "60"
    return page


def _gone() -> ResponseReturnValue:
    return hx.page("accounts/link_gone.html", status=404)
