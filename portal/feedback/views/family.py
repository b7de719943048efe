"""The pages of a family, without an account: a first page, one question a page, what was said, and thanks.

Opening changes nothing. Whatever does not open looks the same, whether it is unknown, over, taken back or used.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from portal.feedback import operations, queries, rules
from portal.feedback.forms import CodeForm, PageForm
from portal.feedback.views.base import blueprint, day_in
from portal.kernel import clock, error_pages, hx, rates, settings
from portal.kernel.access import public
from portal.kernel.crypto import keyed_digest
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.forms import clean_query
from portal.kernel.languages import LANGUAGES, Language, Words, offered, offered_or_english

WINDOW = timedelta(minutes=10)
MOST_CODES = 10
_WHY = "a family has no account; the link is 192 random bits, and nothing here names anybody"
_WITH_CODE = frozenset({"feedback.family_enter", "feedback.family_start"})
_LINE_OF_A_NUMBER = re.compile(r"(\+?\d[\d ]{5,15}\d)(?: \(.*)?")
_REFUSALS = {400: "stale", 413: "stale", 429: "busy", 500: "wrong", 503: "busy"}
"""What is said of a refusal; of every other one, that there is no such page"""


@dataclass(frozen=True)
class _Look:
    """How this browser was asked to show the pages; ``of`` is the mark of the invitation, empty before any opened."""

    language: str
    large: bool
    of: str = ""


@blueprint.record_once
def _own_frame(state: BlueprintSetupState) -> None:
    error_pages.frame(state.app, "/f/", "feedback/family_error.html", _refusal)


@blueprint.before_request
def _not_too_often() -> ResponseReturnValue | None:
    """Counted before the unit of work begins, because counting undoes what the unit wrote before."""
    if request.endpoint not in _WITH_CODE or request.method != "POST" or "code" not in request.form:
        return None
    address = request.remote_addr or ""
    if rates.used_up("family code", address, most=MOST_CODES, window=WINDOW):
        return _many()  # whichever code it is: a difference would tell which ones there are
    known = queries.knows_code(request.form["code"])
    queries.let_go()
    # Somebody who changes the language types nothing, and still sends the code again.
    if known or rates.allow("family code", address, most=MOST_CODES, window=WINDOW):
        return None
    return _many()


def _many() -> ResponseReturnValue:
    return _plain("feedback/family_message.html", 429, title="many.title", message="many.words")


@blueprint.get("/f/")
@public("asks for the code of a letter; it shows nothing")
def family_code() -> ResponseReturnValue:
    asked = offered_or_english(request.args.get("show")).code if "show" in request.args else ""
    if not asked:
        return _code_page("")
    large = _look().large
    return _with_look(_code_page("", asked), _Look(asked, large))


@blueprint.post("/f/")
@public(_WHY)
def family_enter() -> ResponseReturnValue:
    form = CodeForm()
    code = (form.code.data or "") if form.validate() else ""
    row = queries.invitation_by_code(code) if code else None
    if row is not None:
        return _first_page(row, {"code": code})
    used = queries.answered_by_code(code) if code else None
    return _sent_page(used) or _code_page("code.unknown", status=422, typed=clean_query(request.form.get("code"), 40))


def _code_page(problem: str, language: str = "", status: int = 200, typed: str = "") -> Response:
    look = _look()
    shown = offered_or_english(language or look.language)
    facts = {"problem": problem, "languages": offered(), "typed": typed}
    return _page("feedback/family_code.html", shown, look.large, status, screen="code.title", **facts)


@blueprint.get("/f/<token>")
@public(_WHY)
def family_link(token: str) -> ResponseReturnValue:
    row = queries.invitation_by_token(token)
    if row is not None:
        return _first_page(row, {"token": token})
    return _sent_page(queries.answered_by_token(token)) or _gone()


def _first_page(row: Any, key: dict[str, str]) -> ResponseReturnValue:
    """``key`` is what opened it, the name of its field with its value; nothing where the sitting is open already."""
    found = queries.open_sitting(_cookie())
    draft = found.draft if found is not None and found.invitation.id == row.id else None
    look = _wanted(row, draft)
    seen = request.form.get("manager_seen", "") == "yes"
    kept = draft is not None and draft.answer.manager_only
    response = _page(
        "feedback/family_first.html",
        offered_or_english(look.language),
        look.large,
        screen="title",
        key=key,
        languages=offered(),
        manager_only=request.form.get("manager_only", "") == "yes" or (kept and not seen),
        manager_seen=seen or kept,
    )
    chosen = {"language", "large", "show"} & set(request.values)
    return _with_look(response, look) if chosen else response


def _wanted(row: Any, draft: rules.Sitting | None) -> _Look:
    """What is asked for now, else what this browser chose for this invitation before, else what the service chose."""
    mark, look = _mark(row), _look()
    language, large = row.language, row.large_print
    if look.language and look.of in ("", mark):
        language, large = look.language, look.large
    elif draft is not None:
        language, large = draft.language, draft.large_print
    language = request.values.get("language", language)
    large = request.values["large"] == "1" if "large" in request.values else large
    show = request.values.get("show", "")
    if show in LANGUAGES:
        language = show
    elif show in ("large", "usual"):
        large = show == "large"
    return _Look(offered_or_english(language).code, large, mark)


@blueprint.post("/f/start")
@public(_WHY)
def family_start() -> ResponseReturnValue:
    """Starts, or shows the first page in another language or print, with what was ticked on it."""
    key = {name: request.form[name] for name in ("token", "code") if request.form.get(name)}
    row = _opened_by(key)
    if row is None:
        return _sent_page(_used_by(key)) or (_gone() if key else _over())
    if "show" in request.form:
        return _first_page(row, key)
    chosen = operations.Beginning(
        language=request.form.get("language", ""),
        large_print=request.form.get("large", "") == "1",
        manager_only=request.form.get("manager_only", "") == "yes",
        manager_seen=request.form.get("manager_seen", "") == "yes",
    )
    look = _wanted(row, None)
    try:
        secret = operations.start(row, chosen, held=_cookie())
    except OutOfReach:
        return _gone()
    response = _with_look(_with_cookie(_go(url_for(".family_form")), secret), look)
    _drop(response, _name(_SENT))  # what was sent from here before was for another question
    return response


def _opened_by(key: Mapping[str, str]) -> Any:
    """The invitation; of somebody who went back to the first page that of the open sitting."""
    if "token" in key:
        return queries.invitation_by_token(key["token"])
    if "code" in key:
        return queries.invitation_by_code(key["code"])
    found = queries.open_sitting(_cookie())
    return found.invitation if found is not None else None


def _used_by(key: Mapping[str, str]) -> Any:
    if "token" in key:
        return queries.answered_by_token(key["token"])
    return queries.answered_by_code(key["code"]) if "code" in key else None


@blueprint.get("/f/form")
@public(_WHY)
def family_form() -> ResponseReturnValue:
    found = queries.open_sitting(_cookie())
    if found is None:
        return _over()
    pages = rules.pages(found.moment, found.draft.answer)
    at = found.draft.at if found.draft.at in pages else pages[0]
    return redirect(url_for(".family_page", question=at), 303)


@blueprint.route("/f/form/<word:question>", methods=["GET", "POST"])
@public(_WHY)
def family_page(question: str) -> ResponseReturnValue:
    found = queries.open_sitting(_cookie())
    if found is None:
        return _over()
    if question == rules.FIRST:
        return _first_page(found.invitation, {})
    if question not in (*rules.pages(found.moment, found.draft.answer), rules.MANAGER):
        return redirect(url_for(".family_form"), 303)
    form = PageForm()
    if request.method == "POST" and form.validate():
        problem = _problem_with(question, form)
        return _keep(question, form, found) if not problem else _question(question, found, form, problem)
    return _question(question, found, form, form.problem if request.method == "POST" else "")


def _problem_with(question: str, form: PageForm) -> str:
    chosen = form.answer.data or ""
    if question in (rules.GOOD_WORDS, rules.BETTER_WORDS, rules.CHECK):
        return ""
    known = {"yes", "no"} if question in _YES_OR_NO else {point.value for point in rules.points_of(question)}
    return "" if not chosen or chosen in known else "problem.choose"


def _keep(question: str, form: PageForm, found: queries.OpenSitting) -> ResponseReturnValue:
    in_words = question in (rules.GOOD_WORDS, rules.BETTER_WORDS)
    typed = form.words.data if in_words else form.answer.data
    if question == rules.MANAGER and not typed:
        typed = _chosen(question, found.draft.answer)
    back = request.form.get("go") == "back"
    on = rules.before(question, found.moment, found.draft.answer) if back else None
    if question == rules.MANAGER or (request.args.get("check") and not back):
        on = rules.CHECK
    try:
        kept = operations.keep_page(_cookie(), question, typed, on=on)
    except OutOfReach:
        return _over()
    return _with_cookie(_go(url_for(".family_page", question=kept.at)), _cookie())


def _question(question: str, found: queries.OpenSitting, form: PageForm, problem: str) -> ResponseReturnValue:
    draft, pages = found.draft, rules.pages(found.moment, found.draft.answer)
    if question == rules.CHECK:
        return _check_page(found, problem)
    place = pages.index(question) + 1 if question in pages else 0
    template = "words" if question in (rules.GOOD_WORDS, rules.BETTER_WORDS) else "choices"
    return _page(
        f"feedback/family_{template}.html",
        offered_or_english(draft.language),
        draft.large_print,
        422 if problem else 200,
        screen=_ask(question),
        question=question,
        number=place,
        total=rules.questions_at_most(found.moment),
        ask=_ask(question),
        hint=_HINTS.get(question, ""),
        chosen=_chosen(question, draft.answer),
        choices=_choices(question),
        typed=form.words.data if problem else _typed(question, draft.answer),
        form=form,
        problem=problem,
        from_check=question == rules.MANAGER or bool(request.args.get("check")),
    )


_YES_OR_NO = (rules.QUOTE, rules.MANAGER)
_HINTS = {rules.QUOTE: "ask.quote_hint", rules.MANAGER: "first.manager_hint"}


def _ask(question: str) -> str:
    return "first.manager" if question == rules.MANAGER else f"ask.{question}"


def _choices(question: str) -> list[tuple[str, str, str]]:
    """(value, key of its words, file of its face) of each choice."""
    if question in _YES_OR_NO:
        return [("yes", "yes", "yes.svg"), ("no", "no", "no.svg")]
    if question in (rules.GOOD_WORDS, rules.BETTER_WORDS):
        return []
    return [(p.value, rules.point_key(question, p), rules.FACES[p]) for p in rules.points_of(question)]


def _chosen(question: str, answer: rules.FamilyAnswer) -> str:
    if question == rules.QUOTE:
        return {True: "yes", False: "no", None: ""}[answer.quote]
    if question == rules.MANAGER:
        return "yes" if answer.manager_only else "no"
    return answer.points.get(question, "")


def _typed(question: str, answer: rules.FamilyAnswer) -> str:
    return {rules.GOOD_WORDS: answer.good_words, rules.BETTER_WORDS: answer.better_words}.get(question, "")


def _check_page(found: queries.OpenSitting, problem: str, status: int = 200) -> ResponseReturnValue:
    answer = found.draft.answer
    rows = []
    for question in (*rules.pages(found.moment, answer)[:-1], rules.MANAGER):
        keys = {value: (key, face) for value, key, face in _choices(question)}
        key, face = keys.get(_chosen(question, answer), ("", ""))
        typed = _typed(question, answer)
        rows.append({"question": question, "ask": _ask(question), "key": key, "face": face, "typed": typed})
    return _page(
        "feedback/family_check.html",
        offered_or_english(found.draft.language),
        found.draft.large_print,
        422 if problem else status,
        screen="check.title",
        rows=rows,
        problem=problem,
        form=PageForm(formdata=None),
        back_to=rules.before(rules.CHECK, found.moment, answer),
    )


@blueprint.post("/f/send")
@public(_WHY)
def family_send() -> ResponseReturnValue:
    found = queries.open_sitting(_cookie())
    if found is None:
        return _over()
    try:
        operations.send(_cookie(), manager_only=found.draft.answer.manager_only)
    except OutOfReach:  # pressed twice, perhaps: the first time it arrived
        moment = found.invitation.answered_at
        return _arrived(moment) if moment else _over()
    except Refused as refused:
        return _check_page(found, refused.problems[0])
    response = _go(url_for(".family_thanks", language=found.draft.language))
    _drop(response, _name())
    sent = f"{_mark(found.invitation)}.{int(clock.now().timestamp())}"
    return _set(response, _name(_SENT), sent, rules.OPEN_FOR)


@blueprint.get("/f/thanks")
@public("says thank you after an answer without an account; it shows nothing")
def family_thanks() -> ResponseReturnValue:
    language = offered_or_english(request.args.get("language"))
    large = _look().large
    return _page("feedback/family_message.html", language, large, **_message("thanks"))


_SENT = "family-sent"
"""The cookie of a browser that sent answers: the mark of the invitation, and when"""


def _sent_page(row: Any) -> ResponseReturnValue | None:
    """That the answers arrived, and when, for whoever holds the used link. Those for the manager alone are spoken of
    only in the browser that sent them: a worker may hold the link too."""
    if row is None:
        return None
    mark, _ = _sent_from_here()
    if queries.is_for_manager_only(row) and mark != _mark(row):
        return None
    return _arrived(row.answered_at)


def _sent_from_here() -> tuple[str, datetime | None]:
    mark, _, moment = request.cookies.get(_name(_SENT), "")[:60].partition(".")
    return (mark, datetime.fromtimestamp(int(moment), UTC)) if re.fullmatch(r"\d{1,11}", moment) else ("", None)


def _arrived(moment: datetime) -> ResponseReturnValue:
    local, look = moment.astimezone(clock.LONDON), _look()
    language = offered_or_english(look.language)
    when = {"day": day_in(local.date(), language), "time": f"{local:%H:%M}"}
    return _page("feedback/family_message.html", language, look.large, given=when, **_message("sent"))


def _message(what: str) -> dict[str, Any]:
    return {"screen": f"{what}.title", "title": f"{what}.title", "message": f"{what}.words"}


def _gone() -> ResponseReturnValue:
    return _plain("feedback/family_message.html", 404, title="gone.title", message="gone.words")


def _over() -> ResponseReturnValue:
    """There is no open sitting: the answers were sent from here, or it was closed after a while."""
    _, sent = _sent_from_here()
    if sent is not None:
        return _arrived(sent)
    return _plain("feedback/family_message.html", 404, title="over.title", message="over.words")


def _refusal(status: int) -> Mapping[str, Any]:
    """What the page of a refusal needs beside what the kernel gives it."""
    what = _REFUSALS.get(status, "missing")
    # What was typed can be sent again; a link or a code is never shown again, and nothing begins without it.
    again = request.endpoint == "feedback.family_page" and what != "missing"
    facts = {"what": what, "sends_again": again, "screen": f"{what}.title"}
    return _context(offered_or_english(_look().language), _look().large) | facts


def _plain(template: str, status: int = 200, **context: Any) -> Response:
    """A page that belongs to no invitation, in what this browser chose last."""
    facts = {"screen": context["title"]} | context
    return _page(template, offered_or_english(_look().language), _look().large, status, **facts)


def _page(template: str, language: Language, large: bool, status: int = 200, **context: Any) -> Response:
    return hx.page(template, status=status, **_context(language, large), **context)


def _context(language: Language, large: bool) -> dict[str, Any]:
    words = queries.WORDS.words(language.code)
    return {"language": language, "large": large, "words": words, "help_line": _help_line(words)}


def _help_line(words: Words) -> tuple[Language, list[tuple[str, str]]]:
    """The help line in pieces, each with the number that a phone calls when it is touched, or with nothing."""
    line = settings.current().help_line
    text = words("help_line_named", help_line=line) if line else words("help_line")
    own = _LINE_OF_A_NUMBER.fullmatch(line)
    numbers = [re.escape(own[1]), r"(?<!\d)999(?!\d)"] if own else [r"(?<!\d)999(?!\d)"]
    pieces = re.split(f"({'|'.join(numbers)})", text.words)
    return text.language, [(piece, piece.replace(" ", "") if at % 2 else "") for at, piece in enumerate(pieces)]


def _go(address: str) -> Response:
    return current_app.make_response(redirect(address, 303))


def _name(of: str = "family") -> str:
    return f"__Secure-{of}" if _secure() else of


def _secure() -> bool:
    secure: bool = current_app.extensions["config"].secure_cookies
    return secure


def _cookie() -> str:
    return request.cookies.get(_name(), "")[:200]


def _with_cookie(response: Response, secret: str) -> Response:
    """The cookie of these pages alone: two hours from the last page on."""
    return _set(response, _name(), secret, rules.SITTING)


def _look() -> _Look:
    language, _, rest = request.cookies.get(_name("family-look"), "")[:80].partition(".")
    large, _, of = rest.partition(".")
    return _Look(language, large == "1", of) if language in LANGUAGES else _Look("", False)


def _with_look(response: Response, look: _Look) -> Response:
    """Kept as long as a link opens, so that also the page that says “closed” or “too old” can be read."""
    return _set(response, _name("family-look"), f"{look.language}.{int(look.large)}.{look.of}", rules.OPEN_FOR)


def _mark(row: Any) -> str:
    """Tells one invitation from another, so that a second person on this phone reads in their own language."""
    return keyed_digest("family look", str(row.id))[:16]


def _drop(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/f/", secure=_secure(), httponly=True, samesite="Lax")


def _set(response: Response, name: str, value: str, age: timedelta) -> Response:
    response.set_cookie(
        name,
        value,
        max_age=int(age.total_seconds()),
        path="/f/",
        secure=_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response
