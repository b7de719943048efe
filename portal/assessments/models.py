"""Measures as data, goals in a person's own words, and readings."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class Measure(Audited, Model):
    """The definition of one measure; see ``rules.MeasureDefinition`` for what each column means."""

    __tablename__ = "measure"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    higher_is_better: Mapped[bool] = mapped_column(Boolean)
    minimum: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    maximum: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    labels: Mapped[str] = mapped_column(Text, default="[]")
    """JSON list of the words of an ordered scale, ordinal 1 first"""
    unit: Mapped[str] = mapped_column(String(30), default="")
    informants: Mapped[str] = mapped_column(Text, default="[]")
    versions: Mapped[str] = mapped_column(Text, default="[]")
    """JSON list of editions of the instrument, or of the periods of a count"""
    licence: Mapped[str] = mapped_column(String(20))
    credit: Mapped[str] = mapped_column(String(200), default="")
    result_words: Mapped[str] = mapped_column(String(200), default="")
    change_alone: Mapped[bool] = mapped_column(Boolean, default=False)
    position: Mapped[int] = mapped_column(Integer)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}


class Goal(Audited, Model):
    """A goal in the person's own words; its readings are of the goal-based measure, 0–10."""

    __tablename__ = "goal"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    words: Mapped[str] = mapped_column(EncryptedText)
    set_by: Mapped[str] = mapped_column(String(20))
    """pupil, family or school"""
    position: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}


class Reading(Audited, Model):
    """One result of one measure for one pupil. Thrive may hold only the ``increase``; imported ones have no date."""

    __tablename__ = "reading"
    __table_args__ = (Index("ix_reading_case", "case_id", "measure_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    pupil_id: Mapped[int | None] = mapped_column(ForeignKey("pupil.id"), index=True)
    """None where an earlier chart gives one reading for the whole piece of work"""
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    goal_id: Mapped[int | None] = mapped_column(ForeignKey("goal.id"))
    informant: Mapped[str] = mapped_column(String(40), default="")
    instrument_version: Mapped[str] = mapped_column(String(40), default="")
    """Edition or period: one of the measure's ``versions``"""
    taken_on: Mapped[date | None] = mapped_column(Date)
    order: Mapped[int] = mapped_column("sequence", Integer, default=0)
    """The order of readings without dates, or of one day"""
    value: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    increase: Mapped[Decimal | None] = mapped_column(Numeric(9, 2))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    measure: Mapped[Measure] = relationship()
    goal: Mapped[Goal | None] = relationship()
    pupil = relationship("Pupil")
    case = relationship("Case")

    __mapper_args__ = {"version_id_col": version}
