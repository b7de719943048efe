"""Signing for the school, on screen or on paper."""

from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue

from portal.agreements import operations, queries, rules
from portal.agreements.forms import PaperForm, SignForm
from portal.agreements.views.base import EVENT, blueprint, changed_page, page_of, viewed
from portal.kernel import clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action, Role
from portal.schools.operations import RefusedFields

_SIGNABLE = ("waiting", "waived")


@blueprint.route("/agreements/<id:agreement_id>/sign", methods=["GET", "POST"])
@requires(Action.SIGN_AGREEMENT)
def sign(agreement_id: int) -> ResponseReturnValue:
    agreement = queries.agreement_for(actor(), agreement_id, Action.SIGN_AGREEMENT)
    page = queries.agreement_page(agreement)
    form = SignForm(data=_prefilled(page))
    if form.is_submitted() and form.validate():
        try:
            operations.sign(actor(), agreement, form.draft())
            return hx.saved(page_of(agreement.id), "Signed. The service is told, and the work can start.", event=EVENT)
        except operations.TextChanged:
            return changed_page(agreement)
        except Refused as refused:
            _put(form, refused)
    elif not form.is_submitted() and page.status not in _SIGNABLE:
        return redirect(page_of(page.newer_id or agreement.id))
    return _page("agreements/sign.html", agreement, page, form, change=queries.text_change(agreement))


def _prefilled(page: queries.AgreementPage) -> dict[str, str]:
    """Name and role from the account, the contact as the service suggests; all can be changed."""
    role = "Head teacher" if Role.HEAD in actor().roles else ""
    return {"digest": page.digest, "name": actor().name, "role": role, "contact": page.contact}


@blueprint.route("/agreements/<id:agreement_id>/paper", methods=["GET", "POST"])
@requires(Action.PREPARE_AGREEMENT)
def paper(agreement_id: int) -> ResponseReturnValue:
    agreement = queries.agreement_for(actor(), agreement_id, Action.PREPARE_AGREEMENT)
    page = queries.agreement_page(agreement)
    form = PaperForm(data={"digest": page.digest, "contact": page.contact, "signed_on": clock.today()})
    if form.is_submitted() and form.validate():
        try:
            operations.sign_on_paper(actor(), agreement, form.draft(), form.signed_on.data or clock.today())
            return hx.saved(page_of(agreement.id), "Recorded as signed on paper. The work can start.", event=EVENT)
        except operations.TextChanged:
            return changed_page(agreement)
        except Refused as refused:
            _put(form, refused)
    elif not form.is_submitted() and page.status not in _SIGNABLE:
        return redirect(page_of(page.newer_id or agreement.id))
    return _page("agreements/paper.html", agreement, page, form)


def _put(form: SignForm | PaperForm, refused: Refused) -> None:
    if isinstance(refused, RefusedFields):
        form.put_errors(dict(refused.by_field))
    else:
        form.refuse(refused.problems)


def _page(
    template: str, agreement: queries.Agreement, page: queries.AgreementPage, form: Any, **more: Any
) -> ResponseReturnValue:
    viewed(agreement.id)
    # What was typed stays; what is to be signed is always the text that is shown.
    form.digest.data = page.digest
    status = 422 if form.is_submitted() else 200
    return hx.page(template, status=status, agreement=page, form=form, sections=rules.SECTIONS, **more)
