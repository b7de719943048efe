"""The two pages on which a school says itself how the work went, and what it sees of its answers."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import queries as cases
from portal.feedback import operations, queries, rules
from portal.feedback.forms import BeyondForm, OwnForm
from portal.feedback.views.base import EVENT, blueprint
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action, may

GIVE = Action.GIVE_SCHOOL_FEEDBACK


@blueprint.get("/cases/<ref:reference>/feedback/school")
@requires(Action.READ_SUPPORT)
def for_school(reference: str) -> ResponseReturnValue:
    case = cases.case_for(actor(), reference, Action.READ_SUPPORT)
    audit.viewed(actor(), "school's own feedback viewed", "case_file", case.id)
    return hx.page(
        "feedback/for_school.html",
        fragment="feedback/_for_school.html",
        head=cases.case_head(case),
        own=queries.own_answers(case),
        may_answer=may(actor(), GIVE),
    )


@blueprint.route("/feedback/school/<ref:reference>/<word:moment>", methods=["GET", "POST"])
@requires(GIVE)
def give(reference: str, moment: str) -> ResponseReturnValue:
    case, when = _asked(reference, moment)
    row = queries.own_feedback(case, when)
    form = OwnForm(data=queries.opened_own(row))
    if request.method == "POST" and form.validate():
        try:
            operations.give_own(actor(), case, when, form.draft(), opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            words = "Saved. One short page is left."
            return hx.saved(url_for(".give_beyond", reference=reference, moment=moment), words, event=EVENT)
    return _page("feedback/give.html", case, when, form, row is not None)


@blueprint.route("/feedback/school/<ref:reference>/<word:moment>/beyond", methods=["GET", "POST"])
@requires(GIVE)
def give_beyond(reference: str, moment: str) -> ResponseReturnValue:
    case, when = _asked(reference, moment)
    row = queries.own_feedback(case, when)
    if row is None:
        abort(404)
    form = BeyondForm(data=queries.opened_beyond(row))
    if request.method == "POST" and form.validate():
        try:
            operations.give_beyond(actor(), case, when, form.draft(), opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            words = "Thank you. The service reads this, and you can change it until you are asked again."
            return hx.saved(url_for(".for_school", reference=reference), words, event=EVENT)
    return _page("feedback/beyond.html", case, when, form, bool(row.beyond))


def _asked(reference: str, moment: str) -> tuple[Any, rules.Moment]:
    """The case and the moment, where the school was asked about it."""
    case = cases.case_for(actor(), reference, GIVE)
    if moment not in set(rules.Moment) or rules.Moment(moment) not in queries.asks_of(case.id):
        abort(404)
    return case, rules.Moment(moment)


def _page(template: str, case: Any, when: rules.Moment, form: Any, answered: bool) -> ResponseReturnValue:
    audit.viewed(actor(), "school's own feedback viewed", "case_file", case.id)
    asked = queries.asks_of(case.id)
    return hx.page(
        template,
        status=422 if request.method == "POST" else 200,
        head=cases.case_head(case),
        form=form,
        moment=when.value,
        moment_label=rules.MOMENT_LABELS[when],
        answered=answered,
        is_open=queries.may_still_answer(when, asked),
        after_monitoring=when is rules.Moment.MONITORING,
    )
