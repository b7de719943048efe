"""The strategies that the service advised."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText


class Strategy(Audited, Model):
    """One advised strategy, who at the school owns it, and whether it was put in place."""

    __tablename__ = "strategy"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    words: Mapped[str] = mapped_column(EncryptedText)
    owner: Mapped[str] = mapped_column(String(120), default="")
    advised_on: Mapped[date | None] = mapped_column(Date)
    implemented: Mapped[str | None] = mapped_column(String(10))
    """yes, partly, no; None while not yet known"""
    implemented_on: Mapped[date | None] = mapped_column(Date)
    position: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)

    case = relationship("Case")

    __mapper_args__ = {"version_id_col": version}


class SchoolStrategy(Audited, Model):
    """A strategy that belongs to a whole school: a room, a lunch hall, a routine. It names no child."""

    __tablename__ = "school_strategy"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), index=True)
    place: Mapped[str] = mapped_column(String(80), default="")
    """Where or when it applies: the lunch hall, the start of the day"""
    words: Mapped[str] = mapped_column(EncryptedText)
    owner: Mapped[str] = mapped_column(String(120), default="")
    advised_on: Mapped[date | None] = mapped_column(Date)
    advised_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    implemented: Mapped[str | None] = mapped_column(String(10))
    """yes, partly, no; None while not yet known"""
    implemented_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)

    school = relationship("School")

    __mapper_args__ = {"version_id_col": version}
