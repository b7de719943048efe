"""Sessions: planning, one session, changing, moving, cancelling, and its calendar file."""

from collections.abc import Iterable
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import clock, hx
from portal.kernel.access import actor, requires
from portal.policy import Action, may
from portal.schools.queries import school_choices
from portal.schools.views.look import looked
from portal.training import operations, queries, rules
from portal.training.forms import BookForm, ChangeSessionForm, MoveForm, ReasonForm, SessionForm
from portal.training.views.blueprint import blueprint
from portal.training.views.index import offer_school, schools_offered
from portal.training.views.requests import EVENT, look_at_title, status_now, tried

MANAGE = Action.MANAGE_TRAINING


@blueprint.route("/training/sessions/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_session() -> ResponseReturnValue:
    form = SessionForm(data={"on": clock.today()})
    form.topic.offer(queries.topic_choices())
    form.school.offer(school_choices())
    form.trainers.offer(queries.trainer_choices())
    form.clashes = False
    if request.method == "POST" and form.validate() and looked() != "back":
        made: list[Any] = []
        draft, known = form.draft(), form.clash.data == "keep"
        if page := look_at_title(form, "Title", draft.title):
            return page
        if tried(form, lambda: made.append(operations.plan_session(actor(), draft, clash_known=known))):
            where = url_for("training.session", session_id=made[0].id)
            return hx.saved(where, "Planned. Every school can book places.", event=EVENT)
    return hx.page("training/new_session.html", status=status_now(), form=form)


@blueprint.get("/training/sessions/<id:session_id>")
@requires(Action.READ_TRAINING)
def session(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    return session_page(record, None)


def session_page(record: Any, book: Any, change: Any = None) -> ResponseReturnValue:
    """The page of a session; ``book`` or ``change`` is a form that was just refused."""
    who = actor()
    bookings = queries.bookings_of(who, record)
    facts = queries.facts_of(record)
    if book is None and facts.is_shared and facts.status == "planned" and may(who, Action.REQUEST_TRAINING):
        left = schools_left(bookings)
        book = _book_form(left) if left and not facts.has_begun else None
    return hx.page(
        "training/session.html",
        status=status_now(),
        session=facts,
        bookings=bookings,
        people=queries.people_of(who, record),
        own=who.school_ids,
        book=book,
        change=change,
        may_run=queries.may_run(who, record),
        timeline=queries.timeline_of("training_session", record.id),
    )


def schools_left(bookings: Iterable[queries.BookingRow]) -> list[tuple[str, str]]:
    """The schools for which this person may still book: the page and what it sends must agree on them."""
    booked = {row.school_id for row in bookings}
    return [pair for pair in schools_offered() if int(pair[0]) not in booked]


def _book_form(pairs: list[tuple[str, str]]) -> BookForm:
    form = BookForm()
    offer_school(form, pairs)
    return form


@blueprint.route("/training/sessions/<id:session_id>/details", methods=["GET", "POST"])
@requires(MANAGE)
def change_session(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id, MANAGE)
    form = ChangeSessionForm(data=queries.opened_session(record))
    form.topic.offer(queries.topic_choices(but_also=record.topic_id))
    known = dict(queries.trainer_choices()) | {str(one.person_id): one.person.name for one in record.trainers}
    form.trainers.offer(sorted(known.items(), key=lambda pair: (pair[1], pair[0])))
    form.clashes = False
    if request.method == "POST" and form.validate() and looked() != "back":
        draft = form.draft(rules.local(record.starts_at), record.minutes)
        keep = form.clash.data == "keep"
        if draft.title != record.title and (page := look_at_title(form, "Title", draft.title)):
            return page
        if tried(
            form,
            lambda: operations.change_session(actor(), record, draft, opened_with=form.opened_with, clash_known=keep),
        ):
            return hx.saved(url_for("training.session", session_id=session_id), "Saved.", event=EVENT)
    return _form_page("training/change_session.html", record, form)


@blueprint.route("/training/sessions/<id:session_id>/move", methods=["GET", "POST"])
@requires(MANAGE)
def move_session(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id, MANAGE)
    form = MoveForm(data=queries.opened_session(record))
    form.clashes = False
    if request.method == "POST" and form.validate():
        why, keep = form.note.data or "", form.clash.data == "keep"
        if tried(
            form,
            lambda: operations.move_session(
                actor(), record, form.draft(), why, opened_with=form.opened_with, clash_known=keep
            ),
        ):
            where = url_for("training.session", session_id=session_id)
            return hx.saved(where, "Moved. Everybody concerned is told.", event=EVENT)
    return _form_page("training/move.html", record, form)


@blueprint.route("/training/sessions/<id:session_id>/cancellation", methods=["GET", "POST"])
@requires(MANAGE)
def cancel_session(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id, MANAGE)
    form = ReasonForm(data={"version": record.version})
    if request.method == "POST" and form.validate():
        why = form.note.data or ""
        if tried(form, lambda: operations.cancel_session(actor(), record, why, opened_with=form.opened_with)):
            where = url_for("training.session", session_id=session_id)
            return hx.saved(where, "Cancelled. Everybody concerned is told.", event=EVENT)
    return _form_page("training/cancel.html", record, form)


def _form_page(template: str, record: Any, form: Any) -> ResponseReturnValue:
    return hx.page(template, status=status_now(), session=queries.facts_of(record), form=form)


@blueprint.get("/training/sessions/<id:session_id>/calendar.ics")
@requires(Action.READ_TRAINING)
def calendar(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    address = url_for("training.session", session_id=session_id, _external=True)
    answer = Response(queries.calendar_file(record, address), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f"attachment; filename=training-{session_id}.ics"
    return answer
