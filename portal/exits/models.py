"""How a piece of work ended, and what held later."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class PupilOutcome(Audited, Model):
    """What became of one pupil's place at school."""

    __tablename__ = "pupil_outcome"
    __table_args__ = (UniqueConstraint("case_id", "pupil_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(40))
    placement_holds: Mapped[bool | None] = mapped_column(Boolean)
    """Where the work continues: does the placement hold? None elsewhere, and where nobody said"""
    note: Mapped[str | None] = mapped_column(EncryptedText)
    recorded_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)

    case = relationship("Case")

    __mapper_args__ = {"version_id_col": version}


class MonitoringVisit(Audited, Model):
    """A look, some weeks and one term after the end, at what is still in place."""

    __tablename__ = "monitoring_visit"
    __table_args__ = (UniqueConstraint("case_id", "moment"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    moment: Mapped[str] = mapped_column(String(20))
    """weeks, term, or imported"""
    due_on: Mapped[date | None] = mapped_column(Date)
    scheduled_for: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    answer: Mapped[str | None] = mapped_column(String(10))
    """yes, some or no where an earlier chart says only that much; else the answer follows from the checks"""
    not_done_reason: Mapped[str | None] = mapped_column(EncryptedText)
    """Why it will not take place; then it no longer waits"""
    note: Mapped[str | None] = mapped_column(EncryptedText)
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    case = relationship("Case")
    checks: Mapped[list["StrategyCheck"]] = relationship(
        order_by="StrategyCheck.id", cascade="all, delete-orphan", back_populates="monitoring_visit"
    )

    __mapper_args__ = {"version_id_col": version}


class StrategyCheck(Audited, Model):
    """One strategy at one monitoring visit."""

    __tablename__ = "strategy_check"
    __table_args__ = (UniqueConstraint("monitoring_visit_id", "strategy_id"),)
    audited_through = "monitoring_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    monitoring_visit_id: Mapped[int] = mapped_column(ForeignKey("monitoring_visit.id"))
    strategy_id: Mapped[int] = mapped_column(ForeignKey("strategy.id"), index=True)
    state: Mapped[str] = mapped_column(String(30))
    note: Mapped[str | None] = mapped_column(EncryptedText)

    monitoring_visit: Mapped[MonitoringVisit] = relationship(back_populates="checks")


class StatedCell(Audited, Model):
    """A person (or an earlier chart) says of one column that it is not applicable, awaited, in progress or scheduled.

    What the records themselves show stands above it.
    """

    __tablename__ = "stated_cell"
    __table_args__ = (UniqueConstraint("case_id", "column_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    column: Mapped[str] = mapped_column("column_name", String(30))
    state: Mapped[str] = mapped_column(String(20))
    due_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    stated_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    case = relationship("Case")

    __mapper_args__ = {"version_id_col": version}
