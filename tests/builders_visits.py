"""Visits and strategies for tests, through their own operations."""

from dataclasses import replace
from datetime import date, time

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.cases.models import Case
from portal.kernel import clock
from portal.plans import operations as plans
from portal.plans.models import Strategy
from portal.plans.rules import StrategyDraft
from portal.visits import operations
from portal.visits.models import Visit
from portal.visits.rules import VisitDraft


def draft(**changes: object) -> VisitDraft:
    """An hour of direct work this morning."""
    usual = VisitDraft(on_date=clock.today(), starts_at=time(9), minutes=60, kind="direct_work", note="Went well.")
    return replace(usual, **changes)  # type: ignore[arg-type]


def visit(case: Case, by: Person, **changes: object) -> Visit:
    """A visit of a case that ``by`` made and logged."""
    return operations.log_visit(actor_of(by.id), draft(**changes), case)


def whole_school(school_id: int, by: Person, **changes: object) -> Visit:
    """Staff training at a school, without a case."""
    return operations.log_visit(
        actor_of(by.id), draft(**({"kind": "staff_training", "note": ""} | changes)), school_id=school_id
    )


def strategy(case: Case, by: Person, words: str = "A calm start with the same adult", **changes: object) -> Strategy:
    """A strategy that ``by`` advised."""
    made = StrategyDraft(words=words, owner="Class teacher", advised_on=date(2026, 11, 3))
    return plans.advise(actor_of(by.id), case, replace(made, **changes))  # type: ignore[arg-type]
