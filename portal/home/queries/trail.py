"""The audit trail, page by page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import literal, select, union_all

from portal.accounts.models import Person
from portal.cases.models import Case
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import AuditLine, showed
from portal.referrals.models import Referral

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
    record: str
    """The reference where the record has one, else its kind and number"""
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
        wanted = wanted.where(showed(chosen.record_id, *_references_of(chosen)))
    if chosen.before_id is not None:
        wanted = wanted.where(AuditLine.id < chosen.before_id)
    found = db.session.execute(wanted.order_by(AuditLine.id.desc()).limit(AUDIT_PAGE + 1)).all()
    shown = found[:AUDIT_PAGE]
    references = _references([line for line, _ in shown])
    rows = [_audit_row(line, name, references) for line, name in shown]
    return AuditTrail(rows, rows[-1].id if len(found) > AUDIT_PAGE else None)


def _references_of(chosen: AuditFilter) -> list[str]:
    """How lists name the record that the page is narrowed to."""
    models = [model for model in (Referral, Case) if chosen.kind in ("", model.__tablename__)]
    found = (db.session.scalar(select(model.reference).where(model.id == chosen.record_id)) for model in models)
    return [reference for reference in found if reference]


def _references(lines: list[AuditLine]) -> dict[tuple[str, int], str]:
    """The references of the referrals and cases that these lines speak of, by kind and id, in one statement."""
    parts = []
    for model in (Referral, Case):
        kind = model.__tablename__
        ids = sorted({line.record_id for line in lines if line.kind == kind and line.record_id is not None})
        if ids:
            parts.append(select(literal(kind).label("kind"), model.id, model.reference).where(model.id.in_(ids)))
    if not parts:
        return {}
    return {(kind, record_id): reference for kind, record_id, reference in db.session.execute(union_all(*parts))}


def _record_words(line: AuditLine, references: dict[tuple[str, int], str]) -> str:
    words = line.kind.replace("_", " ")
    if line.record_id is None:
        return words
    return references.get((line.kind, line.record_id), f"{words} {line.record_id}")


def _audit_row(line: AuditLine, name: str | None, references: dict[tuple[str, int], str]) -> AuditRow:
    who = name or ("The portal itself" if line.person_id is None else f"Person {line.person_id}")
    at = line.at.astimezone(clock.LONDON)
    record = _record_words(line, references)
    return AuditRow(line.id, at, line.person_id, who, line.action, line.kind, line.record_id, record, line.fields)


def audit_kinds() -> list[str]:
    """The kinds of record that the trail speaks of."""
    return list(db.session.scalars(select(AuditLine.kind).distinct().order_by(AuditLine.kind)))
