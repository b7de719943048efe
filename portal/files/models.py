"""Uploaded files: what is known of each; the bytes lie encrypted in the instance folder."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class StoredFile(Audited, Model):
    """One file of one record of a feature (``kind`` and ``record_id``)."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_record", "kind", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(EncryptedText)
    """As the person named it, cleaned; only shown, and encrypted because it can name a child"""
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)
    """Bytes as given out"""
    place: Mapped[str] = mapped_column(String(40), unique=True)
    """Random name under which the encrypted bytes lie"""
    state: Mapped[str] = mapped_column(String(12))
    url: Mapped[str] = mapped_column(String(300), default="")
    """The page of its record, for the message when it turns out to be harmful"""
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    kept_at: Mapped[datetime] = mapped_column(UtcDateTime)
    scanned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
