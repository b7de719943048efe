"""The advised strategies of a case, and what its school sees of them."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import queries as cases
from portal.kernel import access, audit, clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.forms import EditForm
from portal.plans import operations, queries, rules
from portal.plans.forms import NewStrategyForm, StateForm, StrategyForm
from portal.plans.views.base import blueprint, tried
from portal.policy import Action


@blueprint.route("/cases/<ref:reference>/plan", methods=["GET", "POST"])
@requires(Action.READ_PLAN, change=Action.WRITE_PLAN)
def of_case(reference: str) -> ResponseReturnValue:
    action = Action.WRITE_PLAN if request.method == "POST" else Action.READ_PLAN
    case = cases.case_for(actor(), reference, action)
    form = NewStrategyForm(data={"advised_on": clock.today()})
    if request.method == "POST" and form.validate():
        draft = form.draft()
        if tried(form, lambda: operations.advise(actor(), case, draft)):
            return _saved(case, "Strategy added.")
    status = 422 if request.method == "POST" else 200
    return hx.page("plans/of_case.html", fragment="plans/_section.html", status=status, **_context(case, form))


def _context(case: Any, form: NewStrategyForm) -> dict[str, Any]:
    audit.viewed(actor(), "plan viewed", "case_file", case.id)
    rows = queries.strategies_of(case.id)
    return {
        "head": cases.case_head(case),
        "rows": rows,
        "known": sum(row.state is not rules.Implemented.NOT_YET_KNOWN for row in rows),
        "in_practice": sum(row.state is rules.Implemented.YES for row in rows),
        "form": form,
        "may_write": access.allows(actor(), Action.WRITE_PLAN, cases.scope_of(case)),
        "states": [(state.value, label) for state, label in rules.IMPLEMENTED_LABELS.items()],
    }


def _saved(case: Any, message: str) -> ResponseReturnValue:
    url = url_for("plans.of_case", reference=case.reference)
    fresh = NewStrategyForm(formdata=None, data={"advised_on": clock.today()})
    context = _context(case, fresh)
    return hx.saved(url, message, fragment="plans/_section.html", event="strategies-changed", **context)


@blueprint.route("/cases/<ref:reference>/plan/<id:strategy_id>", methods=["GET", "POST"])
@requires(Action.WRITE_PLAN)
def change(reference: str, strategy_id: int) -> ResponseReturnValue:
    case = cases.case_for(actor(), reference, Action.WRITE_PLAN)
    strategy = queries.strategy_for(case, strategy_id)
    form = StrategyForm(obj=queries.draft_of(strategy))
    if request.method == "POST" and form.validate():
        draft, opened = form.draft(), form.opened_with
        if tried(form, lambda: operations.change_strategy(actor(), strategy, draft, opened_with=opened)):
            return hx.saved(
                url_for("plans.of_case", reference=reference), "Strategy changed.", event="strategies-changed"
            )
    return _change_page(case, strategy, form)


def _change_page(case: Any, strategy: Any, form: Any) -> ResponseReturnValue:
    audit.viewed(actor(), "strategy viewed", "strategy", strategy.id)
    return hx.page(
        "plans/change.html",
        status=422 if request.method == "POST" else 200,
        head=cases.case_head(case),
        row=queries.row_of(strategy),
        form=form,
    )


@blueprint.post("/cases/<ref:reference>/plan/<id:strategy_id>/state")
@requires(Action.WRITE_PLAN)
def set_state(reference: str, strategy_id: int) -> ResponseReturnValue:
    case = cases.case_for(actor(), reference, Action.WRITE_PLAN)
    strategy = queries.strategy_for(case, strategy_id)
    form = StateForm(obj=queries.draft_of(strategy))
    if not form.validate():
        raise Refused("Choose one of the four buttons: yes, partly, no or not yet known.")
    state = rules.Implemented(form.state.data)
    operations.set_implemented(actor(), strategy, state, opened_with=form.opened_with or 0)
    return _saved(case, f"Strategy set to “{rules.IMPLEMENTED_LABELS[state].lower()}”.")


@blueprint.post("/cases/<ref:reference>/plan/<id:strategy_id>/steps/<word:step>")
@requires(Action.WRITE_PLAN)
def step(reference: str, strategy_id: int, step: str) -> ResponseReturnValue:
    case = cases.case_for(actor(), reference, Action.WRITE_PLAN)
    strategy = queries.strategy_for(case, strategy_id)
    if step == "remove":
        form = EditForm(obj=queries.draft_of(strategy))
        operations.remove_strategy(actor(), strategy, opened_with=form.opened_with)
        return _saved(case, "Strategy taken out.")
    if step not in operations.DIRECTIONS:
        raise OutOfReach(step)
    operations.move_strategy(actor(), strategy, step)
    return _saved(case, "Order changed.")


@blueprint.get("/cases/<ref:reference>/plan/agreed")
@requires(Action.READ_SUPPORT)
def for_school(reference: str) -> ResponseReturnValue:
    case = cases.case_for(actor(), reference, Action.READ_SUPPORT)
    audit.viewed(actor(), "agreed strategies viewed", "case_file", case.id)
    rows = queries.strategies_of(case.id)
    return hx.page("plans/agreed.html", fragment="plans/_agreed.html", head=cases.case_head(case), rows=rows)
