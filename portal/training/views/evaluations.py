"""What people say of a session: three questions without an account, and the answers for who gave it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import segno
from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, public, requires
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.rates import allow
from portal.policy import Action
from portal.schools.operations import RefusedFields
from portal.training import queries
from portal.training.forms.evaluations import EvaluationForm
from portal.training.operations import evaluations as operations
from portal.training.queries.evaluations import open_link, said_of
from portal.training.rules.evaluations import MOMENT_WORDS, Moment
from portal.training.views.blueprint import blueprint

RUN = Action.RUN_TRAINING


@blueprint.route("/training/evaluate/<token>", methods=["GET", "POST"])
@public("people who came to a session have no account; the token is 192 random bits, and shows only the session")
def evaluate(token: str) -> ResponseReturnValue:
    if request.method == "POST" and not allow(
        "evaluation", request.remote_addr or "", most=60, window=timedelta(hours=1)
    ):
        return hx.page("training/evaluation_gone.html", status=429)
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
        token = operations.make_room_link(actor(), record, Moment(moment))
    except Refused as error:
        return _page(session_id, record, problems=error.problems, status=422)
    address = url_for("training.evaluate", token=token, _external=True)
    return hx.page(
        "training/evaluation_link.html",
        session=queries.facts_of(record),
        address=address,
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
