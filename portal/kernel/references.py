"""References that people read out: R-2026-0007, C-2026-0007. Drawn from a counter row inside the unit of work."""

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db


class Counter(Model):
    """The last number given out for one letter and year."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int]


def next_reference(letter: str, year: int) -> str:
    """The next reference of a kind in a calendar year; the row stays locked until the unit ends."""
    name = f"{letter}-{year}"
    insert = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    raised = (
        insert(Counter)
        .values(name=name, value=1)
        .on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
    return f"{name}-{db.session.execute(raised).scalar_one():04d}"
