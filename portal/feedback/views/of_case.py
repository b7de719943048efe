"""What school and family said of a case."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases.queries import case_for, case_head
from portal.feedback import operations, queries, rules
from portal.feedback.forms import feedback_form
from portal.feedback.views.base import EVENT, blueprint
from portal.kernel import audit, clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.policy import Action

READ, CHANGE = Action.READ_FEEDBACK, Action.RECORD_FEEDBACK


@blueprint.get("/cases/<ref:reference>/feedback")
@requires(READ, change=CHANGE)
def of_case(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, READ)
    audit.viewed(actor(), "feedback viewed", "case_file", case.id)
    return hx.page(
        "feedback/of_case.html",
        fragment="feedback/_section.html",
        head=case_head(case),
        sources=queries.case_feedback(case),
        own=queries.own_answers(case),
        family=queries.family_answers(actor(), case),
        invitations=queries.invitations_of(actor(), case),
    )


@blueprint.route("/cases/<ref:reference>/feedback/new/<word:source>", methods=["GET", "POST"])
@requires(CHANGE)
def add(reference: str, source: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    if source not in set(rules.Source):
        abort(404)
    whose = rules.Source(source)
    blank = {f"aspect_{code}": rules.Answer.NOT_ASKED.value for code in rules.ASPECTS[whose]}
    form = feedback_form(whose)(data={**blank, "given_on": clock.today()})
    if request.method == "POST" and form.validate():
        try:
            operations.record_feedback(actor(), case, form.draft())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Feedback recorded.")
    return _page(case, form, f"What {rules.SOURCE_LABELS[whose].lower()} said", "Record the feedback")


@blueprint.route("/cases/<ref:reference>/feedback/<id:feedback_id>", methods=["GET", "POST"])
@requires(CHANGE)
def change(reference: str, feedback_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    row = queries.feedback_for(case, feedback_id)
    whose = rules.Source(row.source)
    form = feedback_form(whose, edit=True)(data=queries.opened_feedback(row))
    if request.method == "POST" and form.validate():
        try:
            operations.change_feedback(actor(), case, row, form.draft(), opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Feedback corrected.")
    title = f"Correct what {rules.SOURCE_LABELS[whose].lower()} said"
    return _page(case, form, title, "Save", feedback_id=feedback_id)


@blueprint.post("/cases/<ref:reference>/feedback/<id:feedback_id>/removal")
@requires(CHANGE)
def remove(reference: str, feedback_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    operations.remove_feedback(actor(), case, queries.feedback_for(case, feedback_id), opened_with=version_sent())
    return _saved(reference, "Feedback removed.")


def _saved(reference: str, words: str) -> ResponseReturnValue:
    return hx.saved(url_for("feedback.of_case", reference=reference), words, event=EVENT)


def _page(case: Any, form: Any, title: str, button: str, feedback_id: int | None = None) -> ResponseReturnValue:
    audit.viewed(actor(), "feedback form viewed", "case_file", case.id)
    return hx.page(
        "feedback/form.html",
        status=422 if request.method == "POST" else 200,
        head=case_head(case),
        form=form,
        title=title,
        button=button,
        feedback_id=feedback_id,
    )
