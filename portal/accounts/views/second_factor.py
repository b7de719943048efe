"""The second step of signing in, and setting it up."""

import segno
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import principal, queries, rules
from portal.accounts.forms import CodeForm, ConfirmForm
from portal.accounts.operations import second_factor as factors
from portal.accounts.views.base import blueprint, passkey_place, remote_address, wanted_next
from portal.kernel import hx, settings
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action

FEW_CODES = 3


@blueprint.route("/second-factor", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT, before_second_factor=True)
def second_factor() -> ResponseReturnValue:
    if not current_user.has_second_factor:
        return redirect(url_for("accounts.set_up_second_factor", next=wanted_next()), 303)
    if current_user.passed_second_factor:
        return redirect(wanted_next(), 303)
    form = CodeForm()
    if request.method == "POST" and current_user.has_app and form.validate():
        try:
            token = factors.give(actor(), current_user.session_id, form.code.data or "", remote_address())
        except Refused as error:
            form.refuse(error.problems)
        else:
            return _passed(token, form.code.data or "")
    return hx.page(
        "accounts/second_factor.html",
        form=form,
        has_app=current_user.has_app,
        passkey_works=current_user.has_passkey and passkey_place() is not None,
        next=wanted_next(),
        status=_status(),
    )


def _passed(token: str, typed: str) -> ResponseReturnValue:
    principal.carry(token)
    left = queries.recovery_codes_left(actor().person_id)
    if rules.is_recovery_code(typed) and left <= FEW_CODES:
        flash(f"You have {left} recovery codes left. Make new ones in your account.", "notice")
    return redirect(wanted_next(), 303)


@blueprint.route("/second-factor/set-up", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT, before_second_factor=True)
def set_up_second_factor() -> ResponseReturnValue:
    if current_user.has_app or (current_user.has_passkey and not current_user.passed_second_factor):
        return redirect(url_for("accounts.second_factor", next=wanted_next()), 303)
    form = CodeForm()
    token = principal.carried()
    if request.method == "POST" and form.validate():
        try:
            made = factors.set_up(actor(), current_user.session_id, token, form.code.data or "", remote_address())
        except Refused as error:
            form.refuse(error.problems)
        else:
            principal.carry(made.token)
            return _codes_page(made.codes, wanted_next())
    return _set_up_page(form, factors.candidate_secret(token))


def _set_up_page(form: CodeForm, secret: str) -> ResponseReturnValue:
    address = rules.setup_address(secret, current_user.email, settings.current().name)
    return hx.page(
        "accounts/set_up_second_factor.html",
        form=form,
        square=segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#0b0c0c", light="#fff"),
        key=rules.spaced(secret),
        must=current_user.must_use_second_factor,
        next=wanted_next(),
        status=_status(),
    )


def _codes_page(codes: tuple[str, ...], afterwards: str) -> ResponseReturnValue:
    return hx.shown_once("accounts/recovery_codes.html", url_for("accounts.me"), codes=codes, afterwards=afterwards)


@blueprint.route("/me/recovery-codes", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def recovery_codes() -> ResponseReturnValue:
    form = ConfirmForm()
    if request.method == "POST" and form.validate():
        try:
            return _codes_page(
                factors.new_codes(actor(), form.password.data or "", remote_address()), url_for("accounts.me")
            )
        except Refused as error:
            form.refuse(error.problems)
    left = queries.recovery_codes_left(actor().person_id)
    return hx.page("accounts/new_recovery_codes.html", form=form, left=left, status=_status())


@blueprint.route("/me/second-factor/off", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def second_factor_off() -> ResponseReturnValue:
    if not current_user.has_app:
        return redirect(url_for("accounts.me"), 303)
    form = ConfirmForm()
    if request.method == "POST" and form.validate():
        try:
            token = factors.turn_off(actor(), current_user.session_id, form.password.data or "", remote_address())
        except Refused as error:
            form.refuse(error.problems)
        else:
            principal.carry(token)
            return hx.saved(url_for("accounts.me"), "The second step is off.")
    must = principal.needs_second_factor(current_user.actor)
    return hx.page("accounts/second_factor_off.html", form=form, must=must, status=_status())


def _status() -> int:
    return 422 if request.method == "POST" else 200
