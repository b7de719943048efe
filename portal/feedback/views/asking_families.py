"""Asking the family: whom, how and when; the message to send, the letter to print, and what came back on paper."""

from dataclasses import dataclass
from typing import Any

import segno
from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.queries.people import work_telephone_of
from portal.cases.queries import case_for, case_head, pupils_of
from portal.feedback import operations, queries, rules
from portal.feedback.forms import InviteForm, paper_form
from portal.feedback.rules.family import signature
from portal.feedback.views.base import EVENT, blueprint, day_in
from portal.files.documents import DocumentsUnavailable, pdf
from portal.files.web import pdf_answer
from portal.kernel import audit, clock, hx, settings
from portal.kernel.access import actor, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.languages import ENGLISH, LANGUAGES, Language, Words, offered, offered_or_english
from portal.kernel.unit_of_work import prepared, prepares
from portal.kernel.versions import version_sent
from portal.policy import Action

CHANGE = Action.RECORD_FEEDBACK


@blueprint.route("/cases/<ref:reference>/feedback/family/new", methods=["GET", "POST"])
@requires(CHANGE)
def ask_family(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    people = queries.people_to_ask(case)
    allowed = [person for person in people if not person.why_not]
    form = InviteForm(data=_usual(case, allowed)).offering(
        [(str(person.id), f"{person.words}: {_ways(person)}") for person in allowed],
        [(language.code, language.name) for language in offered()],
    )
    if request.method == "POST" and form.validate():
        try:
            row = operations.invite_family(actor(), case, form.draft())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return hx.saved(_at(reference, row.id), _NEXT[rules.Channel(row.channel)], event=EVENT)
    audit.viewed(actor(), "feedback form viewed", "case_file", case.id)
    status = 422 if request.method == "POST" else 200
    return hx.page(
        "feedback/ask_family.html",
        status=status,
        head=case_head(case),
        form=form,
        people=people,
        allowed=allowed,
        pupils=pupils_of(case),
        here=url_for(".ask_family", reference=reference),
    )


_NEXT = {
    rules.Channel.EMAIL: "The e-mail goes within a minute.",
    rules.Channel.TEXT: "Nothing is sent yet. Write the message here, then send it from the work phone.",
    rules.Channel.LETTER: "Nothing is sent yet. Make the letter here, then print it and post it or hand it over.",
}


def _usual(case: Any, allowed: list[queries.PersonToAsk]) -> dict[str, Any]:
    """Where there is only one person to ask, and the moment that fits."""
    moment = rules.FamilyMoment.END if case.ended_on else rules.FamilyMoment.MIDWAY
    only = allowed[0] if len(allowed) == 1 else None
    return {
        "contact": str(only.id) if only else None,
        "language": only.language if only else "en",
        "moment": moment.value,
    }


def _ways(person: queries.PersonToAsk) -> str:
    return f"{', '.join(person.ways)}{_speaks(person.language)}"


def _speaks(code: str) -> str:
    return "" if code == "en" else f"; reads {LANGUAGES[code].name}"


@blueprint.get("/cases/<ref:reference>/feedback/family/<id:invitation_id>")
@requires(CHANGE)
def family_invitation(reference: str, invitation_id: int) -> ResponseReturnValue:
    return _shown(reference, invitation_id)


def _shown(reference: str, invitation_id: int, *, problems: Any = (), status: int = 200) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    row = queries.invitation_row(actor(), queries.invitation_for(case, invitation_id))
    audit.viewed(actor(), "question to the family viewed", "case_file", case.id)
    return hx.page("feedback/invitation.html", status=status, head=case_head(case), row=row, problems=problems)


@blueprint.post("/cases/<ref:reference>/feedback/family/<id:invitation_id>/message")
@requires(CHANGE)
def family_message(reference: str, invitation_id: int) -> ResponseReturnValue:
    """Shows a text message with a new link once: only the digest is kept."""
    case = case_for(actor(), reference, CHANGE)
    row = queries.invitation_for(case, invitation_id)
    if row.channel != rules.Channel.TEXT:
        raise OutOfReach(invitation_id)
    made = operations.new_secrets()
    try:
        operations.renew(actor(), case, row, made)
    except Refused as refused:
        return _shown(reference, invitation_id, problems=refused.problems, status=422)
    words = queries.WORDS.words(offered_or_english(row.language).code)
    key = "message.reminder" if row.reminded_at else "message.text"
    address = url_for(".family_link", token=made.token, _external=True)
    shown = queries.invitation_row(actor(), row)
    message = words(key, service=settings.current().contact.name, address=address)
    ending = signature(
        actor().name,
        work_telephone_of(actor().person_id),
        settings.current().contact,
        english=message.language is ENGLISH,
    )
    return hx.shown_once(
        "feedback/message.html",
        _at(reference, invitation_id),
        head=case_head(case),
        row=shown,
        message=message,
        text=f"{message.words}\n\n{ending}",
        number="".join(letter for letter in shown.phone if letter in "+0123456789"),
    )


@dataclass(frozen=True)
class _Worker:
    """Who signs a letter."""

    name: str
    telephone: str


@dataclass(frozen=True)
class _Letter:
    """A letter that was drawn before the database was locked; ``content`` is None where no PDF can be made."""

    made: operations.Secrets
    content: bytes | None
    facts: dict[str, Any]


def _draw_letter() -> _Letter:
    asked = request.view_args or {}
    case = case_for(actor(), asked["reference"], CHANGE)
    row = queries.invitation_row(actor(), queries.invitation_for(case, asked["invitation_id"]))
    made = operations.new_secrets()
    facts = _letter_facts(queries.invitation_for(case, row.id), row, made)
    try:
        content = pdf("feedback/letter_pdf.html", **facts) if row.channel == rules.Channel.LETTER else None
    except DocumentsUnavailable:
        content = None
    queries.let_go()
    return _Letter(made, content, facts)


def _letter_facts(invitation: Any, row: queries.InvitationRow, made: operations.Secrets) -> dict[str, Any]:
    language = offered_or_english(invitation.language)
    address = url_for(".family_link", token=made.token, _external=True)
    return {
        "language": language,
        "words": queries.WORDS.words(language.code),
        "large": row.large_print,
        "name": row.who.partition(",")[0],
        "to": row.address,
        "square": segno.make(address, error="m").png_data_uri(scale=12, border=2, dark="#0b0c0c", light="#fff"),
        "code_at": _set_apart(url_for(".family_code", _external=True), language),
        "code": rules.code_words(made.code),
        "until": day_in(invitation.expires_at.astimezone(clock.LONDON).date(), language),
        "today": day_in(clock.today(), language),
        "worker": _Worker(actor().name, work_telephone_of(actor().person_id)),
    }


def _set_apart(address: str, language: Language) -> str:
    """Between signs that keep its end where it belongs in a line that runs from right to left."""
    return address if language.direction == "ltr" else f"\u2066{address}\u2069"


@blueprint.post("/cases/<ref:reference>/feedback/family/<id:invitation_id>/letter")
@prepares(_draw_letter)
@requires(CHANGE)
def family_letter(reference: str, invitation_id: int) -> ResponseReturnValue:
    """The letter with a new square and code; those of an earlier letter open nothing any more."""
    letter: _Letter = prepared()
    case = case_for(actor(), reference, CHANGE)
    row = queries.invitation_for(case, invitation_id)
    if row.channel != rules.Channel.LETTER:
        raise OutOfReach(invitation_id)
    try:
        operations.renew(actor(), case, row, letter.made)
    except Refused as refused:
        return _shown(reference, invitation_id, problems=refused.problems, status=422)
    again = _at(reference, invitation_id)
    if letter.content is None:
        return hx.shown_once("feedback/letter_page.html", again, **letter.facts)
    answer = pdf_answer(letter.content, f"letter-{invitation_id}.pdf")
    answer.headers["X-Saved-At"] = again
    return answer


@blueprint.post("/cases/<ref:reference>/feedback/family/<id:invitation_id>/steps/<word:step>")
@requires(CHANGE)
def family_step(reference: str, invitation_id: int, step: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    row = queries.invitation_for(case, invitation_id)
    if step not in _STEPS:
        raise OutOfReach(step)
    act, words = _STEPS[step]
    try:
        act(actor(), case, row)
    except Refused as refused:
        return _shown(reference, invitation_id, problems=refused.problems, status=422)
    return hx.saved(_at(reference, invitation_id), words, event=EVENT)


_STEPS = {
    "remind": (operations.remind_family, "The reminder goes within a minute. There will be no second one."),
    "revoke": (operations.revoke_invitation, "Taken back. The link and the code open nothing any more."),
}


@blueprint.get("/cases/<ref:reference>/feedback/family/paper.pdf")
@requires(CHANGE)
def blank_paper(reference: str) -> ResponseReturnValue:
    """The questions to print: those of one question with its mark, or of a moment and a language alone."""
    case = case_for(actor(), reference, CHANGE)
    number = request.args.get("question", type=int)
    row = queries.invitation_for(case, number) if number is not None else None
    moment = row.moment if row else request.args.get("moment", "")
    chosen = rules.FamilyMoment(moment) if moment in set(rules.FamilyMoment) else rules.FamilyMoment.END
    language = offered_or_english(row.language if row else request.args.get("language"))
    facts = _paper_facts(chosen, queries.WORDS.words(language.code))
    large = request.args.get("large", "1" if row and row.large_print else "")
    facts |= {"language": language, "large": large == "1", "mark": queries.paper_mark(row.id) if row else ""}
    audit.viewed(actor(), "paper for a family made", "case_file", case.id)
    try:
        return pdf_answer(pdf("feedback/paper_pdf.html", **facts), "questions-on-paper.pdf")
    except DocumentsUnavailable:
        return hx.page("feedback/paper_page.html", **facts)


def _paper_facts(moment: rules.FamilyMoment, words: Words) -> dict[str, Any]:
    questions = [
        (code, [(rules.point_key(code, point), rules.FACES[point]) for point in rules.points_of(code)])
        for code in rules.family_aspects(moment)
    ]
    return {"questions": questions, "words": words}


@blueprint.route("/cases/<ref:reference>/feedback/family/<id:invitation_id>/paper", methods=["GET", "POST"])
@requires(CHANGE)
def type_in_paper(reference: str, invitation_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    row = queries.invitation_for(case, invitation_id)
    form = paper_form(rules.FamilyMoment(row.moment), queries.WORDS.words("en"))()
    if request.method == "POST" and form.validate():
        try:
            operations.type_in(actor(), case, row, form.draft())
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            words = "Typed in, and marked as from paper."
            return hx.saved(url_for(".of_case", reference=reference), words, event=EVENT)
    audit.viewed(actor(), "feedback form viewed", "case_file", case.id)
    return hx.page(
        "feedback/type_in.html",
        status=422 if request.method == "POST" else 200,
        head=case_head(case),
        form=form,
        row=queries.invitation_row(actor(), row),
        reads_all=queries.reads_manager_only(actor(), case),
    )


@blueprint.post("/cases/<ref:reference>/feedback/<id:feedback_id>/read")
@requires(Action.READ_SAME_DAY)
def read_words(reference: str, feedback_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, Action.READ_SAME_DAY)
    operations.words_read(actor(), case, queries.family_feedback_for(actor(), case, feedback_id))
    back = request.form.get("back", "")
    at = "/reading" if back == "reading" else url_for(".of_case", reference=reference)
    return hx.saved(at, "Noted that the words were read.", event=EVENT)


@blueprint.post("/cases/<ref:reference>/feedback/<id:feedback_id>/family-removal")
@requires(Action.READ_MANAGER_ONLY)
def remove_family(reference: str, feedback_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, Action.READ_MANAGER_ONLY)
    row = queries.family_feedback_for(actor(), case, feedback_id)
    operations.remove_family_feedback(actor(), case, row, opened_with=version_sent())
    return hx.saved(url_for(".of_case", reference=reference), "What the family said is removed.", event=EVENT)


def _at(reference: str, invitation_id: int) -> str:
    return url_for(".family_invitation", reference=reference, invitation_id=invitation_id)
