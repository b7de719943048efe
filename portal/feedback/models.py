"""What schools and families said of the work: as the worker recorded it, or as the school wrote it itself."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class Feedback(Audited, Model):
    """One answer of a school or a family: aspects, what was good, what could be better; or why there could be none."""

    __tablename__ = "feedback"
    __table_args__ = (Index("uq_feedback_own", "case_id", "source", "moment", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    source: Mapped[str] = mapped_column(String(10))
    given_on: Mapped[date | None] = mapped_column(Date)
    could_not_continue: Mapped[bool] = mapped_column(default=False)
    stopped_words: Mapped[str | None] = mapped_column(EncryptedText)
    """Why the work could not continue, in their words"""
    good: Mapped[str | None] = mapped_column(EncryptedText)
    better: Mapped[str | None] = mapped_column(EncryptedText)
    overall: Mapped[str | None] = mapped_column(String(20))
    """A value of ``rules.Tone`` where only the whole is known (imported); else it follows from the aspects"""
    moment: Mapped[str | None] = mapped_column(String(12))
    """A value of ``rules.Moment`` where the school answered itself; None where the service recorded a conversation"""
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who of the school answered last"""
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    case = relationship("Case")
    aspects: Mapped[list["FeedbackAspect"]] = relationship(
        order_by="FeedbackAspect.id", cascade="all, delete-orphan", back_populates="feedback"
    )
    beyond: Mapped[list["BeyondChange"]] = relationship(
        order_by="BeyondChange.id", cascade="all, delete-orphan", back_populates="feedback"
    )

    __mapper_args__ = {"version_id_col": version}


class FeedbackAspect(Audited, Model):
    __tablename__ = "feedback_aspect"
    audited_through = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"), index=True)
    aspect: Mapped[str] = mapped_column(String(30))
    answer: Mapped[str] = mapped_column(String(10))
    """good, mixed, not_good"""
    scale: Mapped[str | None] = mapped_column(String(20))
    """The point of the scale that the school chose itself, a value of ``rules.Scale``"""
    words: Mapped[str | None] = mapped_column(EncryptedText)

    feedback: Mapped[Feedback] = relationship(back_populates="aspects")


class BeyondChange(Audited, Model):
    """What changed in the school beyond this child: one area, as the school says."""

    __tablename__ = "beyond_change"
    __table_args__ = (UniqueConstraint("feedback_id", "area"),)
    audited_through = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id"))
    area: Mapped[str] = mapped_column(String(20))
    change: Mapped[str | None] = mapped_column(String(12))
    """yes, partly, no, too_early; None where there are only words"""
    words: Mapped[str | None] = mapped_column(EncryptedText)

    feedback: Mapped[Feedback] = relationship(back_populates="beyond")


class FeedbackAsk(Audited, Model):
    """The school was asked about a piece of work, at one moment. It goes when the ending is taken back."""

    __tablename__ = "feedback_ask"
    __table_args__ = (UniqueConstraint("case_id", "moment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    moment: Mapped[str] = mapped_column(String(12))
    asked_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)

    case = relationship("Case")
