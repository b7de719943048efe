"""Schools and other organisations that refer."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import clean_query
from portal.policy import Action, may
from portal.schools import operations, queries, rules
from portal.schools.forms import CloseSchoolForm, NewSchoolForm, SchoolForm
from portal.schools.views.common import (
    blueprint,
    in_words,
    number_in_query,
    pages,
    picked_school,
    searched_school,
    take_refusal,
    version_sent,
)


@blueprint.get("/schools/")
@requires(Action.READ_SCHOOL)
def index() -> ResponseReturnValue:
    wanted = queries.SchoolFilter(
        search=clean_query(request.args.get("q") or request.args.get("search")),
        phase=clean_query(request.args.get("phase"), 20),
        state=clean_query(request.args.get("state"), 10),
        register=request.args.get("which") == "all",
    )
    after, before = number_in_query("after"), number_in_query("before")
    page = queries.schools_page(actor(), wanted, after=after, before=before)
    which = "all" if wanted.register else ""
    filters = {"q": wanted.search, "phase": wanted.phase, "state": wanted.state, "which": which}
    return hx.page(
        "schools/schools.html",
        rows=page.rows,
        wanted=wanted,
        phases=rules.SCHOOL_PHASES,
        addresses=pages("schools.index", page, filters),
        in_words=in_words,
    )


@blueprint.route("/schools/new", methods=["GET", "POST"])
@requires(Action.MANAGE_SCHOOLS)
def add_school() -> ResponseReturnValue:
    form = NewSchoolForm(obj=rules.SchoolDraft(kind="school"))
    if request.method == "POST" and form.validate():
        try:
            school = operations.add_school(actor(), form.draft())
            return hx.saved(url_for(".school", school_id=school.id), f"{school.name} added.", event="schools-changed")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/school_new.html", form=form, status=_status())


@blueprint.get("/schools/<id:school_id>")
@requires(Action.READ_SCHOOL)
def school(school_id: int) -> ResponseReturnValue:
    queries.school_for(actor(), school_id)
    row = queries.school_row(school_id)
    sees_pupils = may(actor(), Action.READ_PUPIL)
    return hx.page(
        "schools/school.html",
        school=row,
        people_count=queries.people_count(school_id),
        pupil_count=queries.pupil_count(actor(), school_id) if sees_pupils else None,
        dates=queries.dates_of(row, clock.today()),
        in_words=in_words,
    )


@blueprint.route("/schools/<id:school_id>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_SCHOOLS)
def change_school(school_id: int) -> ResponseReturnValue:
    school = queries.school_for(actor(), school_id, Action.MANAGE_SCHOOLS)
    form = SchoolForm(obj=queries.school_draft(school))
    if school.status == "closed":
        del form.status
    if request.method == "POST" and form.validate():
        try:
            operations.change_school(actor(), school, form.draft(), opened_with=form.opened_with)
            return hx.saved(url_for(".school", school_id=school_id), "School changed.", event="schools-changed")
        except Refused as error:
            take_refusal(form, error)
    row = queries.school_row(school_id)
    return hx.page("schools/school_edit.html", form=form, school=row, status=_status())


@blueprint.route("/schools/<id:school_id>/close", methods=["GET", "POST"])
@requires(Action.MANAGE_SCHOOLS)
def close_school(school_id: int) -> ResponseReturnValue:
    school = queries.school_for(actor(), school_id, Action.MANAGE_SCHOOLS)
    form = CloseSchoolForm(obj=queries.closing_draft(school))
    picked = picked_school("successor_id")
    form.successor_id.offer([pair for pair in queries.school_choices(also=picked) if pair[0] != str(school_id)])
    if request.method == "GET":
        form.successor_id.data = picked
    if request.method == "POST" and form.validate():
        try:
            closed_on, successor = form.closed_on.data, form.successor
            operations.close_school(actor(), school, closed_on, successor, opened_with=form.opened_with)
            return hx.saved(url_for(".school", school_id=school_id), "School closed.", event="schools-changed")
        except Refused as error:
            take_refusal(form, error)
    row = queries.school_row(school_id)
    return hx.page("schools/school_close.html", form=form, school=row, found=searched_school(), status=_status())


@blueprint.post("/schools/<id:school_id>/reopen")
@requires(Action.MANAGE_SCHOOLS)
def reopen_school(school_id: int) -> ResponseReturnValue:
    school = queries.school_for(actor(), school_id, Action.MANAGE_SCHOOLS)
    operations.reopen_school(actor(), school, opened_with=version_sent())
    return hx.saved(url_for(".school", school_id=school_id), "School open again.", event="schools-changed")


@blueprint.post("/schools/<id:school_id>/steps/<word:step>")
@requires(Action.MANAGE_SCHOOLS)
def step(school_id: int, step: str) -> ResponseReturnValue:
    if step not in _STEPS:
        abort(404)
    school = queries.school_for(actor(), school_id, Action.MANAGE_SCHOOLS)
    operations.work_with(actor(), school, step == "work-with")
    return hx.saved(url_for(".school", school_id=school_id), _STEPS[step], event="schools-changed")


_STEPS = {
    "work-with": "The service works with this school now. Forms offer it.",
    "leave": "Forms offer this school no more. What was recorded stays.",
}


def _status() -> int:
    return 422 if request.method == "POST" else 200
