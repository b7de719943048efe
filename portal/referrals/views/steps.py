"""Steps of a referral: each is a POST; one that asks a reason, or a decision, has a page of its own."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, hx, settings
from portal.kernel.access import actor, ensure, requires
from portal.kernel.errors import EditConflict, Refused
from portal.kernel.settings import Feature
from portal.policy import Action
from portal.referrals import operations, queries, rules
from portal.referrals.forms import ApproverForm, CheckForm, DecisionForm, StepForm
from portal.referrals.views.blueprint import blueprint
from portal.referrals.views.form import check_form, check_page
from portal.schools.operations import RefusedFields

SENDING = frozenset({"submit", "resubmit"})
RATIFY = "ratify"
CHOOSING = frozenset({"send_for_approval", "ask_another"})
_SAID = {
    "send_for_approval": "Sent for approval. You see here where it is and who acts next.",
    "ask_another": "Sent to somebody else for approval.",
    "take_back": "The decision is taken back. The school is told, and you decide anew.",
    "submit": "Sent to the service. You see here where it is and who acts next.",
    "approve": "Approved and sent to the service.",
    "send_back": "Sent back to the writer.",
    "resubmit": "Sent to the service again.",
    "send_to_panel": "Sent to the panel.",
    "defer": "Deferred to the next panel.",
    "return": "Returned to the school with your question.",
    "withdraw": "Withdrawn.",
    "recall": "It is with you again. Change it, then send it for approval.",
    "arranged": "Recorded. The school is told that it is arranged.",
    "decide": "The decision is recorded. The school can read it now.",
    RATIFY: "Recorded that the panel ratified the decision.",
}


@blueprint.route("/referrals/<ref:reference>/steps/decide", methods=["GET", "POST"])
@requires(Action.SCREEN_REFERRAL)
def decide(reference: str) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference, Action.SCREEN_REFERRAL)
    form = _decision_form(referral)
    if not form.validate_on_submit():
        return _decision_page(referral, form, 422 if request.method == "POST" else 200)
    if form.opened_with is None:
        raise EditConflict
    try:
        operations.take_step(actor(), referral, "decide", decision=form.draft(), opened_with=form.opened_with)
    except RefusedFields as error:
        form.put_errors(error.by_field)
        return _decision_page(referral, form, 422)
    except Refused as error:
        form.refuse(error.problems)
        return _decision_page(referral, form, 422)
    said = "decide" if referral.status == "decided" else rules.step_for(form.draft().decision, referral.status)
    return _done(referral, said if said in _SAID else "decide")


def _decision_form(referral: Any) -> DecisionForm:
    form = DecisionForm(
        version=referral.version, route="panel" if referral.status == "at_panel" else referral.service_line.route
    )
    form.offer(panels=settings.is_on(Feature.PANELS) or referral.status == "at_panel", kind=referral.scope_kind)
    return form


def _decision_page(referral: Any, form: DecisionForm, status: int) -> ResponseReturnValue:
    audit.viewed(actor(), "referral viewed", "referral", referral.id)
    return hx.page(
        "referrals/decide.html",
        status=status,
        referral=referral,
        form=form,
        possible_matches=[row for row in queries.matches_of(actor(), referral) if row.state == "possible"],
        possible="decide" in [step.name for step in rules.ROAD.available(referral.status)],
    )


@blueprint.route("/referrals/<ref:reference>/steps/<word:step>", methods=["GET", "POST"])
@requires(Action.READ_REFERRAL)
def step(reference: str, step: str) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference)
    if step != RATIFY and step not in rules.ROAD.by_name:
        abort(404)
    ensure(actor(), Action.SCREEN_REFERRAL if step == RATIFY else rules.ROAD.by_name[step].needs, referral.scope)
    form = _form_of(referral, step)
    if request.method == "GET":
        return _step_page(referral, step, form, 200)
    if not form.validate():
        return _step_page(referral, step, form, 422)
    if form.opened_with is None:
        raise EditConflict
    try:
        _take(referral, step, form)
    except EditConflict:
        if step not in SENDING or referral.status not in rules.EDITABLE:
            raise
        return _as_it_reads_now(referral)
    except RefusedFields as error:
        form.put_errors(error.by_field)
        return _step_page(referral, step, form, 422)
    except Refused as error:
        form.refuse(error.problems)
        return _step_page(referral, step, form, 422)
    return _done(referral, step)


def _as_it_reads_now(referral: Any) -> ResponseReturnValue:
    """Somebody changed it since the check was opened: the sender reads it anew before it is sent."""
    form = check_form(referral, fresh=True)
    form.refuse(["Somebody changed this referral meanwhile, so it was not sent. Read it again, then send it."])
    return check_page(referral, form, 409)


def _form_of(referral: Any, step: str) -> StepForm | ApproverForm:
    if step in SENDING:
        return check_form(referral)
    if step not in CHOOSING:
        return StepForm(version=referral.version)
    form = ApproverForm(version=referral.version, approver=_first_choice(referral))
    form.approver.offer(queries.approvers_of(referral.school_id))
    if "approver" not in request.form:
        form.approver.required_words = None  # one button is enough where there is one head; else the operation asks
    return form


def _first_choice(referral: Any) -> str | None:
    return str(referral.approver_id) if referral.approver_id else None


def _take(referral: Any, step: str, form: StepForm | ApproverForm) -> None:
    if step == RATIFY:
        operations.ratify(actor(), referral, opened_with=form.opened_with)
    elif isinstance(form, ApproverForm):
        chosen = int(form.approver.data) if form.approver.data else None
        operations.take_step(actor(), referral, step, approver_id=chosen, opened_with=form.opened_with)
    else:
        seen = (form.seen.data or None) if isinstance(form, CheckForm) else None
        note = form.note.data or ""
        operations.take_step(actor(), referral, step, note=note, opened_with=form.opened_with, seen=seen)


def _step_page(referral: Any, step: str, form: Any, status: int) -> ResponseReturnValue:
    audit.viewed(actor(), "referral viewed", "referral", referral.id)
    if step in CHOOSING:
        return _approver_page(referral, step, form, status)
    if step in SENDING and referral.status in rules.EDITABLE:
        return check_page(referral, form, status)
    known = rules.ROAD.by_name.get(step)
    return hx.page(
        "referrals/step.html",
        status=status,
        referral=referral,
        form=form,
        step=step,
        label=_label(referral, step),
        gives_up=_gives_up(referral, step),
        asks_reason=known.reason_asked and not _gives_up(referral, step) if known else False,
        possible=known is None or referral.status in known.sources,
    )


def _gives_up(referral: Any, step: str) -> bool:
    """A referral that never reached the service is given up, which concerns nobody else."""
    return step == "withdraw" and referral.submitted_at is None


def _label(referral: Any, step: str) -> str:
    if step == RATIFY:
        return "Record that the panel ratified it"
    return "Give up this draft" if _gives_up(referral, step) else rules.ROAD.by_name[step].label


def _approver_page(referral: Any, step: str, form: ApproverForm, status: int) -> ResponseReturnValue:
    return hx.page(
        "referrals/approver.html",
        status=status,
        referral=referral,
        form=form,
        step=step,
        label=rules.ROAD.by_name[step].label,
        anybody=any(form.approver.iter_choices()),
        possible=referral.status in rules.ROAD.by_name[step].sources,
    )


def _done(referral: Any, step: str) -> ResponseReturnValue:
    return hx.saved(url_for("referrals.show", reference=referral.reference), _SAID[step], event="referrals-changed")
