"""Rules about cases: opening one, its road, its clocks, and what its card says."""

from portal.cases.rules.card import Bar, bar, card_name, days_words, group_name, stage_words, to_half_days
from portal.cases.rules.clocks import DEFAULT_CLOCKS, Clocks, DefaultClocks, clock_dates, is_too_long, length_problems
from portal.cases.rules.opening import GROUP_LIMIT, MOST_HALF_DAYS, CaseDraft, opening_problems
from portal.cases.rules.road import ON_BOARD, ROAD, STAGES, CaseFacts, next_step, previous_step

__all__ = [
    "DEFAULT_CLOCKS",
    "GROUP_LIMIT",
    "MOST_HALF_DAYS",
    "ON_BOARD",
    "ROAD",
    "STAGES",
    "Bar",
    "CaseDraft",
    "CaseFacts",
    "Clocks",
    "DefaultClocks",
    "bar",
    "card_name",
    "clock_dates",
    "days_words",
    "group_name",
    "is_too_long",
    "length_problems",
    "next_step",
    "opening_problems",
    "previous_step",
    "stage_words",
    "to_half_days",
]
