"""The term calendar: school days and school weeks, and how deadlines are counted in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise

from portal.kernel.dates import MONTHS, monday_of, school_year_start

_SATURDAY = 5
_SUMMER = (6, 7, 8)
# Longer than any holiday: when no school day is found so far away, the calendar is not to be believed.
_LOOK_DAYS = 400
_LOOK_WEEKS = _LOOK_DAYS // 7
_MOST = 2000
# A term when the next one is not in the calendar yet.
_USUAL_TERM_WEEKS = 13
# From the first day of a term to the first day of the next there are never more; more means that terms are missing.
_LONGEST_WAIT_FOR_TERM = 150
_LONGEST_TERM = 140
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Term:
    """A term from its first to its last day, both included; half-term holidays are closures inside it."""

    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Closure:
    """Days without school inside terms, both ends included: half-term, INSET day, bank holiday."""

    starts_on: date
    ends_on: date
    label: str


@dataclass(frozen=True)
class TermCalendar:
    """The terms and closures that an administrator keeps.

    Where a school year has no terms yet, or lacks its later ones, every Monday to Friday counts as a school day unless
    it lies in a closure: a deadline that is too early is better than none.
    """

    terms: tuple[Term, ...] = ()
    closures: tuple[Closure, ...] = ()

    def is_school_day(self, day: date) -> bool:
        """Whether school is open: a weekday in a term and not in a closure; beyond the known terms, any weekday."""
        if day.weekday() >= _SATURDAY or day in self._closed_days:
            return False
        return day in self._term_days or not self.knows(day)

    def is_school_week(self, day: date) -> bool:
        """Whether the Monday-to-Sunday week that holds ``day`` has at least one school day."""
        return any(self.is_school_day(_shift(monday_of(day), number)) for number in range(5))

    def knows(self, day: date) -> bool:
        """Whether the calendar speaks about ``day``; its summer holidays are known once a term ends after May."""
        last_day = self._last_days.get(school_year_start(day))
        return last_day is not None and (day <= last_day or last_day.month in _SUMMER)

    def add_school_days(self, day: date, n: int) -> date:
        """The ``n``-th school day after ``day``, or before it when negative; nought: the first on or after it.

        Always a school day; where none is found for more than a year, plain weekdays are counted.
        Raises ValueError for more than 2,000 days.
        """
        _refuse_endless(n)
        if n == 0:
            return self._next_school_day(_shift(day, -1), 1)
        for _ in range(abs(n)):
            day = self._next_school_day(day, 1 if n > 0 else -1)
        return day

    def add_school_weeks(self, day: date, n: int) -> date:
        """The same weekday ``n`` school weeks later, or earlier when negative; it may itself be without school.

        Where no school week is found for more than a year, plain weeks are counted.
        Raises ValueError for more than 2,000 weeks.
        """
        _refuse_endless(n)
        for _ in range(abs(n)):
            day = self._next_school_week(day, 7 if n > 0 else -7)
        return day

    def school_weeks_between(self, start: date, end: date) -> int:
        """How many whole school weeks ``end`` lies after ``start`` (negative before): undoes ``add_school_weeks``."""
        if end < start:
            return -self.school_weeks_between(end, start)
        return sum(self.is_school_week(start + _WEEK * number) for number in range(1, (end - start).days // 7 + 1))

    def school_days_between(self, start: date, end: date) -> int:
        """How many school days come after ``start`` up to and with ``end``; nought when ``end`` is not later."""
        return sum(self.is_school_day(start + _DAY * number) for number in range(1, (end - start).days + 1))

    def school_days_late(self, due_on: date, today: date) -> int:
        """How many school days have begun since the due date, today included; nought when not late or in holidays."""
        return self.school_days_between(due_on, today)

    def term_of(self, day: date) -> Term | None:
        """The term that holds ``day``, half-term holidays included; None in other holidays and beyond known terms."""
        return next((term for term in self._ordered if term.starts_on <= day <= term.ends_on), None)

    def end_of_next_term(self, day: date) -> date:
        """The last day of the first term that begins after ``day``; without such a term, 13 school weeks later."""
        next_term = next((term for term in self._ordered if term.starts_on > day), None)
        if next_term is None or (next_term.starts_on - day).days > _LONGEST_WAIT_FOR_TERM:
            return self.add_school_weeks(day, _USUAL_TERM_WEEKS)
        return next_term.ends_on

    def next_cut_off(self, now: datetime, weekday: int, at: time) -> datetime:
        """The next cut-off that has not passed, in school weeks only; ``now`` exactly at a cut-off is still in time.

        ``now`` is local time, ``weekday`` counts from Monday 0. Where no school week is found for more than a year,
        plain weeks are counted.
        """
        day = _shift(monday_of(now.date()), weekday)
        if datetime.combine(day, at, now.tzinfo) < now:
            day = _shift(day, 7)
        return datetime.combine(self._next_school_week(_shift(day, -7), 7), at, now.tzinfo)

    @cached_property
    def _ordered(self) -> tuple[Term, ...]:
        return tuple(sorted(self.terms, key=lambda term: term.starts_on))

    @cached_property
    def _term_days(self) -> frozenset[date]:
        return frozenset(day for term in self.terms for day in _days(term.starts_on, term.ends_on))

    @cached_property
    def _closed_days(self) -> frozenset[date]:
        return frozenset(day for closure in self.closures for day in _days(closure.starts_on, closure.ends_on))

    @cached_property
    def _last_days(self) -> dict[int, date]:
        last_days: dict[int, date] = {}
        for term in self.terms:
            year = school_year_start(term.ends_on)
            last_days[year] = max(term.ends_on, last_days.get(year, term.ends_on))
        return last_days

    def _next_school_day(self, day: date, direction: int) -> date:
        found = (_shift(day, direction * number) for number in range(1, _LOOK_DAYS))
        plain = (_shift(day, direction * number) for number in range(1, 4))
        return next(filter(self.is_school_day, found), None) or next(day for day in plain if day.weekday() < _SATURDAY)

    def _next_school_week(self, day: date, step: int) -> date:
        found = (_shift(day, step * number) for number in range(1, _LOOK_WEEKS))
        return next(filter(self.is_school_week, found), None) or _shift(day, step)


def calendar_problems(terms: tuple[Term, ...], closures: tuple[Closure, ...]) -> list[str]:
    """What is wrong with a calendar that somebody keeps, as sentences that name the term or closure."""
    problems = [problem for term in terms for problem in _term_problems(term)]
    problems += [problem for closure in closures for problem in _closure_problems(closure)]
    ordered = sorted(terms, key=lambda term: term.starts_on)
    for earlier, later in pairwise(ordered):
        if later.starts_on <= earlier.ends_on:
            problems.append(f"{later.name} begins before {earlier.name} ends. Change one of the two dates.")
    return problems


def _term_problems(term: Term) -> list[str]:
    if term.ends_on < term.starts_on:
        return [f"{term.name} ends before it begins. Change one of the two dates."]
    if (term.ends_on - term.starts_on).days > _LONGEST_TERM:
        return [f"{term.name} is longer than twenty weeks. Enter each term of the year by itself."]
    return []


def _closure_problems(closure: Closure) -> list[str]:
    began = f"{closure.label} ({closure.starts_on.day} {MONTHS[closure.starts_on.month - 1]} {closure.starts_on.year})"
    if closure.ends_on < closure.starts_on:
        return [f"{began} ends before it begins. Change one of the two dates."]
    if (closure.ends_on - closure.starts_on).days > _LONGEST_TERM:
        return [f"{began} is longer than twenty weeks. Check its dates."]
    return []


def _days(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * number for number in range((last - first).days + 1))


def _shift(day: date, days: int) -> date:
    """The day so many days away, held at the ends of what a date can say."""
    ordinal = min(max(day.toordinal() + days, 1), date.max.toordinal())
    return date.fromordinal(ordinal)


def _refuse_endless(count: int) -> None:
    if abs(count) > _MOST:
        raise ValueError(f"At most {_MOST} school days or weeks can be counted.")
