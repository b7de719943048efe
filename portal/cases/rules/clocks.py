"""How long support may last, and when each of its reports and reviews is due."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.schools.rules import TermCalendar
from portal.tasks.rules import CLOSING_REPORT, OBSERVATION_REPORT, PLANNED_END, WEEK_SIX_REVIEW


class Clocks(Protocol):
    """The clocks of a service line, in school weeks."""

    @property
    def observation_weeks(self) -> int: ...
    @property
    def review_week(self) -> int: ...
    @property
    def length_weeks(self) -> int: ...
    @property
    def longest_weeks(self) -> int: ...
    @property
    def closing_report_weeks(self) -> int: ...


@dataclass(frozen=True)
class DefaultClocks:
    """The clocks of a service that has set none, in school weeks."""

    observation_weeks: int = 2
    review_week: int = 6
    length_weeks: int = 12
    longest_weeks: int = 14
    closing_report_weeks: int = 2


DEFAULT_CLOCKS: Clocks = DefaultClocks()


def length_problems(
    starts_on: date,
    planned_end_on: date,
    authorised_by: str,
    reason: str,
    calendar: TermCalendar,
    clocks: Clocks = DEFAULT_CLOCKS,
) -> dict[str, str]:
    """What stands against this length of support: a sentence by field, empty when all is well.

    More than the longest length needs a named authoriser and a reason (fields ``authorised_by``,
    ``extension_reason``); ``planned_end_on`` is only wrong before the start.
    """
    if planned_end_on < starts_on:
        return {"planned_end_on": "The work cannot end before it starts. Change one of the two dates."}
    if not is_too_long(starts_on, planned_end_on, calendar, clocks):
        return {}
    problems = {}
    if not authorised_by.strip():
        problems["authorised_by"] = f"More than {clocks.longest_weeks} school weeks: name who allows it."
    if not reason.strip():
        problems["extension_reason"] = f"More than {clocks.longest_weeks} school weeks: say why."
    return problems


def is_too_long(starts_on: date, planned_end_on: date, calendar: TermCalendar, clocks: Clocks = DEFAULT_CLOCKS) -> bool:
    """Whether support is planned beyond the longest length; its very last day is still inside."""
    last_day = calendar.add_school_weeks(starts_on, clocks.longest_weeks)
    return planned_end_on > calendar.add_school_days(last_day, 0)


def clock_dates(
    starts_on: date | None,
    may_start_on: date | None,
    calendar: TermCalendar,
    clocks: Clocks = DEFAULT_CLOCKS,
    ended_on: date | None = None,
) -> dict[str, date]:
    """When each thing is due, by the rule's name in ``tasks.rules``; a clock that has not started is left out.

    The observation report counts from the day on which work may start, review and planned end from the start, the
    closing report from the end of the work. Each date is a school day: one in a holiday moves to the first school day
    after it.
    """
    clock_starts = (
        (OBSERVATION_REPORT, may_start_on, clocks.observation_weeks),
        (WEEK_SIX_REVIEW, starts_on, clocks.review_week),
        (PLANNED_END, starts_on, clocks.length_weeks),
        (CLOSING_REPORT, ended_on, clocks.closing_report_weeks),
    )
    return {
        rule: calendar.add_school_days(calendar.add_school_weeks(day, weeks), 0)
        for rule, day, weeks in clock_starts
        if day is not None
    }
