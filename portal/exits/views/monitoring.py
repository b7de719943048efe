"""Monitoring visits: record, book, call off."""

from flask import request
from flask.typing import ResponseReturnValue

from portal.cases.queries import case_for
from portal.exits import operations, queries
from portal.exits.forms import BookingForm, ReasonForm, monitoring_form
from portal.exits.views.parts import blueprint, form_page, saved
from portal.kernel import clock
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action

CHANGE = Action.RECORD_MONITORING


@blueprint.route("/cases/<ref:reference>/exit/monitoring/<id:visit_id>", methods=["GET", "POST"])
@requires(CHANGE)
def record_monitoring(reference: str, visit_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    visit = queries.monitoring_for(case, visit_id)
    opened = queries.opened_monitoring(visit, clock.today())
    form = monitoring_form(queries.strategies_of(case))(data=opened)
    if request.method == "POST" and form.validate():
        try:
            operations.record_monitoring(actor(), case, visit, form.draft(), opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return saved(reference, "Monitoring visit recorded.")
    title = queries.moment_words(visit.moment, case.service_line.monitoring_weeks)
    return form_page("exits/monitoring.html", case, form, title=title)


@blueprint.route("/cases/<ref:reference>/exit/monitoring/<id:visit_id>/booking", methods=["GET", "POST"])
@requires(CHANGE)
def schedule_monitoring(reference: str, visit_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    visit = queries.monitoring_for(case, visit_id)
    form = BookingForm(data=queries.opened_monitoring(visit, clock.today()))
    if request.method == "POST" and form.validate():
        try:
            operations.schedule_monitoring(actor(), case, visit, form.scheduled_for.data, opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return saved(reference, "Monitoring visit booked.")
    title = queries.moment_words(visit.moment, case.service_line.monitoring_weeks)
    return form_page("exits/booking.html", case, form, title=title)


@blueprint.route("/cases/<ref:reference>/exit/monitoring/<id:visit_id>/calling-off", methods=["GET", "POST"])
@requires(CHANGE)
def skip_monitoring(reference: str, visit_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    visit = queries.monitoring_for(case, visit_id)
    form = ReasonForm(data=queries.opened_monitoring(visit, clock.today()))
    if request.method == "POST" and form.validate():
        try:
            operations.skip_monitoring(actor(), case, visit, form.reason.data or "", opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return saved(reference, "Recorded: this monitoring visit will not take place.")
    title = queries.moment_words(visit.moment, case.service_line.monitoring_weeks)
    return form_page("exits/calling_off.html", case, form, title=title)
