"""A person's own account: name, password, second factor, where they are signed in."""

from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import principal, queries, rules
from portal.accounts.forms import NameForm, PasswordForm
from portal.accounts.operations import own_account
from portal.accounts.views.base import blueprint, moment_words, passkey_place, remote_address
from portal.kernel import hx
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
        moment=moment_words,
    )


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


def _status() -> int:
    return 422 if request.method == "POST" else 200
