"""Measures of a case: readings and goals; and which measures the service uses."""

from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.assessments import operations, queries
from portal.assessments.forms import GoalForm, GoalWordsForm, MeasureForm, reading_form
from portal.cases.queries import case_for, case_head, pupils_of
from portal.kernel import audit, clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import clean_query
from portal.kernel.versions import version_sent
from portal.policy import Action

blueprint = Blueprint("assessments", __name__)

EVENT = "readings-changed"
READ, CHANGE = Action.READ_READINGS, Action.RECORD_READING


@blueprint.get("/cases/<ref:reference>/assessments")
@requires(READ, change=CHANGE)
def of_case(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, READ)
    audit.viewed(actor(), "measures viewed", "case_file", case.id)
    return hx.page(
        "assessments/of_case.html",
        fragment="assessments/_section.html",
        head=case_head(case),
        readings=queries.case_readings(case),
        measures=queries.measure_choices(),
        may_set_goal=any(left > 0 for left in queries.goals_left(case).values()),
    )


@blueprint.get("/cases/<ref:reference>/assessments/new")
@requires(CHANGE)
def choose_measure(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    code, offered = clean_query(request.args.get("measure")), queries.measure_choices()
    if any(code == known for known, _ in offered):
        return redirect(url_for("assessments.add_reading", reference=reference, code=code))
    audit.viewed(actor(), "measures offered", "case_file", case.id)
    return hx.page("assessments/choose.html", head=case_head(case), measures=offered)


@blueprint.route("/cases/<ref:reference>/assessments/new/<word:code>", methods=["GET", "POST"])
@requires(CHANGE)
def add_reading(reference: str, code: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    definition = queries.definition_of(queries.measure_for(code))
    if code == operations.GOAL_MEASURE:
        abort(404)
    form = reading_form(definition, _pupils(case))(data={"taken_on": clock.today()})
    if request.method == "POST" and form.validate():
        try:
            operations.record_reading(actor(), case, code, form.draft())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Reading recorded.")
    return _reading_page(case, definition, form, title=definition.name, button="Record the reading")


@blueprint.route("/cases/<ref:reference>/assessments/<id:reading_id>", methods=["GET", "POST"])
@requires(CHANGE)
def change_reading(reference: str, reading_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    reading = queries.reading_for(case, reading_id)
    definition = queries.definition_of(reading.measure)
    of_goal = reading.goal_id is not None
    pupils = [(str(reading.pupil_id), "")] if of_goal else _pupils(case)
    opened = queries.opened_reading(reading, definition)
    form = reading_form(definition, pupils, edit=True)(obj=opened)
    if request.method == "POST" and form.validate():
        try:
            operations.change_reading(actor(), case, reading, form.draft(), opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Reading corrected.")
    title = f"Correct a reading: {definition.name}"
    return _reading_page(case, definition, form, title=title, button="Save", reading_id=reading_id)


@blueprint.post("/cases/<ref:reference>/assessments/<id:reading_id>/removal")
@requires(CHANGE)
def remove_reading(reference: str, reading_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    operations.remove_reading(actor(), case, queries.reading_for(case, reading_id), opened_with=version_sent())
    return _saved(reference, "Reading removed.")


@blueprint.route("/cases/<ref:reference>/assessments/goals/new", methods=["GET", "POST"])
@requires(CHANGE)
def set_goal(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    queries.measure_for(operations.GOAL_MEASURE)
    left, pupils = queries.goals_left(case), _pupils(case)
    open_pupils = [(value, name) for value, name in pupils if left[int(value)] > 0]
    only = open_pupils[0][0] if len(open_pupils) == 1 else None
    form = GoalForm(data={"taken_on": clock.today(), "pupil_id": only})
    form.pupil_id.offer(pupils)
    if len(pupils) == 1 and request.method == "POST":
        form.pupil_id.data = pupils[0][0]
    if request.method == "POST" and form.validate():
        try:
            operations.set_goal(actor(), case, form.draft())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Goal kept.")
    audit.viewed(actor(), "goal form viewed", "case_file", case.id)
    return _page("assessments/goal.html", head=case_head(case), form=form, ask_pupil=len(pupils) > 1)


@blueprint.route("/cases/<ref:reference>/assessments/goals/<id:goal_id>", methods=["GET", "POST"])
@requires(CHANGE)
def change_goal(reference: str, goal_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    goal = queries.goal_for(case, goal_id)
    form = GoalWordsForm(obj=queries.opened_goal(goal))
    if request.method == "POST" and form.validate():
        operations.change_goal(
            actor(), case, goal, form.words.data or "", form.set_by.data or "", opened_with=form.opened_with
        )
        return _saved(reference, "Goal changed.")
    audit.viewed(actor(), "goal form viewed", "case_file", case.id)
    return _page("assessments/goal_words.html", head=case_head(case), form=form, goal_id=goal_id)


@blueprint.route("/cases/<ref:reference>/assessments/goals/<id:goal_id>/ratings", methods=["GET", "POST"])
@requires(CHANGE)
def rate_goal(reference: str, goal_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    goal = queries.goal_for(case, goal_id)
    definition = queries.definition_of(queries.measure_for(operations.GOAL_MEASURE))
    form_of_goal = reading_form(definition, [(str(goal.pupil_id), "")])
    form = form_of_goal(data={"taken_on": clock.today(), "informant": goal.set_by})
    if request.method == "POST" and form.validate():
        try:
            operations.rate_goal(actor(), case, goal, form.draft())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Rating recorded.")
    return _reading_page(
        case, definition, form, title="Rate a goal again", button="Record the rating", goal_words=goal.words
    )


@blueprint.get("/settings/measures")
@requires(Action.MANAGE_SETTINGS)
def measures() -> ResponseReturnValue:
    return hx.page("assessments/measures.html", measures=queries.measure_rows())


@blueprint.route("/settings/measures/new", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def add_measure() -> ResponseReturnValue:
    form = MeasureForm()
    if request.method == "POST" and form.validate():
        try:
            operations.add_measure(actor(), form.draft())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return hx.saved(url_for("assessments.measures"), "Measure added. Workers can use it now.")
    return _page("assessments/measure.html", form=form)


@blueprint.post("/settings/measures/<id:measure_id>/steps/<word:step>")
@requires(Action.MANAGE_SETTINGS)
def switch_measure(measure_id: int, step: str) -> ResponseReturnValue:
    if step not in ("switch_on", "switch_off"):
        abort(404)
    measure = operations.switch_measure(actor(), measure_id, on=step == "switch_on")
    words = "is offered again" if measure.is_active else "is no longer offered; its readings stay"
    return hx.saved(url_for("assessments.measures"), f"{measure.name} {words}.")


def _pupils(case: Any) -> list[tuple[str, str]]:
    return [(str(pupil.id), pupil.name) for pupil in pupils_of(case)]


def _saved(reference: str, words: str) -> ResponseReturnValue:
    return hx.saved(url_for("assessments.of_case", reference=reference), words, event=EVENT)


def _page(template: str, **context: Any) -> ResponseReturnValue:
    return hx.page(template, status=422 if request.method == "POST" else 200, **context)


def _reading_page(
    case: Any,
    definition: Any,
    form: Any,
    *,
    title: str,
    button: str,
    goal_words: str = "",
    reading_id: int | None = None,
) -> ResponseReturnValue:
    audit.viewed(actor(), "reading form viewed", "case_file", case.id)
    return _page(
        "assessments/reading.html",
        head=case_head(case),
        form=form,
        title=title,
        button=button,
        credit=definition.credit,
        goal_words=goal_words,
        reading_id=reading_id,
    )
