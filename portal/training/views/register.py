"""The register, and the certificates that follow it."""

import re
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.files.documents import DocumentsUnavailable, pdf
from portal.files.web import pdf_answer
from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.policy import Action
from portal.schools.queries import school_choices
from portal.training import operations, queries
from portal.training.forms import RegisterForm
from portal.training.views.blueprint import blueprint
from portal.training.views.requests import EVENT, status_now, tried

READ, RUN = Action.READ_TRAINING, Action.RUN_TRAINING


@blueprint.route("/training/sessions/<id:session_id>/register", methods=["GET", "POST"])
@requires(RUN)
def register(session_id: int) -> ResponseReturnValue:
    record = queries.session_to_run(actor(), session_id)
    listed = queries.everybody_of(record)
    form = RegisterForm(data={"version": record.version, "present": [one.id for one in listed if one.attended]})
    form.present.offer([(str(one.id), one.name) for one in listed])
    form.door_school.offer(school_choices())
    if request.method == "POST" and form.validate():
        finish = request.form.get("then") == "finish"
        marks = _marks(form)
        if tried(
            form,
            lambda: operations.save_register(actor(), record, marks, finish=finish, opened_with=form.opened_with),
        ):
            return _saved(session_id, finish)
    return hx.page(
        "training/register.html",
        status=status_now(),
        session=queries.facts_of(record),
        form=form,
        people=listed,
        ticked=set(form.present.data or ()),
    )


def _marks(form: RegisterForm) -> operations.Marks:
    return operations.Marks(
        present=frozenset(int(value) for value in form.present.data or ()),
        listed=frozenset(int(value) for value in request.form.getlist("listed") if re.fullmatch("[0-9]{1,9}", value)),
        at_the_door=form.at_the_door(),
        door_school_id=int(form.door_school.data) if form.door_school.data else None,
    )


def _saved(session_id: int, finish: bool) -> ResponseReturnValue:
    if finish:
        where = url_for("training.show_certificates", session_id=session_id)
        return hx.saved(where, "The register is finished. The certificates are ready.", event=EVENT)
    return hx.saved(url_for("training.register", session_id=session_id), "Saved so far.", event=EVENT)


@blueprint.get("/training/sessions/<id:session_id>/certificates")
@requires(READ)
def show_certificates(session_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    return hx.page(
        "training/certificates.html",
        session=queries.facts_of(record),
        certificates=queries.certificates(actor(), record),
        problem="",
    )


@blueprint.get("/training/sessions/<id:session_id>/certificates/<id:attendee_id>")
@requires(READ)
def show_certificate(session_id: int, attendee_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    return hx.page(
        "training/certificate.html",
        session=queries.facts_of(record),
        certificate=queries.certificates(actor(), record, attendee_id=attendee_id)[0],
    )


@blueprint.get("/training/sessions/<id:session_id>/certificates/<id:attendee_id>.pdf")
@requires(READ)
def certificate_pdf(session_id: int, attendee_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    return _pdf(
        record, queries.certificates(actor(), record, attendee_id=attendee_id), f"certificate-{attendee_id}.pdf"
    )


@blueprint.get("/training/sessions/<id:session_id>/schools/<id:school_id>/certificates.pdf")
@requires(READ)
def school_pdf(session_id: int, school_id: int) -> ResponseReturnValue:
    record = queries.session_for(actor(), session_id)
    return _pdf(record, queries.certificates(actor(), record, school_id=school_id), f"certificates-{session_id}.pdf")


def _pdf(record: Any, found: list[queries.Certificate], name: str) -> ResponseReturnValue:
    try:
        return pdf_answer(pdf("print/certificates.html", certificates=found), name)
    except DocumentsUnavailable as error:
        return hx.page(
            "training/certificates.html",
            session=queries.facts_of(record),
            certificates=found,
            problem=str(error),
        )
