"""Steps along the road, and what is marked as done."""

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import operations, queries, rules
from portal.cases.forms import DoneForm, StepForm
from portal.cases.views.base import blueprint, came_from
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import EditConflict, OutOfReach, Refused
from portal.policy import Action

CHANGED = "Somebody else changed this just before you. Nothing was changed now. Look again, then move it."


@blueprint.route("/cases/<ref:reference>/steps/<word:step>", methods=["GET", "POST"])
@requires(Action.READ_CASE, change=Action.MOVE_CASE)
def step(reference: str, step: str) -> ResponseReturnValue:
    known = rules.ROAD.by_name.get(step)
    if known is None:
        raise OutOfReach(step)
    case = queries.case_for(actor(), reference)
    form = StepForm(obj=case)
    if not known.reason_asked:
        del form.note
    if form.is_submitted():
        return _take(case, step, form)
    if case.stage in known.sources:
        form.refuse(rules.ROAD.problems(step, case.stage, queries.facts_of(case, actor())))
    return _page(case, step, form, 200)


def _take(case: queries.Case, step: str, form: StepForm) -> ResponseReturnValue:
    note = form.note.data or "" if "note" in form else ""
    try:
        if form.validate():
            operations.move(actor(), case, step, note=note, opened_with=form.opened_with)
            words = f"Moved to “{rules.STAGES[case.stage]}”."
            return hx.saved(_after(case), words, fragment="cases/_moved.html", event="cases-changed", words=words)
    except Refused as refused:
        form.refuse(refused.problems)
    except EditConflict:
        if request.headers.get("HX-Request") != "true":
            raise
        form.refuse([CHANGED])
        answer = _page(case, step, form, 409)
        answer.headers["HX-Trigger"] = "cases-changed"
        return answer
    return _page(case, step, form, 422)


def _page(case: queries.Case, step: str, form: StepForm, status: int) -> Response:
    audit.viewed(actor(), "step viewed", "case_file", case.id)
    return hx.page(
        "cases/step.html",
        fragment="cases/_refused.html" if status != 200 else None,
        status=status,
        form=form,
        case=queries.case_head(case),
        step=rules.ROAD.by_name[step],
        target=rules.STAGES[rules.ROAD.by_name[step].target],
        back=came_from(),
        after=_after(case),
        page_url=url_for("cases.show", reference=case.reference),
    )


def _after(case: queries.Case) -> str:
    return came_from() or url_for("cases.show", reference=case.reference)


@blueprint.post("/cases/<ref:reference>/done/<word:rule>")
@requires(Action.MOVE_CASE)
def done(reference: str, rule: str) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference)
    DoneForm()
    operations.mark_done(actor(), case, rule)
    return hx.saved(url_for("cases.show", reference=reference), "Marked as done.")
