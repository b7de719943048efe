"""Places in a shared session, and who comes."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import EditConflict, Refused
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.training import operations, queries
from portal.training.forms import BookForm, ChangePlacesForm, PeopleForm
from portal.training.views.blueprint import blueprint
from portal.training.views.index import offer_school, schools_offered
from portal.training.views.requests import EVENT, status_now, tried
from portal.training.views.sessions import schools_left, session_page

ASK = Action.REQUEST_TRAINING


@blueprint.post("/training/sessions/<id:session_id>/bookings")
@requires(ASK)
def book(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    form = BookForm()
    left = schools_left(queries.bookings_of(actor(), record))
    own = offer_school(form, left or schools_offered())
    if form.validate():
        made: list[Any] = []
        school_id = own if own is not None else int(form.school.data)
        places = form.places.data or 0
        if tried(form, lambda: made.append(operations.book_places(actor(), session_id, school_id, places))):
            waits = made[0].state == "waiting"
            said = "You are on the waiting list, and told when places become free." if waits else "Booked."
            return hx.saved(url_for("training.session", session_id=session_id), said, event=EVENT)
    return session_page(record, form)


@blueprint.route("/training/sessions/<id:session_id>/bookings/<id:booking_id>", methods=["GET", "POST"])
@requires(ASK)
def change_booking(session_id: int, booking_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    booking = queries.booking_for(actor(), session_id, booking_id, ASK)
    form = ChangePlacesForm(data={"places": booking.places, "version": booking.version})
    if request.method == "POST" and form.validate():
        places = form.places.data or 0
        if tried(form, lambda: operations.change_places(actor(), booking, places, opened_with=form.opened_with)):
            return hx.saved(url_for("training.session", session_id=session_id), "Changed.", event=EVENT)
    return hx.page(
        "training/places.html",
        status=status_now(),
        session=queries.facts_of(record),
        booking=booking,
        form=form,
    )


@blueprint.post("/training/sessions/<id:session_id>/bookings/<id:booking_id>/cancellation")
@requires(ASK)
def cancel_booking(session_id: int, booking_id: int) -> ResponseReturnValue:
    booking = queries.booking_for(actor(), session_id, booking_id, ASK)
    if version_sent() is None:
        raise EditConflict
    operations.cancel_booking(actor(), booking, opened_with=version_sent())
    return hx.saved(url_for("training.session", session_id=session_id), "The places are given back.", event=EVENT)


@blueprint.route("/training/sessions/<id:session_id>/people", methods=["GET", "POST"])
@requires(ASK)
def people(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    rows = [row for row in queries.bookings_of(actor(), record) if row.state == "booked"]
    if not rows:
        abort(404)
    form = PeopleForm()
    own = offer_school(form, [(str(row.school_id), row.school) for row in rows])
    if request.method == "POST" and form.validate():
        school_id = own if own is not None else int(form.school.data)
        found = form.people_read()
        if not form.people.errors and tried(form, lambda: operations.enter_people(actor(), record, school_id, found)):
            where = url_for("training.people", session_id=session_id)
            return hx.saved(where, "Entered. You can add or take out people until the session.", event=EVENT)
    return hx.page(
        "training/people.html",
        status=status_now(),
        session=queries.facts_of(record),
        form=form,
        bookings=rows,
        people=queries.people_of(actor(), record),
    )


@blueprint.post("/training/sessions/<id:session_id>/people/<id:attendee_id>/removal")
@requires(ASK)
def take_out(session_id: int, attendee_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    attendee = queries.attendee_for(actor(), record, attendee_id, ASK)
    try:
        operations.take_out(actor(), record, attendee)
    except Refused as error:
        return hx.saved(url_for("training.session", session_id=session_id), " ".join(error.problems))
    return hx.saved(url_for("training.people", session_id=session_id), "Taken out.", event=EVENT)
