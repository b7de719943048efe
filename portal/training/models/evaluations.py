"""What people say of a session: links without an account, and the answers, which name nobody."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.training.models.sessions import Attendee, TrainingSession


class EvaluationLink(Audited, Model):
    """A link to three questions: of one person who came, or (without ``attendee_id``) for everybody in the room.

    Only the keyed digest of its token is kept; a new token takes the place of the one before.
    """

    __tablename__ = "training_evaluation_link"
    audited_through = "session"
    __table_args__ = (
        UniqueConstraint("attendee_id", "moment"),
        Index("ix_training_evaluation_link_session", "session_id", "moment"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    attendee_id: Mapped[int | None] = mapped_column(ForeignKey("training_attendee.id"))
    moment: Mapped[str] = mapped_column(String(10))
    """after or later"""
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answers_left: Mapped[int] = mapped_column(Integer)
    """One for a person; for the room as many as came and have neither answered nor a link of their own"""

    session: Mapped[TrainingSession] = relationship()
    attendee: Mapped[Attendee | None] = relationship()


class Evaluation(Audited, Model):
    """One set of three answers. It holds no name, and no way back to the link, also not through the audit trail."""

    __tablename__ = "training_evaluation"
    audited_through = "session"
    __table_args__ = (Index("ix_training_evaluation_session", "session_id", "moment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    moment: Mapped[str] = mapped_column(String(10))
    scale: Mapped[str] = mapped_column(String(20))
    different: Mapped[str | None] = mapped_column(EncryptedText)
    more: Mapped[str | None] = mapped_column(EncryptedText)
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    session: Mapped[TrainingSession] = relationship()
