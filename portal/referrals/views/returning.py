"""Returning a referral with its questions, and the page on which the school answers just those."""

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal.kernel import audit, hx, submissions
from portal.kernel.access import actor, requires
from portal.kernel.errors import EditConflict, Refused
from portal.policy import Action
from portal.referrals import operations, queries, rules
from portal.referrals.forms import AnswerForm, AskForm, answer_form, ask_form, details_of, part_of, shown_on
from portal.referrals.views.blueprint import blueprint
from portal.referrals.views.form import sitting_sent
from portal.schools.operations import RefusedFields


@blueprint.route("/referrals/<ref:reference>/steps/return", methods=["GET", "POST"])
@requires(Action.SCREEN_REFERRAL)
def ask(reference: str) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference, Action.SCREEN_REFERRAL)
    form = ask_form(referral.scope_kind)(version=referral.version)
    if not form.validate_on_submit():
        return _ask_page(referral, form, 422 if request.method == "POST" else 200)
    if form.opened_with is None:
        raise EditConflict
    try:
        operations.take_step(actor(), referral, "return", asking=form.asking(), opened_with=form.opened_with)
    except Refused as error:
        form.refuse(error.problems)
        return _ask_page(referral, form, 422)
    return _back(reference, "Returned to the school with your questions.")


def _ask_page(referral: Any, form: AskForm, status: int) -> ResponseReturnValue:
    audit.viewed(actor(), "referral viewed", "referral", referral.id)
    return hx.page(
        "referrals/ask.html",
        status=status,
        referral=referral,
        form=form,
        gaps=queries.gaps_by_page(queries.gaps_of(referral)),
        possible="return" in [step.name for step in rules.ROAD.available(referral.status)],
    )


@blueprint.route("/referrals/<ref:reference>/answer", methods=["GET", "POST"])
@requires(Action.WRITE_REFERRAL)
def answer(reference: str) -> ResponseReturnValue:
    referral = queries.referral_for(actor(), reference, Action.WRITE_REFERRAL)
    audit.viewed(actor(), "referral form viewed", "referral", referral.id)
    if referral.status != "returned" and request.method == "GET":
        return redirect(url_for("referrals.show", reference=reference))
    form = _opened(referral)
    if request.method == "GET":
        _grow(form, request.args.get("more", ""))
        return _answer_page(referral, form, 200)
    if taken_out := request.form.get("remove", ""):
        _take_out(form, taken_out)
    if not form.validate():
        return _answer_page(referral, form, 422)
    try:
        _keep(referral, form)
    except RefusedFields as error:
        form.put_errors(error.by_field)
        return _answer_page(referral, form, 422)
    except Refused as error:
        form.refuse(error.problems)
        return _answer_page(referral, form, 422)
    return _after_answers(reference, form)


def _opened(referral: Any) -> AnswerForm:
    """As saved, or with what this person typed since in its fields."""
    form = _answer_form(referral)
    kept = queries.typed_on(actor(), referral, rules.ANSWER_PAGE) if request.method == "GET" else None
    if kept is None:
        return form
    fields = MultiDict([*kept.fields, ("version", str(kept.page_version))])
    typed = _answer_form(referral, formdata=fields)
    if (typed.drafts(), typed.own(), typed.unknown()) == (form.drafts(), form.own(), form.unknown()):
        return form
    typed.typed_on = queries.moment_words(kept.typed_at)
    return typed


def _answer_form(referral: Any, **sent: Any) -> AnswerForm:
    questions = queries.questions_of(referral)
    saved = queries.page_answers(referral)
    parts = [
        part_of(page, fields, saved.get(page) or rules.PAGE_BY_KEY[page].draft(), **sent)
        for page, fields in queries.fields_asked(questions).items()
    ]
    rows = queries.asked_rows(referral, questions)
    own = [row for row in rows if row.is_own]
    made = answer_form([(row.id, row.words) for row in own], [(row.id, row.words) for row in rows])
    form = made(
        version=queries.answers_version(referral, questions),
        **{f"own_{row.id}": row.answer or None for row in own},
        **{f"unknown_{row.id}": row.unknown for row in rows},
        **sent,
    )
    form.parts = parts
    return form


def _kept_for_later() -> bool:
    return any(request.form.get(name) for name in ("add", "remove", "then"))


def _keep(referral: Any, form: AnswerForm) -> None:
    asked = queries.fields_asked(queries.questions_of(referral))
    details = {page: details_of(page, fields) for page, fields in asked.items()}
    operations.answer_questions(
        actor(),
        referral,
        form.drafts(),
        form.own(),
        details=details,
        unknown=form.unknown(),
        all_needed=not _kept_for_later(),
        opened_with=form.opened_with,
        sitting=sitting_sent(),
    )
    if not _kept_for_later():
        operations.take_step(actor(), referral, "resubmit")


def _after_answers(reference: str, form: AnswerForm) -> ResponseReturnValue:
    here = url_for("referrals.answer", reference=reference)
    if added := request.form.get("add", ""):
        return hx.saved(f"{here}?more={added}" if _group(form, added) else here, event="referrals-changed")
    if request.form.get("remove"):
        return hx.saved(here, event="referrals-changed")
    if request.form.get("then"):
        return _back(reference, "Your answers are kept. Send them when all are there.")
    return _back(reference, "Your answers are sent. The coordinator reads them next.")


def _group(form: AnswerForm, name: str) -> Any:
    return next((group for part in form.parts if (group := part.group(name)) is not None), None)


def _grow(form: AnswerForm, name: str) -> None:
    if (group := _group(form, name)) is not None:
        group.one_more()


def _take_out(form: AnswerForm, place: str) -> None:
    for part in form.parts:
        if place.startswith(f"{part.page}-"):
            part.take_out(place.removeprefix(f"{part.page}-"))


def _answer_page(referral: Any, form: AnswerForm, status: int) -> ResponseReturnValue:
    questions = queries.questions_of(referral)
    asked = queries.fields_asked(questions)
    titles = {part.page: rules.PAGE_BY_KEY[part.page].title for part in form.parts}
    ids = {(question.page, question.field): question.id for question in questions}
    return hx.page(
        "referrals/answer.html",
        status=status,
        referral=referral,
        form=form,
        name=queries.subject_of(referral),
        shown=[(part, titles[part.page], _with_ticks(form, part.page, asked[part.page], ids)) for part in form.parts],
        said=queries.reason_of_return(referral, questions),
        line=queries.status_line_of(referral),
        files=[(row.words, form.tick(row.id)) for row in questions if row.page == rules.PLACE_OF_FILES],
        own=[(field, form.tick(int(field.short_name.removeprefix("own_")))) for field in form.own_fields],
        page_version=_version_opened(referral, form, questions),
        draft_version=queries.version_typed(actor(), referral, rules.ANSWER_PAGE),
        sitting=submissions.new_id(),
        others=queries.others_typing(actor(), referral, rules.ANSWER_PAGE),
    )


def _with_ticks(form: AnswerForm, page: str, asked: list[str], ids: dict[tuple[str, str], int]) -> list[Any]:
    """Each question that is drawn, with where its “we don't know” is; a detail of another one follows that one."""
    drawn = shown_on(page, asked)
    ticks = {name: form.tick(ids[page, name]) for name in asked}
    rest = [tick for name, tick in ticks.items() if name not in drawn]
    last = drawn[-1] if drawn else ""
    return [(one, [*filter(None, [ticks.get(one)]), *(rest if one == last else ())]) for one in drawn]


def _version_opened(referral: Any, form: AnswerForm, questions: Any) -> int:
    return form.opened_with if form.opened_with is not None else queries.answers_version(referral, questions)


def _back(reference: str, said: str) -> ResponseReturnValue:
    return hx.saved(url_for("referrals.show", reference=reference), said, event="referrals-changed")
