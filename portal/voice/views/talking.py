"""A child wants to talk to someone: who reads it says so, and a safeguarding lead says what was done."""

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.policy import Action, may
from portal.voice.forms.after import ClosingForm
from portal.voice.operations import talking as operations
from portal.voice.queries import talking as queries
from portal.voice.views.base import EVENT, blueprint

READ, CLOSE = Action.READ_VOICE, Action.CLOSE_TALK


@blueprint.get("/voice/talk/<id:wish_id>")
@requires(READ)
def talk(wish_id: int) -> ResponseReturnValue:
    wish = queries.wish_page(actor(), wish_id)
    return _page(wish, ClosingForm(data={"version": wish.version}))


@blueprint.post("/voice/talk/<id:wish_id>/seen")
@requires(READ)
def talk_seen(wish_id: int) -> ResponseReturnValue:
    operations.see_wish(actor(), queries.wish_for(actor(), wish_id))
    return hx.saved(url_for(".talk", wish_id=wish_id), "Noted that you have read it.", event=EVENT)


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
    return _page(queries.wish_page(actor(), wish_id), form)


def _page(wish: queries.WishPage, form: ClosingForm) -> ResponseReturnValue:
    audit.viewed(actor(), "wish to talk viewed", "case_file", wish.case_id)
    status = 422 if request.method == "POST" else 200
    return hx.page("voice/talk.html", status=status, wish=wish, form=form, may_close=may(actor(), CLOSE))
