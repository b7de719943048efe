"""The lists of questions: a school's own, and the service's."""

from flask import request
from flask.typing import ResponseReturnValue

from portal.advice import queries
from portal.advice.queries.lists import SHOWS
from portal.advice.views.base import addresses, blueprint, id_in_query
from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.forms import clean_query
from portal.policy import Action, may


@blueprint.get("/advice/")
@requires(Action.READ_ADVICE)
def index() -> ResponseReturnValue:
    if may(actor(), Action.ASK_ADVICE) and not may(actor(), Action.ANSWER_ADVICE):
        return _own()
    return _of_the_service()


def _own() -> ResponseReturnValue:
    closed = request.args.get("show") == "closed"
    page = queries.own_threads(actor(), closed=closed, after=id_in_query("after"), before=id_in_query("before"))
    return hx.page(
        "advice/index.html",
        fragment="advice/_own.html",
        rows=page.rows,
        closed=closed,
        several=len(actor().school_ids) > 1,
        addresses=addresses("advice.index", page, show="closed" if closed else ""),
    )


def _of_the_service() -> ResponseReturnValue:
    show = request.args.get("show", "")
    wanted = queries.Wanted(show=show if show in SHOWS else "waiting", search=clean_query(request.args.get("q"), 60))
    page = queries.service_threads(actor(), wanted, after=id_in_query("after"), before=id_in_query("before"))
    return hx.page(
        "advice/service.html",
        fragment="advice/_service.html",
        rows=page.rows,
        wanted=wanted,
        shows=SHOWS,
        counts=queries.counts(actor()),
        addresses=addresses("advice.index", page, show=wanted.show, q=wanted.search),
    )
