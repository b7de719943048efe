"""The pages of a family, without an account: a first page, one question a page, what was said, and thanks.

Opening changes nothing. Whatever does not open looks the same, whether it is unknown, over, taken back or used.
"""

from datetime import timedelta
from typing import Any

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.feedback import operations, queries, rules
from portal.feedback.forms import CodeForm, PageForm
from portal.feedback.views.base import blueprint
from portal.kernel import hx, rates
from portal.kernel.access import public
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.languages import LANGUAGES, Language, offered, offered_or_english

WINDOW = timedelta(minutes=10)
MOST_CODES = 10
MOST_OF_A_CODE = 60
"""Of one code that is known: somebody who changes the language types nothing, and still sends it again"""
_WHY = "a family has no account; the link is 192 random bits, and nothing here names anybody"
_WITH_CODE = frozenset({"feedback.family_enter", "feedback.family_start"})


@blueprint.before_request
def _not_too_often() -> ResponseReturnValue | None:
    """Counted before the unit of work begins, because counting undoes what the unit wrote before."""
    if request.endpoint not in _WITH_CODE or request.method != "POST" or "code" not in request.form:
        return None
    code, address = request.form["code"], request.remote_addr or ""
    known = queries.knows_code(code)
    key, most = (f"{rules.shaped_code(code)} {address}", MOST_OF_A_CODE) if known else (address, MOST_CODES)
    if rates.allow("family code", key, most=most, window=WINDOW):
        return None
    return _plain("feedback/family_message.html", 429, title="many.title", message="many.words")


@blueprint.get("/f/")
@public("asks for the code of a letter; it shows nothing")
def family_code() -> ResponseReturnValue:
    return _plain("feedback/family_code.html", form=CodeForm(), problem="")


@blueprint.post("/f/")
@public(_WHY)
def family_enter() -> ResponseReturnValue:
    form = CodeForm()
    code = (form.code.data or "") if form.validate() else ""
    row = queries.invitation_by_code(code) if code else None
    if row is None:
        return _plain("feedback/family_code.html", 422, form=form, problem="code.unknown")
    return _first_page(row, {"code": code})


@blueprint.get("/f/<token>")
@public(_WHY)
def family_link(token: str) -> ResponseReturnValue:
    row = queries.invitation_by_token(token)
    if row is None:
        return _gone()
    return _first_page(row, {"token": token})


def _first_page(row: Any, key: dict[str, str]) -> ResponseReturnValue:
    """``key`` is what opened it, the name of its field with its value."""
    asked = request.values.get("language", row.language)
    large = request.values.get("large", "1" if row.large_print else "") == "1"
    return _page(
        "feedback/family_first.html",
        offered_or_english(asked),
        large,
        key=key,
        languages=offered(),
        choose_at=url_for(".family_link", token=key["token"]) if "token" in key else url_for(".family_enter"),
    )


@blueprint.post("/f/start")
@public(_WHY)
def family_start() -> ResponseReturnValue:
    token, code = request.form.get("token", ""), request.form.get("code", "")
    row = queries.invitation_by_token(token) if token else queries.invitation_by_code(code)
    chosen = operations.Beginning(
        language=request.form.get("language", ""),
        large_print=request.form.get("large", "") == "1",
        manager_only=request.form.get("manager_only", "") == "yes",
    )
    try:
        secret = operations.start(row, chosen, held=_cookie())
    except OutOfReach:
        return _gone()
    return _with_cookie(_go(url_for(".family_form")), secret)


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
    if question not in rules.pages(found.moment, found.draft.answer):
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
    known = {"yes", "no"} if question == rules.QUOTE else {point.value for point in rules.points_of(question)}
    return "" if not chosen or chosen in known else "problem.choose"


def _keep(question: str, form: PageForm, found: queries.OpenSitting) -> ResponseReturnValue:
    in_words = question in (rules.GOOD_WORDS, rules.BETTER_WORDS)
    typed = form.words.data if in_words else form.answer.data
    back = request.form.get("go") == "back"
    on = rules.before(question, found.moment, found.draft.answer) if back else None
    if request.args.get("check") and not back:
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
    place = pages.index(question) + 1
    template = "words" if question in (rules.GOOD_WORDS, rules.BETTER_WORDS) else "choices"
    return _page(
        f"feedback/family_{template}.html",
        offered_or_english(draft.language),
        draft.large_print,
        422 if problem else 200,
        question=question,
        number=place,
        total=len(pages) - 1,
        chosen=_chosen(question, draft.answer),
        choices=_choices(question),
        typed=form.words.data if problem else _typed(question, draft.answer),
        form=form,
        problem=problem,
        from_check=bool(request.args.get("check")),
    )


def _choices(question: str) -> list[tuple[str, str, str]]:
    """(value, key of its words, file of its face) of each choice."""
    if question == rules.QUOTE:
        return [("yes", "yes", "yes.svg"), ("no", "no", "no.svg")]
    if question in (rules.GOOD_WORDS, rules.BETTER_WORDS):
        return []
    return [(p.value, rules.point_key(question, p), rules.FACES[p]) for p in rules.points_of(question)]


def _chosen(question: str, answer: rules.FamilyAnswer) -> str:
    if question == rules.QUOTE:
        return {True: "yes", False: "no", None: ""}[answer.quote]
    return answer.points.get(question, "")


def _typed(question: str, answer: rules.FamilyAnswer) -> str:
    return {rules.GOOD_WORDS: answer.good_words, rules.BETTER_WORDS: answer.better_words}.get(question, "")


def _check_page(found: queries.OpenSitting, problem: str, status: int = 200) -> ResponseReturnValue:
    answer = found.draft.answer
    rows = []
    for question in rules.pages(found.moment, answer)[:-1]:
        keys = {value: (key, face) for value, key, face in _choices(question)}
        key, face = keys.get(_chosen(question, answer), ("", ""))
        rows.append({"question": question, "key": key, "face": face, "typed": _typed(question, answer)})
    return _page(
        "feedback/family_check.html",
        offered_or_english(found.draft.language),
        found.draft.large_print,
        422 if problem else status,
        rows=rows,
        manager_only=answer.manager_only,
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
        operations.send(_cookie(), manager_only=request.form.get("manager_only", "") == "yes")
    except OutOfReach:
        return _over()
    except Refused as refused:
        return _check_page(found, refused.problems[0])
    response = _go(url_for(".family_thanks", language=found.draft.language))
    response.delete_cookie(_name(), path="/f/", secure=_secure(), httponly=True, samesite="Lax")
    return response


@blueprint.get("/f/thanks")
@public("says thank you after an answer without an account; it shows nothing")
def family_thanks() -> ResponseReturnValue:
    language = offered_or_english(request.args.get("language"))
    return _page("feedback/family_message.html", language, False, title="thanks.title", message="thanks.words")


def _gone() -> ResponseReturnValue:
    return _plain("feedback/family_message.html", 404, title="gone.title", message="gone.words")


def _over() -> ResponseReturnValue:
    return _plain("feedback/family_message.html", 404, title="over.title", message="over.words")


def _plain(template: str, status: int = 200, **context: Any) -> Response:
    """A page before anybody chose a language."""
    return _page(template, LANGUAGES["en"], False, status, **context)


def _page(template: str, language: Language, large: bool, status: int = 200, **context: Any) -> Response:
    words = queries.WORDS.words(language.code)
    return hx.page(template, status=status, language=language, large=large, words=words, **context)


def _go(address: str) -> Response:
    return current_app.make_response(redirect(address, 303))


def _name() -> str:
    return "__Secure-family" if _secure() else "family"


def _secure() -> bool:
    secure: bool = current_app.extensions["config"].secure_cookies
    return secure


def _cookie() -> str:
    return request.cookies.get(_name(), "")[:200]


def _with_cookie(response: Response, secret: str) -> Response:
    """The cookie of these pages alone: two hours from the last page on."""
    response.set_cookie(
        _name(),
        secret,
        max_age=int(rules.SITTING.total_seconds()),
        path="/f/",
        secure=_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response
