"""What a child said, for the people who work with the child: read it, share it as the child says, answer the child."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.cases.queries import case_for, case_head
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.voice.forms.after import ReplyForm, SharesForm
from portal.voice.operations import reading
from portal.voice.operations.reading import SEEN_BY_HAND, ReplyDraft
from portal.voice.queries import said
from portal.voice.queries.showing import language_of_reply
from portal.voice.queries.talking import wishes_of_case
from portal.voice.views.base import EVENT, blueprint

READ, CHANGE = Action.READ_VOICE, Action.HAND_OVER
_NOTHING_YET = 0
"""The version of an answer that nobody has written"""


@blueprint.get("/cases/<ref:reference>/voice")
@requires(READ, change=CHANGE)
def of_case(reference: str) -> ResponseReturnValue:
    case = case_for(actor(), reference, READ)
    audit.viewed(actor(), "child's views viewed", "case_file", case.id)
    return hx.page(
        "voice/of_case.html",
        fragment="voice/_section.html",
        head=case_head(case),
        children=said.case_voices(actor(), case),
        wishes=wishes_of_case(actor(), case.id),
        seen_how=SEEN_BY_HAND,
    )


@blueprint.route("/cases/<ref:reference>/voice/<id:view_id>/shares", methods=["GET", "POST"])
@requires(CHANGE)
def shares(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    row = _standing_row(case, view_id)
    chosen = [one.value for one in row.standing.audiences]
    form = SharesForm(data={"audiences": chosen, "version": row.version})
    if request.method == "POST" and form.validate():
        try:
            reading.set_shares(actor(), said.view_for(case, view_id), form.chosen(), opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Saved. It is as the child said.")
    return _form_page("voice/shares.html", case, form, row)


@blueprint.post("/cases/<ref:reference>/voice/<id:view_id>/take-back")
@requires(CHANGE)
def take_back(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    reading.take_back(actor(), said.view_for(case, view_id), opened_with=version_sent())
    return _saved(reference, "Taken back. Only a safeguarding lead can still read it.")


@blueprint.route("/cases/<ref:reference>/voice/<id:view_id>/reply", methods=["GET", "POST"])
@requires(CHANGE)
def reply(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    row = _standing_row(case, view_id)
    form = ReplyForm(data=_opened_reply(row))
    if request.method == "POST" and form.validate():
        draft = ReplyDraft(**form.texts())
        try:
            reading.answer_child(actor(), said.view_for(case, view_id), draft, opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return _saved(reference, "Saved. Now show it to the child, on a tablet or on paper.")
    return _form_page("voice/reply.html", case, form, row, language=language_of_reply(said.view_for(case, view_id)))


def _opened_reply(row: Any) -> dict[str, Any]:
    if row.reply is None:
        return {"version": _NOTHING_YET}
    names = ("you_said", "said_symbol", "we_did", "did_symbol", "version")
    return {name: getattr(row.reply, name) for name in names}


@blueprint.get("/cases/<ref:reference>/voice/<id:view_id>/reply/print")
@requires(READ)
def reply_print(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, READ)
    answer, language = said.reply_of(case, view_id), language_of_reply(said.view_for(case, view_id))
    audit.viewed(actor(), "answer to a child viewed", "case_file", case.id)
    back = url_for(".of_case", reference=reference)
    return hx.page("voice/reply_print.html", answer=answer, language=language, back=back)


@blueprint.post("/cases/<ref:reference>/voice/<id:view_id>/reply/seen")
@requires(CHANGE)
def reply_seen(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, CHANGE)
    how = request.form.get("how", "")
    try:
        reading.child_saw(actor(), said.view_for(case, view_id), how, opened_with=version_sent())
    except Refused as refused:
        raise OutOfReach(how) from refused
    return _saved(reference, "Noted that the child has seen the answer.")


def _standing_row(case: Any, view_id: int) -> Any:
    """The view, unless the child took it back: then there is nothing left to change."""
    row = said.view_row(actor(), case, view_id)
    if row.taken_back:
        raise OutOfReach(view_id)
    return row


def _saved(reference: str, words: str) -> ResponseReturnValue:
    return hx.saved(url_for(".of_case", reference=reference), words, event=EVENT)


def _form_page(template: str, case: Any, form: Any, row: Any, **more: Any) -> ResponseReturnValue:
    audit.viewed(actor(), "child's view viewed", "case_file", case.id)
    status = 422 if request.method == "POST" else 200
    return hx.page(template, status=status, head=case_head(case), form=form, view=row, **more)
