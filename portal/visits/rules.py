"""What a visit records, what is wrong with an entry, and how minutes become hours and days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

from portal.kernel.dates import monday_of, school_year_days, school_year_start, week_of, week_words

__all__ = [
    "DAY_MINUTES",
    "IMPORTED_KIND",
    "KINDS",
    "MONITORING_KINDS",
    "NOTE_LENGTH",
    "REPORT_KINDS",
    "TRAINING_KIND",
    "TRAVEL_KINDS",
    "WHOLE_SCHOOL_KINDS",
    "VisitDraft",
    "days",
    "earliest_day",
    "kind_words",
    "minutes_words",
    "monday_of",
    "visit_problems",
    "week_of",
    "week_words",
]

KINDS: Mapping[str, str] = {
    "direct_work": "Direct work with a pupil",
    "transition": "Transition work",
    "group_work": "Group work",
    "call": "Phone call or message",
    "observation": "Observation",
    "modelling": "Modelling with staff",
    "graduated_response": "Advice on the graduated response",
    "staff_training": "Staff training",
    "environment_review": "Learning-environment review",
    "family_session": "Family session on the school site",
    "home_visit": "Home visit",
    "meeting": "Meeting",
    "monitoring_visit": "Monitoring visit",
    "report_writing": "Report writing",
    "travel": "Travel",
}

WHOLE_SCHOOL_KINDS = frozenset(
    {
        "call",
        "observation",
        "modelling",
        "graduated_response",
        "staff_training",
        "environment_review",
        "meeting",
        "report_writing",
        "travel",
    }
)
"""Kinds that may be work for the whole school, without a case."""

IMPORTED_KIND = "imported_days"
"""The kind of days that came with an earlier chart; nobody can choose it."""

TRAINING_KIND = "staff_training"
"""The kind of training that a finished register logs."""

MONITORING_KINDS = frozenset({"monitoring_visit"})
REPORT_KINDS = frozenset({"report_writing"})
TRAVEL_KINDS = frozenset({"travel"})

DAY_MINUTES = 390
"""How many minutes make a day, unless the service says otherwise."""
SHORTEST, LONGEST = 1, 960
NOTE_LENGTH = 10_000
_DAY_END = 24 * 60
_SCHOOL_YEARS_BACK = 2
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class VisitDraft:
    """One entry of the ledger; ``case_id`` None is work for the whole school, ``starts_at`` may stay unknown."""

    on_date: date | None = None
    starts_at: time | None = None
    minutes: int | None = None
    kind: str = ""
    person_id: int | None = None
    school_id: int | None = None
    case_id: int | None = None
    note: str = ""
    is_imported: bool = False


def visit_problems(draft: VisitDraft, today: date) -> dict[str, str]:
    """What must be mended before the visit can be logged: a sentence by field, empty when all is well.

    Imported entries come from charts that give totals: they may lack a date, a person and a usual length.
    """
    problems = _kind_problems(draft)
    if draft.school_id is None:
        problems["school_id"] = "Choose the school."
    if len(draft.note) > NOTE_LENGTH:
        problems["note"] = f"Shorten the note to {NOTE_LENGTH} characters; it has {len(draft.note)}."
    if draft.is_imported:
        return problems if (draft.minutes or 0) >= 0 else problems | {"minutes": "Time cannot be less than nothing."}
    if draft.person_id is None:
        problems["person_id"] = "Choose who did the work."
    return problems | _date_problems(draft.on_date, today) | _minute_problems(draft)


def kind_words(kind: str) -> str:
    """The kind of work in words; days of an earlier chart have no kind that people know."""
    return KINDS.get(kind, "Days from an earlier chart")


def earliest_day(today: date) -> date:
    """The first day that may still be logged by hand: 1 September two school years back."""
    return school_year_days(school_year_start(today) - _SCHOOL_YEARS_BACK)[0]


def minutes_words(minutes: int) -> str:
    """Minutes as people say them: "1 hour 35 minutes", "45 minutes", "2 hours". Raises ValueError below nought."""
    if minutes < 0:
        raise ValueError("Time cannot be less than nothing.")
    hours, rest = divmod(minutes, 60)
    parts = [_counted(hours, "hour")] if hours else []
    parts += [_counted(rest, "minute")] if rest or not hours else []
    return " ".join(parts)


def days(minutes: int, day_minutes: int = DAY_MINUTES) -> Decimal:
    """Minutes in days, to two decimals (halves up): add minutes up first, or small errors add up instead.

    Raises ValueError when a day has no minutes.
    """
    if day_minutes < 1:
        raise ValueError("A day has at least one minute.")
    return (Decimal(minutes) / day_minutes).quantize(_HUNDREDTH, ROUND_HALF_UP)


def _kind_problems(draft: VisitDraft) -> dict[str, str]:
    if draft.kind not in KINDS and not (draft.is_imported and draft.kind == IMPORTED_KIND):
        return {"kind": "Choose the kind of work."}
    if draft.case_id is None and draft.kind not in WHOLE_SCHOOL_KINDS and not draft.is_imported:
        return {"case_id": f"Choose the case: “{KINDS[draft.kind].lower()}” is not whole-school work."}
    return {}


def _date_problems(on_date: date | None, today: date) -> dict[str, str]:
    if on_date is None:
        return {"on_date": "Enter the date of the visit."}
    if on_date > today:
        return {"on_date": "A visit is logged once it has happened. Enter today or an earlier date."}
    if on_date < earliest_day(today):
        first = earliest_day(today)
        return {"on_date": f"Only visits since 1 September {first.year} can be logged. Check the year."}
    return {}


def _minute_problems(draft: VisitDraft) -> dict[str, str]:
    if draft.minutes is None or not SHORTEST <= draft.minutes <= LONGEST:
        return {"minutes": f"Enter the minutes, from {SHORTEST} to {LONGEST} (16 hours)."}
    if draft.starts_at and draft.starts_at.hour * 60 + draft.starts_at.minute + draft.minutes > _DAY_END:
        return {"minutes": "This would end after midnight. Check the start and the minutes."}
    return {}


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
