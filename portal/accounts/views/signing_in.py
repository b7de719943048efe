"""The way in and the way out."""

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts import principal, queries
from portal.accounts.forms import SignInForm
from portal.accounts.operations import sessions, tries
from portal.accounts.operations import sign_in as signing_in
from portal.accounts.views.base import blueprint, device, passkey_place, remote_address, wanted_next
from portal.kernel import hx
from portal.kernel.access import actor, public, requires
from portal.policy import Action


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public("the way in")
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(wanted_next())
    if request.method == "POST" and form.validate():
        signed_in = signing_in.sign_in(
            form.email.data or "", form.password.data or "", remote_address(), device=device()
        )
        if signed_in:
            return _begin(signed_in)
        form.refuse([tries.WAIT])
    return sign_in_page(form)


def sign_in_page(form: SignInForm) -> ResponseReturnValue:
    """The page with every way in; to somebody who was away, by their name."""
    return hx.page(
        "accounts/sign_in.html",
        form=form,
        cast=queries.demonstration_cast() if _is_demonstration() else [],
        next=wanted_next(),
        why=g.get("session_end") if request.method == "GET" else None,
        away=g.get("away"),
        passkeys_work=passkey_place() is not None,
        status=422 if request.method == "POST" else 200,
    )


@blueprint.post("/sign-in/as/<id:person_id>")
@public("the demonstration's cast; not there in production")
def sign_in_as(person_id: int) -> ResponseReturnValue:
    if not _is_demonstration():
        abort(404)
    person = queries.member_of_cast(person_id)
    return _begin(signing_in.sign_in_as_demonstration(person, device=device()))


def _begin(signed_in: signing_in.SignedIn) -> ResponseReturnValue:
    if current_user.is_authenticated:
        sessions.end_session(current_user.session_id)
    principal.carry(signed_in.token)
    if signed_in.half:
        return redirect(url_for("accounts.second_factor", next=wanted_next()), 303)
    return redirect(wanted_next(), 303)


def _is_demonstration() -> bool:
    return bool(current_app.extensions["config"].demonstration)


@blueprint.post("/sign-out")
@requires(Action.OWN_ACCOUNT, before_second_factor=True)
def sign_out() -> ResponseReturnValue:
    sessions.sign_out(actor(), current_user.session_id)
    return _out("You are signed out.")


@blueprint.post("/me/sign-out-everywhere")
@requires(Action.OWN_ACCOUNT, before_second_factor=True)
def sign_out_everywhere() -> ResponseReturnValue:
    sessions.sign_out_everywhere(actor())
    return _out("You are signed out everywhere.")


def _out(words: str) -> ResponseReturnValue:
    session.clear()
    flash(words, "success")
    return redirect(url_for("accounts.sign_in"), 303)
