"""What the views of advice share: the blueprint, and the page that asks to look once more."""

import re
from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from portal.advice import queries, rules
from portal.kernel import hx, submissions
from portal.kernel.access import actor
from portal.kernel.forms import PortalForm
from portal.kernel.web import LARGEST_ID
from portal.schools.queries import Page

blueprint = Blueprint("advice", __name__)

EVENT = "advice-changed"
_NOT_TYPED = frozenset({"csrf_token", submissions.FIELD, "version", "looked"})


@blueprint.app_context_processor
def _for_other_features() -> dict[str, Any]:
    """The page of a referral says which question it was begun from."""
    return {"advice_of_referral": lambda referral_id: queries.came_from(actor(), referral_id)}


def looked() -> str:
    """What was chosen on the page “Look once more”: send, back, or nothing yet."""
    return request.form.get("looked", "")


def look_once_more(
    form: PortalForm, texts: dict[str, str], school_id: int, action: str, thread: Any = None
) -> ResponseReturnValue | None:
    """The page that marks what looks like a person, or None when nothing does or it was looked at already.

    ``texts`` are what was typed, by its label.
    """
    if looked() == "send":
        return None
    names, fine = queries.hint_facts(actor(), school_id, thread)
    marked = []
    for label, text in texts.items():
        hints = rules.looks_like_person(text, names, fine)
        marked.append((label, rules.pieces(text, hints), hints))
    if not any(hints for _, _, hints in marked):
        return None
    return hx.page(
        "advice/look.html",
        status=422,
        form=form,
        marked=[(label, pieces) for label, pieces, hints in marked if hints],
        reasons=_reasons(marked),
        typed=[(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_TYPED],
        action=action,
    )


def _reasons(marked: list[Any]) -> list[tuple[str, str]]:
    """Each piece that was found once, with why, in the order of the texts."""
    found = {piece.words: piece.why for _, pieces, _ in marked for piece in pieces if piece.why}
    return list(found.items())


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
