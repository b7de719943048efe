"""What the views of advice share: the blueprint, and the page that asks to look once more."""

import re
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from portal.advice import queries
from portal.kernel.access import actor
from portal.kernel.forms import PortalForm
from portal.kernel.web import LARGEST_ID
from portal.schools.queries import Page
from portal.schools.views.look import look_once_more

blueprint = Blueprint("advice", __name__)

EVENT = "advice-changed"


@blueprint.app_context_processor
def _for_other_features() -> dict[str, Any]:
    """The page of a referral says which question it was begun from."""
    return {"advice_of_referral": lambda referral_id: queries.came_from(actor(), referral_id)}


def look_at(
    form: PortalForm, texts: dict[str, str], school_id: int, action: str, thread: Any = None
) -> ResponseReturnValue | None:
    """The page that asks to look once more at what is written about a question, or None."""
    return look_once_more(form, texts, queries.hint_facts(actor(), school_id, thread), action)


def id_in_query(name: str) -> int | None:
    """A row id from the address; anything else is as if it were not there."""
    text = request.args.get(name, "")
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,9}", text) and int(text) <= LARGEST_ID else None


def addresses(endpoint: str, page: Page[Any], **kept: str) -> dict[str, str | None]:
    """Where the pages before and after are, with the same filters."""
    filters: dict[str, Any] = {name: value for name, value in kept.items() if value}
    return {
        "previous_url": url_for(endpoint, **filters, before=page.previous) if page.previous else None,
        "next_url": url_for(endpoint, **filters, after=page.next) if page.next else None,
    }


def status() -> int:
    """422 where a form comes back."""
    return 422 if request.method == "POST" else 200
