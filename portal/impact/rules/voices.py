"""What children say as figures: who was heard at the start and at the end, and how each item moved.

The published reading hides small counts, and a whole row where a hidden count could be worked out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.voice.rules.answers import CHANGES, Change
from portal.voice.rules.heard import TurnTaken
from portal.voice.rules.questions import Age, Moment
from portal.voice.rules.ready import END, START

HIDDEN = "c"
SMALLEST = 5
"""Counts below this, other than none, are not published."""


@dataclass(frozen=True)
class HeardRow:
    """In how many pieces of work a child was heard, at one moment."""

    label: str
    count: int
    of: int


@dataclass(frozen=True)
class ItemRow:
    """How many children's answers to one item moved which way."""

    label: str
    counts: tuple[int, ...]
    """In the order of ``CHANGES``"""

    @property
    def number(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Voices:
    """The block, before it is read one way or the other."""

    heard: tuple[HeardRow, ...]
    items: tuple[ItemRow, ...]


@dataclass(frozen=True)
class ShownRow:
    """A row in words: of a share "8 of 10", of an item its counts and the number of children."""

    label: str
    cells: tuple[str, ...]
    number: str


@dataclass(frozen=True)
class ShownVoices:
    """The block as a page shows it."""

    heard: tuple[ShownRow, ...]
    items: tuple[ShownRow, ...]
    changes: tuple[str, ...]
    is_published: bool
    hides: bool


def items() -> dict[str, str]:
    """The items that stand in both ready questionnaires, by key, as older children read them."""
    at_end = {question.key: question for question in END.document.questions}
    return {
        question.key: at_end[question.key].words(Age.JUNIORS)
        for question in START.document.questions
        if question.key in at_end and at_end[question.key].kind is question.kind
    }


def voices(
    turns: Mapping[int, Sequence[TurnTaken]],
    changes: Iterable[tuple[int, str, Change]],
    *,
    cases: Collection[int],
    ended: Collection[int],
) -> Voices:
    """Of these pieces of work: heard at the start of all, at the end of those that ended, and each item's changes."""
    counted: dict[str, Counter[Change]] = {key: Counter() for key in items()}
    for case_id, key, change in changes:
        if case_id in cases and key in counted:
            counted[key][change] += 1
    return Voices(
        heard=(
            HeardRow("Heard at the start", _heard(turns, cases, Moment.START), len(cases)),
            HeardRow("Heard at the end", _heard(turns, ended, Moment.END), len(ended)),
        ),
        items=tuple(ItemRow(words, _in_order(counted[key])) for key, words in items().items()),
    )


def _in_order(counted: Counter[Change]) -> tuple[int, ...]:
    return tuple(counted[change] for change in CHANGES)


def _heard(turns: Mapping[int, Sequence[TurnTaken]], cases: Collection[int], moment: Moment) -> int:
    return sum(any(turn.says and turn.moment is moment for turn in turns.get(case_id, ())) for case_id in cases)


def shown(found: Voices, *, published: bool) -> ShownVoices:
    """The block for the service, or as it may leave the service."""
    heard = tuple(_shown_share(row, published) for row in found.heard)
    of_items = tuple(_shown_item(row, published) for row in found.items)
    hides = any(HIDDEN in (row.number, *row.cells) for row in (*heard, *of_items))
    return ShownVoices(heard, of_items, tuple(CHANGES.values()), published, hides)


def _shown_share(row: HeardRow, published: bool) -> ShownRow:
    parts = (row.count, row.of - row.count)
    hidden = published and is_small(parts)
    number = HIDDEN if published and 0 < row.of < SMALLEST else str(row.of)
    count = HIDDEN if hidden else str(row.count)
    return ShownRow(row.label, (f"{count} of {number}",), number)


def _shown_item(row: ItemRow, published: bool) -> ShownRow:
    cells, number = published_row(row.counts) if published else (tuple(map(str, row.counts)), str(row.number))
    return ShownRow(row.label, cells, number)


def is_small(counts: Iterable[int]) -> bool:
    """Does any count stand for so few that a child might be known?"""
    return any(0 < count < SMALLEST for count in counts)


def published_row(counts: Sequence[int]) -> tuple[tuple[str, ...], str]:
    """The counts of one row and their sum as they may be published.

    One small count hides all of them, because the sum would give it away; the sum too where it is small itself.
    """
    number = sum(counts)
    hidden_number = 0 < number < SMALLEST
    if is_small(counts):
        return tuple(HIDDEN for _ in counts), HIDDEN if hidden_number else str(number)
    return tuple(map(str, counts)), str(number)
