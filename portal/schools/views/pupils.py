"""Pupils: list, entry with its question about pupils who look alike, the record."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, clock, hx, submissions
from portal.kernel.access import actor, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.forms import clean_query
from portal.policy import Action
from portal.schools import operations, queries, rules
from portal.schools.forms import ChangePupilForm, NewPupilForm
from portal.schools.views.common import (
    blueprint,
    in_words,
    number_in_query,
    pages,
    take_refusal,
)

_NOT_TYPED = frozenset({"csrf_token", submissions.FIELD, "answer"})


@blueprint.get("/pupils/")
@requires(Action.READ_PUPIL)
def pupils() -> ResponseReturnValue:
    wanted = queries.PupilFilter(clean_query(request.args.get("search")), number_in_query("school"))
    after, before = number_in_query("after"), number_in_query("before")
    page = queries.pupils_page(actor(), wanted, after=after, before=before)
    filters = {"search": wanted.search, "school": wanted.school_id}
    audit.listed(actor(), "pupils listed", "pupil", (row.id for row in page.rows))
    return hx.page(
        "schools/pupils.html",
        rows=page.rows,
        wanted=wanted,
        schools=queries.schools_seen_by(actor()),
        may_add=bool(queries.schools_to_write_for(actor())),
        addresses=pages("schools.pupils", page, filters),
        born_words=queries.birth_words,
    )


@blueprint.route("/pupils/new", methods=["GET", "POST"])
@requires(Action.WRITE_PUPIL)
def add_pupil() -> ResponseReturnValue:
    schools = queries.schools_to_write_for(actor())
    if not schools:
        raise OutOfReach
    asked = number_in_query("school")
    form = NewPupilForm(data={"school_id": asked})
    form.school_id.offer(schools)
    school_id = _only_school(form, schools)
    if request.method == "POST" and form.validate() and request.form.get("answer") != "back":
        return _add(form, school_id or int(form.school_id.data))
    return _new_page(form)


def _only_school(form: NewPupilForm, schools: list[tuple[str, str]]) -> int | None:
    """The school of a person who has just one: the form does not ask."""
    if len(schools) > 1:
        return None
    del form.school_id
    return int(schools[0][0])


def _add(form: NewPupilForm, school_id: int) -> ResponseReturnValue:
    is_another = request.form.get("answer") == "another"
    try:
        pupil = operations.add_pupil(actor(), school_id, form.draft(), knows_alike=is_another)
    except operations.LooksKnown as known:
        return _known_page(form, known.rows)
    except Refused as error:
        take_refusal(form, error)
        return _new_page(form)
    _warn(form.draft())
    return hx.saved(url_for(".pupil", pupil_id=pupil.id), "Pupil added.", event="pupils-changed")


def _new_page(form: NewPupilForm) -> ResponseReturnValue:
    return hx.page("schools/pupil_new.html", form=form, status=_status())


def _known_page(form: NewPupilForm, rows: tuple[queries.AlikeRow, ...]) -> ResponseReturnValue:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED]
    name = queries.name_of(form.given_name.data or "", form.family_name.data or "")
    for row in rows:
        audit.viewed(actor(), "pupil shown as alike", "pupil", row.pupil_id)
    return hx.page(
        "schools/pupil_known.html",
        form=form,
        rows=rows,
        typed=typed,
        name=name,
        born_words=queries.birth_words,
        status=422,
    )


def _warn(draft: rules.PupilDraft) -> None:
    for warning in rules.pupil_warnings(draft, clock.today()):
        flash(warning, "notice")


@blueprint.get("/pupils/<id:pupil_id>")
@requires(Action.READ_PUPIL)
def pupil(pupil_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id)
    audit.viewed(actor(), "pupil viewed", "pupil", pupil.id)
    row = queries.pupil_row(pupil)
    return hx.page(
        "schools/pupil.html",
        pupil=row,
        lone_visit_warning=pupil.lone_visit_warning,
        identity=queries.identity_of(pupil, row.year_group[:1].upper() + row.year_group[1:]),
        needs=queries.needs_of(pupil),
        home=queries.home_of(pupil),
        enrolments=queries.enrolments_seen_by(actor(), pupil),
        contacts=queries.contacts_of(pupil),
        may_change=queries.may_change(actor(), pupil),
        back=None,
        in_words=in_words,
    )


@blueprint.route("/pupils/<id:pupil_id>/edit", methods=["GET", "POST"])
@requires(Action.WRITE_PUPIL)
def change_pupil(pupil_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    audit.viewed(actor(), "pupil viewed", "pupil", pupil_id)
    opened = queries.pupil_draft(pupil)
    row = queries.pupil_row(pupil)
    form = ChangePupilForm(obj=opened)
    if request.method == "POST" and form.validate():
        try:
            draft = form.draft(opened)
            operations.change_pupil(actor(), pupil, draft, opened_with=form.opened_with)
            _warn(draft)
            return hx.saved(url_for(".pupil", pupil_id=pupil_id), "Pupil changed.", event="pupils-changed")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/pupil_edit.html", form=form, pupil=row, status=_status())


def _status() -> int:
    return 422 if request.method == "POST" else 200
