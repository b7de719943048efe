"""“You said, we did” on a tablet that leaves the worker's hands: the hand-over, and the child's one page."""

from flask import Response, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.accounts.views.base import remote_address
from portal.cases.queries import case_for, case_head
from portal.kernel import audit, hx
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.voice.forms.places import ShowReplyForm
from portal.voice.operations import places, showing
from portal.voice.queries import said
from portal.voice.queries.showing import language_of_reply, reply_shown
from portal.voice.queries.tablet import WORDS, language_of_session
from portal.voice.views.base import CHILD, blueprint, to_the_child
from portal.voice.views.tablet import look_address

_WHY = "a child has no account; the cookie of the hand-over shows this one answer and nothing else"
_SHOWN = "shown"
"""Where the cookie says that the answer was seen. A changed cookie makes a browser forget the page behind Back."""


@blueprint.route("/cases/<ref:reference>/voice/<id:view_id>/reply/tablet", methods=["GET", "POST"])
@requires(Action.HAND_OVER)
def show_reply(reference: str, view_id: int) -> ResponseReturnValue:
    """Never with htmx: the whole page of the staff must go."""
    case = case_for(actor(), reference, Action.HAND_OVER)
    head, answer, view = case_head(case), said.reply_of(case, view_id), said.view_for(case, view_id)
    language = language_of_reply(view)
    audit.viewed(actor(), "answer to a child viewed", "case_file", case.id)
    form = ShowReplyForm(data={"version": answer.version})
    if request.method == "POST" and form.validate():
        try:
            token = showing.show_reply(
                actor(),
                current_user.session_id,
                form.tablet_pin.data or "",
                remote_address(),
                view,
                opened_with=form.opened_with,
            )
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return to_the_child(token, "voice.reply_on_tablet")
    status = 422 if request.method == "POST" else 200
    return hx.page("voice/show_reply.html", status=status, head=head, form=form, answer=answer, language=language)


@blueprint.get("/voice/tablet/reply")
@public(_WHY)
def reply_on_tablet() -> ResponseReturnValue:
    reply = showing.shown_reply(places.open_session_of(session.get(CHILD)))
    shown = reply_shown(reply) if reply is not None else None
    language = shown.language if shown else language_of_session(session.get(CHILD))
    return hx.page(
        "voice/tablet_reply.html",
        shown=shown,
        language=language,
        w=WORDS.words(language.code),
        look_url=look_address(),
    )


@blueprint.post("/voice/tablet/reply")
@public(_WHY)
def touch_reply() -> ResponseReturnValue:
    token = session.get(CHILD)
    answered = places.turn_just_ended(token)
    if answered is None:
        return redirect(url_for(".tablet"), 303)
    if request.form.get("act") == "talk":
        return redirect(url_for(".ended", told="ask", over=answered.public_id), 303)
    if request.form.get("act") != "done" or not showing.finish(token, seen_version=version_sent()):
        return redirect(url_for(".reply_on_tablet", new=1), 303)
    return _seen()


def _seen() -> Response:
    session[_SHOWN] = True
    answer = make_response(redirect(url_for(".ended"), 303))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
