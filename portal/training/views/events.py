"""Events: the list, one event, and what the coordinator and the schools do with it."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.schools.queries import school_choices
from portal.schools.views.look import looked
from portal.training.forms.events import CancelForm, ChangeEventForm, EventForm, InvitationForm, InviteForm, SharedForm
from portal.training.operations import events as operations
from portal.training.queries.events import (
    event_calendar,
    event_for,
    event_page,
    event_rows,
    opened_event,
    reason_of,
    sees_every_school,
)
from portal.training.views.blueprint import blueprint
from portal.training.views.requests import look_at_title

READ, ASK, MANAGE = Action.READ_TRAINING, Action.REQUEST_TRAINING, Action.MANAGE_TRAINING


@blueprint.get("/training/events/")
@requires(READ)
def events() -> ResponseReturnValue:
    return hx.page("training/events.html", fragment="training/_events.html", rows=event_rows(actor()))


@blueprint.get("/training/events/<id:event_id>")
@requires(READ)
def event(event_id: int) -> ResponseReturnValue:
    return _event_page(event_id, InvitationForm())


@blueprint.get("/training/events/<id:event_id>/calendar.ics")
@requires(READ)
def event_file(event_id: int) -> Response:
    answer = Response(event_calendar(event_for(actor(), event_id)), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="event-{event_id}.ics"'
    return answer


@blueprint.route("/training/events/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_event() -> ResponseReturnValue:
    form = EventForm()
    made: list[Any] = []
    if _posted(form):
        if page := look_at_title(form, "Title", form.title.data or ""):
            return page
        if _done(form, lambda: made.append(operations.plan_event(actor(), form.draft()))):
            where = url_for("training.invite", event_id=made[0].id)
            return hx.saved(where, "The event is planned. Choose the schools to invite.")
    return hx.page(
        "training/event_form.html", status=_status(), form=form, title="Plan an event", button="Plan the event"
    )


@blueprint.route("/training/events/<id:event_id>/change", methods=["GET", "POST"])
@requires(MANAGE)
def change_event(event_id: int) -> ResponseReturnValue:
    record = event_for(actor(), event_id)
    form = ChangeEventForm(data=opened_event(record))
    if _posted(form):
        title = form.title.data or ""
        if title != record.title and (page := look_at_title(form, "Title", title)):
            return page
        if _done(form, lambda: operations.change_event(actor(), record, form.draft(), opened_with=form.opened_with)):
            return _saved(event_id, "The event is changed.")
    return hx.page("training/event_form.html", status=_status(), form=form, title="Change the event", button="Save")


@blueprint.route("/training/events/<id:event_id>/invite", methods=["GET", "POST"])
@requires(MANAGE)
def invite(event_id: int) -> ResponseReturnValue:
    record = event_for(actor(), event_id)
    there = {one.school_id for one in record.invitations}
    form = InviteForm()
    form.schools.offer([(value, name) for value, name in school_choices() if int(value) not in there])
    if _posted(form) and _done(
        form, lambda: operations.invite(actor(), record, [int(value) for value in form.schools.data or ()])
    ):
        return _saved(event_id, "The schools are invited.")
    return hx.page("training/invite.html", status=_status(), form=form, event=event_page(actor(), record))


@blueprint.post("/training/events/<id:event_id>/answers/<id:school_id>")
@requires(ASK)
def answer_invitation(event_id: int, school_id: int) -> ResponseReturnValue:
    record = event_for(actor(), event_id)
    form = InvitationForm()
    if form.validate() and _done(form, lambda: _answered(form, record, school_id)):
        return _saved(event_id, "Thank you. The service knows.")
    return _event_page(event_id, form, status=422)


def _answered(form: InvitationForm, record: Any, school_id: int) -> None:
    operations.answer_invitation(
        actor(), record, school_id, comes=bool(form.comes.answer), people=form.people.data or 0
    )


@blueprint.route("/training/events/<id:event_id>/attendance", methods=["GET", "POST"])
@requires(MANAGE)
def attendance(event_id: int) -> ResponseReturnValue:
    record = event_for(actor(), event_id)
    problems: Sequence[str] = ()
    if request.method == "POST":
        try:
            operations.record_who_came(actor(), record, _numbers(), opened_with=version_sent())
        except Refused as error:
            problems = error.problems
        else:
            return _saved(event_id, "Who came is recorded.")
    typed = {name: value for name, value in request.form.items() if name.startswith("came_")}
    page = event_page(actor(), record)
    return hx.page("training/attendance.html", status=_status(), event=page, problems=problems, typed=typed)


def _numbers() -> dict[int, int | None]:
    """The number of people by school id, None for an empty box; what is not a number from 0 to 200 counts as a slip."""
    found: dict[int, int | None] = {}
    for name, value in request.form.items():
        school = re.fullmatch(r"came_([0-9]{1,9})", name)
        if school is None:
            continue
        if value.strip() == "":
            found[int(school[1])] = None
            continue
        if not re.fullmatch(r"[0-9]{1,3}", value.strip()) or int(value) > 200:
            raise Refused("Enter whole numbers from 0 to 200.")
        found[int(school[1])] = int(value)
    return found


@blueprint.route("/training/events/<id:event_id>/shared", methods=["GET", "POST"])
@requires(MANAGE)
def share(event_id: int) -> ResponseReturnValue:
    record = event_for(actor(), event_id)
    form = SharedForm(data={"shared": record.shared, "version": record.version})
    if request.method == "POST" and form.validate():
        words = form.shared.data or ""
        if _done(form, lambda: operations.share(actor(), record, words, opened_with=form.opened_with)):
            return _saved(event_id, "What was shared is there to read.")
    return hx.page("training/shared.html", status=_status(), form=form, event=event_page(actor(), record))


@blueprint.route("/training/events/<id:event_id>/cancel", methods=["GET", "POST"])
@requires(MANAGE)
def cancel_event(event_id: int) -> ResponseReturnValue:
    record = event_for(actor(), event_id)
    form = CancelForm(data={"version": record.version})
    if request.method == "POST" and form.validate():
        why = form.note.data or ""
        if _done(form, lambda: operations.cancel_event(actor(), record, why, opened_with=form.opened_with)):
            return _saved(event_id, "The event is cancelled. The schools invited are told.")
    return hx.page("training/event_cancel.html", status=_status(), form=form, event=event_page(actor(), record))


def _event_page(event_id: int, form: InvitationForm, status: int = 200) -> ResponseReturnValue:
    record = event_for(actor(), event_id)
    return hx.page(
        "training/event.html",
        status=status,
        event=event_page(actor(), record),
        form=form,
        own_ids=actor().school_ids,
        is_service=sees_every_school(actor()),
        reason=reason_of(record),
    )


def _saved(event_id: int, words: str) -> ResponseReturnValue:
    return hx.saved(url_for("training.event", event_id=event_id), words, event="events-changed")


def _posted(form: Any) -> bool:
    return request.method == "POST" and bool(form.validate()) and looked() != "back"


def _status() -> int:
    return 422 if request.method == "POST" else 200


def _done(form: Any, act: Callable[[], object]) -> bool:
    try:
        act()
    except RefusedFields as error:
        form.put_errors(error.by_field)
        return False
    except Refused as error:
        form.refuse(error.problems)
        return False
    return True
