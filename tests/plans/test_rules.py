"""Truth tables of advised strategies."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.plans.rules import (
    IMPLEMENTED_LABELS,
    IMPLEMENTED_SUMMARY_LABELS,
    Implemented,
    ImplementedSummary,
    StrategyDraft,
    implemented_summary,
    strategy_problems,
)

TODAY = date(2026, 3, 2)
YES, PARTLY, NO, UNKNOWN = Implemented
DRAFT = StrategyDraft("A calm start: breakfast with the same adult", "Class teacher", TODAY)


@pytest.mark.parametrize(
    ("states", "summary"),
    [
        ([], ImplementedSummary.AWAITED),
        ([UNKNOWN], ImplementedSummary.AWAITED),
        ([NO, UNKNOWN], ImplementedSummary.AWAITED),
        ([YES], ImplementedSummary.ALL),
        ([YES, YES], ImplementedSummary.ALL),
        ([YES, UNKNOWN], ImplementedSummary.SOME),
        ([YES, NO], ImplementedSummary.SOME),
        ([PARTLY], ImplementedSummary.SOME),
        ([PARTLY, NO], ImplementedSummary.SOME),
        ([NO], ImplementedSummary.NONE),
        ([NO, NO], ImplementedSummary.NONE),
    ],
)
def test_all_some_or_none(states: list[Implemented], summary: ImplementedSummary) -> None:
    assert implemented_summary(states) is summary


@given(st.lists(st.sampled_from(Implemented)))
def test_the_order_of_strategies_does_not_matter(states: list[Implemented]) -> None:
    assert implemented_summary(states) is implemented_summary(states[::-1])


@pytest.mark.parametrize(
    ("draft", "problems"),
    [
        (DRAFT, []),
        (replace(DRAFT, advised_on=None), []),
        (replace(DRAFT, words="  "), ["Say what the strategy is."]),
        (replace(DRAFT, words="a" * 2_000), []),
        (replace(DRAFT, words="a" * 2_001), ["The strategy must be 2,000 characters or fewer."]),
        (replace(DRAFT, owner=""), ["Say who takes the strategy on."]),
        (replace(DRAFT, owner="a" * 121), ["The owner's name must be 120 characters or fewer."]),
        (replace(DRAFT, advised_on=date(2026, 3, 3)), ["A strategy cannot be advised on a date in the future."]),
    ],
)
def test_what_keeps_a_strategy_from_being_written_down(draft: StrategyDraft, problems: list[str]) -> None:
    assert list(strategy_problems(draft, TODAY).values()) == problems


def test_every_code_has_its_words() -> None:
    assert set(IMPLEMENTED_LABELS) == set(Implemented)
    assert set(IMPLEMENTED_SUMMARY_LABELS) == set(ImplementedSummary)
