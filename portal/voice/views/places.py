"""The worker's side: what is on the tray, preparing a turn, handing the tablet over."""

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts.views.base import remote_address
from portal.cases.queries import case_for, case_head, open_case_choices
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action
from portal.voice.forms.places import HandOverForm, PrepareForm
from portal.voice.operations import places as operations
from portal.voice.operations.places import PlaceDraft
from portal.voice.queries import places as queries
from portal.voice.views.base import blueprint, to_the_child

HAND_OVER = Action.HAND_OVER


@blueprint.get("/voice/")
@requires(HAND_OVER)
def index() -> ResponseReturnValue:
    tray, lately, cases = queries.tray(actor()), queries.handed_lately(actor()), open_case_choices(actor())
    shown = [*(row.reference for row in (*tray, *lately)), *(reference for reference, _ in cases)]
    audit.listed(actor(), "tablet page viewed", "case_file", shown)
    return hx.page("voice/index.html", tray=tray, lately=lately, cases=cases)


@blueprint.post("/voice/places/<id:place_id>/withdrawal")
@requires(HAND_OVER)
def withdraw(place_id: int) -> ResponseReturnValue:
    operations.withdraw(actor(), place_id)
    return hx.saved(url_for("voice.index"), "It is off the tray.")


@blueprint.route("/cases/<ref:reference>/voice/prepare", methods=["GET", "POST"])
@requires(HAND_OVER)
def prepare(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, HAND_OVER)
    audit.viewed(actor(), "questionnaire preparation viewed", "case_file", case.id)
    offer = queries.offer_for(actor(), case, request.args.get("pupil", type=int))
    form = _prepare_form(offer)
    if request.method == "POST" and form.validate():
        try:
            operations.prepare(actor(), case, _draft(form))
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return hx.saved(url_for("voice.hand_over"), "It is on your tray.")
    status = 422 if request.method == "POST" else 200
    return hx.page("voice/prepare.html", status=status, head=case_head(case), form=form, offer=offer)


def _prepare_form(offer: queries.Offer) -> PrepareForm:
    form = PrepareForm(
        data={"pupil": offer.pupil, "questionnaire": offer.questionnaire, "age": offer.age, "adult": offer.adult}
    )
    form.offer(
        [(str(pupil.id), ", ".join(filter(None, (pupil.name, pupil.year_group)))) for pupil in offer.pupils],
        [pair for _, pairs in offer.questionnaires for pair in pairs],
        offer.adults,
    )
    return form


def _draft(form: PrepareForm) -> PlaceDraft:
    return PlaceDraft(
        pupil_id=int(form.pupil.data),
        version_id=int(form.questionnaire.data),
        age=form.chosen_age,
        how=form.chosen_how,
        helper=form.helper.data or "",
        named_adult_id=int(form.adult.data),
    )


@blueprint.route("/voice/hand-over", methods=["GET", "POST"])
@requires(HAND_OVER)
def hand_over() -> ResponseReturnValue:
    """Never with htmx: the whole page of the staff must go."""
    tray = queries.tray(actor())
    audit.listed(actor(), "tablet page viewed", "case_file", (row.reference for row in tray))
    form = HandOverForm()
    if request.method == "POST" and form.validate():
        try:
            token = operations.hand_over(actor(), current_user.session_id, form.tablet_pin.data or "", remote_address())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return to_the_child(token)
    return _hand_over_page(form, tray)


def _hand_over_page(form: HandOverForm, tray: Sequence[Any]) -> ResponseReturnValue:
    status = 422 if request.method == "POST" else 200
    return hx.page("voice/hand_over.html", status=status, form=form, tray=tray)
