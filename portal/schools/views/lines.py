"""Settings: service lines with their routes and clocks."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.dates import WEEKDAYS, clock_words
from portal.kernel.errors import Refused
from portal.policy import Action
from portal.schools import operations, queries, rules
from portal.schools.forms import LineForm, NewLineForm
from portal.schools.queries.lines import routes_to_choose
from portal.schools.views.common import blueprint, take_refusal


@blueprint.get("/settings/lines")
@requires(Action.MANAGE_SETTINGS)
def lines() -> ResponseReturnValue:
    return hx.page(
        "schools/lines.html",
        lines=queries.lines(),
        calendars=queries.calendars(),
        weekdays=WEEKDAYS,
        clock_words=clock_words,
    )


@blueprint.route("/settings/lines/new", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def add_line() -> ResponseReturnValue:
    form = NewLineForm(obj=rules.LineDraft())
    form.calendar_id.offer(queries.calendar_choices())
    form.route.offer(routes_to_choose())
    if request.method == "POST" and form.validate():
        try:
            operations.add_line(actor(), form.draft())
            return hx.saved(url_for(".lines"), "Service line added.", event="lines-changed")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/line_new.html", form=form, status=_status())


@blueprint.route("/settings/lines/<id:line_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def line(line_id: int) -> ResponseReturnValue:
    row = queries.line_of(line_id)
    form = LineForm(obj=queries.line_draft(row))
    form.calendar_id.offer(queries.calendar_choices())
    form.route.offer(routes_to_choose(now=row.route))
    if request.method == "POST" and form.validate():
        try:
            operations.change_line(actor(), line_id, form.draft(), opened_with=form.opened_with)
            return hx.saved(url_for(".lines"), "Service line changed.", event="lines-changed")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/line.html", form=form, line=row, status=_status())


def _status() -> int:
    return 422 if request.method == "POST" else 200
