"""What is due: one table that every “due” and “overdue” is read from."""

from datetime import date, datetime

from sqlalchemy import Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model
from portal.kernel.database import UtcDateTime


class Task(Model):
    """One thing due. It waits for a person, or for whoever holds ``role`` (for school roles: at ``school_id``).

    Not audited: a task follows from records whose changes are.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_case_due", "case_id", "done_at", "due_on"),
        Index("ix_task_person_due", "person_id", "done_at", "due_on"),
        Index("ix_task_role_due", "role", "done_at", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """What it is about, so that asking for it twice makes one: case-12-week_six_review"""
    rule: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(160))
    """Words without a name or a reference to a child's affairs"""
    url: Mapped[str] = mapped_column(String(200))
    case_id: Mapped[int | None] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(Integer)
    role: Mapped[str | None] = mapped_column(String(20))
    school_id: Mapped[int | None] = mapped_column(Integer)
    service_line_id: Mapped[int | None] = mapped_column(Integer)
    due_on: Mapped[date] = mapped_column(Date)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_id: Mapped[int | None] = mapped_column(Integer)
