"""Reading referrals: one within reach, its pages and its story, and the lists of every role."""

from portal.referrals.queries.form import (
    GapRow,
    OpenedPage,
    TaskListPage,
    gaps_by_page,
    opened_page,
    page_answers,
    task_list,
)
from portal.referrals.queries.lists import (
    SCREENED,
    AwaitingRow,
    Wanted,
    awaiting_case,
    cut_offs,
    own_referrals,
    screening,
    screening_counts,
)
from portal.referrals.queries.records import (
    CASE_STAGES,
    facts_of,
    lone_visit_warning,
    may_ratify,
    may_write,
    referral_for,
    status_line_of,
    steps_offered,
    waits_for_case,
    work_of,
)
from portal.referrals.queries.rows import ReferralRow, Rows
from portal.referrals.queries.shown import DecisionRow, TimelineRow, decision_of, timeline_of

__all__ = [
    "CASE_STAGES",
    "SCREENED",
    "AwaitingRow",
    "DecisionRow",
    "GapRow",
    "OpenedPage",
    "ReferralRow",
    "Rows",
    "TaskListPage",
    "TimelineRow",
    "Wanted",
    "awaiting_case",
    "cut_offs",
    "decision_of",
    "facts_of",
    "gaps_by_page",
    "lone_visit_warning",
    "may_ratify",
    "may_write",
    "opened_page",
    "own_referrals",
    "page_answers",
    "referral_for",
    "screening",
    "screening_counts",
    "status_line_of",
    "steps_offered",
    "task_list",
    "timeline_of",
    "waits_for_case",
    "work_of",
]
