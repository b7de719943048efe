"""A pupil changes school, or has none for a time."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.schools.rules.codes import NO_SCHOOL_REASONS

FURTHEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class MoveDraft:
    """The school that a pupil goes to from ``starts_on``, or the reason why there is none."""

    school_id: int | None = None
    no_school_reason: str = ""
    starts_on: date | None = None


def move_problems(draft: MoveDraft, last_start: date | None, today: date) -> dict[str, str]:
    """What must be mended, a sentence by field. ``last_start`` is when the latest known enrolment began.

    The very day of ``last_start`` is allowed: it corrects that enrolment.
    """
    problems = {}
    if draft.no_school_reason and draft.no_school_reason not in NO_SCHOOL_REASONS:
        problems["no_school_reason"] = "Choose one from the list."
    elif draft.school_id is not None and draft.no_school_reason:
        problems["no_school_reason"] = "Take the reason away, or the school: only one of the two is right."
    elif draft.school_id is None and not draft.no_school_reason:
        problems["school_id"] = "Choose the school, or say below why there is none."
    if draft.starts_on is None:
        problems["starts_on"] = "Enter the first day of the change."
    elif last_start is not None and draft.starts_on < last_start:
        problems["starts_on"] = "The change cannot begin before the last one did. Check the date."
    elif draft.starts_on > today + FURTHEST_AHEAD:
        problems["starts_on"] = "This is more than a year ahead. Check the year."
    return problems
