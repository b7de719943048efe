"""The strategies of a whole school: the school reads them, worker and coordinator keep them."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.plans import operations, queries, rules
from portal.plans.forms import NewSchoolStrategyForm, SchoolStrategyForm, StateForm
from portal.plans.views.base import blueprint, tried
from portal.policy import Action, may
from portal.schools.queries import school_for

READ, WRITE = Action.READ_SCHOOL, Action.WRITE_SCHOOL_STRATEGY
EVENT = "school-strategies-changed"
_STATES = [(state.value, label) for state, label in rules.IMPLEMENTED_LABELS.items()]


@blueprint.route("/schools/<id:school_id>/strategies", methods=["GET", "POST"])
@requires(READ, change=WRITE)
def of_school(school_id: int) -> ResponseReturnValue:
    school = school_for(actor(), school_id, WRITE if request.method == "POST" else READ)
    form = NewSchoolStrategyForm(data={"advised_on": clock.today()})
    if request.method == "POST" and form.validate():
        draft = form.draft()
        if tried(form, lambda: operations.advise_school(actor(), school, draft)):
            return _saved(school_id, "Strategy added.")
    return hx.page(
        "plans/of_school.html",
        fragment="plans/_of_school.html",
        status=422 if request.method == "POST" else 200,
        school=school,
        rows=queries.school_strategies(school_id),
        form=form,
        may_write=may(actor(), WRITE),
        states=_STATES,
        is_page=not request.headers.get("HX-Request"),
    )


@blueprint.route("/schools/<id:school_id>/strategies/<id:strategy_id>", methods=["GET", "POST"])
@requires(WRITE)
def change_of_school(school_id: int, strategy_id: int) -> ResponseReturnValue:
    school, strategy = _found(school_id, strategy_id)
    form = SchoolStrategyForm(obj=queries.school_draft_of(strategy))
    if request.method == "POST" and form.validate():
        draft, opened = form.draft(), form.opened_with
        if tried(form, lambda: operations.change_school_strategy(actor(), strategy, draft, opened_with=opened)):
            return _saved(school_id, "Strategy changed.")
    return hx.page(
        "plans/change_of_school.html",
        status=422 if request.method == "POST" else 200,
        school=school,
        strategy_id=strategy_id,
        form=form,
    )


@blueprint.post("/schools/<id:school_id>/strategies/<id:strategy_id>/state")
@requires(WRITE)
def set_state_of_school(school_id: int, strategy_id: int) -> ResponseReturnValue:
    _, strategy = _found(school_id, strategy_id)
    form = StateForm(obj=queries.school_draft_of(strategy))
    if not form.validate():
        raise Refused("Choose one of the four buttons: yes, partly, no or not yet known.")
    state = rules.Implemented(form.state.data)
    operations.set_school_implemented(actor(), strategy, state, opened_with=form.opened_with)
    return _saved(school_id, f"Strategy set to “{rules.IMPLEMENTED_LABELS[state].lower()}”.")


@blueprint.post("/schools/<id:school_id>/strategies/<id:strategy_id>/removal")
@requires(WRITE)
def remove_of_school(school_id: int, strategy_id: int) -> ResponseReturnValue:
    _, strategy = _found(school_id, strategy_id)
    operations.remove_school_strategy(actor(), strategy, opened_with=version_sent())
    return _saved(school_id, "Strategy taken out.")


def _found(school_id: int, strategy_id: int) -> tuple[Any, Any]:
    return school_for(actor(), school_id, WRITE), queries.school_strategy_for(school_id, strategy_id)


def _saved(school_id: int, words: str) -> ResponseReturnValue:
    return hx.saved(url_for("plans.of_school", school_id=school_id), words, event=EVENT)
