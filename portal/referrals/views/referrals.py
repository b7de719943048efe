"""Lists of referrals, beginning one, and one referral with its status line."""

import re
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, clock, hx, settings
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import clean_query
from portal.kernel.settings import Feature
from portal.kernel.web import LARGEST_ID
from portal.policy import Action, may
from portal.referrals import operations, queries, rules
from portal.referrals.forms import StartForm, StepForm
from portal.referrals.views.blueprint import blueprint
from portal.schools.queries import line_choices, school_choices, school_row


@blueprint.get("/referrals/")
@requires(Action.READ_REFERRAL)
def index() -> ResponseReturnValue:
    if may(actor(), Action.SCREEN_REFERRAL):
        return _screening()
    return hx.page(
        "referrals/index.html",
        fragment="referrals/_own.html",
        found=queries.own_referrals(actor(), after=_id("after")),
        several=len(actor().school_ids) != 1,
        after=_id("after"),
    )


def _screening() -> ResponseReturnValue:
    status = request.args.get("show", "")
    wanted = queries.Wanted(
        status=status if status in queries.SCREENED else "submitted",
        school_id=_id("school"),
        line_id=_id("line"),
        search=clean_query(request.args.get("q"), 60),
    )
    counts = queries.screening_counts(actor())
    panels = settings.is_on(Feature.PANELS) or counts["at_panel"]
    return hx.page(
        "referrals/screening.html",
        fragment="referrals/_screening.html",
        wanted=wanted,
        tabs=[(key, words, counts[key]) for key, words in queries.SCREENED.items() if panels or key != "at_panel"],
        found=queries.screening(actor(), wanted, after=_id("after")),
        after=_id("after"),
        cut_offs=queries.cut_offs(),
        schools=school_choices(),
        lines=line_choices(),
    )


def _id(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,9}", text) and int(text) <= LARGEST_ID else None


@blueprint.route("/referrals/new", methods=["GET", "POST"])
@requires(Action.WRITE_REFERRAL)
def new() -> ResponseReturnValue:
    schools = sorted(((str(i), school_row(i).name) for i in actor().school_ids), key=lambda pair: pair[1])
    lines = line_choices()
    form = StartForm(school=schools[0][0] if len(schools) == 1 else None, line=lines[0][0] if len(lines) == 1 else None)
    form.school.offer(schools)
    form.line.offer(lines)
    if len(schools) == 1:
        del form.school
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return hx.page("referrals/new.html", status=status, form=form, lines=lines)
    school_id = int(schools[0][0] if len(schools) == 1 else form.school.data)
    try:
        referral = operations.start_referral(actor(), school_id, int(form.line.data))
    except Refused as error:
        form.refuse(error.problems)
        return hx.page("referrals/new.html", status=422, form=form, lines=lines)
    return hx.saved(url_for("referrals.form", reference=referral.reference), event="referrals-changed")


@blueprint.get("/referrals/<ref:reference>")
@requires(Action.READ_REFERRAL)
def show(reference: str) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference)
    audit.viewed(actor(), "referral viewed", "referral", referral.id)
    return hx.page(
        "referrals/show.html",
        fragment="referrals/_status.html",
        referral=referral,
        line=queries.status_line_of(referral),
        work=queries.work_of(referral),
        sections=rules.sections(queries.page_answers(referral), referral.service_line, clock.today()),
        timeline=queries.timeline_of(actor(), referral),
        decision=queries.decision_of(referral),
        warning="" if referral.school_id in actor().school_ids else queries.lone_visit_warning(referral),
        **_buttons(referral),
    )


def _buttons(referral: Any) -> dict[str, Any]:
    steps = queries.steps_offered(actor(), referral)
    return {
        "steps": steps,
        "form": StepForm(version=referral.version),
        "status_words": rules.STATUSES[referral.status],
        "tone": rules.status_tone(referral.status, referral.decision or ""),
        "today": clock.today(),
        "may_write": queries.may_write(actor(), referral),
        "may_ratify": queries.may_ratify(actor(), referral),
        "may_open": may(actor(), Action.OPEN_CASE) and queries.waits_for_case(referral),
    }
