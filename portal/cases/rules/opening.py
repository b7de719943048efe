"""Opening a case: what the coordinator must say."""

from dataclasses import dataclass
from datetime import date, timedelta

GROUP_LIMIT = 4
MOST_HALF_DAYS = 400
_PLAUSIBLE = timedelta(days=3 * 366)


@dataclass(frozen=True)
class CaseDraft:
    """A case as the coordinator opens it; without ``starts_on`` it waits to start."""

    service_line_id: int | None = None
    pupil_ids: tuple[int, ...] = ()
    worker_ids: tuple[int, ...] = ()
    is_group: bool = False
    planned_half_days: int | None = None
    starts_on: date | None = None
    planned_end_on: date | None = None


def opening_problems(draft: CaseDraft, today: date, group_limit: int = GROUP_LIMIT) -> dict[str, str]:
    """What must be mended before the case can be opened: a sentence by field, empty when all is well.

    A worker may be chosen later: the case then waits to start.
    """
    problems = {}
    if draft.service_line_id is None:
        problems["service_line_id"] = "Choose the service line."
    if not draft.pupil_ids:
        problems["pupil_ids"] = "Choose at least one pupil."
    elif draft.is_group and len(set(draft.pupil_ids)) > group_limit:
        problems["pupil_ids"] = f"A group has at most {group_limit} pupils. Open a second case for the others."
    if draft.planned_half_days is None or not 1 <= draft.planned_half_days <= MOST_HALF_DAYS:
        problems["planned_half_days"] = f"Enter the planned half days, from 1 to {MOST_HALF_DAYS}."
    for field, day in (("starts_on", draft.starts_on), ("planned_end_on", draft.planned_end_on)):
        if day and abs(day - today) > _PLAUSIBLE:
            problems[field] = "This date is years away. Check the year."
    if draft.starts_on and draft.planned_end_on and draft.planned_end_on < draft.starts_on:
        problems.setdefault("planned_end_on", "The work cannot end before it starts. Change one of the two dates.")
    return problems
