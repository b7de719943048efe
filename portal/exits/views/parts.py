"""What the views of an ending share."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from portal.cases.queries import case_head
from portal.kernel import audit, hx
from portal.kernel.access import actor

blueprint = Blueprint("exits", __name__)

EVENT = "exits-changed"


def saved(reference: str, words: str) -> ResponseReturnValue:
    """Back to the page of the ending."""
    return hx.saved(url_for("exits.of_case", reference=reference), words, event=EVENT)


def form_page(template: str, case: Any, form: Any, **context: Any) -> ResponseReturnValue:
    """A page with a form of this case; 422 when what was sent did not do."""
    status = 422 if request.method == "POST" else 200
    audit.viewed(actor(), "ending form viewed", "case_file", case.id)
    return hx.page(template, status=status, head=case_head(case), form=form, **context)
