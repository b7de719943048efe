"""What should come with the referral, its files, and handing the draft to a colleague."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.files import web as files
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import PortalForm
from portal.kernel.unit_of_work import prepared, prepares
from portal.policy import Action
from portal.referrals import operations, queries, rules
from portal.referrals.forms import HandOverForm
from portal.referrals.views.blueprint import blueprint
from portal.referrals.views.form import closed, mine, to_show


@blueprint.get("/referrals/<ref:reference>/evidence")
@requires(Action.WRITE_REFERRAL)
def evidence(reference: str) -> ResponseReturnValue:
    referral = mine(reference)
    return to_show(referral) if closed(referral, rules.PLACE_OF_FILES) else _evidence(referral)


@blueprint.post("/referrals/<ref:reference>/evidence/<word:item>")
@prepares(files.received)
@requires(Action.WRITE_REFERRAL)
def add_files(reference: str, item: str) -> ResponseReturnValue:
    taken: files.Received = prepared()
    referral = mine(reference)
    problems = list(taken.problems)
    kept = 0
    try:
        for checked in taken.checked:
            operations.add_file(actor(), referral, item, checked)
            kept += 1
    except Refused as error:
        problems.extend(error.problems)
    return _evidence(referral, item, problems, 200 if kept else 422)


def _evidence(referral: Any, item: str = "", problems: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    """The whole page; to the script of the files, the list of the one item."""
    return hx.page(
        "referrals/evidence.html",
        fragment="referrals/_files.html" if item in rules.FILE_ITEMS else None,
        status=status,
        referral=referral,
        item=item,
        items=rules.FILE_ITEMS,
        problems={item: problems},
        evidence=queries.evidence_of(referral),
        files=queries.files_of_referral(referral),
        adding=queries.may_add(actor(), referral),
    )


@blueprint.get("/referrals/<ref:reference>/files/<id:file_id>")
@requires(Action.READ_REFERRAL)
def file(reference: str, file_id: int) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference)
    row = queries.file_of_referral(referral, file_id)
    audit.viewed(actor(), "file of referral opened", "referral", referral.id)
    return files.attachment(row)


@blueprint.post("/referrals/<ref:reference>/files/<id:file_id>/remove")
@requires(Action.WRITE_REFERRAL)
def remove_file(reference: str, file_id: int) -> ResponseReturnValue:
    referral = mine(reference)
    item = queries.item_of_file(referral, file_id)
    try:
        operations.remove_file(actor(), referral, file_id)
    except Refused as error:
        return _evidence(referral, item, error.problems, 422)
    if request.headers.get("HX-Request") == "true":
        return _evidence(referral, item)
    return hx.saved(url_for("referrals.evidence", reference=reference), "The file is taken away.")


@blueprint.route("/referrals/<ref:reference>/hand-over", methods=["GET", "POST"])
@requires(Action.WRITE_REFERRAL)
def hand_over(reference: str) -> ResponseReturnValue:
    referral = mine(reference)
    if closed(referral):
        return to_show(referral)
    form = HandOverForm(version=referral.version)
    people = queries.colleagues_of(referral)
    # In the POST the writer is offered too: who lost a race against another hand-over is told so, not "choose again".
    writing = referral.written_by_id if request.method == "GET" else None
    form.person.offer([(str(i), name) for i, name in people if i != writing])
    if not form.validate_on_submit():
        return _hand_over(referral, form, 422 if request.method == "POST" else 200)
    chosen = int(form.person.data)
    try:
        operations.hand_over(actor(), referral, chosen, note=form.note.data or "", opened_with=form.opened_with)
    except Refused as error:
        form.refuse(error.problems)
        return _hand_over(referral, form, 422)
    said = f"Handed to {dict(people)[chosen]}, who is told by e-mail. You both see it."
    return hx.saved(url_for("referrals.form", reference=reference), said, event="referrals-changed")


def _hand_over(referral: Any, form: PortalForm, status: int) -> ResponseReturnValue:
    return hx.page("referrals/hand_over.html", status=status, referral=referral, form=form)
