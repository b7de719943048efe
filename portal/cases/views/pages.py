"""One case on one page: where it stands, what is next, the people, and the sections of other features."""

from datetime import date

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal.cases import operations, queries, rules
from portal.cases.views.base import blueprint, board_url, section_links
from portal.kernel import audit, clock, hx, submissions
from portal.kernel.access import actor, reads_until, requires
from portal.kernel.alerts import alerts_about
from portal.policy import Action, may
from portal.tasks import queries as tasks


@blueprint.get("/cases/<ref:reference>")
@requires(Action.READ_SUPPORT)
def show(reference: str) -> ResponseReturnValue:
    if not may(actor(), Action.READ_CASE):
        queries.case_for(actor(), reference, Action.READ_SUPPORT)
        return redirect(url_for("cases.support", reference=reference))
    case = queries.case_for(actor(), reference)
    audit.viewed(actor(), "case viewed", "case_file", case.id)
    covers = queries.covers_of(case)
    due = tasks.open_of_case(case.id, clock.today())
    return hx.page(
        "cases/show.html",
        case=queries.case_head(case),
        pupils=queries.pupils_of(case),
        stages=list(rules.STAGES.values()),
        steps=queries.steps_offered(actor(), case, queries.scope_of(case)),
        lead=queries.lead_of(case, due, _read_until(case)),
        dates=queries.dates_of(case),
        alerts_here=alerts_about(actor(), case.__tablename__, case.id),
        tasks=due,
        by_hand=operations.SETTLED_BY_HAND,
        workers=queries.workers_of(case, covers),
        contacts=queries.contacts_of(case),
        timeline=queries.timeline_of(case, covers),
        sections=section_links(queries.sections_of(actor()), reference),
        new_id=submissions.new_id,
        back=board_url(),
    )


def _read_until(case: queries.Case) -> date | None:
    closed = case.stage == "closed"
    return reads_until(actor(), case.__tablename__, case.id) if closed else None
