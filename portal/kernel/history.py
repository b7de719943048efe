"""Walking a road: the status changes, and who did it, when and why stays on the record for good."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel import audit, clock
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.kernel.errors import Refused
from portal.kernel.workflow import Workflow
from portal.policy import Actor


class StepTaken(Model):
    """One step of one record, as the timeline shows it."""

    __tablename__ = "step_taken"
    __table_args__ = (Index("ix_step_taken_record", "kind", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    record_id: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(30))
    target: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[int | None] = mapped_column(Integer)
    person_name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    record_version: Mapped[int | None] = mapped_column(Integer)
    """The record's version after this step; None for steps of long ago"""


class OnARoad(Protocol):
    """A record whose ``status_attribute`` holds where it stands."""

    __tablename__: str
    id: Any
    status_attribute: str


def status_of(record: OnARoad) -> str:
    status: str = getattr(record, record.status_attribute)
    return status


def advance(
    actor: Actor | None, record: Any, road: Workflow[Any], step: str, facts: Any, *, audit_as: str, note: str = ""
) -> StepTaken:
    """Takes one step: guards, status, history, audit line.

    ``note`` is the person's reason. Raises ``Refused`` with the guards' sentences, or when a reason is asked and none
    is given.
    """
    source = status_of(record)
    problems = road.problems(step, source, facts)
    if not problems and road.by_name[step].reason_asked and not note.strip():
        problems = ["Say why, in a few words. The reason stays on the record."]
    if problems:
        raise Refused(*problems)
    target = road.by_name[step].target
    setattr(record, record.status_attribute, target)
    audit.record(actor, audit_as, record)
    taken = StepTaken(
        kind=record.__tablename__,
        record_id=record.id,
        step=step,
        source=source,
        target=target,
        person_id=actor.person_id if actor else None,
        person_name=actor.name if actor else "",
        at=clock.now(),
        note=note.strip() or None,
        record_version=getattr(record, "version", None),
    )
    db.session.add(taken)
    return taken


def steps_since(record: Any, opened_with: int | None) -> list[StepTaken]:
    """The steps that were taken after somebody opened the record at this version, oldest first."""
    if opened_with is None or not hasattr(record, "status_attribute"):
        return []
    rows = db.session.scalars(
        db.select(StepTaken)
        .where(
            StepTaken.kind == record.__tablename__,
            StepTaken.record_id == record.id,
            StepTaken.record_version > opened_with,
        )
        .order_by(StepTaken.id)
    )
    return list(rows)


def steps_of(kind: str, record_id: int) -> list[StepTaken]:
    """The record's steps, oldest first."""
    rows = db.session.scalars(
        db.select(StepTaken).where(StepTaken.kind == kind, StepTaken.record_id == record_id).order_by(StepTaken.id)
    )
    return list(rows)
