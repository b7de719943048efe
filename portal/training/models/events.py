"""Events: an inclusion event or a network meeting, who is invited, who came, and what was shared."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.database import UtcDateTime


class Event(Audited, Model):
    """One event of the service for several schools."""

    __tablename__ = "training_event"
    __table_args__ = (Index("ix_training_event_start", "status", "starts_at"),)
    status_attribute = "status"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(160))
    about: Mapped[str] = mapped_column(String(2000), default="")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(12))
    """planned, held or cancelled"""
    shared: Mapped[str] = mapped_column(String(8000), default="")
    """What was shared, for the schools to read again; it names no child"""
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer)

    invitations: Mapped[list["Invitation"]] = relationship(
        order_by="Invitation.id", cascade="all, delete-orphan", back_populates="event"
    )

    __mapper_args__ = {"version_id_col": version}


class Invitation(Audited, Model):
    """A school's place at an event: its answer beforehand, and how many came."""

    __tablename__ = "training_invitation"
    __table_args__ = (UniqueConstraint("event_id", "school_id"),)
    audited_through = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("training_event.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    answer: Mapped[str] = mapped_column(String(12))
    """invited, coming or not_coming"""
    people: Mapped[int] = mapped_column(Integer, default=0)
    """How many the school says will come"""
    came: Mapped[int | None] = mapped_column(Integer)
    """None until attendance was taken"""
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    event: Mapped[Event] = relationship(back_populates="invitations")
    school = relationship("School")
