"""Settings: term dates."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.dates import school_year_label, school_year_start
from portal.kernel.errors import Refused
from portal.policy import Action
from portal.schools import operations, queries
from portal.schools.forms import CalendarForm, DatesForm, NewCalendarForm
from portal.schools.views.common import blueprint, in_words, take_refusal, version_sent

_KINDS = {"terms": "term", "closures": "closure"}


@blueprint.route("/settings/calendars/new", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def add_calendar() -> ResponseReturnValue:
    form = NewCalendarForm()
    if request.method == "POST" and form.validate():
        try:
            calendar = operations.add_calendar(actor(), form.name.data or "")
            return hx.saved(url_for(".calendar", calendar_id=calendar.id), "Calendar added. Check its dates.")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/calendar_new.html", form=form, status=_status())


@blueprint.get("/settings/calendars/<id:calendar_id>")
@requires(Action.MANAGE_SETTINGS)
def calendar(calendar_id: int) -> ResponseReturnValue:
    row = queries.calendar_row(queries.calendar_for(calendar_id))
    return hx.page(
        "schools/calendar.html",
        calendar=row,
        in_words=in_words,
        year_label=school_year_label,
        this_year=school_year_start(clock.today()),
    )


@blueprint.route("/settings/calendars/<id:calendar_id>/name", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def rename_calendar(calendar_id: int) -> ResponseReturnValue:
    calendar = queries.calendar_for(calendar_id)
    form = CalendarForm(obj=queries.calendar_row(calendar))
    if request.method == "POST" and form.validate():
        try:
            operations.change_calendar(actor(), calendar, form.name.data or "", opened_with=form.opened_with)
            return _saved(calendar_id, "Calendar changed.")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/calendar_name.html", form=form, calendar_id=calendar_id, status=_status())


@blueprint.route("/settings/calendars/<id:calendar_id>/<word:kind>/new", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def add_dates(calendar_id: int, kind: str) -> ResponseReturnValue:
    calendar = queries.calendar_for(calendar_id)
    form = DatesForm(data={"version": calendar.version})
    if request.method == "POST" and form.validate() and (answer := _save(calendar_id, kind, form, None)):
        return answer
    return _dates_page(calendar_id, kind, form, None)


@blueprint.route("/settings/calendars/<id:calendar_id>/<word:kind>/<id:dates_id>", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def change_dates(calendar_id: int, kind: str, dates_id: int) -> ResponseReturnValue:
    opened = queries.dates_draft(queries.calendar_for(calendar_id), _known(kind), dates_id)
    form = DatesForm(obj=opened)
    if request.method == "POST" and form.validate() and (answer := _save(calendar_id, kind, form, dates_id)):
        return answer
    return _dates_page(calendar_id, kind, form, opened)


@blueprint.post("/settings/calendars/<id:calendar_id>/<word:kind>/<id:dates_id>/remove")
@requires(Action.MANAGE_SETTINGS)
def remove_dates(calendar_id: int, kind: str, dates_id: int) -> ResponseReturnValue:
    calendar = queries.calendar_for(calendar_id)
    remove = operations.remove_term if _known(kind) == "term" else operations.remove_closure
    remove(actor(), calendar, dates_id, opened_with=version_sent())
    return _saved(calendar_id, f"{_KINDS[kind].capitalize()} removed.")


def _save(calendar_id: int, kind: str, form: DatesForm, dates_id: int | None) -> ResponseReturnValue | None:
    calendar = queries.calendar_for(calendar_id)
    save = operations.save_term if _known(kind) == "term" else operations.save_closure
    try:
        save(actor(), calendar, form.draft(), opened_with=form.opened_with, part_id=dates_id)
    except Refused as error:
        take_refusal(form, error)
        return None
    return _saved(calendar_id, f"{_KINDS[kind].capitalize()} saved.")


def _dates_page(
    calendar_id: int, kind: str, form: DatesForm, opened: queries.OpenedDates | None
) -> ResponseReturnValue:
    return hx.page(
        "schools/dates.html",
        form=form,
        calendar_id=calendar_id,
        kind=kind,
        noun=_known(kind),
        opened=opened,
        status=_status(),
    )


def _known(kind: str) -> str:
    """term or closure; any other word of the address is not found."""
    if kind not in _KINDS:
        abort(404)
    return _KINDS[kind]


def _saved(calendar_id: int, words: str) -> ResponseReturnValue:
    return hx.saved(url_for(".calendar", calendar_id=calendar_id), words, event="calendars-changed")


def _status() -> int:
    return 422 if request.method == "POST" else 200
