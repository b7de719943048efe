"""The catalogue, as the coordinator keeps it."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.training import operations, queries
from portal.training.forms import ChangeTopicForm, TopicForm
from portal.training.views.blueprint import blueprint

MANAGE = Action.MANAGE_TRAINING


@blueprint.get("/training/topics/")
@requires(MANAGE)
def topics() -> ResponseReturnValue:
    return hx.page("training/topics.html", topics=queries.topics(active_only=False))


@blueprint.route("/training/topics/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_topic() -> ResponseReturnValue:
    form = TopicForm(data={"is_active": True})
    if request.method == "POST" and form.validate() and _done(form, None):
        return hx.saved(url_for("training.topics"), "Topic added.", event="topics-changed")
    return _page(form, "Add a topic", "Add the topic", url_for("training.new_topic"))


@blueprint.route("/training/topics/<id:topic_id>", methods=["GET", "POST"])
@requires(MANAGE)
def topic(topic_id: int) -> ResponseReturnValue:
    record = queries.topic_for(topic_id)
    form = ChangeTopicForm(data=queries.opened_topic(record))
    if request.method == "POST" and form.validate() and _done(form, record):
        return hx.saved(url_for("training.topics"), "Topic saved.", event="topics-changed")
    return _page(form, "Change the topic", "Save", url_for("training.topic", topic_id=topic_id))


def _done(form: Any, record: Any) -> bool:
    try:
        if record is None:
            operations.add_topic(actor(), form.draft())
        else:
            operations.change_topic(actor(), record, form.draft(), opened_with=form.opened_with)
    except RefusedFields as error:
        form.put_errors(error.by_field)
        return False
    except Refused as error:
        form.refuse(error.problems)
        return False
    return True


def _page(form: Any, title: str, button: str, action: str) -> ResponseReturnValue:
    status = 422 if request.method == "POST" else 200
    return hx.page("training/topic.html", status=status, form=form, title=title, button=button, action=action)
