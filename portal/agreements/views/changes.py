"""“Not yet”, the coordinator's answer, and starting without a signature."""

from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue

from portal.agreements import operations, queries
from portal.agreements.forms import AnswerForm, ChangeForm, WaiverForm
from portal.agreements.views.base import EVENT, blueprint, changed_page, page_of, viewed
from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action


@blueprint.route("/agreements/<id:agreement_id>/not-yet", methods=["GET", "POST"])
@requires(Action.SIGN_AGREEMENT)
def not_yet(agreement_id: int) -> ResponseReturnValue:
    agreement = queries.agreement_for(actor(), agreement_id, Action.SIGN_AGREEMENT)
    form = ChangeForm(obj=_Opened(agreement))
    if form.is_submitted() and form.validate():
        try:
            operations.ask_change(actor(), agreement, form.words.data or "", opened_with=form.opened_with)
            return hx.saved(page_of(agreement.id), "Sent. The coordinator answers within two school days.", event=EVENT)
        except operations.TextChanged:
            return changed_page(agreement)
        except Refused as refused:
            form.refuse(refused.problems)
    return _page("agreements/not_yet.html", agreement, form)


@blueprint.route("/agreements/<id:agreement_id>/answer", methods=["GET", "POST"])
@requires(Action.PREPARE_AGREEMENT)
def answer(agreement_id: int) -> ResponseReturnValue:
    agreement = queries.agreement_for(actor(), agreement_id, Action.PREPARE_AGREEMENT)
    form = AnswerForm(obj=_Opened(agreement))
    if form.is_submitted() and form.validate():
        try:
            waits = operations.answer(
                actor(),
                agreement,
                form.words.data or "",
                form.also_agreed.data or "",
                opened_with=form.opened_with,
            )
            return hx.saved(page_of(waits.id), "The school is told. The head teacher signs next.", event=EVENT)
        except operations.TextChanged:
            return changed_page(agreement)
        except Refused as refused:
            form.refuse(refused.problems)
    return _page("agreements/answer.html", agreement, form)


@blueprint.route("/agreements/<id:agreement_id>/waiver", methods=["GET", "POST"])
@requires(Action.PREPARE_AGREEMENT)
def waiver(agreement_id: int) -> ResponseReturnValue:
    agreement = queries.agreement_for(actor(), agreement_id, Action.PREPARE_AGREEMENT)
    form = WaiverForm(obj=_Opened(agreement))
    if form.is_submitted() and form.validate():
        try:
            operations.waive(actor(), agreement, form.reason.data or "", opened_with=form.opened_with)
            return hx.saved(page_of(agreement.id), "The work may start. The school sees your reason.", event=EVENT)
        except operations.TextChanged:
            return changed_page(agreement)
        except Refused as refused:
            form.refuse(refused.problems)
    return _page("agreements/waiver.html", agreement, form)


class _Opened:
    """What the forms are opened with."""

    def __init__(self, agreement: queries.Agreement) -> None:
        self.version = agreement.version
        self.also_agreed = queries.agreement_page(agreement).also_agreed


def _page(template: str, agreement: queries.Agreement, form: Any) -> ResponseReturnValue:
    page = queries.agreement_page(agreement)
    if not form.is_submitted() and page.status != "waiting":
        return redirect(page_of(page.newer_id or agreement.id))
    viewed(agreement.id)
    return hx.page(template, status=422 if form.is_submitted() else 200, agreement=page, form=form)
