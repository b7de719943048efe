"""What is told to whom, and the e-mails that carry it."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class Message(Model):
    """One e-mail, to a person with an account or to an outside address. It carries one notice, or those of a day.

    Written in the same transaction as what it tells. Not audited: it follows from records whose changes are.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_open", "state", "due_at"),
        UniqueConstraint("person_id", "digest_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    """The Message-ID, the same at every attempt"""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str | None] = mapped_column(EncryptedText)
    digest_on: Mapped[date | None] = mapped_column(Date)
    """The day whose notices it gathers; None when it goes at once"""
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    """When the last try began"""
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    maybe_delivered: Mapped[int] = mapped_column(Integer, default=0)
    """Attempts whose end nobody knows: the peer went away after it had the whole message"""
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was sent, failed for good or was found to be not needed"""
    last_error: Mapped[str] = mapped_column(String(40), default="")
    """The kind of the last error, never the peer's words: those repeat addresses"""

    notices: Mapped[list["Notice"]] = relationship(back_populates="message", order_by="Notice.id")


class Notice(Model):
    """One thing told to one recipient; the same ``key`` tells the same recipient once."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("key", "recipient"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    recipient: Mapped[str] = mapped_column(String(80))
    """person-12, or a keyed digest of an outside address"""
    url: Mapped[str] = mapped_column(String(300), default="")
    about: Mapped[str] = mapped_column(Text, default="{}")
    """Ids that a composer needs, as JSON; never a token"""
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)

    message: Mapped[Message] = relationship(back_populates="notices")


class Preference(Audited, Model):
    """How a person wants to be told; without a row, at once."""

    __tablename__ = "notice_preference"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    daily: Mapped[bool] = mapped_column(Boolean, default=False)
