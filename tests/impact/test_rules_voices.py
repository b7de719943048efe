"""Figures of children's voice, and what of them may be published: truth tables."""

import pytest

from portal.impact.rules.voices import HeardRow, ItemRow, Voices, is_small, items, published_row, shown, voices
from portal.voice.rules.answers import Change
from portal.voice.rules.heard import TurnTaken
from portal.voice.rules.questions import Moment


@pytest.mark.parametrize(
    ("counts", "cells", "number"),
    [
        ((0, 0, 0), ("0", "0", "0"), "0"),
        ((5, 0, 0), ("5", "0", "0"), "5"),
        ((5, 6, 7), ("5", "6", "7"), "18"),
        ((4, 0, 0), ("c", "c", "c"), "c"),
        ((1, 1, 1), ("c", "c", "c"), "c"),
        ((1, 1, 2), ("c", "c", "c"), "c"),
        ((1, 2, 2), ("c", "c", "c"), "5"),
        ((9, 8, 1), ("c", "c", "c"), "18"),
        ((9, 4, 0), ("c", "c", "c"), "13"),
    ],
)
def test_a_row_is_published_whole_or_not_at_all(counts: tuple[int, ...], cells: tuple[str, ...], number: str) -> None:
    assert published_row(counts) == (cells, number)


@pytest.mark.parametrize(
    ("count", "of", "published", "words"),
    [
        (8, 10, False, "8 of 10"),
        (8, 10, True, "c of 10"),  # the two who were not heard
        (3, 20, True, "c of 20"),
        (15, 20, True, "15 of 20"),
        (20, 20, True, "20 of 20"),
        (0, 20, True, "0 of 20"),
        (3, 4, True, "c of c"),
        (0, 4, True, "c of c"),
        (0, 0, True, "0 of 0"),
    ],
)
def test_a_share_hides_both_the_few_and_the_others(count: int, of: int, published: bool, words: str) -> None:
    found = shown(Voices((HeardRow("Heard at the start", count, of),), ()), published=published)
    assert found.heard[0].cells == (words,)


def test_the_reading_for_the_service_hides_nothing() -> None:
    found = shown(Voices((), (ItemRow("Calm", (1, 0, 2)),)), published=False)
    assert (found.items[0].cells, found.items[0].number, found.hides) == (("1", "0", "2"), "3", False)
    assert is_small([4]) and not is_small([0, 5])


def test_only_work_of_the_chart_counts_and_the_end_only_where_it_ended() -> None:
    said = [TurnTaken(1, Moment.START, True), TurnTaken(1, Moment.END, True)]
    silent = [TurnTaken(2, Moment.START, False)]
    changes = [(1, "school", Change.BETTER), (9, "school", Change.WORSE), (1, "no-such-item", Change.WORSE)]
    found = voices({1: said, 2: silent, 9: said}, changes, cases=[1, 2, 3], ended=[1])
    assert [(row.count, row.of) for row in found.heard] == [(1, 3), (1, 1)]
    by_label = {row.label: row.counts for row in found.items}
    assert by_label[items()["school"]] == (1, 0, 0)
    assert sum(sum(counts) for counts in by_label.values()) == 1
