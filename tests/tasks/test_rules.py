"""When a task is due, in words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tasks.rules import RULES, DueState, due_state, due_words

WEDNESDAY = date(2017, 11, 29)
days = st.dates(date(2010, 1, 1), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("due_on", "late", "state", "words"),
    [
        (date(2017, 11, 28), 1, DueState.OVERDUE, "1 school day late"),
        (date(2017, 11, 23), 4, DueState.OVERDUE, "4 school days late"),
        (date(2017, 11, 25), 0, DueState.OVERDUE, "was due Saturday 25 November"),
        (date(2017, 11, 25), None, DueState.OVERDUE, "was due Saturday 25 November"),
        (date(2017, 8, 31), None, DueState.OVERDUE, "was due Thursday 31 August 2017"),
        (date(2017, 11, 29), None, DueState.TODAY, "due today"),
        (date(2017, 11, 30), None, DueState.TOMORROW, "due tomorrow"),
        (date(2017, 12, 1), None, DueState.THIS_WEEK, "due Friday 1 December"),
        (date(2017, 12, 3), None, DueState.THIS_WEEK, "due Sunday 3 December"),
        (date(2017, 12, 4), None, DueState.LATER, "due Monday 4 December"),
        (date(2017, 12, 5), None, DueState.LATER, "due Tuesday 5 December"),
        (date(2018, 9, 3), None, DueState.LATER, "due Monday 3 September 2018"),
    ],
)
def test_due(due_on: date, late: int | None, state: DueState, words: str) -> None:
    assert due_state(due_on, WEDNESDAY) is state
    assert due_words(due_on, WEDNESDAY, late) == words


def test_tomorrow_may_lie_in_the_next_week() -> None:
    assert due_state(date(2017, 12, 4), date(2017, 12, 3)) is DueState.TOMORROW


@given(days, days, st.none() | st.integers(0, 500))
def test_only_what_is_past_is_late(due_on: date, today: date, late: int | None) -> None:
    words = due_words(due_on, today, late)
    assert (due_state(due_on, today) is DueState.OVERDUE) == (due_on < today)
    assert words.startswith("due ") == (due_on >= today)


def test_every_rule_has_words() -> None:
    assert all(rule.isidentifier() and len(rule) <= 40 and label for rule, label in RULES.items())
