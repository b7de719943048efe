"""What a school sees of its pieces of work: where each stands, days agreed and used, dates of visits; never notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import select

from portal.cases import rules
from portal.cases.models import Case
from portal.cases.queries.names import listed_name, pack_names
from portal.cases.queries.one import KIND
from portal.cases.queries.workers import listed_workers, pack_workers
from portal.cases.rules.support_line import SupportFacts, SupportLine, support_line
from portal.extensions import db
from portal.kernel import access, clock, settings
from portal.kernel.dates import short_day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor
from portal.schools.models import School, ServiceLine

PAGE = 30
SHOWN_VISITS = 3


@dataclass(frozen=True)
class SupportRow:
    """One piece of work as its school sees it; ``visit_words`` holds the newest dates first, empty without visits."""

    id: int
    reference: str
    name: str
    school_name: str
    line_name: str
    line: SupportLine
    worker_names: tuple[str, ...]
    days_agreed: str
    days_used: str
    visit_words: str


@dataclass(frozen=True)
class SupportPage:
    """One page of the list; ``next_before`` is the key of the next one."""

    rows: tuple[SupportRow, ...]
    next_before: int | None


def support_list(actor: Actor, *, finished: bool = False, before: int | None = None) -> SupportPage:
    """The pieces of work within reach, the newest first: those going on, or those finished."""
    stages = ("closed",) if finished else rules.ON_BOARD
    statement = _rows(actor).where(Case.stage.in_(stages)).order_by(Case.id.desc()).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(Case.id < before)
    found = db.session.execute(statement).all()
    shown = found[:PAGE]
    visits = _visit_dates([row.id for row in shown])
    rows = tuple(_support_row(row, visits) for row in shown)
    return SupportPage(rows, shown[-1].id if len(found) > PAGE else None)


def support_row(case: Case, actor: Actor) -> SupportRow:
    """One piece of work as its school sees it."""
    row = db.session.execute(_rows(actor).where(Case.id == case.id)).one_or_none()
    if row is None:  # work of an earlier chart has no page for a school
        raise OutOfReach(case.reference)
    return _support_row(row, _visit_dates([case.id]))


def _rows(actor: Actor) -> Any:
    reach = access.reach_filter(
        actor,
        Action.READ_SUPPORT,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=KIND,
        record=Case.id,
    )
    return (
        select(
            Case.id,
            Case.reference,
            Case.stage,
            Case.starts_on,
            Case.planned_end_on,
            Case.ended_on,
            Case.planned_half_days,
            Case.minutes_used,
            School.name.label("school_name"),
            ServiceLine.name.label("line_name"),
            pack_names().label("names"),
            pack_workers(clock.today()).label("workers"),
        )
        .join(School, School.id == Case.school_id)
        .join(ServiceLine, ServiceLine.id == Case.service_line_id)
        .where(reach, Case.imported_year.is_(None))
    )


def _support_row(row: Any, visits: Mapping[int, Sequence[date]]) -> SupportRow:
    workers = listed_workers(row.workers)
    facts = SupportFacts(row.stage, workers[0] if workers else "", row.starts_on, row.planned_end_on, row.ended_on)
    return SupportRow(
        id=row.id,
        reference=row.reference,
        name=listed_name(row.names),
        school_name=row.school_name,
        line_name=row.line_name,
        line=support_line(facts, clock.today()),
        worker_names=workers,
        days_agreed=rules.days_words(Decimal(row.planned_half_days) / 2),
        days_used=rules.days_words(Decimal(row.minutes_used) / settings.current().day_minutes),
        visit_words=_dates_words(visits.get(row.id, ())),
    )


def _dates_words(days: Sequence[date]) -> str:
    newest = sorted(days, reverse=True)[:SHOWN_VISITS]
    return ", ".join(short_day_words(day, clock.today()) for day in newest)


def _visit_dates(case_ids: list[int]) -> Mapping[int, Sequence[date]]:
    """Dates of visits by case; the feature above that keeps visits hands in how to find them."""
    provider = current_app.extensions.get("case_facts", {}).get("visit_dates")
    found: Mapping[int, Sequence[date]] = provider(case_ids) if provider and case_ids else {}
    return found
