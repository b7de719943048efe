"""An adult reads what is new, and holds back what worries; the list itself is a page of the first page's feature."""

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from portal.cases.queries import case_for, case_head
from portal.kernel import audit, hx
from portal.kernel.access import actor, requires
from portal.kernel.errors import Refused
from portal.kernel.versions import version_sent
from portal.policy import Action
from portal.voice.forms.after import HoldForm
from portal.voice.operations import reading
from portal.voice.queries import said
from portal.voice.views.base import EVENT, blueprint

READ = Action.READ_SAME_DAY
HELD = "Held back. Nobody outside the service sees it. Tell the safeguarding lead what worries you today."


@blueprint.post("/cases/<ref:reference>/voice/<id:view_id>/read")
@requires(READ)
def read(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, READ)
    reading.read_view(actor(), said.view_to_read(actor(), case, view_id))
    return hx.saved(_back(reference), "Noted that you have read it.", event=EVENT)


@blueprint.route("/cases/<ref:reference>/voice/<id:view_id>/hold", methods=["GET", "POST"])
@requires(READ)
def hold(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, READ)
    view = said.view_to_read(actor(), case, view_id)
    form = HoldForm()
    if request.method == "POST" and form.validate():
        try:
            reading.read_view(actor(), view, worries=form.worries.data or "")
        except Refused as refused:
            form.refuse(refused.problems)
        else:
            return hx.saved(_back(reference), HELD, event=EVENT)
    return _page(case, view_id, form)


@blueprint.post("/cases/<ref:reference>/voice/<id:view_id>/release")
@requires(READ)
def release(reference: str, view_id: int) -> ResponseReturnValue:
    case = case_for(actor(), reference, READ)
    view = said.view_to_read(actor(), case, view_id)
    reading.release_view(actor(), view, opened_with=version_sent())
    return hx.saved(_back(reference), "It may be seen again by those whom the child chose.", event=EVENT)


def _page(case: Any, view_id: int, form: HoldForm) -> ResponseReturnValue:
    audit.viewed(actor(), "child's view viewed", "case_file", case.id)
    return hx.page(
        "voice/hold.html",
        status=422 if request.method == "POST" else 200,
        head=case_head(case),
        view=said.view_row(actor(), case, view_id),
        form=form,
        back=_back_name(),
        back_url=_back(case.reference),
    )


def _back_name() -> str:
    return "reading" if request.values.get("back") == "reading" else ""


def _back(reference: str) -> str:
    return "/reading" if _back_name() else url_for(".of_case", reference=reference)
