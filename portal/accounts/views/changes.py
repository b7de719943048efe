"""Changes to how somebody signs in: the second person's page, the pages of emailed links, and what others are told."""

from flask import request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts.operations import changes as operations
from portal.accounts.operations import watching
from portal.accounts.queries.changes import ChangeRow, change_for, change_of
from portal.accounts.rules.changes import ChangeKind
from portal.accounts.views.base import blueprint, moment_words
from portal.accounts.views.people import link_page
from portal.kernel import hx
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.notices.operations import can_send
from portal.policy import Action, Actor

_WHY = "the person may not be able to sign in; the token is 256 random bits, went to their own address and works once"


@blueprint.get("/people/changes/<id:change_id>")
@requires(Action.MANAGE_PEOPLE)
def account_change(change_id: int) -> ResponseReturnValue:
    change = change_for(actor(), change_id)
    return hx.page("accounts/change.html", change=change, by_email=can_send(), moment=moment_words)


@blueprint.post("/people/changes/<id:change_id>/confirmation")
@requires(Action.MANAGE_PEOPLE)
def confirm_change(change_id: int) -> ResponseReturnValue:
    change = change_for(actor(), change_id)
    token = operations.confirm(actor(), change_id)
    if token is not None:
        return link_page(change.person_id, token)
    waits = change.kind is ChangeKind.ADDRESS and can_send()
    said = "Confirmed. It happens once they open the link we emailed." if waits else "Confirmed and done."
    return hx.saved(url_for("accounts.person", person_id=change.person_id), said)


@blueprint.post("/people/changes/<id:change_id>/stop")
@requires(Action.MANAGE_PEOPLE)
def stop_change(change_id: int) -> ResponseReturnValue:
    person = operations.stop(actor(), change_id)
    return hx.saved(url_for("accounts.person", person_id=person.id), "Stopped.")


@blueprint.post("/me/changes/<id:change_id>/stop")
@requires(Action.OWN_ACCOUNT)
def stop_own_change(change_id: int) -> ResponseReturnValue:
    operations.stop(actor(), change_id)
    return hx.saved(url_for("accounts.me"), "Stopped. Nothing has changed in how you sign in.")


@blueprint.post("/me/notices/<id:notice_id>/seen")
@requires(Action.OWN_ACCOUNT)
def notice_seen(notice_id: int) -> ResponseReturnValue:
    watching.see(actor(), notice_id)
    return hx.saved(url_for("home.index"), "Marked as seen.")


@blueprint.route("/new-address/<token>", methods=["GET", "POST"])
@public(_WHY)
def new_address(token: str) -> ResponseReturnValue:
    change = change_of(token, ChangeKind.ADDRESS)
    if change is None:
        return _gone()
    me, problem = _fully_signed_in(), ""
    if request.method == "POST":
        try:
            operations.take_address(token, me)
        except Refused as error:
            problem = error.problems[0]
        except OutOfReach:
            return _gone()
        else:
            session.clear()
            return hx.saved(url_for("accounts.sign_in"), "Your new email address is confirmed. Sign in with it.")
    may_take = change.is_confirmed or (me is not None and me.person_id == change.person_id)
    return _emailed(change, token, may_take=may_take, problem=problem)


@blueprint.route("/second-step/<token>", methods=["GET", "POST"])
@public(_WHY)
def second_step(token: str) -> ResponseReturnValue:
    change = change_of(token, ChangeKind.SECOND_STEP)
    if change is None:
        return _gone()
    if request.method == "POST":
        try:
            operations.remove_second_step(token)
        except OutOfReach:
            return _gone()
        session.clear()
        return hx.saved(url_for("accounts.sign_in"), "The second step is removed. Sign in to set up a new one.")
    return _emailed(change, token)


def _emailed(change: ChangeRow, token: str, *, may_take: bool = False, problem: str = "") -> ResponseReturnValue:
    return hx.page(
        "accounts/emailed_change.html",
        status=422 if problem else 200,
        change=change,
        token=token,
        may_take=may_take,
        problem=problem,
    )


def _fully_signed_in() -> Actor | None:
    """Who has passed the second step; a stolen password alone must not confirm anything."""
    if not current_user.is_authenticated or current_user.must_use_second_factor:
        return None
    signed_in: Actor = current_user.actor
    return signed_in


def _gone() -> ResponseReturnValue:
    return hx.page("accounts/link_gone.html", status=404)
