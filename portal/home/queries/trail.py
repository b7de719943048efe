"""The audit trail, page by page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Person
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import AuditLine

AUDIT_PAGE = 100


@dataclass(frozen=True)
class AuditFilter:
    """What the audit page is narrowed to; a word that is not a number is no narrowing."""

    person_id: int | None = None
    kind: str = ""
    record_id: int | None = None
    before_id: int | None = None

    @classmethod
    def of(cls, *, person: str, kind: str, record: str, before: str) -> "AuditFilter":
        return cls(_number(person), kind, _number(record), _number(before))


def _number(text_typed: str) -> int | None:
    return int(text_typed) if text_typed.isascii() and text_typed.isdigit() and len(text_typed) < 10 else None


@dataclass(frozen=True)
class AuditRow:
    id: int
    at: datetime
    """London time"""
    person_id: int | None
    person: str
    action: str
    kind: str
    record_id: int | None
    fields: str


@dataclass(frozen=True)
class AuditTrail:
    rows: list[AuditRow]
    older_than: int | None
    """Key of the next page"""


def audit_trail(chosen: AuditFilter) -> AuditTrail:
    """One page of the trail, newest first."""
    wanted = select(AuditLine, Person.name).outerjoin(Person, Person.id == AuditLine.person_id)
    if chosen.person_id is not None:
        wanted = wanted.where(AuditLine.person_id == chosen.person_id)
    if chosen.kind:
        wanted = wanted.where(AuditLine.kind == chosen.kind)
    if chosen.record_id is not None:
        wanted = wanted.where(AuditLine.record_id == chosen.record_id)
    if chosen.before_id is not None:
        wanted = wanted.where(AuditLine.id < chosen.before_id)
    found = db.session.execute(wanted.order_by(AuditLine.id.desc()).limit(AUDIT_PAGE + 1)).all()
    rows = [_audit_row(line, name) for line, name in found[:AUDIT_PAGE]]
    return AuditTrail(rows, rows[-1].id if len(found) > AUDIT_PAGE else None)


def _audit_row(line: AuditLine, name: str | None) -> AuditRow:
    who = name or ("The portal itself" if line.person_id is None else f"Person {line.person_id}")
    at = line.at.astimezone(clock.LONDON)
    return AuditRow(line.id, at, line.person_id, who, line.action, line.kind, line.record_id, line.fields)


def audit_kinds() -> list[str]:
    """The kinds of record that the trail speaks of."""
    return list(db.session.scalars(select(AuditLine.kind).distinct().order_by(AuditLine.kind)))
