"""The board's address."""

from datetime import date

import pytest

from portal.board.queries import Board, Column
from portal.board.rules import BoardFilter, due_before, read_filter


def test_an_address_is_read_and_written_alike():
    wanted = read_filter(
        {"line": "3", "worker": "4", "school": "5", "year": "2026", "due": "late", "q": "maya k", "stage": "plan"}
    )
    assert wanted == BoardFilter(3, 4, 5, 2026, "late", "maya k", "plan", 0)
    assert wanted.query() == "line=3&worker=4&school=5&year=2026&due=late&q=maya+k&stage=plan"
    assert wanted.in_use == 6
    assert BoardFilter().query() == ""


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "٣", "1.5", "99999999999", "2147483648", "1 or 1=1"])
def test_what_does_not_fit_is_left_out(text):
    assert read_filter({"line": text, "year": text, "due": text, "stage": text, "more": text}) == BoardFilter()


def test_more_widens_its_own_stage_only():
    wanted = read_filter({"stage": "support", "more": "2"})
    assert (wanted.limit_of("support"), wanted.limit_of("plan")) == (65, 25)
    assert read_filter({"more": "999999"}).more == 50


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ("", None),
        ("late", date(2026, 11, 10)),
        ("week", date(2026, 11, 16)),
        ("month", date(2026, 12, 9)),
        ("?", None),
    ],
)
def test_due_is_a_day_that_the_task_lies_before(due, day):
    assert due_before(due, date(2026, 11, 10)) == day


def test_a_phone_shows_the_wanted_stage_else_the_first_with_cards():
    empty, full = Column("waiting", "Waiting", (), False), Column("plan", "Plan", (object(),), False)
    assert Board((empty, full), 0, 0).shown_on_phone("") == "plan"
    assert Board((empty, full), 0, 0).shown_on_phone("waiting") == "waiting"
    assert Board((empty, empty), 0, 0).shown_on_phone("") == "waiting"
