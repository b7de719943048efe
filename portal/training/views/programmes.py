"""Programmes: where schools stand, and the programmes as the coordinator keeps them."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.policy import Action, may
from portal.schools.operations import RefusedFields
from portal.training import queries
from portal.training.forms.programmes import ChangeProgrammeForm, ProgrammeForm, StaffForm
from portal.training.operations import programmes as operations
from portal.training.queries.programmes import own_schools, programme_for, programme_rows, standings_in
from portal.training.rules.programmes import COUNTS_WORDS
from portal.training.views.blueprint import blueprint

READ, ASK, MANAGE = Action.READ_TRAINING, Action.REQUEST_TRAINING, Action.MANAGE_TRAINING


@blueprint.get("/training/programmes/")
@requires(READ)
def programmes() -> ResponseReturnValue:
    return hx.page(
        "training/programmes.html",
        fragment="training/_programmes.html",
        programmes=[
            (row, standings_in(actor(), row.id, row.needed_percent))
            for row in programme_rows(also_ended=may(actor(), MANAGE))
        ],
        counts_words=COUNTS_WORDS,
        schools=own_schools(actor()),
        is_school=bool(actor().school_ids),
    )


@blueprint.route("/training/programmes/staff/<id:school_id>", methods=["GET", "POST"])
@requires(READ, change=ASK)
def say_staff(school_id: int) -> ResponseReturnValue:
    names = dict(own_schools(actor()))
    if school_id not in names:
        raise OutOfReach(school_id)
    form = StaffForm()
    if request.method == "POST" and form.validate():
        try:
            operations.say_staff(actor(), school_id, form.staff.data or 0)
        except Refused as error:
            form.refuse(error.problems)
        else:
            return hx.saved(url_for("training.programmes"), "Thank you. The standing is up to date.")
    status = 422 if request.method == "POST" else 200
    return hx.page("training/staff.html", status=status, form=form, school_id=school_id, school=names[school_id])


@blueprint.route("/training/programmes/new", methods=["GET", "POST"])
@requires(MANAGE)
def new_programme() -> ResponseReturnValue:
    form = ProgrammeForm(data={"is_active": True, "needed_percent": 80})
    return _answer(form, None, "Add a programme", "Add the programme")


@blueprint.route("/training/programmes/<id:programme_id>", methods=["GET", "POST"])
@requires(MANAGE)
def programme(programme_id: int) -> ResponseReturnValue:
    record = programme_for(programme_id)
    opened: dict[str, Any] = {
        "name": record.name,
        "summary": record.summary,
        "needed_percent": record.needed_percent,
        "topics": [str(one.topic_id) for one in record.topics],
        "is_active": record.is_active,
        "version": record.version,
    }
    return _answer(ChangeProgrammeForm(data=opened), record, "Change the programme", "Save")


def _answer(form: Any, record: Any, title: str, button: str) -> ResponseReturnValue:
    form.topics.offer([(str(topic.id), topic.title) for topic in queries.topics(active_only=False)])
    if request.method == "POST" and form.validate() and _done(form, record):
        return hx.saved(url_for("training.programmes"), "Programme saved.")
    status = 422 if request.method == "POST" else 200
    return hx.page("training/programme.html", status=status, form=form, title=title, button=button)


def _done(form: Any, record: Any) -> bool:
    try:
        if record is None:
            operations.add_programme(actor(), form.draft())
        else:
            operations.change_programme(actor(), record, form.draft(), opened_with=form.opened_with)
    except RefusedFields as error:
        form.put_errors(error.by_field)
        return False
    return True
