"""When a session ends, and when tries to sign in have to wait."""

from datetime import datetime, timedelta
from enum import StrEnum

FAILURE_WINDOW = timedelta(minutes=5)
FAILURES_ALLOWED = 10
"""For one account from one address."""
ACCOUNT_FAILURES_ALLOWED = 30
"""For one account from anywhere: many machines that guess together. Higher, so that a stranger cannot easily lock
somebody out from afar."""
ADDRESS_FAILURES_ALLOWED = 300
"""From one address over all accounts: one common password tried on everybody. A whole school may share an address, so
that beyond it only an account that failed there already has to wait: each has one try, and a pupil with a script
cannot keep the staff out."""

IDLE_LIMIT = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)
WARN_BEFORE = timedelta(minutes=2)
"""How long before its end an idle session says so."""
TOUCH_EVERY = timedelta(minutes=1)
"""A session's “last seen” is written at most this often."""
FRESH = timedelta(minutes=15)
"""How long after proving who one is one may add another way to sign in."""


class SessionEnd(StrEnum):
    """Why a session is no good any more, in the words of the sign-in page."""

    ENDED = "You were signed out: this session was ended."
    IDLE = "You were signed out because nothing was done for 30 minutes."
    TOO_LONG = "You were signed out because nobody stays signed in for more than 12 hours."


def is_locked(here: int, account: int = 0, address: int = 0) -> bool:
    """Even the right password waits after too many failures inside ``FAILURE_WINDOW``.

    ``here`` are failures for this account from this address, ``account`` from anywhere, ``address`` over all accounts.
    """
    tried_again_from_a_busy_address = address >= ADDRESS_FAILURES_ALLOWED and here > 0
    return here >= FAILURES_ALLOWED or account >= ACCOUNT_FAILURES_ALLOWED or tried_again_from_a_busy_address


def session_end(began_at: datetime, seen_at: datetime, ended_at: datetime | None, now: datetime) -> SessionEnd | None:
    """Why a session does not hold; None while it does."""
    if ended_at is not None:
        return SessionEnd.ENDED
    if now - began_at > LONGEST_SESSION:
        return SessionEnd.TOO_LONG
    return SessionEnd.IDLE if now - seen_at > IDLE_LIMIT else None


def session_holds(began_at: datetime, seen_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """Is a session still good? Idle and absolute limits, and its own end."""
    return session_end(began_at, seen_at, ended_at, now) is None


def idle_end(began_at: datetime, seen_at: datetime) -> datetime:
    """When the session ends if nothing more is done."""
    return min(seen_at + IDLE_LIMIT, began_at + LONGEST_SESSION)


def may_stay(began_at: datetime, now: datetime) -> bool:
    """Would doing something put the end off? Not near the end of the longest session."""
    return began_at + LONGEST_SESSION - now > WARN_BEFORE


def needs_touch(seen_at: datetime, now: datetime) -> bool:
    """Is it time to write “last seen” again?"""
    return now - seen_at >= TOUCH_EVERY


def is_fresh(proved_at: datetime | None, now: datetime) -> bool:
    """Did the person prove lately who they are? An unwatched screen must not add a way in."""
    return proved_at is not None and timedelta(0) <= now - proved_at <= FRESH
