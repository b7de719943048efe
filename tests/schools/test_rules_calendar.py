"""School days and school weeks: truth tables from a small calendar, and what holds in every calendar."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.schools.rules import Closure, Term, TermCalendar, calendar_problems, default_calendar, easter_sunday

AUTUMN = Term("Autumn term 2017", date(2017, 9, 5), date(2017, 12, 19))
SPRING = Term("Spring term 2018", date(2018, 1, 3), date(2018, 3, 29))
SUMMER = Term("Summer term 2018", date(2018, 4, 16), date(2018, 7, 24))
HALF_TERM = Closure(date(2017, 10, 23), date(2017, 10, 27), "Half-term")
MAY_DAY = Closure(date(2018, 5, 7), date(2018, 5, 7), "Early May bank holiday")
YEAR = TermCalendar((SUMMER, AUTUMN, SPRING), (HALF_TERM, MAY_DAY))
EMPTY = TermCalendar()
DEFAULT = default_calendar(2015, 2027)

LONDON = ZoneInfo("Europe/London")

days = st.dates(date(2014, 1, 1), date(2030, 1, 1))
counts = st.integers(-120, 120)
calendars = st.sampled_from([YEAR, EMPTY, DEFAULT])


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A moment as people in England read it."""
    return datetime(year, month, day, hour, minute, second, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("day", "is_school"),
    [
        (date(2017, 9, 4), False),
        (date(2017, 9, 5), True),
        (date(2017, 9, 9), False),
        (date(2017, 10, 20), True),
        (date(2017, 10, 23), False),
        (date(2017, 10, 27), False),
        (date(2017, 10, 30), True),
        (date(2017, 12, 19), True),
        (date(2017, 12, 20), False),
        (date(2018, 5, 7), False),
        (date(2018, 5, 8), True),
        (date(2018, 7, 25), False),
        (date(2018, 8, 31), False),
        # Beyond the known terms every weekday counts.
        (date(2018, 9, 3), True),
        (date(2018, 9, 1), False),
        (date(2017, 8, 31), True),
    ],
)
def test_school_days(day: date, is_school: bool) -> None:
    assert YEAR.is_school_day(day) is is_school


def test_a_year_whose_later_terms_are_not_entered_counts_plain_weekdays() -> None:
    begun = TermCalendar((AUTUMN,))
    assert not begun.is_school_day(date(2017, 9, 4))
    assert begun.is_school_day(date(2018, 2, 1))


def test_closures_count_beyond_the_known_terms_too() -> None:
    assert not TermCalendar((), (MAY_DAY,)).is_school_day(date(2018, 5, 7))


@pytest.mark.parametrize(
    ("day", "is_school"),
    [
        (date(2018, 7, 29), True),
        (date(2018, 7, 30), False),
        (date(2017, 9, 10), True),
        (date(2017, 10, 25), False),
        (date(2017, 12, 18), True),
        (date(2017, 12, 24), True),
        (date(2017, 12, 25), False),
        (date(2018, 5, 7), True),
    ],
)
def test_a_school_week_has_at_least_one_school_day(day: date, is_school: bool) -> None:
    assert YEAR.is_school_week(day) is is_school


@pytest.mark.parametrize(
    ("day", "n", "reached"),
    [
        (date(2017, 10, 20), 1, date(2017, 10, 30)),
        (date(2017, 10, 20), 0, date(2017, 10, 20)),
        (date(2017, 10, 21), 0, date(2017, 10, 30)),
        (date(2017, 10, 30), -1, date(2017, 10, 20)),
        (date(2017, 12, 18), 5, date(2018, 1, 8)),
        (date(2017, 12, 4), -5, date(2017, 11, 27)),
        (date(2018, 7, 24), 1, date(2018, 9, 3)),
    ],
)
def test_add_school_days(day: date, n: int, reached: date) -> None:
    assert YEAR.add_school_days(day, n) == reached


@pytest.mark.parametrize(
    ("day", "n", "reached"),
    [
        (date(2017, 10, 18), 1, date(2017, 11, 1)),
        (date(2017, 10, 18), 0, date(2017, 10, 18)),
        (date(2017, 11, 1), -1, date(2017, 10, 18)),
        (date(2017, 9, 6), 12, date(2017, 12, 6)),
        (date(2017, 12, 13), 2, date(2018, 1, 3)),
        (date(2018, 4, 30), 1, date(2018, 5, 7)),
    ],
)
def test_add_school_weeks(day: date, n: int, reached: date) -> None:
    assert YEAR.add_school_weeks(day, n) == reached


@pytest.mark.parametrize(
    ("due_on", "today", "late"),
    [
        (date(2017, 12, 1), date(2017, 12, 1), 0),
        (date(2017, 12, 1), date(2017, 11, 1), 0),
        (date(2017, 12, 1), date(2017, 12, 2), 0),
        (date(2017, 12, 1), date(2017, 12, 4), 1),
        (date(2017, 10, 20), date(2017, 10, 29), 0),
        (date(2017, 10, 20), date(2017, 10, 31), 2),
        (date(2017, 12, 19), date(2018, 1, 2), 0),
    ],
)
def test_school_days_late(due_on: date, today: date, late: int) -> None:
    assert YEAR.school_days_late(due_on, today) == late


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2017, 10, 10), SPRING.ends_on),
        (AUTUMN.starts_on, SPRING.ends_on),
        (date(2017, 12, 27), SPRING.ends_on),
        (date(2018, 2, 1), SUMMER.ends_on),
        (date(2017, 8, 20), AUTUMN.ends_on),
        # No term is known after the summer: thirteen weeks that are not known to be holidays.
        (date(2018, 7, 20), date(2018, 11, 23)),
        # The next known term is far away: terms are missing between.
        (date(2016, 11, 1), date(2017, 1, 31)),
    ],
)
def test_end_of_next_term(day: date, end: date) -> None:
    assert YEAR.end_of_next_term(day) == end


def test_term_of() -> None:
    assert YEAR.term_of(date(2017, 10, 25)) == AUTUMN
    assert YEAR.term_of(date(2017, 12, 25)) is None


@pytest.mark.parametrize(
    ("now", "cut_off"),
    [
        (local(2017, 12, 4, 9), local(2017, 12, 5, 12)),
        (local(2017, 12, 5, 11, 59), local(2017, 12, 5, 12)),
        (local(2017, 12, 5, 12), local(2017, 12, 5, 12)),
        (local(2017, 12, 5, 12, 0, 1), local(2017, 12, 12, 12)),
        (local(2017, 10, 17, 13), local(2017, 10, 31, 12)),
        (local(2017, 12, 19, 13), local(2018, 1, 2, 12)),
    ],
)
def test_cut_offs_are_in_school_weeks_only(now: datetime, cut_off: datetime) -> None:
    assert YEAR.next_cut_off(now, 1, time(12)) == cut_off


def test_a_cut_off_keeps_the_time_zone() -> None:
    found = YEAR.next_cut_off(local(2018, 3, 23, 9), 2, time(12))
    assert found == local(2018, 3, 28, 12)
    assert found.utcoffset() == timedelta(hours=1)


@given(calendars, days, counts)
def test_adding_school_days_lands_on_a_school_day(calendar: TermCalendar, day: date, n: int) -> None:
    assert calendar.is_school_day(calendar.add_school_days(day, n))


@given(calendars, days, st.integers(1, 120))
def test_counting_school_days_undoes_adding_them(calendar: TermCalendar, day: date, n: int) -> None:
    assert calendar.school_days_between(day, calendar.add_school_days(day, n)) == n


@given(calendars, days, st.integers(1, 120))
def test_counting_school_weeks_undoes_adding_them(calendar: TermCalendar, day: date, n: int) -> None:
    later = calendar.add_school_weeks(day, n)
    assert later.weekday() == day.weekday()
    assert calendar.is_school_week(later)
    assert calendar.school_weeks_between(day, later) == n
    assert calendar.school_weeks_between(later, day) == -n


@given(calendars, st.builds(datetime.combine, days, st.times(), st.just(LONDON)), st.integers(0, 6))
def test_a_cut_off_never_lies_in_the_past_or_in_holidays(calendar: TermCalendar, now: datetime, weekday: int) -> None:
    cut_off = calendar.next_cut_off(now, weekday, time(12))
    assert cut_off >= now
    assert cut_off.weekday() == weekday
    assert calendar.is_school_week(cut_off.date())


@given(calendars, days)
def test_the_end_of_the_next_term_lies_ahead(calendar: TermCalendar, day: date) -> None:
    assert day < calendar.end_of_next_term(day) < day + timedelta(days=300)


CLOSED_FOR_EVER = TermCalendar((AUTUMN,), (Closure(date(2010, 1, 1), date(2050, 1, 1), "Closed"),))


def test_a_calendar_without_any_school_day_counts_plain_weekdays_and_comes_to_an_end() -> None:
    assert CLOSED_FOR_EVER.add_school_days(date(2018, 1, 5), 1) == date(2018, 1, 8)
    assert CLOSED_FOR_EVER.add_school_days(date(2018, 1, 8), -1) == date(2018, 1, 5)
    assert CLOSED_FOR_EVER.add_school_weeks(date(2018, 1, 5), 3) == date(2018, 1, 26)
    assert CLOSED_FOR_EVER.next_cut_off(local(2018, 1, 5), 1, time(12)) == local(2018, 1, 9, 12)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_time_do_not_break_it(day: date) -> None:
    for calendar in (YEAR, EMPTY):
        for n in (-3, 0, 3):
            assert date.min <= calendar.add_school_days(day, n) <= date.max
            assert date.min <= calendar.add_school_weeks(day, n) <= date.max
        assert date.min <= calendar.end_of_next_term(day) <= date.max


def test_endless_counting_is_refused() -> None:
    with pytest.raises(ValueError, match="At most 2000"):
        YEAR.add_school_days(date(2017, 9, 5), 2001)
    with pytest.raises(ValueError, match="At most 2000"):
        YEAR.add_school_weeks(date(2017, 9, 5), -2001)


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (1961, date(1961, 4, 2)),
        (2008, date(2008, 3, 23)),
        (2011, date(2011, 4, 24)),
        (2016, date(2016, 3, 27)),
        (2018, date(2018, 4, 1)),
        (2019, date(2019, 4, 21)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter(year: int, easter: date) -> None:
    assert easter_sunday(year) == easter


@pytest.mark.parametrize(
    ("school_year", "spring_ends", "summer_starts"),
    [
        # Easter on 31 March, 3 April, 5 April, 9 April and 20 April.
        (2023, date(2024, 3, 28), date(2024, 4, 15)),
        (2020, date(2021, 4, 1), date(2021, 4, 19)),
        (2025, date(2026, 3, 27), date(2026, 4, 13)),
        (2022, date(2023, 3, 31), date(2023, 4, 17)),
        (2024, date(2025, 4, 4), date(2025, 4, 22)),
    ],
)
def test_easter_holidays_move_with_easter(school_year: int, spring_ends: date, summer_starts: date) -> None:
    _, spring, summer = default_calendar(school_year, school_year).terms
    assert (spring.ends_on, summer.starts_on) == (spring_ends, summer_starts)


@pytest.mark.parametrize("school_year", range(2010, 2040))
def test_a_default_year_is_plausible(school_year: int) -> None:
    calendar = default_calendar(school_year, school_year)
    assert calendar_problems(calendar.terms, calendar.closures) == []
    school_days = sum(calendar.is_school_day(date(school_year, 9, 1) + timedelta(days=n)) for n in range(365))
    assert 183 <= school_days <= 195
    easter = easter_sunday(school_year + 1)
    bank_holidays = [closure.starts_on for closure in calendar.closures if closure.starts_on == closure.ends_on]
    for day in (easter - timedelta(days=2), easter + timedelta(days=1), *bank_holidays):
        assert not calendar.is_school_day(day)
    assert all(day.weekday() < 5 for day in bank_holidays)
    assert all(term.starts_on.weekday() < 5 and term.ends_on.weekday() < 5 for term in calendar.terms)


@pytest.mark.parametrize(
    ("year", "substitutes"),
    [
        (2020, {date(2020, 12, 25), date(2020, 12, 28)}),
        (2021, {date(2021, 12, 27), date(2021, 12, 28), date(2022, 1, 3)}),
        (2022, {date(2022, 12, 26), date(2022, 12, 27), date(2023, 1, 2)}),
    ],
)
def test_bank_holidays_on_a_weekend_have_substitutes(year: int, substitutes: set[date]) -> None:
    closed = {closure.starts_on for closure in default_calendar(year, year).closures}
    assert substitutes <= closed


@pytest.mark.parametrize(
    ("terms", "closures", "says"),
    [
        ((AUTUMN, SPRING, SUMMER), (HALF_TERM,), []),
        ((Term("Autumn", date(2017, 12, 1), date(2017, 9, 1)),), (), ["Autumn ends before it begins"]),
        ((AUTUMN, Term("Spring", date(2017, 12, 19), date(2018, 3, 1))), (), ["Spring begins before Autumn"]),
        ((Term("Year", date(2017, 9, 1), date(2018, 7, 1)),), (), ["Year is longer than twenty weeks"]),
        ((), (Closure(date(2017, 10, 27), date(2017, 10, 23), "Half-term"),), ["Half-term (27 October 2017) ends"]),
        ((), (Closure(date(2017, 1, 1), date(2027, 1, 1), "Closed"),), ["Closed (1 January 2017) is longer"]),
    ],
)
def test_calendar_problems(terms: tuple[Term, ...], closures: tuple[Closure, ...], says: list[str]) -> None:
    problems = calendar_problems(terms, closures)
    assert len(problems) == len(says)
    assert all(problem.startswith(start) for problem, start in zip(problems, says, strict=True))
