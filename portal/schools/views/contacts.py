"""The people around a pupil."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action
from portal.schools import operations, queries
from portal.schools.forms import ContactForm, NewContactForm
from portal.schools.views.common import blueprint, take_refusal, version_sent


@blueprint.get("/pupils/<id:pupil_id>/contacts")
@requires(Action.READ_PUPIL)
def contacts(pupil_id: int) -> ResponseReturnValue:
    """A page of its own, and the section that other features load by its address."""
    pupil = queries.pupil_for(actor(), pupil_id)
    audit.viewed(actor(), "contacts viewed", "pupil", pupil_id)
    return hx.page(
        "schools/contacts.html",
        fragment="schools/_contacts.html",
        pupil=queries.pupil_row(pupil),
        contacts=queries.contacts_of(pupil),
        may_change=queries.may_change(actor(), pupil),
    )


@blueprint.route("/pupils/<id:pupil_id>/contacts/new", methods=["GET", "POST"])
@requires(Action.WRITE_PUPIL)
def add_contact(pupil_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    row = queries.pupil_row(pupil)
    form = NewContactForm()
    if request.method == "POST" and form.validate():
        try:
            operations.add_contact(actor(), pupil, form.draft())
            return _saved(pupil_id, "Contact added.")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/contact_new.html", form=form, pupil=row, status=_status())


@blueprint.route("/pupils/<id:pupil_id>/contacts/<id:contact_id>", methods=["GET", "POST"])
@requires(Action.WRITE_PUPIL)
def change_contact(pupil_id: int, contact_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    contact = queries.contact_for(pupil, contact_id)
    audit.viewed(actor(), "contacts viewed", "pupil", pupil_id)
    row, shown = queries.pupil_row(pupil), queries.contact_row(contact)
    form = ContactForm(obj=queries.contact_draft(contact))
    if request.method == "POST" and form.validate():
        try:
            operations.change_contact(actor(), contact, form.draft(), opened_with=form.opened_with)
            return _saved(pupil_id, "Contact changed.")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/contact_edit.html", form=form, pupil=row, contact=shown, status=_status())


@blueprint.post("/pupils/<id:pupil_id>/contacts/<id:contact_id>/remove")
@requires(Action.WRITE_PUPIL)
def remove_contact(pupil_id: int, contact_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    contact = queries.contact_for(pupil, contact_id)
    operations.remove_contact(actor(), contact, opened_with=version_sent())
    return _saved(pupil_id, "Contact removed.")


def _saved(pupil_id: int, words: str) -> ResponseReturnValue:
    return hx.saved(url_for(".pupil", pupil_id=pupil_id), words, event="contacts-changed")


def _status() -> int:
    return 422 if request.method == "POST" else 200
