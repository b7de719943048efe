"""The list of agreements, one agreement, and its print."""

from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.agreements import queries, rules
from portal.agreements.views.base import blueprint, viewed
from portal.files import web
from portal.files.documents import DocumentsUnavailable, pdf
from portal.kernel import audit, hx
from portal.kernel.access import actor, allows, requires
from portal.kernel.web import LARGEST_ID
from portal.policy import SCHOOL_ROLES, Action

_FILTERS = (("waiting", "Waiting"), ("signed", "Signed"), ("waived", "Started without"))


@blueprint.get("/agreements/")
@requires(Action.READ_AGREEMENT)
def index() -> ResponseReturnValue:
    of_school = bool(actor().roles & SCHOOL_ROLES)
    chosen = _chosen(request.args.get("state"))
    before = _key(request.args.get("before"))
    waiting = queries.waiting_rows(actor()) if of_school or chosen == "waiting" else ()
    statuses = ("signed", "waived") if of_school else (chosen,)
    page = queries.AgreementList((), None)
    if of_school or chosen != "waiting":
        page = queries.agreement_list(actor(), statuses, before=before)
    state = None if of_school else chosen
    audit.listed(actor(), "agreements listed", "agreement", (row.id for row in (*waiting, *page.rows)))
    return hx.page(
        "agreements/index.html",
        of_school=of_school,
        filters=_FILTERS,
        chosen=chosen,
        waiting=() if before else waiting,
        rows=page.rows,
        next_url=url_for("agreements.index", state=state, before=page.next_before) if page.next_before else None,
    )


def _chosen(text: str | None) -> str:
    return text if text in rules.LISTED else "waiting"


def _key(text: str | None) -> int | None:
    """A row id from an address; anything else reads as none."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    return min(int(text), LARGEST_ID)


@blueprint.get("/agreements/<id:agreement_id>")
@requires(Action.READ_AGREEMENT)
def show(agreement_id: int) -> ResponseReturnValue:
    agreement = queries.agreement_for(actor(), agreement_id)
    viewed(agreement.id)
    return hx.page("agreements/show.html", agreement=queries.agreement_page(agreement), **_buttons(agreement))


def _buttons(agreement: queries.Agreement) -> dict[str, Any]:
    scope = queries.scope_of(agreement)
    return {
        "may_sign": allows(actor(), Action.SIGN_AGREEMENT, scope),
        "may_prepare": allows(actor(), Action.PREPARE_AGREEMENT, scope),
        "is_staff": not actor().roles & SCHOOL_ROLES,
    }


@blueprint.get("/agreements/<id:agreement_id>/agreement.pdf")
@requires(Action.READ_AGREEMENT)
def print_out(agreement_id: int) -> ResponseReturnValue:
    agreement = queries.agreement_for(actor(), agreement_id)
    viewed(agreement.id)
    page = queries.agreement_page(agreement)
    try:
        content = pdf("agreements/print.html", agreement=page)
    except DocumentsUnavailable as unavailable:
        return _to_print(page, str(unavailable))
    return web.pdf_answer(content, f"Agreement {page.referral_reference}.pdf")


def _to_print(page: queries.AgreementPage, words: str) -> Response:
    return hx.page("agreements/to_print.html", status=503, agreement=page, words=words)
