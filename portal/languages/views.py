"""The languages page: which there are and what they lack, their texts beside the English, and files for translators."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from flask import Blueprint, request, send_file, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.web import takes_up_to
from portal.languages import operations, queries
from portal.languages.forms import speaker_typed, typed_texts
from portal.languages.rules.exchange import LARGEST
from portal.languages.rules.texts import ON_A_PAGE, TextState, Typed
from portal.policy import Action

blueprint = Blueprint("languages", __name__)


@blueprint.get("/settings/languages")
@requires(Action.MANAGE_SETTINGS)
def index() -> ResponseReturnValue:
    return _index()


@blueprint.post("/settings/languages/<word:code>")
@requires(Action.MANAGE_SETTINGS)
def switch(code: str) -> ResponseReturnValue:
    if request.form.get("switch") != "on":
        operations.withdraw(actor(), code)
        return hx.saved(url_for(".index"), "Families and children can no longer choose it. Its texts are kept.")
    try:
        operations.offer(actor(), code)
    except Refused as refused:
        return _index(tuple(refused.problems))
    return hx.saved(url_for(".index"), "Families and children can choose it from now on.")


def _index(problems: tuple[str, ...] = ()) -> ResponseReturnValue:
    status = 422 if problems else 200
    return hx.page("languages/index.html", status=status, rows=queries.language_rows(), problems=problems)


@blueprint.route("/settings/languages/<word:code>/texts", methods=["GET", "POST"])
@requires(Action.MANAGE_SETTINGS)
def texts(code: str) -> ResponseReturnValue:
    language = queries.language_for(code)
    if request.method == "GET":
        return _texts(code)
    typed, speaker = typed_texts(request.form), speaker_typed(request.form)
    try:
        saved = operations.write_texts(actor(), code, typed, speaker)
    except operations.RefusedTexts as refused:
        return _texts(code, typed=typed, speaker=speaker, by_name=refused.by_name)
    return hx.saved(_here(code), _said(language.name, saved))


def _said(language: str, saved: operations.Saved) -> str:
    said = f"Saved. Texts written: {saved.written}. Texts checked: {saved.checked}."
    ended = f" {language} is no longer offered, because a text has not been checked."
    return said + (ended if saved.ends_offer else "")


def _here(code: str) -> str:
    shown = "all" if request.args.get("show") == "all" else None
    return url_for(".texts", code=code, show=shown, after=request.args.get("after") if shown else None)


def _texts(
    code: str,
    *,
    typed: list[Typed] | None = None,
    speaker: str = "",
    by_name: Mapping[str, str] | None = None,
    problems: tuple[str, ...] = (),
) -> ResponseReturnValue:
    every = queries.texts_of(code)
    shows_all = request.args.get("show") == "all"
    if typed is not None:
        names = {one.name for one in typed}
        rows, next_after = [row for row in every if row.name in names], ""
    else:
        rows, next_after = _page_of(every, shows_all, request.args.get("after", ""))
    facts: dict[str, Any] = {
        "language": queries.language_for(code),
        "shows_all": shows_all,
        "rows": rows,
        "next_after": next_after,
        "left": sum(row.state is not TextState.CHECKED for row in every),
        "total": len(every),
        "typed": {one.name: one for one in typed or ()},
        "speaker": speaker,
        "by_name": by_name or {},
        "by_id": {_field(name): words for name, words in (by_name or {}).items()},
        "problems": problems,
        "catalogues": queries.catalogues(),
    }
    return hx.page("languages/texts.html", status=422 if by_name or problems else 200, **facts)


def _field(name: str) -> str:
    return name if name == operations.SPEAKER else f"words:{name}:0"


def _page_of(every: list[queries.TextRow], shows_all: bool, after: str) -> tuple[list[queries.TextRow], str]:
    """The texts of one page, and the last of them where there are more."""
    names = [row.name for row in every]
    start = names.index(after) + 1 if after in names else 0
    rows = [row for row in every[start:] if shows_all or row.state is not TextState.CHECKED]
    page = rows[:ON_A_PAGE]
    return page, page[-1].name if len(rows) > len(page) else ""


@blueprint.get("/settings/languages/<word:code>/<word:name>.po")
@requires(Action.MANAGE_SETTINGS)
def export(code: str, name: str) -> ResponseReturnValue:
    language, catalogue = queries.language_for(code), queries.catalogue_for(name)
    content = queries.file_of(language.code, catalogue)
    return _attached(content, f"{catalogue.name}-{language.code}.po")


def _attached(content: bytes, name: str) -> ResponseReturnValue:
    answer = send_file(BytesIO(content), mimetype="text/x-gettext-translation", as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.post("/settings/languages/<word:code>/<word:name>.po")
@takes_up_to(2 * LARGEST)
@requires(Action.MANAGE_SETTINGS)
def take_file(code: str, name: str) -> ResponseReturnValue:
    language, speaker = queries.language_for(code), speaker_typed(request.form)
    sent = request.files.get("file")
    content = b""
    if sent:
        content = sent.stream.read(LARGEST + 1)
        sent.close()
    if not content:
        return _texts(code, problems=("Choose the PO file to upload.",), speaker=speaker)
    is_checked = request.form.get("checked") == "yes"
    try:
        saved = operations.take_file(actor(), code, name, content, speaker=speaker, is_checked=is_checked)
    except Refused as refused:
        return _texts(code, problems=tuple(refused.problems), speaker=speaker)
    return hx.saved(url_for(".texts", code=code), _said(language.name, saved))
