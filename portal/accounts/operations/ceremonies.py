"""Ways in that leave the portal and come back (a work account, a passkey): each comes back once, soon, to its browser.

Kept in transactions of their own, because what was brought back is used up whatever becomes of it. What the unit had
open is undone, so both functions come first.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from portal.accounts.models import Ceremony
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest
from portal.kernel.unit_of_work import short_write

LASTS = timedelta(minutes=10)
_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Began:
    """What was to be done; ``person_id`` is whose account it is about, where that is known from the start."""

    purpose: str
    person_id: int | None = None
    link_digest: str | None = None
    wanted: str = ""


def begin(way: str, secret: str, browser: str, began: Began) -> None:
    """Remembers that ``browser`` may bring ``secret`` back."""
    db.session.rollback()
    now = clock.now()
    row = {
        "digest": _digest(way, secret),
        "browser": _of_browser(browser),
        "way": way,
        "purpose": began.purpose,
        "person_id": began.person_id,
        "link_digest": began.link_digest,
        "wanted": began.wanted[:2000],
        "made_at": now,
    }
    with short_write() as connection:
        connection.execute(delete(Ceremony).where(Ceremony.made_at < now - _KEPT))
        connection.execute(insert(Ceremony).values(row))


def take(way: str, secret: str, browser: str) -> Began | None:
    """What was begun with ``secret``; None when it is unknown, used, too old or of another browser: all look alike."""
    db.session.rollback()
    now, mine = clock.now(), Ceremony.digest == _digest(way, secret)
    good = (
        mine
        & (Ceremony.browser == _of_browser(browser))
        & Ceremony.used_at.is_(None)
        & (Ceremony.made_at > now - LASTS)
    )
    with short_write() as connection:
        if connection.execute(update(Ceremony).where(good).values(used_at=now)).rowcount != 1:
            return None
        columns = (Ceremony.purpose, Ceremony.person_id, Ceremony.link_digest, Ceremony.wanted)
        return Began(*connection.execute(select(*columns).where(mine)).one())


def _digest(way: str, secret: str) -> str:
    return keyed_digest(f"ceremony {way}", secret)


def _of_browser(browser: str) -> str:
    return keyed_digest("ceremony browser", browser)
