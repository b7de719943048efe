"""Service lines: one offer each, with its own route and clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from portal.schools.rules.lengths import length_problems

LENGTHS = {"name": 120}
"""The most characters of each text."""

LINE_PHASES: Mapping[str, str] = {
    "early_years": "Early years",
    "primary": "Primary",
    "secondary": "Secondary",
    "all": "All ages",
}

ROUTES: Mapping[str, str] = {
    "direct": "Direct: the coordinator decides",
    "panel": "Inclusion panel",
    "partnership": "Partnership meeting",
}

EVIDENCE: Mapping[str, str] = {
    "attendance": "Attendance",
    "suspensions": "Suspensions with their reason codes",
    "plan": "The plan or provision map, as a file",
    "cycles": "Two cycles of the graduated response",
    "pupil_view": "The pupil's own view",
    "family_view": "The family's view",
}
"""What a service line may ask to come with a referral; the line's fields are called ``evidence_<code>``."""

EVIDENCE_LEVELS: Mapping[str, str] = {
    "needed": "Needed before a referral is sent",
    "wished": "Wished: the form says that it is missing",
    "not_asked": "Not asked",
}

_NOON = time(12)
_SHORTEST_CLOCK, _LONGEST_CLOCK = 1, 52


@dataclass(frozen=True)
class LineDraft:
    """A service line as somebody enters one. Weeks are school weeks; ``cut_off_weekday`` counts from Monday 0."""

    name: str = ""
    phase: str = ""
    route: str = "direct"
    calendar_id: int | None = None
    cut_off_weekday: int = 1
    cut_off_time: time | None = _NOON
    asks_head: bool = True
    observation_weeks: int = 2
    review_week: int = 6
    length_weeks: int = 12
    longest_weeks: int = 14
    closing_report_weeks: int = 2
    monitoring_weeks: int = 6
    group_limit: int = 4
    planned_days: Decimal = Decimal(12)
    is_active: bool = True
    evidence_attendance: str = "wished"
    evidence_suspensions: str = "wished"
    evidence_plan: str = "wished"
    evidence_cycles: str = "wished"
    evidence_pupil_view: str = "wished"
    evidence_family_view: str = "wished"


DEFAULT_LINES = (
    LineDraft(name="Primary outreach", phase="primary", cut_off_weekday=1),
    LineDraft(name="Secondary outreach", phase="secondary", cut_off_weekday=2),
)
"""The two lines that an empty portal begins with."""


def line_problems(draft: LineDraft) -> dict[str, str]:
    """What must be mended before the line can be saved: a sentence by field, empty when all is well."""
    problems = length_problems(draft, LENGTHS) | _clock_problems(draft)
    if not draft.name.strip():
        problems["name"] = "Enter the name of the service line."
    if draft.phase not in LINE_PHASES:
        problems["phase"] = "Choose the ages that this line is for."
    if draft.route not in ROUTES:
        problems["route"] = "Choose who decides about referrals."
    if draft.cut_off_weekday not in range(5):
        problems["cut_off_weekday"] = "Choose a day from Monday to Friday."
    if draft.cut_off_time is None:
        problems["cut_off_time"] = "Enter the time of the weekly cut-off, such as 12:00."
    for code in EVIDENCE:
        if getattr(draft, f"evidence_{code}") not in EVIDENCE_LEVELS:
            problems[f"evidence_{code}"] = "Choose whether this is needed, wished or not asked."
    return problems


def _clock_problems(draft: LineDraft) -> dict[str, str]:
    weeks = ("observation_weeks", "review_week", "length_weeks", "longest_weeks", "closing_report_weeks")
    problems = {
        field: f"Type a whole number from {_SHORTEST_CLOCK} to {_LONGEST_CLOCK}."
        for field in (*weeks, "monitoring_weeks")
        if not _SHORTEST_CLOCK <= getattr(draft, field) <= _LONGEST_CLOCK
    }
    if draft.longest_weeks < draft.length_weeks:
        problems.setdefault("longest_weeks", "The longest support cannot be shorter than the usual length.")
    if draft.review_week > draft.longest_weeks:
        problems.setdefault("review_week", "The review must come before the longest support ends.")
    if not 1 <= draft.group_limit <= 30:
        problems["group_limit"] = "Type a whole number from 1 to 30."
    if draft.planned_days * 2 % 1 or not 0 <= draft.planned_days <= 200:
        problems["planned_days"] = "Type days from 0 to 200, in whole or half days."
    return problems
