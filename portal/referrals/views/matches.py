"""What the coordinator says about a possible match."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.policy import Action
from portal.referrals import operations, queries
from portal.referrals.views.blueprint import blueprint


@blueprint.post("/referrals/<ref:reference>/matches/<id:match_id>")
@requires(Action.SCREEN_REFERRAL)
def settle(reference: str, match_id: int) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference, Action.SCREEN_REFERRAL)
    same = request.form.get("same") == "yes"
    operations.settle_match(actor(), referral, match_id, same=same)
    said = "Noted: it is the same child." if same else "Noted: it is not the same child."
    return hx.saved(url_for("referrals.show", reference=reference), said, event="referrals-changed")
