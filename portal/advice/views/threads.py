"""Asking, and one question with what is written about it."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.advice import operations, queries
from portal.advice.forms import AnswerForm, MessageForm, QuestionForm, WorkerForm
from portal.advice.operations.threads import asks_time
from portal.advice.views.base import EVENT, blueprint, look_at, status
from portal.cases.queries import worker_choices
from portal.kernel import audit, hx, settings
from portal.kernel.access import actor, allows, requires
from portal.kernel.errors import Refused
from portal.kernel.settings import Feature
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.schools.queries import school_row
from portal.schools.views.look import looked


@blueprint.route("/advice/new", methods=["GET", "POST"])
@requires(Action.ASK_ADVICE)
def new() -> ResponseReturnValue:
    schools = sorted(((str(i), school_row(i).name) for i in actor().school_ids), key=lambda pair: pair[1])
    form = QuestionForm(data={"how_soon": "usual"})
    form.school_id.offer(schools)
    if len(schools) == 1:
        del form.school_id
    if request.method == "POST" and form.validate() and looked() != "back":
        school_id = int(schools[0][0]) if len(schools) == 1 else int(form.school_id.data)
        if answered := _ask(form, school_id):
            return answered
    return hx.page("advice/new.html", form=form, status=status())


def _ask(form: QuestionForm, school_id: int) -> ResponseReturnValue | None:
    draft = form.draft()
    texts = {"What is it about?": draft.subject, "Your question": draft.question, "What you tried": draft.tried}
    if page := look_at(form, texts, school_id, url_for("advice.new")):
        return page
    try:
        thread = operations.ask_advice(actor(), school_id, draft)
    except Refused as error:
        _take_refusal(form, error)
        return None
    return hx.saved(url_for("advice.show", thread_id=thread.id), "Your question is with the service.", event=EVENT)


@blueprint.get("/advice/<id:thread_id>")
@requires(Action.READ_ADVICE)
def show(thread_id: int) -> ResponseReturnValue:
    thread = queries.thread_for(actor(), thread_id)
    return _thread_page(thread, _form_of(thread))


@blueprint.post("/advice/<id:thread_id>/replies")
@requires(Action.ASK_ADVICE)
def reply(thread_id: int) -> ResponseReturnValue:
    thread = queries.thread_for(actor(), thread_id, Action.ASK_ADVICE)
    form = MessageForm(obj=queries.OpenedThread(thread.version))
    action = url_for("advice.reply", thread_id=thread_id)
    return _write(thread, form, operations.write_again, action, "Sent to the service.")


@blueprint.post("/advice/<id:thread_id>/answers")
@requires(Action.ANSWER_ADVICE)
def answer(thread_id: int) -> ResponseReturnValue:
    thread = queries.thread_for(actor(), thread_id, Action.ANSWER_ADVICE)
    form = _answer_form(thread)
    action = url_for("advice.answer", thread_id=thread_id)
    if request.form.get("kind") == "ask_back":
        return _write(thread, form, operations.ask_back, action, "Your question is with the school.")
    return _write(thread, form, operations.answer, action, "Your answer is with the school.")


def _write(thread: Any, form: Any, operation: Any, action: str, said: str) -> ResponseReturnValue:
    if form.validate() and looked() != "back":
        draft = form.draft()
        if page := look_at(form, {"What you wrote": draft.words}, thread.school_id, action, thread):
            return page
        try:
            operation(actor(), thread, draft, opened_with=form.opened_with)
            return hx.saved(url_for("advice.show", thread_id=thread.id), said, event=EVENT)
        except Refused as error:
            _take_refusal(form, error)
    return _thread_page(thread, form)


def _form_of(thread: Any) -> MessageForm | AnswerForm | None:
    if allows(actor(), Action.ANSWER_ADVICE, thread.scope):
        return _answer_form(thread)
    if allows(actor(), Action.ASK_ADVICE, thread.scope):
        return MessageForm(obj=queries.OpenedThread(thread.version))
    return None


def _answer_form(thread: Any) -> AnswerForm:
    form = AnswerForm(obj=queries.OpenedThread(thread.version, minutes=queries.default_minutes(actor())))
    if not asks_time():
        del form.minutes
    return form


def _thread_page(thread: Any, form: MessageForm | AnswerForm | None) -> ResponseReturnValue:
    audit.viewed(actor(), "advice viewed", "advice_thread", thread.id)
    asks = allows(actor(), Action.ASK_ADVICE, thread.scope)
    answers = allows(actor(), Action.ANSWER_ADVICE, thread.scope)
    return hx.page(
        "advice/show.html",
        status=status(),
        thread=queries.thread_page(actor(), thread),
        form=form,
        answers=answers,
        asks=asks,
        may_close=(asks and thread.status != "closed") or (answers and thread.status in ("answered", "asked_back")),
        may_refer=asks and thread.referral_id is None and settings.is_on(Feature.REFERRALS),
        may_train=asks and thread.training_request_id is None and settings.is_on(Feature.TRAINING),
    )


@blueprint.post("/advice/<id:thread_id>/steps/close")
@requires(Action.ASK_ADVICE)
def close(thread_id: int) -> ResponseReturnValue:
    return _close(queries.thread_for(actor(), thread_id, Action.ASK_ADVICE))


@blueprint.post("/advice/<id:thread_id>/steps/finish")
@requires(Action.ANSWER_ADVICE)
def finish(thread_id: int) -> ResponseReturnValue:
    return _close(queries.thread_for(actor(), thread_id, Action.ANSWER_ADVICE))


def _close(thread: Any) -> ResponseReturnValue:
    operations.close(actor(), thread, opened_with=version_sent())
    said = "The question is closed. It opens again as soon as somebody writes."
    return hx.saved(url_for("advice.show", thread_id=thread.id), said, event=EVENT)


@blueprint.route("/advice/<id:thread_id>/worker", methods=["GET", "POST"])
@requires(Action.ANSWER_ADVICE)
def worker(thread_id: int) -> ResponseReturnValue:
    thread = queries.thread_for(actor(), thread_id, Action.ANSWER_ADVICE)
    form = WorkerForm(obj=queries.OpenedThread(thread.version, person_id=thread.assigned_to_id))
    form.person_id.offer(worker_choices())
    if request.method == "POST" and form.validate():
        try:
            operations.assign(actor(), thread, form.chosen, opened_with=form.opened_with)
            return hx.saved(url_for("advice.show", thread_id=thread_id), "Saved.", event=EVENT)
        except Refused as error:
            _take_refusal(form, error)
    return hx.page("advice/worker.html", thread=queries.thread_page(actor(), thread), form=form, status=status())


def _take_refusal(form: Any, error: Refused) -> None:
    if isinstance(error, RefusedFields):
        form.put_errors(error.by_field)
    else:
        form.refuse(error.problems)
