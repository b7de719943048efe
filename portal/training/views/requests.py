"""Asking for training, and what becomes of it."""

from collections.abc import Callable
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import clock, hx
from portal.kernel.access import actor, ensure, requires
from portal.kernel.errors import EditConflict, Refused
from portal.kernel.versions import check_version
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.schools.queries import hint_facts
from portal.schools.views.look import look_once_more, looked
from portal.training import operations, queries, rules
from portal.training.forms import ChooseForm, OfferForm, PlacesForm, ReasonForm, RequestForm
from portal.training.views.blueprint import blueprint
from portal.training.views.index import offer_school, schools_offered

EVENT = "training-changed"
_SAID = {
    "ask_others": "Sent back. The coordinator offers other dates.",
    "decline": "Declined. The school can read why.",
    "withdraw": "Withdrawn.",
}


def tried(form: Any, act: Callable[[], object]) -> bool:
    """Runs an operation; what it refuses is put into the form."""
    try:
        act()
    except RefusedFields as error:
        form.put_errors(error.by_field)
    except Refused as error:
        form.refuse(error.problems)
        form.clashes = isinstance(error, operations.Clash)
    else:
        return True
    return False


def look_at_title(form: Any, label: str, title: str, school_id: int | None = None) -> ResponseReturnValue | None:
    """Titles stand in calendars and messages outside the portal: the page that asks to look once more, or None."""
    topics = tuple(topic.title for topic in queries.topics(active_only=False))
    return look_once_more(form, {label: title}, hint_facts(actor(), school_id, topics), request.path)


def status_now() -> int:
    """A page that answers POST shows a form that was refused."""
    return 422 if request.method == "POST" else 200


@blueprint.route("/training/new", methods=["GET", "POST"])
@requires(Action.REQUEST_TRAINING)
def new() -> ResponseReturnValue:
    form = RequestForm(data={"topic": request.args.get("topic")})
    schools = schools_offered()
    own = offer_school(form, schools)
    form.offer_topics(queries.topic_choices())
    if request.method == "POST" and form.validate() and looked() != "back":
        made: list[Any] = []
        school_id, draft = own if own is not None else int(form.school.data), form.draft()
        if page := look_at_title(form, "What it should be about", draft.title_typed, school_id):
            return page
        if tried(form, lambda: made.append(operations.ask_for_training(actor(), school_id, draft))):
            where = url_for("training.show_request", reference=made[0].reference)
            return hx.saved(where, "Sent. You see here where it is and who acts next.", event=EVENT)
    return hx.page(
        "training/new.html",
        status=status_now(),
        form=form,
        topics=queries.topics(),
        schools=schools,
        is_school=bool(actor().school_ids),
    )


@blueprint.get("/training/requests/<ref:reference>")
@requires(Action.READ_TRAINING)
def show_request(reference: str) -> ResponseReturnValue:
    record = queries.request_for(actor(), reference)
    return _show(record, _choose_form(record))


def _show(record: Any, form: Any) -> ResponseReturnValue:
    return hx.page(
        "training/request.html",
        fragment="training/_status.html",
        status=status_now(),
        record=record,
        form=form,
        line=queries.line_of(record),
        today=clock.today(),
        offers=queries.offers_of(record),
        wishes=queries.wishes_of(record),
        steps=queries.steps_offered(actor(), record),
        timeline=queries.request_timeline(record),
        status_words=rules.REQUEST_STATUSES[record.status],
        tone=rules.TONES[record.status],
    )


def _choose_form(record: Any) -> ChooseForm:
    form = ChooseForm(data={"version": record.version})
    form.offer.offer(
        [(str(row.id), f"{row.when}. {row.place}, with {row.trainer}") for row in queries.offers_of(record)]
    )
    return form


@blueprint.post("/training/requests/<ref:reference>/choice")
@requires(Action.REQUEST_TRAINING)
def choose(reference: str) -> ResponseReturnValue:
    record = queries.request_for(actor(), reference, Action.REQUEST_TRAINING)
    form = _choose_form(record)
    if form.opened_with is not None:
        check_version(record, form.opened_with)
    if form.validate() and tried(
        form,
        lambda: operations.choose_date(actor(), record, int(form.offer.data), opened_with=form.opened_with),
    ):
        where = url_for("training.show_request", reference=reference)
        return hx.saved(where, "Booked. Say who comes as soon as you know.", event=EVENT)
    return _show(record, form)


@blueprint.route("/training/requests/<ref:reference>/offer", methods=["GET", "POST"])
@requires(Action.MANAGE_TRAINING)
def offer(reference: str) -> ResponseReturnValue:
    record = queries.request_for(actor(), reference, Action.MANAGE_TRAINING)
    form = OfferForm(data=queries.opened_offer(record))
    form.offer_trainers(queries.trainer_choices())
    form.clashes = False
    if request.method == "POST" and form.validate():
        known = form.clash.data == "keep"
        if tried(
            form,
            lambda: operations.offer_dates(
                actor(), record, form.drafts(), opened_with=_opened(form), clash_known=known
            ),
        ):
            where = url_for("training.show_request", reference=reference)
            return hx.saved(where, "Offered. The school chooses.", event=EVENT)
    return hx.page(
        "training/offer.html",
        status=status_now(),
        record=record,
        form=form,
        wishes=queries.wishes_of(record),
        possible=record.status in rules.REQUEST_ROAD.by_name["offer"].sources,
    )


@blueprint.route("/training/requests/<ref:reference>/places", methods=["GET", "POST"])
@requires(Action.MANAGE_TRAINING)
def give_places(reference: str) -> ResponseReturnValue:
    record = queries.request_for(actor(), reference, Action.MANAGE_TRAINING)
    form = PlacesForm(data={"places": record.how_many, "version": record.version})
    sessions = queries.shared_choices()
    form.session.offer(sessions)
    if request.method == "POST" and form.validate():
        session_id, places = int(form.session.data), form.places.data or 0
        if tried(form, lambda: operations.give_places(actor(), record, session_id, places, opened_with=_opened(form))):
            where = url_for("training.show_request", reference=reference)
            return hx.saved(where, "Booked. The school is told.", event=EVENT)
    return hx.page(
        "training/give_places.html",
        status=status_now(),
        record=record,
        form=form,
        sessions=sessions,
        possible=record.status in rules.REQUEST_ROAD.by_name["give_places"].sources,
    )


@blueprint.route("/training/requests/<ref:reference>/steps/<word:step>", methods=["GET", "POST"])
@requires(Action.READ_TRAINING)
def request_step(reference: str, step: str) -> ResponseReturnValue:
    record = queries.request_for(actor(), reference)
    if step not in rules.REASON_STEPS:
        abort(404)
    known = rules.REQUEST_ROAD.by_name[step]
    ensure(actor(), known.needs, record.scope)
    form = ReasonForm(data={"version": record.version})
    if request.method == "POST" and form.validate():
        why = form.note.data or ""
        if tried(form, lambda: operations.take_reason_step(actor(), record, step, why, opened_with=_opened(form))):
            return hx.saved(url_for("training.show_request", reference=reference), _SAID[step], event=EVENT)
    return hx.page(
        "training/step.html",
        status=status_now(),
        record=record,
        form=form,
        step=step,
        label=known.label,
        possible=step in {one.name for one in queries.steps_offered(actor(), record)},
    )


def _opened(form: Any) -> int:
    """A form that does not say which version it was opened with cannot be trusted to know what it changes."""
    if form.opened_with is None:
        raise EditConflict
    version: int = form.opened_with
    return version
