"""A person's own account: name, password, second factor, where they are signed in."""

from dataclasses import dataclass

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import principal, queries, rules
from portal.accounts.forms import NameForm, PasswordForm, PinForm, TelephoneForm
from portal.accounts.operations import own_account
from portal.accounts.queries.changes import changes_of
from portal.accounts.queries.people import work_telephone_of
from portal.accounts.rules import sessions as session_rules
from portal.accounts.views.base import blueprint, is_fresh, moment_words, passkey_place, remote_address
from portal.kernel import clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action


@dataclass(frozen=True)
class _Named:
    name: str
    version: int


@blueprint.get("/me")
@requires(Action.OWN_ACCOUNT)
def me() -> ResponseReturnValue:
    return hx.page(
        "accounts/me.html",
        sessions=queries.open_sessions(actor().person_id, current_user.session_id),
        codes_left=queries.recovery_codes_left(actor().person_id),
        found=queries.ways_of(actor().person_id),
        passkeys_work=passkey_place() is not None,
        by_name=rules.localhost_address(request.host_url),
        has_pin=queries.has_pin(actor().person_id),
        work_telephone=work_telephone_of(actor().person_id),
        waiting=changes_of(actor(), actor().person_id),
        moment=moment_words,
    )


@blueprint.get("/me/session")
@requires(Action.OWN_ACCOUNT)
def own_session() -> ResponseReturnValue:
    """How long this session lasts. Asking puts its end off, as every request does that is not marked as a poll."""
    now = clock.now()
    left = max(0, int((current_user.ends_at - now).total_seconds()))
    return {"left": left, "may_stay": session_rules.may_stay(current_user.began_at, now)}


@blueprint.route("/me/name", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def own_name() -> ResponseReturnValue:
    form = NameForm(obj=_Named(current_user.name, queries.version_of(actor().person_id)))
    if request.method == "POST" and form.validate():
        try:
            own_account.change_name(actor(), form.name.data or "", opened_with=form.opened_with)
            return hx.saved(url_for("accounts.me"), "Your name is changed.")
        except Refused as error:
            form.refuse(error.problems)
    return hx.page("accounts/own_name.html", form=form, status=_status())


@dataclass(frozen=True)
class _Called:
    work_telephone: str
    version: int


@blueprint.route("/me/telephone", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def own_telephone() -> ResponseReturnValue:
    person_id = actor().person_id
    form = TelephoneForm(obj=_Called(work_telephone_of(person_id), queries.version_of(person_id)))
    if request.method == "POST" and form.validate():
        try:
            own_account.change_telephone(actor(), form.work_telephone.data or "", opened_with=form.opened_with)
            return hx.saved(url_for("accounts.me"), "Your work telephone is saved.")
        except Refused as error:
            form.put_errors({"work_telephone": error.problems[0]})
    return hx.page("accounts/own_telephone.html", form=form, status=_status())


@blueprint.route("/me/password", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def own_password() -> ResponseReturnValue:
    form = PasswordForm()
    if request.method == "POST" and form.validate():
        try:
            token = own_account.change_password(
                actor(),
                current_user.session_id,
                form.old_password.data or "",
                form.new_password.data or "",
                remote_address(),
            )
        except Refused as error:
            form.refuse(error.problems)
        else:
            principal.carry(token)
            return hx.saved(url_for("accounts.me"), "Your password is changed. You are signed out everywhere else.")
    return hx.page("accounts/own_password.html", form=form, status=_status())


@blueprint.route("/me/tablet-pin", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def own_pin() -> ResponseReturnValue:
    """Six figures in place of the password, to hand a tablet over with."""
    if not is_fresh():
        return redirect(url_for("accounts.confirm", next=url_for("accounts.own_pin")), 303)
    form = PinForm()
    if request.method == "POST" and form.validate():
        try:
            _choose_pin(form)
        except Refused as error:
            form.refuse(error.problems)
        else:
            return hx.saved(url_for("accounts.me"), "Your tablet PIN is set.")
    has_pin = queries.has_pin(actor().person_id)
    return hx.page("accounts/own_pin.html", form=form, has_pin=has_pin, status=_status())


def _choose_pin(form: PinForm) -> None:
    if form.pin.data != form.pin_again.data:
        raise Refused("The two are not the same. Type the figures twice.")
    own_account.choose_pin(actor(), form.pin.data or "", current_user.session_id)


@blueprint.post("/me/tablet-pin/removal")
@requires(Action.OWN_ACCOUNT)
def remove_pin() -> ResponseReturnValue:
    own_account.forget_pin(actor())
    return hx.saved(url_for("accounts.me"), "The tablet PIN is removed. Your password hands a tablet over.")


def _status() -> int:
    return 422 if request.method == "POST" else 200
