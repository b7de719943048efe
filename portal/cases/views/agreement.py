"""The agreement of a case, as a section of its pages. What it says and who signs belongs to the agreements."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.agreements.queries import standing_of
from portal.cases import operations, queries
from portal.cases.forms import DoneForm
from portal.cases.views.base import blueprint
from portal.kernel import audit, hx, settings
from portal.kernel.access import actor, allows, requires
from portal.kernel.settings import Feature
from portal.policy import Action


@blueprint.route("/cases/<ref:reference>/agreement", methods=["GET", "POST"])
@requires(Action.READ_AGREEMENT, change=Action.PREPARE_AGREEMENT)
def agreement(reference: str) -> ResponseReturnValue:
    if not settings.is_on(Feature.AGREEMENTS):
        abort(404)
    case = queries.case_for(actor(), reference, Action.READ_AGREEMENT)
    if request.method == "POST":
        DoneForm()
        operations.prepare_agreement(actor(), case)
        words = "Prepared. The head teacher is asked to sign it."
        return hx.saved(url_for("cases.agreement", reference=reference), words, event="agreements-changed")
    audit.viewed(actor(), "agreement viewed", "case_file", case.id)
    standing = standing_of(case.referral_id)
    begun = case.referral_id is None or case.stage == "closed"
    return hx.page(
        "cases/agreement.html",
        fragment="agreements/_section.html",
        head=queries.case_head(case),
        standing=standing,
        may_prepare=not begun and allows(actor(), Action.PREPARE_AGREEMENT, queries.scope_of(case)),
    )
