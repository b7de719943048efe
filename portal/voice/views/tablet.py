"""All that a child's session can reach: its own turn. No name, no menu, no way to a page of the staff."""

import hashlib
import re
from datetime import timedelta
from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import clock, hx, rates, settings
from portal.kernel.access import public
from portal.kernel.assets import Assets, SymbolSheet
from portal.kernel.errors import OutOfReach
from portal.kernel.forms import has_control
from portal.kernel.languages import ENGLISH
from portal.kernel.web import let_it_be_kept, sent_without_token, takes_up_to
from portal.voice.operations import arriving, places, talking, walking
from portal.voice.queries import tablet as queries
from portal.voice.rules.answers import LONGEST_WORDS, Unreadable
from portal.voice.rules.places import Outcome
from portal.voice.rules.walk import Screen
from portal.voice.views.base import CHILD, blueprint

_WINDOW, _MOST = timedelta(minutes=10), 1_200
"""Deliveries from one address: a whole school may share one, and a tablet that comes back sends several"""
_PLACE, _SECRET = re.compile(r"[A-Za-z0-9_-]{22}"), re.compile(r"[0-9a-f]{64}")
_WHY = "a child has no account; the cookie of the hand-over opens this one turn and nothing else"


@blueprint.before_request
def _not_too_often() -> ResponseReturnValue | None:
    """Counted before the unit of work begins, because counting undoes what the unit wrote before."""
    if request.endpoint != "voice.deliver":
        return None
    if rates.allow("voice delivery", request.remote_addr or "", most=_MOST, window=_WINDOW):
        return None
    return "", 429, {"Retry-After": "60"}


@blueprint.get("/voice/tablet")
@public(_WHY)
def tablet() -> ResponseReturnValue:
    child = places.open_session_of(session.get(CHILD))
    if child is None:
        return _page("over", carried=[], ran_out=places.has_run_out(session.get(CHILD)))
    if child.reply_id is not None:
        return redirect(url_for(".reply_on_tablet", new=1), 303)
    return _shown(child)


@blueprint.post("/voice/tablet")
@public(_WHY)
def touch_tablet() -> ResponseReturnValue:
    act, child = request.form.get("act", ""), places.open_session_of(session.get(CHILD))
    if act in ("talk", "tell", "back") and "from" in request.form:
        return _after_its_end(act, request.form["from"])
    if child is None:
        return redirect(url_for(".tablet"), 303)
    places.touch(child)
    if act == "choose":
        places.choose_place(child, request.form.get("place", ""))
        return redirect(url_for(".tablet"), 303)
    if act == "choose_to_talk":
        wanting = places.open_place(child, request.form.get("place", ""))
        return redirect(url_for(".ended", told="ask", place=wanting.public_id), 303)
    if act == "tell" and "place" in request.form:
        talking.ask_to_talk(places.open_place(child, request.form["place"]))
        return redirect(url_for(".ended", told="yes"), 303)
    place = queries.current_place(child)
    if act == "another" and not (place and queries.walk_of(place).answers):
        places.leave_place(child)
        return redirect(url_for(".tablet"), 303)
    if place is None or place.settled_at is not None:
        return redirect(url_for(".tablet", whose="yes" if act == "talk" else None), 303)
    sent = request.form.to_dict(flat=False)
    if any(has_control(value) for values in sent.values() for value in values):
        return _shown(child, problem="characters", status=422)
    problem = walking.go(place, act, sent)
    if problem:
        return _shown(child, problem=problem, status=422)
    if place.settled_at is not None:
        return redirect(url_for(".ended", kept=_kept(place.outcome)), 303)
    return redirect(url_for(".tablet"), 303)


def _after_its_end(act: str, public_id: str) -> ResponseReturnValue:
    """From the last screen of a turn a child may ask to talk, and comes back to that screen; or to the answer that the
    tablet shows.
    """
    over, child = places.turn_just_ended(session.get(CHILD), public_id), places.open_session_of(session.get(CHILD))
    if over is None or (act == "back" and child is not None and child.reply_id is not None):
        return redirect(url_for(".tablet"), 303)
    if act == "tell":
        talking.ask_to_talk(over)
    told = {"talk": "ask", "tell": "yes"}.get(act)
    return redirect(url_for(".ended", told=told, over=over.public_id, kept=_kept(over.outcome)), 303)


def _kept(outcome: str | None) -> str | None:
    """What the last screen says became of what was said; nothing while that is open."""
    return {Outcome.ANSWERED: "yes", Outcome.KEPT_NOTHING: "no"}.get(Outcome(outcome)) if outcome else None


@blueprint.get("/voice/tablet/ended")
@public("says thank you to a child; it shows nothing of what was said")
def ended() -> ResponseReturnValue:
    token, kept = session.get(CHILD), request.args.get("kept", "")
    child, over = places.open_session_of(token), places.turn_just_ended(token, request.args.get("over"))
    asks_as = {"from": over.public_id} if over else {}
    if request.args.get("told") == "ask":
        return _page("tell", carried=[], hidden=asks_as if "over" in request.args else _among_the_animals())
    if request.args.get("told") == "yes":
        return _page("talk", carried=[], hidden=asks_as if "over" in request.args else {})
    return _page("end", carried=[], another=child is not None, kept=kept, hidden=asks_as)


def _among_the_animals() -> dict[str, str]:
    """Whose wish it is; checked against the hand-over when it is told."""
    return {"place": request.args.get("place", "")}


@blueprint.post("/voice/tablet/first-touch")
@public(_WHY)
def first_touch() -> ResponseReturnValue:
    """The script says that the child has begun: the session's minutes run."""
    child = places.open_session_of(session.get(CHILD))
    if child is not None:
        places.touch(child)
    return "", 204


@blueprint.get("/voice/tablet/shell")
@public("the empty frame of the tablet, kept by its service worker; it holds nothing of anybody")
def shell() -> ResponseReturnValue:
    return _page("shell", carried=[], language=ENGLISH)


@blueprint.post("/voice/deliver")
@sent_without_token
@takes_up_to(2 * 1024 * 1024)
@public("a tablet without a session delivers one sealed answer; the place's own secret lets it in")
def deliver() -> ResponseReturnValue:
    try:
        sent = request.get_json(silent=True)
    except RecursionError:
        return "", 422
    if not isinstance(sent, dict) or sent.get("format") != 1:
        return "", 422
    public_id, secret, kind = (str(sent.get(name, "")) for name in ("place", "secret", "kind"))
    if not _PLACE.fullmatch(public_id) or not _SECRET.fullmatch(secret):
        return "", 404
    try:
        arriving.deliver(public_id, secret, kind, sent.get("key"), sent.get("parts"))
    except OutOfReach:
        return "", 404
    except Unreadable:
        return "", 422
    return {"held": True}


@blueprint.get("/voice/tablet.css")
@public("how a tablet looks; the same for everybody")
def look() -> Response:
    """The service's colour and the tablet's styles as one file: on a slow tablet every further one is felt."""
    let_it_be_kept()
    response = make_response(render_template("brand.css") + _assets().text("tablet.css"))
    response.headers["Content-Type"] = "text/css; charset=utf-8"
    return response


@blueprint.get("/voice/sw.js")
@public("the service worker that shows the tablet's frame without signal; the same for everybody")
def service_worker() -> Response:
    response = make_response(render_template("voice/sw.js", look_url=look_address()))
    response.headers["Content-Type"] = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response


def _shown(child: Any, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    """The screen where the child is. With scripts the page carries every screen, and the script goes on from there."""
    carried = [queries.carried_turn(place, child) for place in queries.open_places(child)]
    place = queries.current_place(child)
    if place is None or place.settled_at is not None:
        if len(child.places) == 1:
            return _page("over", carried=carried)
        return _page("whose" if request.args.get("whose") == "yes" else "animals", carried=carried)
    row, walk = queries.turn_row(place), queries.walk_of(place)
    return _page(
        walk.screen.value,
        status=status,
        carried=carried,
        turn=row,
        walk=walk,
        asked=row.questions[walk.at] if walk.screen is Screen.QUESTION else None,
        problem=problem,
        language=row.language,
    )


def _page(screen: str, *, status: int = 200, **context: Any) -> ResponseReturnValue:
    language = context.pop("language", None) or queries.language_of_session(session.get(CHILD))
    blank: dict[str, Any] = {"turn": None, "walk": None, "asked": None, "problem": "", "another": False}
    blank |= {"kept": "", "hidden": {}, "ran_out": False, "most": LONGEST_WORDS}
    return hx.page(
        "voice/tablet.html",
        status=status,
        screen=screen,
        language=language,
        words_in=queries.WORDS.words,
        symbols=SymbolSheet(_assets()),
        look_url=look_address(),
        now=clock.now(),
        **(blank | context),
    )


def look_address() -> str:
    """Where the tablet's styles are; another address for other colours or styles, so that they can be kept."""
    shown = settings.current()
    seen = f"{shown.brand}{shown.tint}{_assets().address('tablet.css')}{_assets().address('font.woff2')}"
    return url_for("voice.look", v=hashlib.sha256(seen.encode()).hexdigest()[:12])


def _assets() -> Assets:
    found: Assets = current_app.extensions["assets"]
    return found
