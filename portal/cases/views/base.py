"""The blueprint, and where a page came from."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, current_app, request, url_for

from portal.cases.queries import CaseSection

blueprint = Blueprint("cases", __name__)

_LONGEST_BACK = 600


def board_url() -> str:
    """The board, where there is one."""
    return url_for("board.index" if "board.index" in current_app.view_functions else "home.index")


def came_from() -> str:
    """The filtered board that a step was taken from (``back``), or an empty text; never another address."""
    try:
        parts = urlsplit(request.values.get("back", "")[:_LONGEST_BACK].replace("\\", "/"))
    except ValueError:  # “//[” and the like
        return ""
    if parts.scheme or parts.netloc or parts.path != board_url():
        return ""
    query = urlencode(parse_qsl(parts.query))
    return f"{parts.path}?{query}" if query else parts.path


def section_links(sections: list[CaseSection], reference: str) -> list[dict[str, str]]:
    """Where each section of a page is loaded from, and what makes it load again."""
    return [
        {
            "id": section.endpoint.replace(".", "-"),
            "label": section.label,
            "url": url_for(section.endpoint, reference=reference),
            "event": section.event,
        }
        for section in sections
    ]
