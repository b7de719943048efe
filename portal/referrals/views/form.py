"""The form: the task list, its pages, choosing the pupil, and the check before it is sent."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.kernel import audit, hx, submissions
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.forms import has_control
from portal.policy import Action
from portal.referrals import operations, queries, rules
from portal.referrals.forms import CheckForm, ChoosePupilForm, PageForm, StepForm, form_of
from portal.referrals.forms.pages import ANOTHER, GroupForm, PupilForm, ReferrerForm
from portal.referrals.views.blueprint import blueprint
from portal.schools.operations import LooksKnown, RefusedFields
from portal.schools.queries import AlikeRow, pupil_choices, pupil_for, pupils_alike
from portal.schools.rules import PupilDraft

SITTING = "sitting"


def mine(reference: str) -> Any:
    """The referral that this person may write, noted as seen. Raises ``OutOfReach``."""
    referral = queries.referral_for(actor(), reference, Action.WRITE_REFERRAL)
    audit.viewed(actor(), "referral form viewed", "referral", referral.id)
    return referral


def closed(referral: Any, page: str | None = None) -> bool:
    """Whether somebody only looks for the form of a referral that was sent: its own page shows what was written.

    A ``page`` that the school can still add to is open.
    """
    if page is not None and rules.can_be_added_to(referral.status, page):
        return False
    return request.method == "GET" and referral.status not in rules.EDITABLE


def to_show(referral: Any) -> ResponseReturnValue:
    return redirect(url_for("referrals.show", reference=referral.reference))


@blueprint.get("/referrals/<ref:reference>/form")
@requires(Action.WRITE_REFERRAL)
def form(reference: str) -> ResponseReturnValue:
    referral = mine(reference)
    if closed(referral):
        return to_show(referral)
    return hx.page("referrals/form.html", fragment="referrals/_tasks.html", referral=referral, **_progress(referral))


def _progress(referral: Any) -> dict[str, Any]:
    pages = queries.task_list(referral)
    gaps = queries.gaps_of(referral)
    unsaved = queries.unsaved_pages(actor(), referral)
    return {
        "subject": queries.subject_of(referral),
        "needed": [page for page in pages if page.needed],
        "helpful": [page for page in pages if not page.needed],
        "missing": queries.gaps_by_page([gap for gap in gaps if gap.blocks]),
        "helps": queries.gaps_by_page([gap for gap in gaps if not gap.blocks]),
        "evidence": queries.evidence_of(referral),
        "files": queries.files_of_referral(referral),
        "unsaved": {row.page: row for row in unsaved if row.own},
        "colleagues": [(rules.PAGE_BY_KEY[row.page].title, row.name) for row in unsaved if not row.own],
        "ready": not any(gap.blocks for gap in gaps),
        "titles": {key: page.title for key, page in rules.PAGE_BY_KEY.items()},
        "again": queries.last_referral_of(referral) is not None,
    }


@blueprint.route("/referrals/<ref:reference>/form/<word:page>", methods=["GET", "POST"])
@requires(Action.WRITE_REFERRAL)
def page(reference: str, page: str) -> ResponseReturnValue:
    referral = mine(reference)
    if page not in {one.key for one in rules.pages_of(referral.scope_kind)}:
        abort(404)
    if closed(referral, page):
        return to_show(referral)
    if page == "pupil" and request.method == "GET" and _must_choose(referral):
        return _choose(referral, _choose_form(referral))
    drawn = _opened(referral, page)
    if request.method == "GET":
        if group := drawn.group(request.args.get("more", "")):
            group.one_more()
        return _page(referral, drawn)
    return _save(referral, drawn)


def _opened(referral: Any, key: str) -> PageForm:
    opened = queries.opened_page(actor(), referral, key)
    kept = queries.typed_on(actor(), referral, key) if request.method == "GET" else None
    drawn = _drawn(referral, key, opened, kept)
    if kept and not drawn.typed_on:  # it says nothing else than what is saved
        drawn = _drawn(referral, key, opened, None)
    drawn.begun = opened.begun and not drawn.typed_on
    drawn.draft_version = queries.version_typed(actor(), referral, key)
    if isinstance(drawn, PupilForm) and request.form.get("alike"):
        # The choice was offered on the page before; it is offered alike again, so that it can be read.
        drawn.offer_alike(_alike_pairs(_alike_now(referral, drawn)))
    return drawn


def _drawn(referral: Any, key: str, opened: Any, kept: Any) -> PageForm:
    """The page's form as saved, or with what was typed since in its fields.

    What was typed on an older version is saved on that version, so that a colleague's text is not lost unseen.
    """
    if kept is None:
        drawn = form_of(key)(obj=opened.draft, version=opened.version)
    else:
        fields = MultiDict([*kept.fields, ("version", str(kept.page_version))])
        drawn = form_of(key)(formdata=fields, obj=opened.draft, version=opened.version)
    if isinstance(drawn, ReferrerForm):
        drawn.ask_only(queries.asked_of(referral))
    if isinstance(drawn, GroupForm):
        drawn.limit(referral.service_line.group_limit)
    if kept is not None and (drawn.draft() != opened.draft or any(field.process_errors for field in drawn)):
        drawn.typed_on = queries.moment_words(kept.typed_at)
    return drawn


def _save(referral: Any, drawn: PageForm) -> ResponseReturnValue:
    if taken_out := request.form.get("remove"):
        drawn.take_out(taken_out)
    adding = rules.can_be_added_to(referral.status, drawn.page)
    if adding and not request.form.get("adding"):
        drawn.refuse(["This referral was sent since you opened the page. Check what you typed, then send it too."])
        return _page(referral, drawn, 422)
    if adding and (taken_out or request.form.get("add")):  # nothing goes to the service yet
        if group := drawn.group(request.form.get("add", "")):
            group.one_more()
        return _page(referral, drawn)
    if not drawn.validate():
        return _page(referral, drawn, 422)
    try:
        _keep(referral, drawn)
    except LooksKnown as error:
        drawn.offer_alike(_alike_pairs(error.rows))
        drawn.put_errors({"alike": " ".join(error.problems)})
        return _page(referral, drawn, 422)
    except RefusedFields as error:
        drawn.put_errors(error.by_field)
        return _page(referral, drawn, 422)
    except Refused as error:
        drawn.refuse(error.problems)
        return _page(referral, drawn, 422)
    if adding:
        said = "Added. The service has it, and we have told your head teacher."
        return hx.saved(url_for("referrals.show", reference=referral.reference), said, event="referrals-changed")
    return hx.saved(_next(referral, drawn), event="referrals-changed")


def _keep(referral: Any, drawn: PageForm) -> None:
    said = drawn.alike.data if isinstance(drawn, PupilForm) else None
    if said and said != ANOTHER:
        operations.choose_pupil(actor(), referral, pupil_for(actor(), int(said)), fill=False)
    operations.save_page(
        actor(),
        referral,
        drawn.page,
        drawn.draft(),
        opened_with=drawn.opened_with,
        knows_alike=said == ANOTHER,
        sitting=sitting_sent(),
    )


def sitting_sent() -> str:
    """The opening of the page that this was sent from; "" when it does not say."""
    sent = request.form.get(SITTING, "")
    return sent if submissions.is_well_formed(sent) else ""


def _next(referral: Any, drawn: PageForm) -> str:
    here = {"reference": referral.reference, "page": drawn.page}
    if request.form.get("remove"):
        return url_for("referrals.page", **here)
    if group := drawn.group(request.form.get("add", "")):
        return url_for("referrals.page", **here, more=group.short_name, _anchor=f"{group.short_name}-end")
    following = rules.next_page(drawn.page, referral.scope_kind)
    if request.form.get("then") == "list":
        return url_for("referrals.form", reference=referral.reference)
    if following == rules.CHECK:
        return url_for("referrals.check", reference=referral.reference)
    return url_for("referrals.page", reference=referral.reference, page=following)


def _page(referral: Any, drawn: PageForm, status: int = 200) -> ResponseReturnValue:
    keys = [page.key for page in rules.pages_of(referral.scope_kind)]
    saved = queries.opened_page(actor(), referral, drawn.page)
    return hx.page(
        "referrals/page.html",
        status=status,
        referral=referral,
        form=drawn,
        page_of_form=rules.PAGE_BY_KEY[drawn.page],
        number=keys.index(drawn.page) + 1,
        count=len(keys),
        page_version=drawn.opened_with if drawn.opened_with is not None else saved.version,
        changed_since=bool(drawn.typed_on) and drawn.opened_with != saved.version,
        sitting=submissions.new_id(),
        others=queries.others_typing(actor(), referral, drawn.page),
        again=queries.last_referral_of(referral) is not None,
        adding=rules.can_be_added_to(referral.status, drawn.page),
    )


@blueprint.get("/referrals/<ref:reference>/add")
@requires(Action.WRITE_REFERRAL)
def add(reference: str) -> ResponseReturnValue:
    """Where a school adds to a referral that the service has."""
    referral = mine(reference)
    if not queries.may_add(actor(), referral):
        return to_show(referral)
    pages = [page for page in queries.task_list(referral) if rules.can_be_added_to(referral.status, page.key)]
    return hx.page("referrals/add.html", referral=referral, name=queries.subject_of(referral), pages=pages)


def _alike_now(referral: Any, drawn: PupilForm) -> list[AlikeRow]:
    """Nothing is looked for with text that the form is about to refuse."""
    draft = drawn.draft()
    if any(has_control(text) for text in (draft.given_name, draft.family_name, draft.upn)):
        return []
    return pupils_alike(referral.school_id, rules.onto_pupil(PupilDraft(), draft))


def _alike_pairs(rows: Any) -> list[tuple[str, str]]:
    return [(str(row.pupil_id), f"Yes: {row.name}. {row.why}") for row in rows]


def _must_choose(referral: Any) -> bool:
    """The school has pupils on record: one of them may be meant, so that is asked first."""
    if referral.pupil_id is not None or request.args.get("who") == "new":
        return False
    if queries.typed_on(actor(), referral, "pupil") is not None:
        return False
    return "pupil" not in queries.page_answers(referral) and bool(pupil_choices(actor(), referral.school_id))


def _choose_form(referral: Any) -> ChoosePupilForm:
    form = ChoosePupilForm(version=referral.version)
    form.pupil.offer(pupil_choices(actor(), referral.school_id))
    return form


def _choose(referral: Any, form: ChoosePupilForm, status: int = 200) -> ResponseReturnValue:
    return hx.page("referrals/pupil.html", status=status, referral=referral, form=form)


@blueprint.route("/referrals/<ref:reference>/pupil", methods=["GET", "POST"])
@requires(Action.WRITE_REFERRAL)
def pupil(reference: str) -> ResponseReturnValue:
    referral = mine(reference)
    if referral.scope_kind != "pupil":
        abort(404)
    if closed(referral):
        return to_show(referral)
    form = _choose_form(referral)
    if not form.validate_on_submit():
        return _choose(referral, form, 422 if request.method == "POST" else 200)
    chosen = pupil_for(actor(), int(form.pupil.data))
    try:
        operations.choose_pupil(actor(), referral, chosen, opened_with=form.opened_with)
    except Refused as error:
        form.refuse(error.problems)
        return _choose(referral, form, 422)
    return hx.saved(url_for("referrals.page", reference=reference, page="pupil"), event="referrals-changed")


@blueprint.get("/referrals/<ref:reference>/check")
@requires(Action.WRITE_REFERRAL)
def check(reference: str) -> ResponseReturnValue:
    referral = mine(reference)
    if closed(referral):
        return to_show(referral)
    return check_page(referral, check_form(referral))


def check_form(referral: Any, *, fresh: bool = False) -> CheckForm:
    """Carries what stands on the page; ``fresh``: whatever was sent, as it stands now."""
    sent = {"formdata": None} if fresh else {}
    return CheckForm(version=referral.version, seen=queries.state_of_text(referral), **sent)


def check_page(referral: Any, form: StepForm, status: int = 200) -> ResponseReturnValue:
    """All answers, what is missing, and the button that sends them."""
    sending = ("send_for_approval", "submit", "resubmit")
    steps = [step for step in queries.steps_offered(actor(), referral) if step.name in sending]
    return hx.page(
        "referrals/check.html",
        status=status,
        referral=referral,
        form=form,
        sections=queries.sections_to_read(referral),
        step=steps[0] if steps else None,
        unanswered=queries.unanswered_of(referral),
        typed_answers=queries.typed_on(actor(), referral, rules.ANSWER_PAGE) is not None,
        **_progress(referral),
    )
