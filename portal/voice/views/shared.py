"""What a child lets somebody outside the service see: the school beside its support, and who reads a referral."""

from flask.typing import ResponseReturnValue

from portal.cases.queries import case_for, case_head
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.policy import Action
from portal.referrals.queries import referral_for
from portal.voice.queries import shared
from portal.voice.rules.sharing import Audience
from portal.voice.views.base import blueprint


@blueprint.get("/cases/<ref:reference>/support/voice")
@requires(Action.READ_SUPPORT)
def for_school(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, Action.READ_SUPPORT)
    audit.viewed(actor(), "child's shared views viewed", "case_file", case.id)
    head = case_head(case)
    return hx.page(
        "voice/shared.html",
        fragment="voice/_shared.html",
        title="What the child lets you see",
        caption=f"{head.title} · {head.school_name}",
        back=f"/cases/{reference}/support",
        back_label="Support",
        rows=shared.shared_with(Audience.SCHOOL, case_ids=[case.id]),
        several=len(case.pupils) > 1,
    )


@blueprint.get("/cases/<ref:reference>/voice/family")
@requires(Action.READ_VOICE)
def for_family(reference: str) -> ResponseReturnValue:
    """A family has no account: its worker reads this with them, or prints it."""
    case = case_for(actor(), reference, Action.READ_VOICE)
    audit.viewed(actor(), "child's views for the family viewed", "case_file", case.id)
    return hx.page(
        "voice/shared.html",
        fragment="voice/_shared.html",
        title="What the child lets the family see",
        caption=None,
        back=f"/cases/{reference}/voice",
        back_label="The child's own voice",
        rows=shared.shared_with(Audience.FAMILY, case_ids=[case.id]),
        several=len(case.pupils) > 1,
        lead="Read this with the family, or print it for them. It holds only what the child lets them see.",
        nothing="The child has not said that the family may see something, or no adult has read it yet.",
    )


@blueprint.get("/referrals/<ref:reference>/voice")
@requires(Action.READ_REFERRAL)
def of_referral(reference: str) -> ResponseReturnValue:
    referral = referral_for(actor(), reference)
    audit.viewed(actor(), "child's shared views viewed", "referral", referral.id)
    rows = shared.shown_with_referral(actor(), referral)
    return hx.page(
        "voice/shared.html",
        fragment="voice/_shared.html",
        title="What the child says",
        caption=f"{reference} · {referral.school.name}",
        back=f"/referrals/{reference}",
        back_label="Referral",
        rows=rows,
        several=len({row.child for row in rows}) > 1,
    )
