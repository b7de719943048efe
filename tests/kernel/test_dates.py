"""School years, weeks and days in words."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.dates import (
    age_on,
    clock_words,
    day_words,
    monday_of,
    school_year_days,
    school_year_from_label,
    school_year_label,
    school_year_start,
    short_day_words,
    week_of,
    week_words,
)

TODAY = date(2017, 11, 29)
days = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.mark.parametrize(
    ("day", "school_year"),
    [
        (date(2016, 8, 31), 2015),
        (date(2016, 9, 1), 2016),
        (date(2016, 12, 31), 2016),
        (date(2017, 1, 1), 2016),
        (date(2017, 8, 31), 2016),
    ],
)
def test_a_school_year_begins_on_the_first_of_september(day: date, school_year: int) -> None:
    assert school_year_start(day) == school_year


@pytest.mark.parametrize(("school_year", "label"), [(2016, "2016/17"), (1999, "1999/00"), (2008, "2008/09")])
def test_school_year_label_and_back(school_year: int, label: str) -> None:
    assert school_year_label(school_year) == label
    assert school_year_from_label(label) == school_year


@pytest.mark.parametrize("label", ["2016-17", "2016/2017", " 2016/17 "])
def test_other_ways_to_write_a_school_year(label: str) -> None:
    assert school_year_from_label(label) == 2016


@pytest.mark.parametrize(
    "label", ["", "2016", "2016/18", "2016/16", "16/17", "2016/17/18", "two", "2016/2117x", "٢٠١٦/١٧"]
)
def test_what_is_not_a_school_year_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="written like 2016/17"):
        school_year_from_label(label)


@given(days)
def test_every_day_lies_in_its_school_year(day: date) -> None:
    first, last = school_year_days(school_year_start(day))
    assert first <= day <= last


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2017, 12, 5), "Tuesday 5 December"),
        (date(2017, 9, 1), "Friday 1 September"),
        (date(2018, 8, 31), "Friday 31 August"),
        (date(2017, 8, 31), "Thursday 31 August 2017"),
        (date(2018, 9, 1), "Saturday 1 September 2018"),
        (date(2016, 12, 5), "Monday 5 December 2016"),
    ],
)
def test_a_day_has_its_year_only_outside_this_school_year(day: date, words: str) -> None:
    assert day_words(day, TODAY) == words
    assert words.endswith(short_day_words(day, TODAY))


def test_a_week_is_named_by_its_monday() -> None:
    assert week_words(date(2017, 12, 10), TODAY) == "Week of Monday 4 December"


@given(days)
def test_a_week_holds_its_day_and_begins_on_monday(day: date) -> None:
    week = week_of(day)
    assert day in week
    assert week[0] == monday_of(day)
    assert week[0].weekday() == 0
    assert week[-1] - week[0] == timedelta(days=6)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(12), "12 noon"),
        (time(0), "midnight"),
        (time(9), "9am"),
        (time(14, 30), "2:30pm"),
        (time(0, 5), "12:05am"),
        (time(12, 5), "12:05pm"),
    ],
)
def test_times_as_people_say_them(at: time, words: str) -> None:
    assert clock_words(at) == words


@pytest.mark.parametrize(
    ("born_on", "day", "age"),
    [
        (date(2010, 5, 5), date(2020, 5, 4), 9),
        (date(2010, 5, 5), date(2020, 5, 5), 10),
        (date(2012, 2, 29), date(2021, 2, 28), 8),
        (date(2012, 2, 29), date(2021, 3, 1), 9),
    ],
)
def test_age(born_on: date, day: date, age: int) -> None:
    assert age_on(born_on, day) == age
