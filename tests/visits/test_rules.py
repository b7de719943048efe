"""Visits: what may be logged, and minutes in words and days."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.visits.rules import (
    KINDS,
    MONITORING_KINDS,
    REPORT_KINDS,
    TRAVEL_KINDS,
    WHOLE_SCHOOL_KINDS,
    VisitDraft,
    days,
    earliest_day,
    minutes_words,
    visit_problems,
)

TODAY = date(2017, 11, 29)
VISIT = VisitDraft(TODAY, time(9, 30), 90, "direct_work", person_id=1, school_id=2, case_id=3)


def test_kinds_are_those_of_the_domain() -> None:
    assert len(KINDS) == 15
    assert set(KINDS) > WHOLE_SCHOOL_KINDS
    assert set(KINDS) > MONITORING_KINDS | REPORT_KINDS | TRAVEL_KINDS
    assert max(map(len, KINDS)) <= 30


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"on_date": None}, ["on_date"]),
        ({"on_date": date(2017, 11, 30)}, ["on_date"]),
        ({"on_date": date(2015, 9, 1)}, []),
        ({"on_date": date(2015, 8, 31)}, ["on_date"]),
        ({"on_date": date(2015, 8, 31), "is_imported": True}, []),
        ({"on_date": None, "is_imported": True, "person_id": None, "minutes": 9000}, []),
        ({"is_imported": True, "minutes": -1}, ["minutes"]),
        ({"minutes": None}, ["minutes"]),
        ({"minutes": 0}, ["minutes"]),
        ({"minutes": 1}, []),
        ({"minutes": 960, "starts_at": None}, []),
        ({"minutes": 961, "starts_at": None}, ["minutes"]),
        ({"minutes": 60, "starts_at": time(23)}, []),
        ({"minutes": 61, "starts_at": time(23)}, ["minutes"]),
        ({"minutes": 961, "starts_at": time(0)}, ["minutes"]),
        ({"starts_at": None}, []),
        ({"kind": ""}, ["kind"]),
        ({"kind": "Meeting"}, ["kind"]),
        ({"person_id": None}, ["person_id"]),
        ({"school_id": None}, ["school_id"]),
        ({"note": "x" * 10_001}, ["note"]),
    ],
)
def test_visit_problems(changes: dict[str, object], fields: list[str]) -> None:
    assert sorted(visit_problems(replace(VISIT, **changes), TODAY)) == fields  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_only_whole_school_kinds_go_without_a_case(kind: str) -> None:
    needs_case = {"direct_work", "transition", "group_work", "family_session", "home_visit", "monitoring_visit"}
    found = visit_problems(replace(VISIT, kind=kind, case_id=None), TODAY)
    assert list(found) == (["case_id"] if kind in needs_case else [])
    assert visit_problems(replace(VISIT, kind=kind), TODAY) == {}


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2017, 8, 31), date(2014, 9, 1)), (date(2017, 9, 1), date(2015, 9, 1))],
)
def test_earliest_day(today: date, first: date) -> None:
    assert earliest_day(today) == first


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (61, "1 hour 1 minute"),
        (95, "1 hour 35 minutes"),
        (120, "2 hours"),
        (390, "6 hours 30 minutes"),
    ],
)
def test_minutes_in_words(minutes: int, words: str) -> None:
    assert minutes_words(minutes) == words


def test_less_than_nothing_has_no_words() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        minutes_words(-1)


@pytest.mark.parametrize(
    ("minutes", "day_minutes", "found"),
    [
        (0, 390, "0.00"),
        (390, 390, "1.00"),
        (195, 390, "0.50"),
        (130, 390, "0.33"),
        (260, 390, "0.67"),
        (168 * 390, 390, "168.00"),
        (1, 200, "0.01"),
        (360, 360, "1.00"),
    ],
)
def test_days(minutes: int, day_minutes: int, found: str) -> None:
    assert str(days(minutes, day_minutes)) == found


@given(st.integers(0, 10**7), st.integers(1, 1440))
def test_days_are_right_to_half_a_hundredth(minutes: int, day_minutes: int) -> None:
    assert abs(days(minutes, day_minutes) * day_minutes - minutes) <= Decimal("0.005") * day_minutes


def test_a_day_without_minutes_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one minute"):
        days(60, 0)
