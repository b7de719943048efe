"""A session of training: when and where, who gives it, which schools have places, and who came."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class TrainingSession(Audited, Model):
    """One session. A school's own has one booking; a shared one (``is_shared``) is open to every school.

    ``school_id`` is the school in whose rooms it is held; None for elsewhere. ``places`` None is no limit.
    """

    __tablename__ = "training_session"
    __table_args__ = (
        Index("ix_training_session_start", "status", "starts_at"),
        Index("ix_training_session_school", "school_id", "starts_at"),
    )
    status_attribute = "status"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("training_topic.id"))
    title: Mapped[str] = mapped_column(String(160))
    status: Mapped[str] = mapped_column(String(20))
    """planned, held or cancelled"""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(String(200))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    is_shared: Mapped[bool] = mapped_column(Boolean)
    places: Mapped[int | None] = mapped_column(Integer)
    sequence: Mapped[int] = mapped_column(Integer, default=0)
    """How often calendars were told of a change"""
    register_finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    topic = relationship("Topic")
    school = relationship("School")
    trainers: Mapped[list["TrainingTrainer"]] = relationship(
        order_by="TrainingTrainer.id", cascade="all, delete-orphan", back_populates="session"
    )
    bookings: Mapped[list["Booking"]] = relationship(order_by="Booking.id", back_populates="session")
    attendees: Mapped[list["Attendee"]] = relationship(order_by="Attendee.id", back_populates="session")

    __mapper_args__ = {"version_id_col": version}


class TrainingTrainer(Audited, Model):
    """Somebody who gives the session; an ``Involvement`` of the kind training_session stands beside each row."""

    __tablename__ = "training_trainer"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)
    audited_through = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)

    session: Mapped[TrainingSession] = relationship(back_populates="trainers", lazy="joined", innerjoin=True)
    person = relationship("Person")


class Booking(Audited, Model):
    """A school's places in a session: one row for each school, also after it was cancelled and made again."""

    __tablename__ = "training_booking"
    __table_args__ = (
        UniqueConstraint("session_id", "school_id"),
        Index("ix_training_booking_queue", "session_id", "state", "booked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    places: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    """booked, waiting or cancelled"""
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the places were asked for: the order of the waiting list"""
    version: Mapped[int] = mapped_column(Integer)

    session: Mapped[TrainingSession] = relationship(back_populates="bookings")
    school = relationship("School")
    booked_by = relationship("Person")

    __mapper_args__ = {"version_id_col": version}


class Attendee(Audited, Model):
    """Somebody of a school who is to come, or came: entered by the school beforehand or added at the door."""

    __tablename__ = "training_attendee"
    __table_args__ = (Index("ix_training_attendee_session", "session_id", "school_id"),)
    audited_through = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    staff_role: Mapped[str] = mapped_column(String(80), default="")
    email: Mapped[str | None] = mapped_column(EncryptedText)
    attended: Mapped[bool | None] = mapped_column(Boolean)
    """None until the register is finished"""
    certificate_number: Mapped[str | None] = mapped_column(String(20), unique=True)

    session: Mapped[TrainingSession] = relationship(back_populates="attendees")
    school = relationship("School")
