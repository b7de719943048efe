"""What schools and families said of the work: as the worker recorded it, or as they wrote it themselves."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class Feedback(Audited, Model):
    """One answer of a school or a family: aspects, what was good, what could be better; or why there could be none."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("uq_feedback_own", "case_id", "source", "moment", unique=True),
        Index("uq_feedback_invitation", "invitation_id", unique=True),
        Index("ix_feedback_unread", "source", "way", "read_at"),
    )

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
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("family_invitation.id"))
    """Leads to the person of the family who answered; None where the service recorded a conversation"""
    family_moment: Mapped[str | None] = mapped_column(String(12))
    """A value of ``rules.FamilyMoment`` where the family answered itself"""
    way: Mapped[str | None] = mapped_column(String(8))
    """link or paper where the family answered itself: such words are never changed"""
    manager_only: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    quote: Mapped[bool | None] = mapped_column(Boolean)
    """Whether the service may quote the words without a name; None where that was not asked"""
    language: Mapped[str | None] = mapped_column(String(5))
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody answerable read the free words"""
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


class FamilyInvitation(Audited, Model):
    """One person around the child is asked how it went, at one moment, in one way.

    Only keyed digests of the link's token and of the letter's code are kept; new ones end those before.
    """

    __tablename__ = "family_invitation"
    __table_args__ = (Index("ix_family_invitation_case", "case_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    """None once the contact was removed: nothing opens and nothing goes out any more"""
    moment: Mapped[str] = mapped_column(String(12))
    channel: Mapped[str] = mapped_column(String(8))
    """email, text, letter"""
    language: Mapped[str] = mapped_column(String(5))
    large_print: Mapped[bool] = mapped_column(Boolean, default=False)
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When Start was pressed the first time"""
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reminder_due_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)

    case = relationship("Case")
    contact = relationship("Contact")

    __mapper_args__ = {"version_id_col": version}


class FamilySitting(Model):
    """What a family has typed and not sent yet, for the one browser that holds its cookie.

    Not audited: it is a buffer, a row of its own, and goes when the answers are sent or another browser starts.
    """

    __tablename__ = "family_sitting"

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("family_invitation.id"), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the cookie"""
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    draft: Mapped[str] = mapped_column(EncryptedText)

    invitation: Mapped[FamilyInvitation] = relationship()
