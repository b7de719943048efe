"""What a referral said at one sending, and what changed from one to the next."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from portal.referrals.rules.drafts import PageDraft
from portal.referrals.rules.pages import PAGE_BY_KEY
from portal.referrals.rules.wording import answer_words

ASKED = "What the service asked"
"""The title under which answers to the service's own questions stand."""
MOST_COMPARED = 400
"""Words of one answer up to which single words are compared; longer ones are shown whole."""


@dataclass(frozen=True)
class Written:
    """One answer as it was sent, in words; ``key`` says which question, from version to version."""

    key: str
    title: str
    label: str
    words: str


@dataclass(frozen=True)
class Piece:
    """A part of an answer; ``mark`` is "", removed or added."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Change:
    """One answer that differs; ``what`` is Added, Removed or Changed."""

    title: str
    label: str
    what: str
    before: tuple[Piece, ...]
    now: tuple[Piece, ...]


def written(pages: Mapping[str, PageDraft], own: Sequence[tuple[str, str, str]], today: date) -> tuple[Written, ...]:
    """Every answer that was given, in the order of the form; ``own`` are (key, question, answer) of the service's."""
    found = [
        Written(f"{page.key}.{question.field}", page.title, question.label, words)
        for page in PAGE_BY_KEY.values()
        if page.key in pages
        for question in page.questions
        if (words := answer_words(question.field, getattr(pages[page.key], question.field, None), today))
    ]
    return (*found, *(Written(key, ASKED, question, answer) for key, question, answer in own))


def changes(before: Sequence[Written], now: Sequence[Written]) -> tuple[Change, ...]:
    """What was added, removed or changed, in the order in which it stands now; what was removed comes last."""
    old, new = {one.key: one for one in before}, {one.key: one for one in now}
    found = [_change(old.get(key), one) for key, one in new.items() if old.get(key) is None or old[key] != one]
    gone = [_change(one, None) for key, one in old.items() if key not in new]
    return tuple(change for change in (*found, *gone) if change.before != change.now)


def _change(before: Written | None, now: Written | None) -> Change:
    about = now or before
    if about is None:  # never: a change has at least one side
        raise ValueError("nothing to compare")
    if before is None:
        return Change(about.title, about.label, "Added", (), (Piece(about.words, "added"),))
    if now is None:
        return Change(about.title, about.label, "Removed", (Piece(about.words, "removed"),), ())
    removed, added = _pieces(before.words, now.words)
    return Change(about.title, about.label, "Changed", removed, added)


def _pieces(before: str, now: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if before == now:
        return (Piece(before),), (Piece(now),)
    old, new = re.findall(r"\s*\S+", before), re.findall(r"\s*\S+", now)
    if max(len(old), len(new)) > MOST_COMPARED:
        return (Piece(before, "removed"),), (Piece(now, "added"),)
    left, right = [], []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = tag == "equal"
        left.append(Piece("".join(old[i1:i2]), "" if same else "removed"))
        right.append(Piece("".join(new[j1:j2]), "" if same else "added"))
    return tuple(piece for piece in left if piece.text), tuple(piece for piece in right if piece.text)
