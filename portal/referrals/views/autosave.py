"""What is typed on a page is kept while it is typed: sent by the script of the page, answered with its version."""

import re
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx, submissions
from portal.kernel.access import actor, requires
from portal.kernel.errors import EditConflict, Refused
from portal.policy import Action
from portal.referrals import operations, queries, rules
from portal.referrals.views.blueprint import blueprint

_NOT_TYPED = frozenset(
    {
        "csrf_token",
        "submission_id",
        "version",
        "page_version",
        "draft_version",
        "sitting",
        "stroke",
        "add",
        "adding",
        "remove",
    }
)
_ELSEWHERE = "You type on this page in another window too. Save here, or go on there."


@blueprint.post("/referrals/<ref:reference>/form/<word:page>/autosave")
@requires(Action.WRITE_REFERRAL)
def keep(reference: str, page: str) -> ResponseReturnValue:
    """Not noted as seen: it shows nothing but the person's own words, and comes every few seconds."""
    referral = queries.referral_for(actor(), reference, Action.WRITE_REFERRAL)
    sitting, stroke = request.form.get("sitting", ""), _number("stroke")
    if not submissions.is_well_formed(sitting):
        return _said(422, "This page is damaged. Load it again.")
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED]
    try:
        row = operations.keep_typed(
            actor(),
            referral,
            page,
            typed,
            page_version=_number("page_version"),
            sitting=sitting,
            stroke=stroke,
            known_version=_number("draft_version"),
        )
    except EditConflict:
        return _said(409, _ELSEWHERE)
    except Refused as error:
        return _said(422, " ".join(error.problems))
    others = queries.others_typing(actor(), referral, page)
    return {"version": row.version, "closed": row.typed is None, "others": others}, 200


def _said(status: int, words: str) -> tuple[dict[str, Any], int]:
    return {"words": words}, status


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


@blueprint.post("/referrals/<ref:reference>/form/<word:page>/autosave/drop")
@requires(Action.WRITE_REFERRAL)
def drop(reference: str, page: str) -> ResponseReturnValue:
    """Back to what was saved."""
    referral = queries.referral_for(actor(), reference, Action.WRITE_REFERRAL)
    operations.drop_typed(actor(), referral, page)
    here = url_for("referrals.page", reference=reference, page=page)
    if page == rules.ANSWER_PAGE:
        here = url_for("referrals.answer", reference=reference)
    return hx.saved(here, "The page is as it was saved.")
