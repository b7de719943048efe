"""Time spent: the ledger of visits, in minutes."""

from datetime import date, datetime, time

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Time
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class Visit(Audited, Model):
    """One entry of the ledger. Whole-school work has no case; imported days are one marked entry a worker and case."""

    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_case", "case_id", "on_date"),
        Index("ix_visit_person", "person_id", "on_date"),
        Index("ix_visit_school", "school_id", "on_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    allocation_id: Mapped[int | None] = mapped_column(ForeignKey("allocation.id"), index=True)
    """Whose row of the chart it counts in; None for whole-school work and for cover (then the first allocation's)"""
    kind: Mapped[str] = mapped_column(String(30))
    on_date: Mapped[date | None] = mapped_column(Date)
    """None only for imported days"""
    starts_at: Mapped[time | None] = mapped_column(Time)
    minutes: Mapped[int] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    is_imported: Mapped[bool] = mapped_column(Boolean, default=False)
    logged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Entered by mistake: it no longer counts, and stays in the ledger struck through with its reason"""
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_reason: Mapped[str | None] = mapped_column(EncryptedText)
    version: Mapped[int] = mapped_column(Integer)

    case = relationship("Case")
    school = relationship("School")
    person = relationship("Person", foreign_keys=[person_id])
    removed_by = relationship("Person", foreign_keys=[removed_by_id])
    earlier: Mapped[list["EarlierVisit"]] = relationship(
        order_by="EarlierVisit.id", cascade="all, delete-orphan", back_populates="visit"
    )

    __mapper_args__ = {"version_id_col": version}


class EarlierVisit(Audited, Model):
    """What an entry said before it was corrected, and why it was."""

    __tablename__ = "earlier_visit"
    audited_through = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    on_date: Mapped[date | None] = mapped_column(Date)
    starts_at: Mapped[time | None] = mapped_column(Time)
    minutes: Mapped[int] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    reason: Mapped[str] = mapped_column(EncryptedText)
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    visit: Mapped[Visit] = relationship(back_populates="earlier")
    corrected_by = relationship("Person")
