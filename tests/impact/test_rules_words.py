"""The totals in words, the graphs, and the lines of the file."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exits.rules import Outcome, PupilOutcome
from portal.impact.rules import ChartRow, Shape, Summary, graphs, make_row, totals
from portal.impact.rules.graphs import MOST_MOVES, direction, step_words
from portal.impact.rules.sheets import harmless
from tests.impact.test_rules import facts, threshold


def rows_of(*steps: tuple[int, int], **same: Any) -> list[ChartRow]:
    return [
        make_row(facts(case_key=f"C-{n}", threshold=threshold(*pair), **same)) for n, pair in enumerate(steps, start=1)
    ]


@pytest.mark.parametrize(
    ("step", "words", "shape"),
    [
        ("5", "5 steps better", Shape.BETTER),
        ("1", "1 step better", Shape.BETTER),
        ("0", "No change", Shape.NO_CHANGE),
        ("-1", "1 step worse", Shape.WORSE),
        ("-2.5", "2.5 steps worse", Shape.WORSE),
    ],
)
def test_a_move_differs_by_word_and_shape(step: str, words: str, shape: Shape) -> None:
    assert (step_words(Decimal(step)), direction(Decimal(step))) == (words, shape)


def test_every_direction_is_counted_in_the_message() -> None:
    rows = rows_of((12, 7), (9, 9), (3, 4))
    moves = next(graph for graph in graphs(rows, totals(rows)) if graph.key == "threshold")
    assert moves.message == "Behaviour threshold: better in 1 of 3, no change in 1, worse in 1"
    assert [bar.label for bar in moves.bars] == ["C-1 A", "C-2 A", "C-3 A"]
    assert (moves.low, moves.span) == (-1, 6)
    assert [(round(moves.start(bar), 3), round(moves.length(bar), 3)) for bar in moves.bars] == [
        (0.167, 0.833),
        (0.167, 0),
        (0, 0.167),
    ]


def test_many_moves_are_counted_by_size() -> None:
    rows = rows_of(*[(12, 7)] * MOST_MOVES, (9, 9), (3, 4))
    moves = next(graph for graph in graphs(rows, totals(rows)) if graph.key == "threshold")
    assert [(bar.label, bar.value, bar.shape) for bar in moves.bars] == [
        ("5 steps better", "20 of 22", Shape.BETTER),
        ("No change", "1 of 22", Shape.NO_CHANGE),
        ("1 step worse", "1 of 22", Shape.WORSE),
    ]


def test_no_change_alone_is_still_a_graph_and_nothing_is_none() -> None:
    rows = rows_of((9, 9))
    assert "threshold" in [graph.key for graph in graphs(rows, totals(rows))]
    assert graphs([], totals([])) == ()


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=30))
def test_a_bar_never_leaves_its_picture(steps: list[tuple[int, int]]) -> None:
    rows = rows_of(*steps)
    for graph in graphs(rows, totals(rows)):
        for bar in graph.bars:
            assert 0 <= graph.start(bar) <= graph.start(bar) + graph.length(bar) <= 1.0001


def test_an_outcome_that_is_not_known_is_said_and_not_counted() -> None:
    pupils = (PupilOutcome("a", Outcome.STAYED), PupilOutcome("b"))
    summary = Summary.of(totals([make_row(facts(pupils=pupils))]))
    assert summary.headline == "1 of 1 child kept their place (100%)"
    assert summary.unknown == "For 1 child the outcome is not known yet."
    assert Summary.of(totals([])).headline == ""


def test_many_workers_are_counted_and_few_are_named() -> None:
    few = totals([make_row(facts(worker_key=str(n), worker=f"W{n}", days=Decimal(n))) for n in range(2)])
    many = totals([make_row(facts(worker_key=str(n), worker=f"W{n}")) for n in range(9)])
    assert Summary.of(few).workers == "0 by W0, 1 by W1"
    assert Summary.of(many).workers == "by 9 workers"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@A1", "'@A1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("5 steps better", "5 steps better"),
        ("", ""),
    ],
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str, written: str) -> None:
    assert harmless(text) == written


def test_a_number_stays_a_number() -> None:
    assert [harmless(Decimal(n)) for n in ("-2.50", "339", "0.5")] == ["-2.5", "339", "0.5"]


@given(st.text())
def test_no_text_begins_a_formula(text: str) -> None:
    assert not harmless(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
