"""A school asks for training, and the dates that the service offers for it."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.policy import Scope


class TrainingRequest(Audited, Model):
    """What a school asks for. ``school_id`` is the scope of access; ``session_id`` the session that answers it."""

    __tablename__ = "training_request"
    __table_args__ = (
        Index("ix_training_request_school", "school_id", "status"),
        Index("ix_training_request_status", "status", "asked_at"),
    )
    status_attribute = "status"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("training_topic.id"))
    """None where the school named a topic in its own words"""
    title: Mapped[str] = mapped_column(String(160))
    """The topic's title at the time, or the school's own words"""
    who: Mapped[str] = mapped_column(String(200))
    how_many: Mapped[int] = mapped_column(Integer)
    prefers_first: Mapped[date | None] = mapped_column(Date)
    prefers_second: Mapped[date | None] = mapped_column(Date)
    prefers_third: Mapped[date | None] = mapped_column(Date)
    dates_words: Mapped[str] = mapped_column(String(500), default="")
    difference: Mapped[str] = mapped_column(EncryptedText)
    """What should be different afterwards"""
    status: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date | None] = mapped_column(Date)
    """By when whoever acts next should have acted; None once nobody has to"""
    session_id: Mapped[int | None] = mapped_column(ForeignKey("training_session.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    school = relationship("School")
    topic = relationship("Topic")
    asked_by = relationship("Person")
    session = relationship("TrainingSession")
    offers: Mapped[list["OfferedDate"]] = relationship(
        order_by="OfferedDate.starts_at", cascade="all, delete-orphan", back_populates="request"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def scope(self) -> Scope:
        return Scope(school_id=self.school_id)


class OfferedDate(Audited, Model):
    """One of the one to three dates from which the school chooses; the rows go once it has chosen."""

    __tablename__ = "training_offer"
    audited_through = "request"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("training_request.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(String(200))
    trainer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    request: Mapped[TrainingRequest] = relationship(back_populates="offers", lazy="joined", innerjoin=True)
    trainer = relationship("Person")
