"""Steps along the road, and what is marked as done."""

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import operations, queries, rules
from portal.cases.forms import DoneForm, StepForm
from portal.cases.rules.road import MOVED_BY_MISTAKE, undo_of
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
    facts = queries.facts_of(case, actor())
    needed = rules.ROAD.problems(step, case.stage, facts) if case.stage in known.sources else []
    return _page(case, step, form, 200, needed=needed)


def _take(case: queries.Case, step: str, form: StepForm) -> ResponseReturnValue:
    note = form.note.data or "" if "note" in form else ""
    try:
        if form.validate():
            operations.move(actor(), case, step, note=note, opened_with=form.opened_with)
            words = f"Moved to “{rules.STAGES[case.stage]}”"
            return hx.saved(
                _after(case),
                f"{words}.",
                fragment="cases/_moved.html",
                event="cases-changed",
                **_moved(case, step, words),
            )
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


def _moved(case: queries.Case, step: str, words: str) -> dict[str, Any]:
    """What the board says after a move, and what takes it back while that is possible."""
    undo = undo_of(step)
    if undo and rules.ROAD.problems(undo.name, case.stage, queries.facts_of(case, actor())):
        undo = None
    return {
        "words": words,
        "case": queries.case_head(case),
        "version": case.version,
        "back": came_from(),
        "undo": undo,
        "undo_stage": rules.STAGES[undo.target] if undo else "",
        "undo_note": MOVED_BY_MISTAKE,
    }


def _page(case: queries.Case, step: str, form: StepForm, status: int, needed: Sequence[str] = ()) -> Response:
    audit.viewed(actor(), "step viewed", "case_file", case.id)
    return hx.page(
        "cases/step.html",
        fragment="cases/_refused.html" if status != 200 else None,
        status=status,
        form=form,
        needed=needed,
        heading=_heading(case, step),
        case=queries.case_head(case),
        step=rules.ROAD.by_name[step],
        target=rules.STAGES[rules.ROAD.by_name[step].target],
        back=came_from(),
        after=_after(case),
        page_url=url_for("cases.show", reference=case.reference),
    )


def _heading(case: queries.Case, step: str) -> str:
    """Where a card that could not be moved stands now, and whether this step was from there."""
    stage = rules.STAGES[case.stage]
    stays = "is still in" if case.stage in rules.ROAD.by_name[step].sources else "is now in"
    return f"{queries.case_head(case).name} {stays} “{stage}”"


def _after(case: queries.Case) -> str:
    board = came_from()
    return f"{board}#card-{case.id}" if board else url_for("cases.show", reference=case.reference)


@blueprint.post("/cases/<ref:reference>/done/<word:rule>")
@requires(Action.MOVE_CASE)
def done(reference: str, rule: str) -> ResponseReturnValue:
    case = queries.case_for(actor(), reference)
    DoneForm()
    operations.mark_done(actor(), case, rule)
    return hx.saved(url_for("cases.show", reference=reference), "Marked as done.")
