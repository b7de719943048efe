"""Programmes such as attachment-aware schools: which topics count, and how many staff each school has."""

from datetime import date

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.training.models.catalogue import Topic


class Programme(Audited, Model):
    """A school stands in a programme by the share of its staff who came to one of the topics."""

    __tablename__ = "training_programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    summary: Mapped[str] = mapped_column(String(1000))
    needed_percent: Mapped[int] = mapped_column(Integer)
    is_active: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)

    topics: Mapped[list["ProgrammeTopic"]] = relationship(
        order_by="ProgrammeTopic.id", cascade="all, delete-orphan", back_populates="programme"
    )

    __mapper_args__ = {"version_id_col": version}


class ProgrammeTopic(Audited, Model):
    __tablename__ = "training_programme_topic"
    __table_args__ = (UniqueConstraint("programme_id", "topic_id"),)
    audited_through = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("training_programme.id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("training_topic.id"))

    programme: Mapped[Programme] = relationship(back_populates="topics")
    topic: Mapped[Topic] = relationship()


class StaffCount(Audited, Model):
    """How many staff a school had from a day on, as the school says; earlier rows stay for earlier dates."""

    __tablename__ = "training_staff_count"
    __table_args__ = (UniqueConstraint("school_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    from_on: Mapped[date] = mapped_column(Date)
    staff: Mapped[int] = mapped_column(Integer)
    said_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
