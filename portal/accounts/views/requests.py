"""No account? Ask for one – and the coordinator's answer."""

from datetime import timedelta

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import queries
from portal.accounts.forms import AskForm, DeclineForm, InviteForm
from portal.accounts.operations import requests as operations
from portal.accounts.views.base import blueprint, moment_words, remote_address
from portal.accounts.views.people import found_schools, link_page, offered
from portal.kernel import hx, rates
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import Refused
from portal.notices.operations import can_send
from portal.policy import Action

MOST_AN_HOUR = 10
"""Requests for an account from one address."""


@blueprint.before_request
def _not_too_often() -> None:
    """Counted before the unit of work begins, because the count is kept whatever becomes of the request."""
    if request.endpoint != "accounts.ask_for_account" or request.method != "POST":
        return
    if not rates.allow("account request", remote_address(), most=MOST_AN_HOUR, window=timedelta(hours=1)):
        abort(429)


@blueprint.route("/ask-for-an-account", methods=["GET", "POST"])
@public("somebody without an account asks for one")
def ask_for_account() -> ResponseReturnValue:
    form = AskForm()
    if request.method == "POST" and form.validate():
        try:
            operations.ask_for_account(form.draft())
            return hx.saved(url_for("accounts.asked"))
        except Refused as error:
            form.refuse(error.problems)
    return hx.page("accounts/ask.html", form=form, status=_status())


@blueprint.get("/ask-for-an-account/sent")
@public("what happens after asking; the same for everybody")
def asked() -> ResponseReturnValue:
    return hx.page("accounts/asked.html")


@blueprint.get("/people/requests")
@requires(Action.APPROVE_ACCOUNTS)
def requests() -> ResponseReturnValue:
    return hx.page(
        "accounts/requests.html",
        waiting=queries.open_requests(actor()),
        answered=queries.answered_requests(actor()),
        moment=moment_words,
    )


@blueprint.get("/people/requests/<id:request_id>")
@requires(Action.APPROVE_ACCOUNTS)
def account_request(request_id: int) -> ResponseReturnValue:
    asked_for = queries.request_for(actor(), request_id)
    form = InviteForm(data={"name": asked_for.name, "email": asked_for.email, "role": "school"})
    return _request_page(asked_for, form)


@blueprint.post("/people/requests/<id:request_id>/steps/approve")
@requires(Action.APPROVE_ACCOUNTS)
def approve_request(request_id: int) -> ResponseReturnValue:
    asked_for = queries.request_for(actor(), request_id)
    form = offered(InviteForm())
    if form.validate():
        try:
            made = operations.approve(actor(), request_id, form.draft(), form.role_draft())
            return link_page(made.person.id, made.token)
        except Refused as error:
            form.refuse(error.problems)
    return _request_page(asked_for, form)


@blueprint.post("/people/requests/<id:request_id>/steps/known")
@requires(Action.APPROVE_ACCOUNTS)
def close_request(request_id: int) -> ResponseReturnValue:
    person = operations.close_as_known(actor(), request_id)
    return hx.saved(
        url_for("accounts.person", person_id=person.id), "The request is closed. Change their roles here if needed."
    )


@blueprint.route("/people/requests/<id:request_id>/decline", methods=["GET", "POST"])
@requires(Action.APPROVE_ACCOUNTS)
def decline_request(request_id: int) -> ResponseReturnValue:
    asked_for = queries.request_for(actor(), request_id)
    form = DeclineForm()
    if request.method == "POST" and form.validate():
        try:
            operations.decline(actor(), request_id, form.reason.data or "")
            return hx.saved(
                url_for("accounts.requests"), "The request is declined. Tell them yourself: no message goes out."
            )
        except Refused as error:
            form.refuse(error.problems)
    return hx.page("accounts/decline.html", asked=asked_for, form=form, status=_status())


def _request_page(asked_for: queries.RequestRow, form: InviteForm) -> ResponseReturnValue:
    return hx.page(
        "accounts/request.html",
        asked=asked_for,
        form=offered(form),
        found=found_schools(),
        by_email=can_send(),
        moment=moment_words,
        status=_status(),
    )


def _status() -> int:
    return 422 if request.method == "POST" else 200
