"""Workers, cover, days and dates of a case."""

from flask import url_for
from flask.typing import ResponseReturnValue

from portal.cases import operations, queries
from portal.cases.forms import CoverForm, DoneForm, PlanForm, WorkerForm
from portal.cases.rules.cover import cover_problems, last_day, usual_last_day
from portal.cases.views.base import blueprint, came_from
from portal.kernel import audit, clock, hx, submissions
from portal.kernel.access import actor, allows, requires
from portal.kernel.dates import day_words
from portal.kernel.errors import Refused
from portal.policy import Action


@blueprint.route("/cases/<ref:reference>/cover", methods=["GET", "POST"])
@requires(Action.COVER_CASE)
def cover(reference: str) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference, Action.COVER_CASE)
    today = clock.today()
    form = CoverForm(data={"ends_on": usual_last_day(today)})
    if form.is_submitted() and form.validate():
        form.put_errors(cover_problems(form.reason.data or "", form.ends_on.data, today))
    if form.is_submitted() and not form.errors:
        try:
            operations.cover(actor(), case, form.reason.data or "", form.ends_on.data)
            return hx.saved(_page_of(case), "You cover this case. We've told the coordinator and its workers why.")
        except Refused as refused:
            form.refuse(refused.problems)
    audit.viewed(actor(), "cover form viewed", "case_file", case.id)
    return hx.page(
        "cases/cover.html",
        status=_status(form),
        form=form,
        case=queries.identity_of(case),
        latest=day_words(last_day(today), today),
        cancel=came_from() or url_for("home.index"),
    )


@blueprint.post("/cases/<ref:reference>/covers/<id:cover_id>/end")
@requires(Action.OPEN_CASE)
def end_cover(reference: str, cover_id: int) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference, Action.OPEN_CASE)
    DoneForm()
    operations.end_cover(actor(), case, cover_id)
    return hx.saved(url_for("home.index"), "The cover has ended. They can no longer open the case.")


@blueprint.route("/cases/<ref:reference>/workers", methods=["GET", "POST"])
@requires(Action.OPEN_CASE)
def workers(reference: str) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference, Action.OPEN_CASE)
    audit.viewed(actor(), "case viewed", "case_file", case.id)
    form = WorkerForm()
    form.person_id.offer(queries.worker_choices(case.service_line_id))
    if form.is_submitted() and form.validate():
        try:
            operations.allocate(actor(), case, int(form.person_id.data))
            return hx.saved(_workers_of(case), "The worker is on it from today.")
        except Refused as refused:
            form.refuse(refused.problems)
    return _workers_page(case, form, _status(form))


def _workers_page(case: queries.Case, form: WorkerForm, status: int) -> ResponseReturnValue:
    return hx.page(
        "cases/workers.html",
        status=status,
        form=form,
        case=queries.case_head(case),
        workers=queries.workers_of(case, queries.covers_of(case)),
        new_id=submissions.new_id,
    )


@blueprint.post("/cases/<ref:reference>/workers/<id:person_id>/end")
@requires(Action.OPEN_CASE)
def end_worker(reference: str, person_id: int) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference, Action.OPEN_CASE)
    DoneForm()
    operations.end_allocation(actor(), case, person_id)
    return hx.saved(_workers_of(case), "Today is the worker’s last day on it.")


@blueprint.route("/cases/<ref:reference>/dates", methods=["GET", "POST"])
@requires(Action.MOVE_CASE)
def dates(reference: str) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference)
    form = PlanForm(obj=queries.plan_opened(case))
    may_extend = allows(actor(), Action.EXTEND_CASE, queries.scope_of(case))
    if not may_extend:
        del form.extension_reason
    if form.is_submitted() and form.validate():
        try:
            operations.change_plan(
                actor(),
                case,
                planned_half_days=form.planned_half_days,
                starts_on=form.starts_on.data,
                planned_end_on=form.planned_end_on.data,
                extension_reason=form.extension_reason.data or "" if may_extend else "",
                opened_with=form.opened_with,
            )
            return hx.saved(_page_of(case), "Days and dates are changed. What is due has moved with them.")
        except Refused as refused:
            form.refuse(refused.problems)
    audit.viewed(actor(), "case viewed", "case_file", case.id)
    return hx.page(
        "cases/dates.html",
        status=_status(form),
        form=form,
        case=queries.case_head(case),
        longest=case.service_line.longest_weeks,
    )


def _page_of(case: queries.Case) -> str:
    return url_for("cases.show", reference=case.reference)


def _workers_of(case: queries.Case) -> str:
    return url_for("cases.workers", reference=case.reference)


def _status(form: CoverForm | WorkerForm | PlanForm) -> int:
    return 422 if form.is_submitted() else 200
