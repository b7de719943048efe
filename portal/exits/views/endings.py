"""Ending a piece of work, and mending what was said of it."""

from flask import request
from flask.typing import ResponseReturnValue

from portal.cases.queries import case_for, case_head, pupils_of
from portal.exits import operations, queries, rules
from portal.exits.forms import ChangeEndingForm, OutcomeForm, ReasonForm, ending_form
from portal.exits.views.parts import blueprint, form_page, saved
from portal.feedback.queries import reads_manager_only
from portal.kernel import audit, clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action

READ, CHANGE = Action.READ_CASE, Action.END_CASE


@blueprint.route("/cases/<ref:reference>/exit", methods=["GET", "POST"])
@requires(READ, change=CHANGE)
def of_case(reference: str) -> ResponseReturnValue:
    posted = request.method == "POST"
    case = case_for(actor(), reference, CHANGE if posted else READ)
    form = ending_form([(pupil.id, pupil.name) for pupil in pupils_of(case)])(
        data={"version": case.version, "ended_on": clock.today()}
    )
    if posted and form.validate():
        try:
            operations.end_case(actor(), case, form.draft(), opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return saved(reference, "The work has ended. What is still to come is on your list.")
    audit.viewed(actor(), "ending viewed", "case_file", case.id)
    return hx.page(
        "exits/of_case.html",
        fragment=None if posted else "exits/_section.html",
        status=422 if posted else 200,
        head=case_head(case),
        exit=queries.exit_page(case, manager_only=reads_manager_only(actor(), case)),
        form=form,
    )


@blueprint.route("/cases/<ref:reference>/exit/ending", methods=["GET", "POST"])
@requires(CHANGE)
def change_ending(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    form = ChangeEndingForm(obj=queries.opened_ending(case))
    if request.method == "POST" and form.validate():
        try:
            operations.change_ending(
                actor(), case, rules.HowEnded(form.how_ended.data), form.ended_on.data, opened_with=form.opened_with
            )
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return saved(reference, "Saved.")
    return form_page("exits/ending.html", case, form)


@blueprint.route("/cases/<ref:reference>/exit/outcomes/<id:pupil_id>", methods=["GET", "POST"])
@requires(CHANGE)
def change_outcome(reference: str, pupil_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    row = queries.outcome_for(case, pupil_id)
    form = OutcomeForm(obj=queries.opened_outcome(row))
    if request.method == "POST" and form.validate():
        said = rules.outcome_of_choice(pupil_id, form.outcome.data or "", form.note.data or "")
        operations.change_outcome(actor(), case, row, said, opened_with=form.opened_with)
        return saved(reference, "Outcome changed.")
    name = next((pupil.name for pupil in pupils_of(case) if pupil.id == pupil_id), "")
    return form_page("exits/outcome.html", case, form, name=name)


@blueprint.post("/cases/<ref:reference>/exit/report")
@requires(CHANGE)
def report_written(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    operations.report_written(actor(), case)
    return saved(reference, "The closing report is off your list.")


@blueprint.route("/cases/<ref:reference>/exit/reopening", methods=["GET", "POST"])
@requires(CHANGE)
def take_back(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    form = ReasonForm(data={"version": case.version})
    if request.method == "POST" and form.validate():
        try:
            operations.take_back_ending(actor(), case, form.reason.data or "", opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return saved(reference, "The end is taken back. The case is in support again.")
    return form_page("exits/reopening.html", case, form)
