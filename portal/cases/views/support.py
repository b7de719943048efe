"""What a school sees: its pieces of work and one of them; never notes."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import queries
from portal.cases.views.base import blueprint, section_links
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.web import LARGEST_ID
from portal.policy import SCHOOL_ROLES, Action


@blueprint.get("/cases/")
@requires(Action.READ_SUPPORT)
def index() -> ResponseReturnValue:
    finished = request.args.get("show") == "finished"
    page = queries.support_list(actor(), finished=finished, before=_key(request.args.get("before")))
    audit.listed(actor(), "support listed", "case_file", (row.reference for row in page.rows))
    next_url = None
    if page.next_before:
        show = "finished" if finished else None
        next_url = url_for("cases.index", show=show, before=page.next_before)
    return hx.page(
        "cases/index.html",
        rows=page.rows,
        finished=finished,
        of_school=bool(actor().roles & SCHOOL_ROLES),
        next_url=next_url,
    )


def _key(text: str | None) -> int | None:
    """A row id from an address; anything else reads as none."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 10:
        return None
    return min(int(text), LARGEST_ID)


@blueprint.get("/cases/<ref:reference>/support")
@requires(Action.READ_SUPPORT)
def support(reference: str) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference, Action.READ_SUPPORT)
    audit.viewed(actor(), "support viewed", "case_file", case.id)
    return hx.page(
        "cases/support.html",
        support=queries.support_row(case, actor()),
        sections=section_links(queries.support_sections_of(actor()), reference),
    )
