"""Plausible English term dates, for demonstrations and as the start that an administrator edits."""

from datetime import date, timedelta

from portal.kernel.dates import monday_of
from portal.schools.rules.calendar import Closure, Term, TermCalendar

_FRIDAY = 4
_FIVE_DAYS = timedelta(days=4)


def default_calendar(first_school_year: int, last_school_year: int) -> TermCalendar:
    """Three terms a year with half-terms, three INSET days and bank holidays; 2016 is 2016/17, both ends included.

    Real dates differ between authorities by a few days; an administrator puts them right.
    """
    years = range(first_school_year, last_school_year + 1)
    return TermCalendar(
        terms=tuple(term for year in years for term in _terms(year)),
        closures=tuple(closure for year in years for closure in _closures(year)),
    )


def easter_sunday(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the method of Meeus, Jones and Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_shift = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_shift + 15) % 30
    leaps, leap_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _terms(year: int) -> tuple[Term, Term, Term]:
    spring_ends, summer_starts = _easter_holidays(year + 1)
    return (
        Term(f"Autumn term {year}", _autumn_starts(year), _friday_before(date(year, 12, 22))),
        Term(f"Spring term {year + 1}", _spring_starts(year + 1), spring_ends),
        Term(f"Summer term {year + 1}", summer_starts, _friday_before(date(year + 1, 7, 25))),
    )


def _autumn_starts(year: int) -> date:
    second = date(year, 9, 2)
    return second if second.weekday() < _FRIDAY else _monday_from(second)


def _spring_starts(year: int) -> date:
    return _monday_from(date(year, 1, 3))


def _easter_holidays(year: int) -> tuple[date, date]:
    """The last day of the spring term and the first of the summer term, about two weeks apart around Easter."""
    easter = easter_sunday(year)
    if easter <= date(year, 4, 4):
        last, first = -3, 15
    elif easter <= date(year, 4, 11):
        last, first = -9, 8
    else:
        last, first = -16, 2
    return easter + timedelta(days=last), easter + timedelta(days=first)


def _closures(year: int) -> tuple[Closure, ...]:
    single_days = (
        (_autumn_starts(year), "INSET day"),
        (_spring_starts(year + 1), "INSET day"),
        (_easter_holidays(year + 1)[1], "INSET day"),
        *_bank_holidays(year),
    )
    weeks = (
        (_monday_before(date(year, 11, 1)), "Autumn half-term"),
        (_monday_from(date(year + 1, 2, 12)), "Spring half-term"),
        (_monday_before(date(year + 1, 6, 1)), "Summer half-term"),
    )
    closures = [Closure(day, day, label) for day, label in single_days]
    closures += [Closure(monday, monday + _FIVE_DAYS, label) for monday, label in weeks]
    return tuple(sorted(closures, key=lambda closure: closure.starts_on))


def _bank_holidays(year: int) -> tuple[tuple[date, str], ...]:
    """The eight of England in a school year, with substitute days when one falls on a weekend."""
    christmas, boxing = _christmas(year)
    easter = easter_sunday(year + 1)
    new_year = date(year + 1, 1, 1)
    return (
        (christmas, "Christmas Day"),
        (boxing, "Boxing Day"),
        (new_year if new_year.weekday() <= _FRIDAY else _monday_from(new_year), "New Year's Day"),
        (easter - timedelta(days=2), "Good Friday"),
        (easter + timedelta(days=1), "Easter Monday"),
        (_monday_from(date(year + 1, 5, 1)), "Early May bank holiday"),
        (_monday_before(date(year + 1, 6, 1)), "Spring bank holiday"),
        (_monday_before(date(year + 1, 9, 1)), "Summer bank holiday"),
    )


def _christmas(year: int) -> tuple[date, date]:
    christmas = date(year, 12, 25)
    shift = {4: (0, 3), 5: (2, 3), 6: (2, 1)}.get(christmas.weekday(), (0, 1))
    return christmas + timedelta(days=shift[0]), christmas + timedelta(days=shift[1])


def _monday_from(day: date) -> date:
    """The first Monday on or after ``day``."""
    return monday_of(day + timedelta(days=6))


def _monday_before(day: date) -> date:
    """The last Monday before ``day``."""
    return monday_of(day - timedelta(days=1))


def _friday_before(day: date) -> date:
    """The last Friday before ``day``."""
    return day - timedelta(days=(day.weekday() - _FRIDAY - 1) % 7 + 1)
