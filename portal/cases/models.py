"""A case: one piece of work, its pupils and its workers."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.referrals.models import Referral
from portal.schools.models import Pupil, School, ServiceLine


class Case(Audited, Model):
    """One piece of work. Imported ones carry ``imported_year`` (2016 for 2016/17) and stay off the board."""

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_file_board", "service_line_id", "stage", "stage_since", "id"),
        Index("ix_case_file_stage", "stage", "stage_since", "id"),
        Index("ix_case_file_school", "school_id", "stage"),
        Index("ix_case_file_ended", "ended_on"),
        Index("ix_case_file_imported", "imported_year"),
    )
    status_attribute = "stage"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    referral_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"), unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    service_line_id: Mapped[int] = mapped_column(ForeignKey("service_line.id"))
    stage: Mapped[str] = mapped_column(String(20))
    stage_since: Mapped[datetime] = mapped_column(UtcDateTime)
    planned_half_days: Mapped[int] = mapped_column(Integer, default=0)
    minutes_used: Mapped[int] = mapped_column(Integer, default=0)
    """The sum of its visits' minutes, kept by the visits' operations so that a board needs no sum"""
    opened_on: Mapped[date | None] = mapped_column(Date)
    starts_on: Mapped[date | None] = mapped_column(Date)
    planned_end_on: Mapped[date | None] = mapped_column(Date)
    extension_reason: Mapped[str | None] = mapped_column(EncryptedText)
    extended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_on: Mapped[date | None] = mapped_column(Date)
    """The day the work ended; the stage says what still follows"""
    how_ended: Mapped[str | None] = mapped_column(String(30))
    closed_on: Mapped[date | None] = mapped_column(Date)
    imported_year: Mapped[int | None] = mapped_column(Integer)
    imported_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    version: Mapped[int] = mapped_column(Integer)

    school: Mapped[School] = relationship()
    service_line: Mapped[ServiceLine] = relationship()
    referral: Mapped[Referral | None] = relationship()
    pupils: Mapped[list["CasePupil"]] = relationship(
        order_by="CasePupil.position", cascade="all, delete-orphan", back_populates="case"
    )
    allocations: Mapped[list["Allocation"]] = relationship(
        order_by="Allocation.id", cascade="all, delete-orphan", back_populates="case"
    )
    covers: Mapped[list["Cover"]] = relationship(order_by="Cover.id", back_populates="case")

    __mapper_args__ = {"version_id_col": version}


class CasePupil(Audited, Model):
    """A pupil of a case; position 1 gives the card its name."""

    __tablename__ = "case_pupil"
    __table_args__ = (UniqueConstraint("case_id", "pupil_id"),)
    audited_through = "case"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)

    case: Mapped[Case] = relationship(back_populates="pupils")
    pupil: Mapped[Pupil] = relationship()


class Allocation(Audited, Model):
    """A worker of a case from day to day. Imported work has only a label such as “Worker 1”."""

    __tablename__ = "allocation"
    audited_through = "case"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    worker_label: Mapped[str | None] = mapped_column(String(60))
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)

    case: Mapped[Case] = relationship(back_populates="allocations")
    person: Mapped[Person | None] = relationship()


class Cover(Audited, Model):
    """A colleague stands in for a case, with a recorded reason."""

    __tablename__ = "cover"
    audited_through = "case"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(EncryptedText)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)

    case: Mapped[Case] = relationship(back_populates="covers")
    person: Mapped[Person] = relationship()
