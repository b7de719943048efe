"""Sealing the audit trail: the worker chains new lines in order, so that no request waits for another's line."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import exists, func, select

from portal.extensions import db
from portal.kernel import crypto
from portal.kernel.audit import AuditLine, AuditSeal

FIRST = "0" * 64

LATECOMERS = 10_000
"""On PostgreSQL a line may be committed after one with a higher id: so far back the worker looks for them."""


@dataclass(frozen=True)
class Finding:
    """What is wrong with the chain, by position (1, 2, …) or line id."""

    what: str
    where: int


def seal_new_lines(limit: int = 1_000) -> int:
    """Seals up to ``limit`` unsealed lines, oldest id first; answers how many. Runs inside a unit of work."""
    position, digest = _head()
    newest_sealed = db.session.scalar(select(func.max(AuditSeal.line_id))) or 0
    lines = db.session.scalars(
        select(AuditLine)
        .where(AuditLine.id > newest_sealed - LATECOMERS, ~exists().where(AuditSeal.line_id == AuditLine.id))
        .order_by(AuditLine.id)
        .limit(limit)
    ).all()
    for line in lines:
        position += 1
        digest = _digest(digest, position, line)
        db.session.add(AuditSeal(position=position, line_id=line.id, digest=digest))
    return len(lines)


def verify() -> list[Finding]:
    """Walks the chain; a changed, missing or reordered line is a finding. Empty when all is well."""
    return list(_findings())


def _findings() -> Iterator[Finding]:
    rows = db.session.execute(
        select(AuditSeal, AuditLine)
        .outerjoin(AuditLine, AuditLine.id == AuditSeal.line_id)
        .order_by(AuditSeal.position)
        .execution_options(yield_per=1_000)
    )
    digest, expected = FIRST, 0
    for seal, line in rows:
        expected += 1
        if seal.position != expected:
            yield Finding("a seal is missing before position", seal.position)
            expected = seal.position
        if line is None:
            yield Finding("the line is missing at position", seal.position)
        elif _digest(digest, seal.position, line) != seal.digest:
            yield Finding("the line or the order was changed at position", seal.position)
        digest = seal.digest
    yield from _never_sealed()


def _never_sealed() -> Iterator[Finding]:
    """A line far behind the newest seal that has none was put in past the worker."""
    newest_sealed = db.session.scalar(select(func.max(AuditSeal.line_id))) or 0
    strays = db.session.scalars(
        select(AuditLine.id).where(
            AuditLine.id <= newest_sealed - LATECOMERS, ~exists().where(AuditSeal.line_id == AuditLine.id)
        )
    )
    for line_id in strays:
        yield Finding("a line was never sealed, its number is", line_id)


def _head() -> tuple[int, str]:
    last = db.session.scalar(select(func.max(AuditSeal.position)))
    if last is None:
        return 0, FIRST
    return last, db.session.get_one(AuditSeal, last).digest


def _digest(before: str, position: int, line: AuditLine) -> str:
    content = "|".join(
        str(part)
        for part in (
            before,
            position,
            line.id,
            line.at.isoformat(),
            line.person_id,
            line.action,
            line.kind,
            line.record_id,
            line.fields,
            line.request_id,
        )
    )
    return crypto.keyed_digest("audit seal", content)
