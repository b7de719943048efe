"""How often something may be done in a time: one counter a key and window, shared by all processes."""

from datetime import datetime, timedelta

from sqlalchemy import Integer, String, UniqueConstraint, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest
from portal.kernel.database import UtcDateTime
from portal.kernel.unit_of_work import short_write


class RateCounter(Model):
    """How often one key (a keyed digest) was used in the window that began at ``began_at``."""

    __tablename__ = "rate_counter"
    __table_args__ = (UniqueConstraint("key", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    count: Mapped[int] = mapped_column(Integer)


def allow(purpose: str, key: str, *, most: int, window: timedelta) -> bool:
    """Counts one use of ``key`` (an address, say) and answers whether it is within ``most`` for this window.

    Kept in a transaction of its own, whatever becomes of the request; what the unit wrote before is undone, so this
    comes first.
    """
    digest = keyed_digest(f"rate {purpose}", key)
    began = _window_start(clock.now(), window)
    db.session.rollback()
    try:
        return _count(digest, began) <= most
    except IntegrityError:  # another process made the row between our two statements
        return _count(digest, began) <= most


def used_up(purpose: str, key: str, *, most: int, window: timedelta) -> bool:
    """Whether ``allow`` would refuse the next use; counts nothing."""
    digest = keyed_digest(f"rate {purpose}", key)
    began = _window_start(clock.now(), window)
    mine = (RateCounter.key == digest) & (RateCounter.began_at == began)
    return (db.session.scalar(select(RateCounter.count).where(mine)) or 0) >= most


def _window_start(now: datetime, window: timedelta) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)


def _count(digest: str, began: datetime) -> int:
    mine = (RateCounter.key == digest) & (RateCounter.began_at == began)
    with short_write() as connection:
        counted = connection.execute(update(RateCounter).where(mine).values(count=RateCounter.count + 1))
        if counted.rowcount == 0:
            connection.execute(delete(RateCounter).where(RateCounter.began_at < began - timedelta(days=1)))
            connection.execute(insert(RateCounter).values(key=digest, began_at=began, count=1))
            return 1
        return connection.execute(select(RateCounter.count).where(mine)).scalar_one()
