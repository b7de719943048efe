"""The blueprint, the event by which sections load again, and the answer with which a tablet leaves a worker's hands."""

from flask import Blueprint, Response, make_response, redirect, session, url_for

blueprint = Blueprint("voice", __name__)

EVENT = "voices-changed"

CHILD = "child"
"""Where the cookie holds the child's token; once a tablet is handed over it holds nothing else"""


def to_the_child(token: str, first: str = "voice.tablet") -> Response:
    """A cookie that holds the child's session and nothing else, an emptied cache, and the child's first page.

    Nothing wider than the cache: ``"storage"`` would delete answers that wait on this tablet.
    """
    session.clear()
    session[CHILD] = token
    answer = make_response(redirect(url_for(first, new=1), 303))
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer
