"""A child wants to talk to someone: who reads it says so, all concerned write what they did, a safeguarding lead
closes it."""

import re

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action, may
from portal.voice.forms.after import ClosingForm, DeedForm
from portal.voice.operations import wishes as operations
from portal.voice.queries import talking as queries
from portal.voice.views.base import EVENT, blueprint

READ, CLOSE = Action.READ_VOICE, Action.CLOSE_TALK


@blueprint.get("/voice/talk/<id:wish_id>")
@requires(READ)
def talk(wish_id: int) -> ResponseReturnValue:
    return _page(wish_id)


@blueprint.post("/voice/talk/<id:wish_id>/seen")
@requires(READ)
def talk_seen(wish_id: int) -> ResponseReturnValue:
    shown = request.form.get("words", "")
    words_shown = int(shown) if re.fullmatch(r"[0-9]{1,9}", shown) else None
    operations.see_wish(actor(), queries.wish_for(actor(), wish_id), words_shown=words_shown)
    return hx.saved(url_for(".talk", wish_id=wish_id), "Noted that you have read it.", event=EVENT)


@blueprint.post("/voice/talk/<id:wish_id>/deeds")
@requires(READ)
def talk_deed(wish_id: int) -> ResponseReturnValue:
    wish = queries.wish_for(actor(), wish_id)
    form = DeedForm()
    if form.validate():
        try:
            operations.add_deed(actor(), wish, form.words.data or "")
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return hx.saved(url_for(".talk", wish_id=wish_id), "What you did is recorded.", event=EVENT)
    return _page(wish_id, deed=form)


@blueprint.post("/voice/talk/<id:wish_id>/closing")
@requires(CLOSE)
def talk_closing(wish_id: int) -> ResponseReturnValue:
    wish = queries.wish_for(actor(), wish_id)
    form = ClosingForm()
    if form.validate():
        try:
            operations.close_wish(actor(), wish, form.done.data or "", opened_with=form.opened_with)
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return hx.saved(url_for(".talk", wish_id=wish_id), "Closed.", event=EVENT)
    return _page(wish_id, closing=form)


def _page(wish_id: int, *, deed: DeedForm | None = None, closing: ClosingForm | None = None) -> ResponseReturnValue:
    wish = queries.wish_page(actor(), wish_id)
    audit.viewed(actor(), "wish to talk viewed", "case_file", wish.case_id)
    return hx.page(
        "voice/talk.html",
        status=422 if request.method == "POST" else 200,
        wish=wish,
        refused=deed or closing,
        deed=deed or DeedForm(formdata=None),
        closing=closing or ClosingForm(formdata=None, data={"version": wish.version}),
        may_close=may(actor(), CLOSE),
        may_read_words=may(actor(), Action.READ_SAME_DAY),
    )
