"""The page that asks to look once more at words which may name a child, before they go to others."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from portal.kernel import hx, submissions
from portal.kernel.forms import PortalForm
from portal.schools.queries import HintFacts
from portal.schools.rules.hints import looks_like_person, pieces

_NOT_TYPED = frozenset({"csrf_token", submissions.FIELD, "version", "looked"})


def looked() -> str:
    """What was chosen on the page “Look once more”: send, back, or nothing yet."""
    return request.form.get("looked", "")


def look_once_more(
    form: PortalForm, texts: dict[str, str], facts: HintFacts, action: str
) -> ResponseReturnValue | None:
    """The page that marks what looks like a person, or None when nothing does or it was looked at already.

    ``texts`` are what was typed, by its label.
    """
    if looked() == "send":
        return None
    marked = []
    for label, text in texts.items():
        hints = looks_like_person(text, facts.names, facts.fine)
        marked.append((label, pieces(text, hints), hints))
    if not any(hints for _, _, hints in marked):
        return None
    return hx.page(
        "schools/look.html",
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
