"""The texts of agreements, agreements, and who signed them."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.policy import Scope
from portal.referrals.models import Referral
from portal.schools.models import School, ServiceLine

DRAFT = 0
"""The number of a text that is not published yet: a series has one draft at most."""


class AgreementText(Audited, Model):
    """One version of the text of a service line, or of all lines. Once published it is never changed."""

    __tablename__ = "agreement_text"
    __table_args__ = (UniqueConstraint("series", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(String(20))
    """“all”, or “line-3” for the text of one service line"""
    service_line_id: Mapped[int | None] = mapped_column(ForeignKey("service_line.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1, 2, … in its series; ``DRAFT`` while nobody published it"""
    school: Mapped[str] = mapped_column(EncryptedText)
    service: Mapped[str] = mapped_column(EncryptedText)
    sharing: Mapped[str] = mapped_column(EncryptedText)
    stopping: Mapped[str] = mapped_column(EncryptedText)
    what_changed: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(120), default="")
    version: Mapped[int] = mapped_column(Integer)

    service_line = relationship(ServiceLine)

    __mapper_args__ = {"version_id_col": version}


class Agreement(Audited, Model):
    """One version of what school and service promise for one piece of work; the merged text is kept for good."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("referral_id", "number"),
        Index("ix_agreement_status", "status", "id"),
        Index("ix_agreement_school", "school_id", "status", "id"),
    )
    status_attribute = "status"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    service_line_id: Mapped[int | None] = mapped_column(ForeignKey("service_line.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1, 2, … for this piece of work"""
    text_id: Mapped[int] = mapped_column(ForeignKey("agreement_text.id"))
    status: Mapped[str] = mapped_column(String(20))
    particulars: Mapped[str] = mapped_column(EncryptedText)
    """``rules.Particulars`` as JSON"""
    text: Mapped[str] = mapped_column(EncryptedText)
    """The exact words that are signed"""
    digest: Mapped[str] = mapped_column(String(64))
    change_asked: Mapped[bool] = mapped_column(Boolean, default=False)
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)

    school = relationship(School)
    service_line = relationship(ServiceLine)
    referral = relationship(Referral)
    of_text: Mapped[AgreementText] = relationship()
    signatures: Mapped[list["AgreementSignature"]] = relationship(
        order_by="AgreementSignature.id", back_populates="agreement"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def scope(self) -> Scope:
        """Without the people involved: ``queries`` adds them where a check needs them."""
        return Scope(school_id=self.school_id, line_id=self.service_line_id)


class AgreementSignature(Audited, Model):
    """Somebody signed this exact text. Append-only: triggers refuse UPDATE and DELETE. It names no child."""

    __tablename__ = "agreement_signature"
    __table_args__ = (UniqueConstraint("agreement_id", "party"),)
    audited_through = "agreement"

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreement.id"))
    party: Mapped[str] = mapped_column(String(10))
    """school or service"""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who pressed the button; for a signature on paper, who recorded it"""
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(120))
    contact: Mapped[str] = mapped_column(String(120), default="")
    """Whom the school named as its contact"""
    on_paper: Mapped[bool] = mapped_column(Boolean, default=False)
    signed_on: Mapped[date] = mapped_column(Date)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    digest: Mapped[str] = mapped_column(String(64))

    agreement: Mapped[Agreement] = relationship(back_populates="signatures")
