"""Lists of referrals, beginning one, and one referral with its status line."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, clock, hx, settings
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import clean_query
from portal.kernel.settings import Feature
from portal.policy import Action, may
from portal.referrals import operations, queries, rules
from portal.referrals.forms import StartForm, StepForm
from portal.referrals.views.blueprint import blueprint, number_asked
from portal.schools.queries import line_choices, school_choices, school_row
from portal.schools.queries import lines as all_lines


@blueprint.get("/referrals/")
@requires(Action.READ_REFERRAL)
def index() -> ResponseReturnValue:
    if queries.sees_all_sent(actor()):
        return _screening()
    status, after = request.args.get("show", ""), number_asked("after")
    narrowed = queries.referrals_at(actor(), status, after=after) if status in rules.STATUSES else None
    live = queries.live_referrals(actor()) if narrowed is None and after is None else None
    earlier = queries.earlier_referrals(actor(), after=after) if narrowed is None else None
    _note_listed(narrowed, live, earlier)
    return hx.page(
        "referrals/index.html",
        fragment="referrals/_own.html",
        narrowed=narrowed,
        live=live,
        earlier=earlier,
        several=len(actor().school_ids) != 1,
        statuses=list(rules.STATUSES.items()),
        chosen=status if narrowed is not None else "",
        after=after,
    )


def _note_listed(*lists: queries.Rows | None) -> None:
    rows = (row for one in lists if one is not None for row in one.rows)
    audit.listed(actor(), "referrals listed", "referral", (row.reference for row in rows))


def _screening() -> ResponseReturnValue:
    status = request.args.get("show", "")
    wanted = queries.Wanted(
        status=status if status in queries.SCREENED else "submitted",
        school_id=number_asked("school"),
        line_id=number_asked("line"),
        search=clean_query(request.args.get("q"), 60),
    )
    counts = queries.screening_counts(actor())
    panels = settings.is_on(Feature.PANELS) or counts["at_panel"]
    found = queries.screening(actor(), wanted, after=number_asked("after"))
    _note_listed(found)
    return hx.page(
        "referrals/screening.html",
        fragment="referrals/_screening.html",
        wanted=wanted,
        tabs=[(key, words, counts[key]) for key, words in queries.SCREENED.items() if panels or key != "at_panel"],
        found=found,
        after=number_asked("after"),
        cut_offs=queries.cut_offs(),
        schools=school_choices(),
        lines=line_choices(),
    )


@blueprint.route("/referrals/new", methods=["GET", "POST"])
@requires(Action.WRITE_REFERRAL)
def new() -> ResponseReturnValue:
    schools = sorted(((str(i), school_row(i).name) for i in actor().school_ids), key=lambda pair: pair[1])
    lines = line_choices()
    form = StartForm(school=schools[0][0] if len(schools) == 1 else None, line=lines[0][0] if len(lines) == 1 else None)
    form.school.offer(schools)
    form.line.offer(lines)
    form.offer_kinds(max((line.group_limit for line in all_lines() if line.is_active), default=0))
    if len(schools) == 1:
        del form.school
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return hx.page("referrals/new.html", status=status, form=form, lines=lines)
    school_id = int(schools[0][0] if len(schools) == 1 else form.school.data)
    try:
        referral = operations.start_referral(actor(), school_id, int(form.line.data), form.kind.data or "pupil")
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
        name=queries.subject_of(referral),
        line=queries.status_line_of(referral),
        work=queries.work_of(referral),
        sections=queries.sections_to_read(referral),
        evidence=queries.evidence_of(referral),
        files=queries.files_of_referral(referral),
        timeline=queries.timeline_of(actor(), referral),
        decision=queries.decision_of(referral),
        asked=queries.asked_rows(referral, queries.questions_of(referral)),
        letters=queries.letters_of(referral),
        versions=queries.versions_of(referral),
        additions=queries.additions_of(referral),
        matches=queries.matches_of(actor(), referral),
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
        "may_add": queries.may_add(actor(), referral),
        "may_ratify": queries.may_ratify(actor(), referral),
        "may_open": may(actor(), Action.OPEN_CASE) and queries.waits_for_case(referral),
    }
