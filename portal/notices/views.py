"""Addresses of messages: the administrator's outbox, a person's choice, and where a message leads."""

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.notices import operations, queries
from portal.notices.forms import AT_ONCE, DAILY, ChoiceForm
from portal.policy import Action

blueprint = Blueprint("notices", __name__)


@blueprint.get("/settings/messages")
@requires(Action.READ_OUTBOX)
def outbox() -> Response:
    config = current_app.extensions["config"]
    return hx.page("notices/outbox.html", outbox=queries.outbox(actor()), has_server=config.mail is not None)


@blueprint.post("/settings/messages/steps/retry")
@requires(Action.READ_OUTBOX)
def retry_all() -> Response:
    number = operations.try_all_again(actor())
    words = f"{number} {'message is' if number == 1 else 'messages are'} tried again within a minute."
    return hx.saved(url_for("notices.outbox"), words)


@blueprint.post("/settings/messages/<id:message_id>/steps/retry")
@requires(Action.READ_OUTBOX)
def retry(message_id: int) -> Response:
    operations.try_again(actor(), message_id)
    return hx.saved(url_for("notices.outbox"), "It is tried again within a minute.")


@blueprint.route("/account/messages", methods=["GET", "POST"])
@requires(Action.OWN_ACCOUNT)
def choice() -> Response:
    form = ChoiceForm(data={"when": DAILY if queries.wants_daily(actor()) else AT_ONCE})
    form.when.offer([(AT_ONCE, "Send one e-mail at once"), (DAILY, "Send one e-mail a day, at 4 pm")])
    if request.method == "POST" and form.validate():
        operations.choose(actor(), daily=form.when.data == DAILY)
        return hx.saved(url_for("accounts.me"), "Saved. This is how you are told from now on.")
    return hx.page("notices/choice.html", form=form, status=422 if request.method == "POST" else 200)


@blueprint.get("/messages/<id:notice_id>")
@requires(Action.READ_TASKS)
def follow(notice_id: int) -> ResponseReturnValue:
    return redirect(queries.address_of(actor(), notice_id), 303)
