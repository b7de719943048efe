"""The people around a pupil."""

import re

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action
from portal.schools import operations, queries
from portal.schools.forms import ContactForm, NewContactForm
from portal.schools.views.common import blueprint, take_refusal, version_sent

_CASE_PAGE = re.compile(r"/cases/C-[0-9]{4}-[0-9]{1,6}(?:/feedback/family/new)?")


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
        back=request.args.get("back") if came_from(pupil_id) == request.args.get("back") else None,
    )


@blueprint.route("/pupils/<id:pupil_id>/contacts/new", methods=["GET", "POST"])
@requires(Action.WRITE_PUPIL)
def add_contact(pupil_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    row = queries.pupil_row(pupil)
    form = NewContactForm()
    back = came_from(pupil_id)
    if request.method == "POST" and form.validate():
        try:
            operations.add_contact(actor(), pupil, form.draft())
            return _saved(back, "Contact added.")
        except Refused as error:
            take_refusal(form, error)
    audit.viewed(actor(), "pupil viewed", "pupil", pupil_id)
    return hx.page("schools/contact_new.html", form=form, pupil=row, back=back, status=_status())


@blueprint.route("/pupils/<id:pupil_id>/contacts/<id:contact_id>", methods=["GET", "POST"])
@requires(Action.WRITE_PUPIL)
def change_contact(pupil_id: int, contact_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    contact = queries.contact_for(pupil, contact_id)
    audit.viewed(actor(), "contacts viewed", "pupil", pupil_id)
    row, shown = queries.pupil_row(pupil), queries.contact_row(contact)
    form = ContactForm(obj=queries.contact_draft(contact))
    back = came_from(pupil_id)
    if request.method == "POST" and form.validate():
        try:
            operations.change_contact(actor(), contact, form.draft(), opened_with=form.opened_with)
            return _saved(back, "Contact changed.")
        except Refused as error:
            take_refusal(form, error)
    return hx.page("schools/contact_edit.html", form=form, pupil=row, contact=shown, back=back, status=_status())


@blueprint.post("/pupils/<id:pupil_id>/contacts/<id:contact_id>/remove")
@requires(Action.WRITE_PUPIL)
def remove_contact(pupil_id: int, contact_id: int) -> ResponseReturnValue:
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    contact = queries.contact_for(pupil, contact_id)
    operations.remove_contact(actor(), contact, opened_with=version_sent())
    return _saved(came_from(pupil_id), "Contact removed.")


@blueprint.post("/pupils/<id:pupil_id>/contacts/<id:contact_id>/alike")
@requires(Action.WRITE_PUPIL)
def settle_alike(pupil_id: int, contact_id: int) -> ResponseReturnValue:
    """Is it the person on record whom it looks like?"""
    pupil = queries.pupil_for(actor(), pupil_id, Action.WRITE_PUPIL)
    contact = queries.contact_for(pupil, contact_id)
    is_same = request.form.get("answer") == "same"
    operations.settle_alike(actor(), contact, is_same=is_same, opened_with=version_sent())
    words = "They are one person. The earlier contact stays." if is_same else "They are 2 different people."
    return _saved(came_from(pupil_id), words)


def _saved(back: str, words: str) -> ResponseReturnValue:
    return hx.saved(back, words, event="contacts-changed")


def came_from(pupil_id: int) -> str:
    """Where to go afterwards: the page of a case that led here, else the pupil's."""
    back = request.args.get("back", "")
    return back if _CASE_PAGE.fullmatch(back) else url_for(".pupil", pupil_id=pupil_id)


def _status() -> int:
    return 422 if request.method == "POST" else 200
