"""The first page of training, and the longer lists behind it."""

import re
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from portal.kernel import hx
from portal.kernel.access import actor, requires
from portal.kernel.web import LARGEST_ID
from portal.policy import Action, may
from portal.schools.queries import school_choices
from portal.training import queries, rules
from portal.training.views.blueprint import blueprint

_FEW = 8


@blueprint.get("/training/")
@requires(Action.READ_TRAINING)
def index() -> ResponseReturnValue:
    who = actor()
    return hx.page(
        "training/index.html",
        fragment="training/_index.html",
        is_school=bool(who.school_ids),
        several=len(who.school_ids) != 1,
        requests=queries.requests_page(who, size=_FEW * 2),
        mine=_mine(),
        shared=_shared(),
        topics=queries.topics(),
    )


def _mine() -> queries.SessionPage:
    """A school's own sessions, a trainer's own, or (for the coordinator) all that are coming."""
    who = actor()
    if who.school_ids:
        return queries.sessions_page(who, own=True, size=_FEW * 2)
    if may(who, Action.MANAGE_TRAINING):
        return queries.sessions_page(who, size=_FEW * 2)
    return queries.sessions_page(who, trainer_id=who.person_id, size=_FEW * 2)


def _shared() -> list[queries.SessionRow]:
    """Coming shared sessions in which a school has nothing yet; staff see them among all."""
    if may(actor(), Action.MANAGE_TRAINING):
        return []
    found = queries.sessions_page(actor(), size=_FEW * 4)
    return [row for row in found.rows if row.is_shared and not row.mine and not row.register_waits]


@blueprint.get("/training/requests/")
@requires(Action.READ_TRAINING)
def requests() -> ResponseReturnValue:
    is_open = request.args.get("show") != "ended"
    school_id, stands = _id("school"), request.args.get("status", "")
    return hx.page(
        "training/requests.html",
        is_open=is_open,
        found=queries.requests_page(actor(), is_open=is_open, school_id=school_id, status=stands, after=_id("after")),
        after=_id("after"),
        several=len(actor().school_ids) != 1,
        school_id=school_id,
        stands=stands,
        statuses=[pair for pair in rules.REQUEST_STATUSES.items() if (pair[0] in rules.REQUEST_OPEN) == is_open],
        schools=[] if actor().school_ids else school_choices(),
    )


@blueprint.get("/training/sessions/")
@requires(Action.READ_TRAINING)
def sessions() -> ResponseReturnValue:
    is_past = request.args.get("show") == "past"
    return hx.page(
        "training/sessions.html",
        is_past=is_past,
        found=queries.sessions_page(actor(), is_past=is_past, own=_own_only(is_past), after=_id("after")),
        after=_id("after"),
    )


def _own_only(is_past: bool) -> bool:
    """What was held elsewhere is no school's business."""
    return is_past and bool(actor().school_ids)


def _id(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,9}", text) and int(text) <= LARGEST_ID else None


def schools_offered() -> list[tuple[str, str]]:
    """The schools for which this person may ask and book: their own, or every one."""
    known: list[tuple[str, str]] = school_choices()
    own = {str(school_id) for school_id in actor().school_ids}
    return [pair for pair in known if pair[0] in own] if own else known


def offer_school(form: Any, pairs: list[tuple[str, str]]) -> int | None:
    """Fills the form's choice of a school; who has one only is not asked. Answers that one."""
    if len(pairs) == 1:
        del form.school
        return int(pairs[0][0])
    form.school.offer(pairs)
    return None
