"""The audit trail: who did or saw what, and when; never a value.

``record`` is called by every operation. Under it lies a net: a session that changed an audited record which nobody
recorded cannot commit, and bulk statements on audited tables are refused.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from flask import g, has_request_context
from sqlalchemy import BigInteger, ColumnElement, Index, Integer, String, event, insert, inspect, or_
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from portal.extensions import Model, db
from portal.kernel import clock
from portal.kernel.database import UtcDateTime
from portal.kernel.errors import PortalError
from portal.policy import Actor

_LONGEST_FIELDS = 1_000
"""Characters; the the references of about 80 records"""

LineId = BigInteger().with_variant(Integer, "sqlite")


class AuditLine(Model):
    """One thing that somebody did or saw. Append-only: triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_line"
    __table_args__ = (
        Index("ix_audit_line_subject", "kind", "record_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(LineId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[int | None] = mapped_column(Integer, index=True)
    action: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(Integer)
    fields: Mapped[str] = mapped_column(String(_LONGEST_FIELDS), default="")
    request_id: Mapped[str] = mapped_column(String(40), default="")


class AuditSeal(Model):
    """The place of one line in the sealed chain; each digest covers the line and the digest before it."""

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(LineId, primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(LineId, unique=True)
    digest: Mapped[str] = mapped_column(String(64))


class Audited:
    """A table whose every change must be recorded.

    A part of a larger record names the attribute that leads to its whole in ``audited_through``: recording the whole
    covers the part.
    """

    audited_through: ClassVar[str | None] = None


class UnrecordedChange(PortalError):
    """An operation changed an audited record and did not say so: a defect of the portal."""


def record(actor: Actor | None, action: str, subject: Any, *, fields: Iterable[str] = ()) -> None:
    """Adds one line about ``subject``; ``actor`` is None for the portal's own work (imports, sweeps).

    Names of changed columns are found by themselves; values are never kept.
    """
    session = db.session()
    names = sorted({*fields, *_changed_names(subject)})
    if inspect(subject).transient:
        session.add(subject)
    session.flush()
    session.info.setdefault("recorded", []).append(subject)
    session.add(line(actor, action, subject.__tablename__, subject.id, fields=",".join(names)[:_LONGEST_FIELDS]))


def record_rows(
    actor: Actor | None, action: str, kind: str, record_ids: Iterable[int], *, fields: Iterable[str] = ()
) -> None:
    """One line for each row that a set-based statement of this unit changed.

    Only for imports too large to go through the session: the net does not see their statements, so whoever writes one
    names every row here, in the same transaction. ``fields`` are the columns that it set.
    """
    names = ",".join(sorted(fields))[:_LONGEST_FIELDS]
    columns = ("at", "person_id", "action", "kind", "record_id", "fields", "request_id")
    one = line(actor, action, kind, None, fields=names)
    stamp = {column: getattr(one, column) for column in columns}
    rows = [{**stamp, "record_id": record_id} for record_id in record_ids]
    if rows:
        db.session.connection().execute(insert(AuditLine.__table__), rows)  # type: ignore[arg-type]


def record_act(actor: Actor | None, action: str, kind: str, record_id: int | None) -> None:
    """Adds one line about an act that changed no audited record (a sign-in, an export)."""
    db.session.add(line(actor, action, kind, record_id))


def line(actor: Actor | None, action: str, kind: str, record_id: int | None, fields: str = "") -> AuditLine:
    """An unsaved line, stamped with the time and the request."""
    request_id = g.get("request_id", "") if has_request_context() else ""
    return AuditLine(
        at=clock.now(),
        person_id=actor.person_id if actor else None,
        action=action,
        kind=kind,
        record_id=record_id,
        fields=fields,
        request_id=request_id,
    )


def viewed(actor: Actor, action: str, kind: str, record_id: int | None) -> None:
    """Notes that a child's record was shown; the unit of work writes it before the answer leaves."""
    g.setdefault("views", []).append((actor, action, kind, record_id))


def listed(actor: Actor, action: str, kind: str, keys: Iterable[int | str | None]) -> None:
    """Notes in one line what a list showed: references, or ids of what has none, stand where others name fields.

    Nothing is noted for an empty list. Who saw one record is found by its key (``showed``).
    """
    left = [str(key) for key in dict.fromkeys(keys) if key is not None]
    while left:
        fitting = len(left)
        while len(",".join(left[:fitting])) > _LONGEST_FIELDS:  # a long list takes a second line
            fitting //= 2
        g.setdefault("views", []).append((actor, action, kind, None, ",".join(left[:fitting])))
        left = left[fitting:]


def showed(record_id: int, *references: str) -> ColumnElement[bool]:
    """The lines about one record, also those of lists that held it."""
    held = ("," + AuditLine.fields + ",").contains
    keys = (str(record_id), *references)
    return or_(
        AuditLine.record_id == record_id,
        AuditLine.record_id.is_(None) & or_(*(held(f",{key},") for key in keys)),
    )


def _changed_names(subject: Any) -> set[str]:
    state = inspect(subject)
    if not state.persistent:
        return set()
    return {attribute.key for attribute in state.attrs if attribute.history.has_changes()}


def install_net() -> None:
    """Hangs the net under the application's session; done once, when the module's users are wired in ``app``."""
    if not event.contains(db.session, "before_flush", _note_changes):
        event.listen(db.session, "before_flush", _note_changes)
        event.listen(db.session, "before_commit", _refuse_unrecorded)
        event.listen(db.session, "after_commit", _forget)
        event.listen(db.session, "after_rollback", _forget)
        event.listen(db.session, "do_orm_execute", _refuse_bulk)


def _note_changes(session: Session, _context: Any, _instances: Any) -> None:
    changed = session.info.setdefault("changed", [])
    for instance in {*session.new, *session.dirty, *session.deleted}:
        if not isinstance(instance, Audited):
            continue
        if instance in session.dirty and not session.is_modified(instance):
            continue
        if not any(instance is other for other in changed):
            changed.append(instance)


def _refuse_unrecorded(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    recorded = {id(subject) for subject in session.info.get("recorded", [])}
    missing = sorted({type(i).__name__ for i in session.info.get("changed", []) if not _is_covered(i, recorded)})
    if missing:
        raise UnrecordedChange(f"changed without an audit line: {', '.join(missing)}")


def _is_covered(instance: Any, recorded: set[int]) -> bool:
    while instance is not None:
        if id(instance) in recorded:
            return True
        through = getattr(type(instance), "audited_through", None)
        instance = getattr(instance, through) if through else None
    return False


def _forget(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("changed", None)
        session.info.pop("recorded", None)


def _refuse_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    mapper = state.bind_mapper
    if mapper is not None and issubclass(mapper.class_, Audited):
        raise UnrecordedChange(f"bulk statement on the audited table of {mapper.class_.__name__}")
