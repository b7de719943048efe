"""Reading the ledger: the entries of a case, a person's week, days by worker and school, and facts for others."""

from portal.visits.queries.days import DaysRow, DaysTable, days_table, years_offered
from portal.visits.queries.entries import (
    PAGE,
    EarlierRow,
    Ledger,
    OpenedVisit,
    VisitRow,
    allocation_for,
    draft_of,
    ledger_of,
    row_of,
    scope_of,
    usual_worker,
    visit_for,
)
from portal.visits.queries.facts import (
    first_visit_on,
    lone_visit_warnings,
    minutes_by_allocation,
    visit_dates_for_school,
    visit_dates_of,
)
from portal.visits.queries.week import Week, WeekDay, WeekRow, logs_for_everybody, people_offered, week_of, whose_week

__all__ = [
    "PAGE",
    "DaysRow",
    "DaysTable",
    "EarlierRow",
    "Ledger",
    "OpenedVisit",
    "VisitRow",
    "Week",
    "WeekDay",
    "WeekRow",
    "allocation_for",
    "days_table",
    "draft_of",
    "first_visit_on",
    "ledger_of",
    "logs_for_everybody",
    "lone_visit_warnings",
    "minutes_by_allocation",
    "people_offered",
    "row_of",
    "scope_of",
    "usual_worker",
    "visit_dates_of",
    "visit_dates_for_school",
    "visit_for",
    "week_of",
    "whose_week",
    "years_offered",
]
