"""The coordinator's builder: questionnaires, their drafts and versions, and how a child will see them."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.voice.forms.questionnaires import LanguageForm, QuestionForm, QuestionnaireForm, RenameForm, opened
from portal.voice.operations import questionnaires as operations
from portal.voice.queries import questionnaires as queries
from portal.voice.queries.tablet import WORDS
from portal.voice.rules.questions import AGES, Age
from portal.voice.rules.symbols import SYMBOLS
from portal.voice.views.base import blueprint

WRITE = Action.WRITE_QUESTIONNAIRES
ONE = "/voice/questionnaires/<id:questionnaire_id>"
SHAPES = {"landscape": "Landscape", "portrait": "Portrait"}


@blueprint.get("/voice/questionnaires/")
@requires(WRITE)
def questionnaires() -> ResponseReturnValue:
    return hx.page("voice/questionnaires.html", rows=queries.questionnaire_rows())


@blueprint.route("/voice/questionnaires/new", methods=["GET", "POST"])
@requires(WRITE)
def new_questionnaire() -> ResponseReturnValue:
    form = QuestionnaireForm()
    published = queries.published_versions()
    form.like.offer((str(version.id), version.questionnaire.title) for version in published)
    if request.method == "POST" and form.validate():
        like = next((version for version in published if str(version.id) == form.like.data), None)
        try:
            made = operations.add_questionnaire(actor(), form.title.data or "", form.chosen_moment, like=like)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(
                made.id, "Added. Now look at its questions." if like else "Added. Now write its first question."
            )
    return hx.page("voice/new_questionnaire.html", status=_status(), form=form, found=None)


@blueprint.get(ONE)
@requires(WRITE)
def questionnaire(questionnaire_id: int) -> ResponseReturnValue:
    return _page(questionnaire_id)


@blueprint.route(f"{ONE}/title", methods=["GET", "POST"])
@requires(WRITE)
def rename_questionnaire(questionnaire_id: int) -> ResponseReturnValue:
    found = queries.questionnaire_for(questionnaire_id)
    form = RenameForm(obj=found)
    if request.method == "POST" and form.validate():
        try:
            operations.rename(actor(), found, form.title.data or "", form.chosen_moment, opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(questionnaire_id, "Saved.")
    return hx.page("voice/new_questionnaire.html", status=_status(), form=form, found=queries.questionnaire_page(found))


@blueprint.route(f"{ONE}/language", methods=["GET", "POST"])
@requires(WRITE)
def questionnaire_language(questionnaire_id: int) -> ResponseReturnValue:
    draft = queries.draft_for(questionnaire_id)
    found = queries.questionnaire_page(draft.questionnaire)
    form = LanguageForm(obj=draft)
    form.offer(found.languages)
    if request.method == "POST" and form.validate():
        try:
            operations.choose_language(actor(), draft, form.language.data or "", opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(questionnaire_id, "Language saved.")
    return hx.page("voice/questionnaire_language.html", status=_status(), form=form, found=found)


def _begin(found: Any) -> str:
    operations.draft_of(actor(), found)
    return "A new version is begun. Children are asked the published one until you publish this."


def _publish(found: Any) -> str:
    operations.publish(actor(), queries.draft_for(found.id), opened_with=version_sent())
    return "Published. New turns ask this version."


def _discard(found: Any) -> str:
    operations.discard(actor(), queries.draft_for(found.id), opened_with=version_sent())
    return "The draft is thrown away."


def _on(found: Any) -> str:
    operations.switch(actor(), found, on=True, opened_with=version_sent())
    return "Workers can choose it again."


def _off(found: Any) -> str:
    operations.switch(actor(), found, on=False, opened_with=version_sent())
    return "Workers cannot choose it any more. What was answered stays."


_STEPS: dict[str, Callable[[Any], str]] = {
    "begin": _begin,
    "publish": _publish,
    "discard": _discard,
    "on": _on,
    "off": _off,
}


@blueprint.post(f"{ONE}/steps/<word:step>")
@requires(WRITE)
def questionnaire_step(questionnaire_id: int, step: str) -> ResponseReturnValue:
    found = queries.questionnaire_for(questionnaire_id)
    if step not in _STEPS:
        abort(404)
    try:
        said = _STEPS[step](found)
    except Refused as refused:
        return _page(questionnaire_id, refused.problems)
    return _saved(questionnaire_id, said)


@blueprint.route(f"{ONE}/questions/new", methods=["GET", "POST"])
@requires(WRITE)
def new_question(questionnaire_id: int) -> ResponseReturnValue:
    draft = queries.draft_for(questionnaire_id)
    form = QuestionForm(data={"version": draft.version})
    if request.method == "POST" and form.validate() and _put(form, draft, None):
        return _saved(questionnaire_id, "Question added.")
    return _question_page(questionnaire_id, form, None)


@blueprint.route(f"{ONE}/questions/<id:place>", methods=["GET", "POST"])
@requires(WRITE)
def question(questionnaire_id: int, place: int) -> ResponseReturnValue:
    """``place`` counts from 1, as the page does."""
    draft = queries.draft_for(questionnaire_id)
    form = QuestionForm(data=opened(queries.opened_question(draft, place), draft.version))
    if request.method == "POST" and form.validate() and _put(form, draft, place - 1):
        return _saved(questionnaire_id, "Question saved.")
    return _question_page(questionnaire_id, form, place)


def _put(form: QuestionForm, draft: Any, at: int | None) -> bool:
    try:
        operations.put_question(actor(), draft, form.draft(), at=at, opened_with=form.opened_with)
    except Refused as refused:
        form.refuse(refused.problems)
        return False
    return True


def _question_page(questionnaire_id: int, form: QuestionForm, place: int | None) -> ResponseReturnValue:
    found = queries.questionnaire_page(queries.questionnaire_for(questionnaire_id))
    symbol_words = SYMBOLS.get(form.symbol.data or "", "")
    return hx.page(
        "voice/question.html", status=_status(), found=found, form=form, place=place, symbol_words=symbol_words
    )


@blueprint.post(f"{ONE}/questions/<id:place>/<word:step>")
@requires(WRITE)
def question_step(questionnaire_id: int, place: int, step: str) -> ResponseReturnValue:
    draft = queries.draft_for(questionnaire_id)
    if step == "removal":
        operations.remove_question(actor(), draft, place - 1, opened_with=version_sent())
    elif step in ("up", "down"):
        by = -1 if step == "up" else 1
        operations.move_question(actor(), draft, place - 1, by, opened_with=version_sent())
    else:
        abort(404)
    return _saved(questionnaire_id, "Question removed." if step == "removal" else "Moved.")


@blueprint.get(f"{ONE}/preview")
@requires(WRITE)
def preview(questionnaire_id: int) -> ResponseReturnValue:
    found = queries.questionnaire_for(questionnaire_id)
    shown = queries.questionnaire_page(found)
    age = request.args.get("age", "")
    chosen = Age(age) if age in set(Age) else Age.JUNIORS
    number = request.args.get("version", type=int) or shown.number
    shape = request.args.get("shape", "")
    return hx.page(
        "voice/preview.html",
        found=shown,
        turn=queries.seen_turn(found, number, chosen),
        words_in=WORDS.words,
        number=number,
        ages=AGES,
        age=chosen,
        shapes=SHAPES,
        shape=shape if shape in SHAPES else "landscape",
    )


def _page(questionnaire_id: int, problems: Sequence[str] = ()) -> ResponseReturnValue:
    found = queries.questionnaire_page(queries.questionnaire_for(questionnaire_id))
    return hx.page("voice/questionnaire.html", status=422 if problems else 200, found=found, problems=problems)


def _saved(questionnaire_id: int, words: str) -> ResponseReturnValue:
    return hx.saved(url_for("voice.questionnaire", questionnaire_id=questionnaire_id), words)


def _status() -> int:
    return 422 if request.method == "POST" else 200
