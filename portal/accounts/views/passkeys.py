"""Passkeys: signing in with one, adding and removing one's own; and showing again who one is."""

from datetime import timedelta

from flask import Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import principal, queries, rules
from portal.accounts.forms import ConfirmForm, NewPasskeyForm, PasskeyForm, SignInForm
from portal.accounts.operations import own_account, sessions
from portal.accounts.operations import passkeys as operations
from portal.accounts.views.base import (
    blueprint,
    browser_key,
    device,
    is_fresh,
    passkey_place,
    remote_address,
    wanted_next,
)
from portal.accounts.views.signing_in import sign_in_page
from portal.kernel import hx, rates
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import Refused
from portal.policy import Action

MOST_IN_FIVE_MINUTES = 300
"""From one address: a whole school may share one, and every sign-in counts twice."""


@blueprint.before_request
def _not_too_often_with_passkeys() -> None:
    if request.endpoint not in ("accounts.passkey_options", "accounts.passkey_sign_in"):
        return
    if not rates.allow("passkey", remote_address(), most=MOST_IN_FIVE_MINUTES, window=timedelta(minutes=5)):
        abort(429)


@blueprint.post("/sign-in/passkey/options")
@public("the way in with a passkey")
def passkey_options() -> ResponseReturnValue:
    if current_user.is_authenticated:
        person_id = current_user.actor.person_id
    else:
        person_id = g.away.person_id if "away" in g else None
    return _json(operations.options_to_sign_in(_place(), person_id, browser_key()))


@blueprint.post("/sign-in/passkey")
@public("the way in with a passkey")
def passkey_sign_in() -> ResponseReturnValue:
    form, place = PasskeyForm(), _place()
    signed_in = None
    if form.validate():
        signed_in = operations.sign_in_with(place, form.passkey_token.data or "", browser_key(), device=device())
    if signed_in is None:
        shown = SignInForm(formdata=None)
        shown.refuse([operations.NOT_TAKEN])
        return sign_in_page(shown)
    if current_user.is_authenticated:
        sessions.end_session(current_user.session_id)
    principal.carry(signed_in.token)
    return redirect(wanted_next(), 303)


@blueprint.route("/me/passkeys/new", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def new_passkey() -> ResponseReturnValue:
    if not is_fresh():
        return redirect(url_for("accounts.confirm", next=url_for("accounts.new_passkey")), 303)
    form, place = NewPasskeyForm(data={"name": device()}), passkey_place()
    if request.method == "POST" and place and form.validate():
        try:
            token = operations.add(
                actor(),
                current_user.session_id,
                place,
                form.name.data or "",
                form.passkey_token.data or "",
                browser_key(),
            )
        except Refused as error:
            form.refuse(error.problems)
        else:
            principal.carry(token)
            return hx.saved(url_for("accounts.me"), "The passkey is added. Next time you can sign in with it.")
    by_name = rules.localhost_address(request.host_url)
    return hx.page("accounts/new_passkey.html", form=form, place=place, by_name=by_name, status=_status())


@blueprint.post("/me/passkeys/options")
@requires(Action.OWN_ACCOUNT)
def new_passkey_options() -> ResponseReturnValue:
    return _json(operations.options_to_add(actor(), _place(), browser_key()))


@blueprint.post("/me/passkeys/<id:passkey_id>/remove")
@requires(Action.OWN_ACCOUNT)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    principal.carry(operations.remove(actor(), current_user.session_id, passkey_id))
    return hx.saved(url_for("accounts.me"), "The passkey is removed. You are signed out everywhere else.")


@blueprint.route("/me/confirm", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def confirm() -> ResponseReturnValue:
    form = ConfirmForm()
    if request.method == "POST" and form.validate():
        try:
            token = own_account.prove(actor(), current_user.session_id, form.password.data or "", remote_address())
        except Refused as error:
            form.refuse(error.problems)
        else:
            principal.carry(token)
            return hx.saved(wanted_next())
    found = queries.ways_of(actor().person_id)
    linked = {row.provider for row in found.work}
    return hx.page(
        "accounts/confirm.html",
        form=form,
        ways=found.ways,
        passkey_works=bool(found.passkeys) and passkey_place() is not None,
        linked=linked,
        next=wanted_next(),
        status=_status(),
    )


def _place() -> rules.Place:
    return passkey_place() or abort(404)


def _json(text: str) -> Response:
    return current_app.response_class(text, mimetype="application/json")


def _status() -> int:
    return 422 if request.method == "POST" else 200
