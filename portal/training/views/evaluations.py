"""What people say of a session: three questions without an account, and the answers for who gave it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import segno
from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx, rates
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.training import queries
from portal.training.forms.evaluations import EvaluationForm
from portal.training.operations import evaluations as operations
from portal.training.queries.evaluations import knows_link, open_link, said_of
from portal.training.rules.evaluations import MOMENT_WORDS, Moment
from portal.training.views.blueprint import blueprint

RUN = Action.RUN_TRAINING
WINDOW = timedelta(minutes=10)
MOST_OF_A_LINK = 1_000
"""Sendings of one link from one address: a whole school on its INSET day shares one, so twice the largest register"""
MOST_UNKNOWN = 60
"""Sendings with links that are not known, from one address"""
_TOO_MANY = "Too many answers come from here just now. Wait a few minutes, then send yours again."


@blueprint.before_request
def _not_too_often() -> ResponseReturnValue | None:
    """Counted before the unit of work begins, because counting undoes what the unit wrote before."""
    if request.endpoint != "training.evaluate" or request.method != "POST":
        return None
    token, address = str((request.view_args or {})["token"]), request.remote_addr or ""
    key, most = (f"{token} {address}", MOST_OF_A_LINK) if knows_link(token) else (address, MOST_UNKNOWN)
    if rates.allow("evaluation", key, most=most, window=WINDOW):
        return None
    link = open_link(token)
    if link is None:
        return hx.page("training/evaluation_gone.html", status=429)
    form = EvaluationForm().asking(link.moment)
    form.refuse([_TOO_MANY])
    return hx.page("training/evaluate.html", status=429, form=form, link=link, token=token)


@blueprint.route("/training/evaluate/<token>", methods=["GET", "POST"])
@public("people who came to a session have no account; the token is 192 random bits, and shows only the session")
def evaluate(token: str) -> ResponseReturnValue:
    link = open_link(token)
    if link is None:
        return hx.page("training/evaluation_gone.html", status=404)
    form = EvaluationForm().asking(link.moment)
    if request.method == "POST" and form.validate():
        try:
            operations.answer(token, form.draft())
        except RefusedFields as error:
            form.put_errors(error.by_field)
        except OutOfReach:
            return hx.page("training/evaluation_gone.html", status=404)
        else:
            return hx.saved(url_for("training.evaluated"))
    status = 422 if request.method == "POST" else 200
    return hx.page("training/evaluate.html", status=status, form=form, link=link, token=token)


@blueprint.get("/training/evaluated")
@public("says thank you after an answer without an account; it shows nothing")
def evaluated() -> ResponseReturnValue:
    return hx.page("training/evaluated.html")


@blueprint.get("/training/sessions/<id:session_id>/evaluations")
@requires(RUN)
def evaluations(session_id: int) -> ResponseReturnValue:
    record = queries.session_to_run(actor(), session_id)
    return _page(session_id, record)


@blueprint.post("/training/sessions/<id:session_id>/evaluations/<word:moment>")
@requires(RUN)
def make_link(session_id: int, moment: str) -> ResponseReturnValue:
    """Shows the link once, with its square: only the digest is kept."""
    record = queries.session_to_run(actor(), session_id)
    if moment not in set(Moment):
        raise OutOfReach(moment)
    try:
        made = operations.make_room_link(actor(), record, Moment(moment))
    except Refused as error:
        return _page(session_id, record, problems=error.problems, status=422)
    address = url_for("training.evaluate", token=made.token, _external=True)
    return hx.shown_once(
        "training/evaluation_link.html",
        url_for("training.evaluations", session_id=session_id),
        session=queries.facts_of(record),
        address=address,
        answers=made.answers,
        moment_words=MOMENT_WORDS[Moment(moment)],
        square=segno.make(address, error="m").svg_data_uri(scale=6, border=2, dark="#0b0c0c", light="#fff"),
    )


def _page(session_id: int, record: Any, problems: Sequence[str] = (), status: int = 200) -> ResponseReturnValue:
    return hx.page(
        "training/evaluations.html",
        fragment="training/_evaluations.html",
        status=status,
        session=queries.facts_of(record),
        said=said_of(session_id),
        problems=problems,
    )
