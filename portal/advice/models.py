"""A school's questions about practice, and what was said to and fro."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.policy import Scope


class AdviceThread(Audited, Model):
    """One question of a school, with the talk that follows. It names no child; ``school_id`` is the scope of access."""

    __tablename__ = "advice_thread"
    __table_args__ = (
        Index("ix_advice_thread_waiting", "status", "due_on"),
        Index("ix_advice_thread_school", "school_id", "status"),
        Index("ix_advice_thread_person", "assigned_to_id", "status"),
    )
    status_attribute = "status"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    assigned_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    subject: Mapped[str] = mapped_column(String(120))
    tried: Mapped[str | None] = mapped_column(EncryptedText)
    """What the school had tried when it asked"""
    how_soon: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When somebody last wrote"""
    due_on: Mapped[date] = mapped_column(Date)
    """The last good day of the next answer; of the last one when none is due"""
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"), index=True)
    """The referral that was begun with these words"""
    training_request_id: Mapped[int | None] = mapped_column(ForeignKey("training_request.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)

    school = relationship("School")
    asked_by = relationship("Person", foreign_keys=[asked_by_id])
    assigned_to = relationship("Person", foreign_keys=[assigned_to_id])
    referral = relationship("Referral")
    messages: Mapped[list["AdviceMessage"]] = relationship(
        order_by="AdviceMessage.id", cascade="all, delete-orphan", back_populates="thread"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def scope(self) -> Scope:
        return Scope(school_id=self.school_id)


class AdviceMessage(Audited, Model):
    """What somebody wrote; never changed. An answer may have its time in the ledger of visits."""

    __tablename__ = "advice_message"
    audited_through = "thread"

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("advice_thread.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    from_school: Mapped[bool] = mapped_column(Boolean)
    kind: Mapped[str] = mapped_column(String(10))
    """question, reply, answer or ask_back"""
    words: Mapped[str] = mapped_column(EncryptedText)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))

    thread: Mapped[AdviceThread] = relationship(back_populates="messages")
    person = relationship("Person")
