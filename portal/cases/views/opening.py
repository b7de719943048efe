"""Opening a case from an accepted referral."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.cases import operations, queries, rules
from portal.cases.forms import OpenForm
from portal.cases.views.base import blueprint
from portal.kernel import audit, clock, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import clean_query
from portal.policy import Action
from portal.schools.queries import line_choices


@blueprint.route("/cases/new", methods=["GET", "POST"])
@requires(Action.OPEN_CASE)
def new() -> ResponseReturnValue:
    referral = queries.referral_to_open(actor(), clean_query(request.args.get("referral"), 16))
    form = OpenForm(obj=queries.case_opened(referral))
    form.service_line_id.offer(line_choices())
    form.pupil_ids.offer(queries.pupils_to_choose(actor(), referral))
    form.worker_ids.offer(queries.worker_choices())
    if form.is_submitted() and form.validate() and not _has_gaps(form, referral.pupil_id):
        try:
            case = operations.open_case(
                actor(), referral, form.draft(referral.pupil_id), extension_reason=form.extension_reason.data or ""
            )
            words = "Opened. The workers can see it now." if case.allocations else "Opened. Choose a worker next."
            return hx.saved(url_for("cases.show", reference=case.reference), words)
        except Refused as refused:
            form.refuse(refused.problems)
    audit.viewed(actor(), "referral viewed to open a case", "referral", referral.id)
    return _page(form, referral.reference, referral.school.name, queries.pupil_name(referral))


def _has_gaps(form: OpenForm, pupil_id: int | None) -> bool:
    problems = rules.opening_problems(form.draft(pupil_id), clock.today())
    form.put_draft_errors(problems)
    return bool(problems)


def _page(form: OpenForm, reference: str, school_name: str, pupil_name: str) -> ResponseReturnValue:
    return hx.page(
        "cases/new.html",
        status=422 if form.is_submitted() else 200,
        form=form,
        reference=reference,
        school_name=school_name,
        pupil_name=pupil_name,
        action=url_for("cases.new", referral=reference),
        cancel=url_for("home.index"),
    )
