"""A question becomes a referral or a request for training."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.advice import operations, queries
from portal.advice.forms import ReferralForm
from portal.advice.views.base import EVENT, blueprint, look_at, status
from portal.kernel import hx, settings
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.settings import Feature
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.schools.queries import line_choices
from portal.schools.views.look import looked
from portal.training.forms import RequestForm
from portal.training.forms.requests import OWN
from portal.training.queries import topic_choices


@blueprint.route("/advice/<id:thread_id>/referral", methods=["GET", "POST"])
@requires(Action.WRITE_REFERRAL)
def refer(thread_id: int) -> ResponseReturnValue:
    thread = queries.thread_for(actor(), thread_id, Action.ASK_ADVICE)
    if not settings.is_on(Feature.REFERRALS):
        abort(404)
    lines = line_choices()
    first = lines[0][0] if len(lines) == 1 else None
    form = ReferralForm(obj=queries.OpenedThread(thread.version), line=first)
    form.line.offer(lines)
    if request.method == "POST" and form.validate():
        try:
            referral = operations.become_referral(actor(), thread, int(form.line.data), opened_with=form.opened_with)
        except Refused as error:
            form.refuse(error.problems)
        else:
            said = "A referral is begun with what you wrote. Enter the pupil, and check the words that came from here."
            return hx.saved(url_for("referrals.form", reference=referral.reference), said, event=EVENT)
    return hx.page("advice/refer.html", thread=queries.thread_page(actor(), thread), form=form, status=status())


@blueprint.route("/advice/<id:thread_id>/training", methods=["GET", "POST"])
@requires(Action.REQUEST_TRAINING)
def train(thread_id: int) -> ResponseReturnValue:
    thread = queries.thread_for(actor(), thread_id, Action.ASK_ADVICE)
    if not settings.is_on(Feature.TRAINING):
        abort(404)
    form = RequestForm(data={"topic": OWN, **queries.words_for_training(thread)})
    form.offer_topics(topic_choices())
    del form.school
    if request.method == "POST" and form.validate() and looked() != "back":
        draft = form.draft()
        here = url_for("advice.train", thread_id=thread_id)
        if page := look_at(form, {"What it should be about": draft.title_typed}, thread.school_id, here, thread):
            return page
        try:
            asked = operations.become_training(actor(), thread, draft)
        except RefusedFields as error:
            form.put_errors(error.by_field)
        except Refused as error:
            form.refuse(error.problems)
        else:
            where = url_for("training.show_request", reference=asked.reference)
            return hx.saved(where, "Your request for training is with the service.", event=EVENT)
    return hx.page("advice/train.html", thread=queries.thread_page(actor(), thread), form=form, status=status())
