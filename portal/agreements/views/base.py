"""The blueprint, and what its pages share."""

from flask import Blueprint, Response, url_for

from portal.agreements import queries
from portal.kernel import audit, hx
from portal.kernel.access import actor

blueprint = Blueprint("agreements", __name__)

EVENT = "agreements-changed"


def page_of(agreement_id: int) -> str:
    return url_for("agreements.show", agreement_id=agreement_id)


def viewed(agreement_id: int) -> None:
    """The agreement names a child: that it was shown stays on the record."""
    audit.viewed(actor(), "agreement viewed", "agreement", agreement_id)


def changed_page(agreement: queries.Agreement) -> Response:
    """What was to be signed is not what waits any more: nothing was done, and the way on."""
    viewed(agreement.id)
    page = queries.agreement_page(agreement)
    return hx.page("agreements/changed.html", status=409, agreement=page)
