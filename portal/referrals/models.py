"""A referral, and its form page by page."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.policy import Scope


class Referral(Audited, Model):
    """A school asks for help for one pupil. ``school_id`` is the referring organisation and the scope of access."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_screening", "status", "submitted_at"),
        Index("ix_referral_school", "school_id", "status"),
    )
    status_attribute = "status"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    service_line_id: Mapped[int | None] = mapped_column(ForeignKey("service_line.id"))
    pupil_id: Mapped[int | None] = mapped_column(ForeignKey("pupil.id"), index=True)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it first reached the service; None while it is the school's own"""
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(30))
    decision_reason: Mapped[str | None] = mapped_column(EncryptedText)
    decision_conditions: Mapped[str | None] = mapped_column(EncryptedText)
    route: Mapped[str | None] = mapped_column(String(20))
    signpost: Mapped[str | None] = mapped_column(String(30))
    """With the decision “signpost elsewhere”: where the school should turn"""
    to_be_ratified: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer)

    school = relationship("School")
    service_line = relationship("ServiceLine")
    pupil = relationship("Pupil")
    written_by = relationship("Person", foreign_keys=[written_by_id])
    pages: Mapped[list["ReferralPage"]] = relationship(cascade="all, delete-orphan", back_populates="referral")

    __mapper_args__ = {"version_id_col": version}

    @property
    def scope(self) -> Scope:
        """Without the people involved: ``queries`` adds them where a check needs them."""
        return Scope(
            school_id=self.school_id,
            line_id=self.service_line_id,
            handed_in=self.submitted_at is not None,
            on_agenda=self.status == "at_panel",
        )


class ReferralPage(Audited, Model):
    """The answers of one page of the form, as its rules' dataclass writes them (JSON), encrypted."""

    __tablename__ = "referral_page"
    __table_args__ = (UniqueConstraint("referral_id", "page"),)
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    page: Mapped[str] = mapped_column(String(30))
    answers: Mapped[str] = mapped_column(EncryptedText)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(Integer)

    referral: Mapped[Referral] = relationship(back_populates="pages")

    __mapper_args__ = {"version_id_col": version}
