"""The texts of agreements: versions, the draft, its preview, publishing it."""

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue

from portal.agreements import operations, queries, rules
from portal.agreements.forms import DiscardForm, PublishForm, SeriesForm, TextForm
from portal.agreements.views.base import blueprint, viewed
from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.schools.operations import RefusedFields


@blueprint.route("/agreements/texts/", methods=["GET", "POST"])
@requires(Action.MANAGE_AGREEMENT_TEXTS)
def texts() -> ResponseReturnValue:
    form = SeriesForm(data={"series": "all"})
    form.series.offer(queries.series_choices())
    if form.is_submitted() and form.validate():
        text = operations.start_draft(actor(), form.series.data or "")
        return hx.saved(url_for("agreements.edit_text", text_id=text.id))
    status = 422 if form.is_submitted() else 200
    return hx.page("agreements/texts.html", status=status, series=queries.series_list(actor()), form=form)


@blueprint.get("/agreements/texts/<id:text_id>")
@requires(Action.MANAGE_AGREEMENT_TEXTS)
def text(text_id: int) -> ResponseReturnValue:
    found = queries.text_for(actor(), text_id)
    return hx.page("agreements/text.html", text=queries.text_row(found), form=DiscardForm(obj=found))


@blueprint.get("/agreements/texts/<id:text_id>/preview")
@requires(Action.MANAGE_AGREEMENT_TEXTS)
def preview_text(text_id: int) -> ResponseReturnValue:
    found = queries.text_for(actor(), text_id)
    merged, example_id = queries.preview_of(found)
    if example_id is not None:
        viewed(example_id)
    return hx.page(
        "agreements/preview.html",
        text=queries.text_row(found),
        blocks=rules.blocks(merged),
        title=merged.partition("\n")[0],
        is_invented=example_id is None,
    )


@blueprint.route("/agreements/texts/<id:text_id>/edit", methods=["GET", "POST"])
@requires(Action.MANAGE_AGREEMENT_TEXTS)
def edit_text(text_id: int) -> ResponseReturnValue:
    found = queries.text_for(actor(), text_id)
    form = TextForm(obj=found)
    if form.is_submitted() and form.validate():
        try:
            operations.change_text(actor(), found, form.draft(), opened_with=form.opened_with)
            return hx.saved(url_for("agreements.preview_text", text_id=found.id), "Saved as a draft.")
        except Refused as refused:
            _put(form, refused)
    return _page("agreements/edit_text.html", found, form, places=rules.PLACES)


@blueprint.route("/agreements/texts/<id:text_id>/publication", methods=["GET", "POST"])
@requires(Action.MANAGE_AGREEMENT_TEXTS)
def publish_text(text_id: int) -> ResponseReturnValue:
    found = queries.text_for(actor(), text_id)
    form = PublishForm(obj=found)
    if form.is_submitted() and form.validate():
        try:
            operations.publish_text(actor(), found, form.what_changed.data or "", opened_with=form.opened_with)
            return hx.saved(url_for("agreements.texts"), "Published. The next agreements are made from it.")
        except Refused as refused:
            _put(form, refused)
    return _page("agreements/publish_text.html", found, form)


@blueprint.post("/agreements/texts/<id:text_id>/removal")
@requires(Action.MANAGE_AGREEMENT_TEXTS)
def discard_text(text_id: int) -> ResponseReturnValue:
    found = queries.text_for(actor(), text_id)
    operations.discard_draft(actor(), found, opened_with=version_sent())
    return hx.saved(url_for("agreements.texts"), "The draft is thrown away.")


def _put(form: TextForm | PublishForm, refused: Refused) -> None:
    if isinstance(refused, RefusedFields):
        form.put_errors(dict(refused.by_field))
    else:
        form.refuse(refused.problems)


def _page(template: str, found: Any, form: Any, **more: Any) -> ResponseReturnValue:
    status = 422 if form.is_submitted() else 200
    return hx.page(template, status=status, text=queries.text_row(found), form=form, **more)
