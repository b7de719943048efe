"""A few views that only the tests of the foundation have: they save, refuse, break and look at things."""

from flask import Blueprint, request
from sqlalchemy import func, select, text

from portal.extensions import db
from portal.kernel import audit, hx, versions
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import (
    ChoiceField,
    EditForm,
    KnownDateField,
    LongTextField,
    ManyField,
    PortalForm,
    SecretField,
    TextField,
    TickField,
)
from portal.policy import Action
from portal.schools.models import School

CHILDS_TEXT = "the words of a child"
PAGE = "lab/page.html"
TEMPLATES = {
    PAGE: (
        "{% extends 'base.html' %}{% import 'macros/forms.html' as forms %}{% block title %}Lab{% endblock %}"
        "{% block main %}{{ forms.error_summary(form) }}<h1>Lab</h1>"
        "{% call forms.form(form) %}{% for field in form.visible_fields() %}{{ field() }}{% endfor %}{% endcall %}"
        "{% endblock %}"
    )
}
RUNS: list[str] = []
"""What ran, so that a test can count"""


class NoteForm(PortalForm):
    name = TextField("Name", required="Give a name.")
    words = LongTextField("Words")
    postcode = TextField("Postcode")
    password = SecretField("Password", required="Type it.", longest=200)


class SchoolForm(EditForm):
    name = TextField("Name of the school", required="Give a name.")
    town = TextField("Town")
    kind = ChoiceField("Kind", [("school", "A school"), ("authority", "The authority")])
    needs = ManyField("Needs", [("a", "Reading"), ("b", "Moving")])
    born = KnownDateField("Opened on")
    agreed = TickField("Agreed")


def new_blueprint() -> Blueprint:
    blueprint = Blueprint("lab", __name__)

    @blueprint.get("/lab/")
    @requires(Action.READ_TASKS)
    def index():
        return f"{db.session.scalar(select(func.count(School.id)))} schools"

    @blueprint.get("/lab/writes")
    @requires(Action.READ_TASKS)
    def writes():
        _add("Written by GET")
        return "written"

    @blueprint.route("/lab/notes", methods=["GET", "POST"])
    @requires(Action.READ_TASKS)
    def notes():
        form = NoteForm()
        if request.method == "POST" and form.validate():
            RUNS.append(form.name.data)
            _add(form.name.data)
            answer = request.form.get("answer")
            if answer == "422":
                form.refuse(["Not today."])
            elif answer == "raise":
                raise ValueError("a text that nobody may see")
            elif answer == "refused":
                raise Refused("The rule says no.")
            else:
                return hx.saved("/lab/", "Saved.")
        return hx.page(PAGE, form=form, status=422 if request.method == "POST" else 200)

    @blueprint.route("/lab/schools/<id:school_id>", methods=["GET", "POST"])
    @requires(Action.READ_TASKS)
    def school(school_id):
        record = db.session.get_one(School, school_id)
        form = SchoolForm(obj=record)
        if request.method == "POST" and form.validate():
            RUNS.append("edit")
            versions.check_version(record, form.opened_with)
            record.name, record.town = form.name.data, form.town.data or ""
            audit.record(actor(), "school changed", record)
            return hx.saved("/lab/", "Saved.")
        return hx.page(PAGE, form=form, status=422 if request.method == "POST" else 200)

    @blueprint.post("/lab/stale/<id:school_id>/<int:times>")
    @requires(Action.READ_TASKS)
    def stale(school_id, times):
        RUNS.append("stale")
        record = db.session.get_one(School, school_id)
        if len(RUNS) <= times:  # as if somebody else had saved since we read
            db.session.execute(text("UPDATE school SET version = version + 1"))
        record.town = "Mine"
        audit.record(actor(), "school changed", record)
        return hx.saved("/lab/", "Saved.")

    @blueprint.route("/lab/child", methods=["GET", "POST"])
    @requires(Action.READ_TASKS)
    def child():
        audit.viewed(actor(), "case viewed", "case_file", 7)
        return CHILDS_TEXT

    @blueprint.get("/lab/missing")
    @requires(Action.READ_TASKS)
    def missing():
        db.session.execute(text("SELECT * FROM no_such_table"))
        return ""

    @blueprint.get("/lab/<int:status>")
    @public("a test of error pages")
    def status(status):
        from flask import abort

        abort(status)

    return blueprint


def _add(name: str) -> None:
    made = School(name=name, kind="school", phase="Primary", status="Open", town="")
    audit.record(actor(), "school added", made)
