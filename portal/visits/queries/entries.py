"""The entries of one case, and one entry by itself."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload, selectinload

from portal.cases import queries as cases
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import access, clock
from portal.kernel.dates import clock_words, day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, Scope
from portal.visits import rules
from portal.visits.models import EarlierVisit, Visit

PAGE = 50
JUST_LOGGED = timedelta(minutes=2)
_NO_DATE = date(1900, 1, 1)


@dataclass(frozen=True)
class EarlierRow:
    """What an entry said before a correction; ``note`` is None where the correction left the note alone."""

    words: str
    note: str | None
    reason: str
    by: str
    when: str


@dataclass(frozen=True)
class VisitRow:
    """One entry as lists show it."""

    id: int
    when: str
    kind: str
    time: str
    who: str
    note: str
    is_imported: bool
    is_new: bool
    is_removed: bool
    removed_by: str
    removed_reason: str
    earlier: tuple[EarlierRow, ...]
    may_correct: bool
    version: int


@dataclass(frozen=True)
class Ledger:
    """One page of a case's entries, newest first; ``older_than`` is the key of the next page, ``total`` counts all."""

    rows: tuple[VisitRow, ...]
    older_than: int | None
    total: int


@dataclass(frozen=True)
class OpenedVisit(rules.VisitDraft):
    """An entry as its form opens it."""

    version: int = 0


def scope_of(case: Case | None, person_id: int | None) -> Scope:
    """Whose an entry is, for ``ensure``: its author's, as long as the author works on the case or covers it."""
    author = frozenset() if person_id is None else frozenset({person_id})
    if case is None:
        return Scope(involved=author)
    scope = cases.scope_of(case)
    return replace(scope, involved=scope.involved & author)


def allocation_for(case: Case, person_id: int, day: date) -> int | None:
    """Whose row of the chart the time counts in: the person's allocation of that day, else any; None for cover."""
    that_day = cases.allocation_of(case, person_id, day)
    if that_day is not None:
        return that_day.id
    return next((a.id for a in case.allocations if a.person_id == person_id), None)


def usual_worker(actor: Actor, case: Case) -> int:
    """Who most likely did the work: the actor when they work on the case, else its first worker of today."""
    today = clock.today()
    at_work = [a.person_id for a in case.allocations if a.person_id and (a.ends_on is None or a.ends_on >= today)]
    return actor.person_id if actor.person_id in at_work else next(iter(at_work), actor.person_id)


def visit_for(actor: Actor, visit_id: int) -> Visit:
    """The entry, when the actor may correct it. Raises ``OutOfReach``."""
    visit = db.session.get(Visit, visit_id, options=_parts())
    if visit is None:
        raise OutOfReach
    if visit.case_id is not None:
        cases.case_of(actor, visit.case_id, Action.LOG_VISIT)
    access.ensure(actor, Action.LOG_VISIT, scope_of(visit.case, visit.person_id))
    return visit


def draft_of(visit: Visit) -> OpenedVisit:
    """What the form of an entry is opened with."""
    return OpenedVisit(
        on_date=visit.on_date,
        starts_at=visit.starts_at,
        minutes=visit.minutes,
        kind=visit.kind,
        person_id=visit.person_id,
        school_id=visit.school_id,
        case_id=visit.case_id,
        note=visit.note or "",
        is_imported=visit.is_imported,
        version=visit.version,
    )


def ledger_of(actor: Actor, case: Case, *, older_than: int | None = None, size: int = PAGE) -> Ledger:
    """The entries of a case, newest first, removed ones among them; two statements, whatever their number."""
    found = list(db.session.scalars(_page(case, older_than).limit(size + 1)))
    scope = cases.scope_of(case)
    rows = tuple(row_of(visit, actor, scope) for visit in found[:size])
    total = db.session.scalar(
        select(func.count()).select_from(Visit).where(Visit.case_id == case.id, Visit.removed_at.is_(None))
    )
    return Ledger(rows, found[size - 1].id if len(found) > size else None, total or 0)


def _page(case: Case, older_than: int | None) -> Any:
    day = func.coalesce(Visit.on_date, _NO_DATE)
    statement = select(Visit).where(Visit.case_id == case.id).order_by(day.desc(), Visit.id.desc()).options(*_parts())
    if older_than is not None:
        edge = select(day, Visit.id).where(Visit.id == older_than, Visit.case_id == case.id).subquery()
        here = tuple_(func.coalesce(Visit.on_date, _NO_DATE), Visit.id)
        statement = statement.where(here < select(*edge.c).scalar_subquery())
    return statement


def _parts() -> list[Any]:
    return [
        joinedload(Visit.person),
        joinedload(Visit.removed_by),
        selectinload(Visit.earlier).joinedload(EarlierVisit.corrected_by),
    ]


def row_of(visit: Visit, actor: Actor, scope: Scope) -> VisitRow:
    """One entry in words; ``scope`` is the case's (or the entry's own, for whole-school work)."""
    own = replace(scope, involved=scope.involved & {visit.person_id})
    return VisitRow(
        id=visit.id,
        when=_when(visit.on_date, visit),
        kind=rules.kind_words(visit.kind),
        time=rules.minutes_words(visit.minutes),
        who=visit.person.name if visit.person else "",
        note=visit.note or "",
        is_imported=visit.is_imported,
        is_new=visit.person_id == actor.person_id and clock.now() - visit.logged_at < JUST_LOGGED,
        is_removed=visit.removed_at is not None,
        removed_by=visit.removed_by.name if visit.removed_by else "",
        removed_reason=visit.removed_reason or "",
        earlier=_earlier_rows(visit),
        may_correct=not visit.is_imported and access.allows(actor, Action.LOG_VISIT, own),
        version=visit.version,
    )


def _when(day: date | None, entry: Visit | EarlierVisit) -> str:
    if day is None:
        return "Date not known"
    words = day_words(day, clock.today())
    return f"{words}, {clock_words(entry.starts_at)}" if entry.starts_at else words


def _earlier_rows(visit: Visit) -> tuple[EarlierRow, ...]:
    """Newest correction first; a note is shown again only where that correction changed it."""
    later_notes = [*(earlier.note for earlier in visit.earlier[1:]), visit.note]
    pairs = zip(visit.earlier, later_notes, strict=True)
    rows = [_earlier_row(earlier, later) for earlier, later in pairs] if visit.earlier else []
    return tuple(reversed(rows))


def _earlier_row(earlier: EarlierVisit, later_note: str | None) -> EarlierRow:
    parts = (_when(earlier.on_date, earlier), rules.minutes_words(earlier.minutes), rules.kind_words(earlier.kind))
    return EarlierRow(
        words=" · ".join(parts),
        note=None if earlier.note == later_note else earlier.note or "No note",
        reason=earlier.reason,
        by=earlier.corrected_by.name if earlier.corrected_by else "",
        when=day_words(earlier.corrected_at.astimezone(clock.LONDON).date(), clock.today()),
    )
