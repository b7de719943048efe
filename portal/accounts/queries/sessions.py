"""Where somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts import rules
from portal.accounts.models import RecoveryCode, SignInSession
from portal.extensions import db
from portal.kernel import clock


@dataclass(frozen=True)
class SessionRow:
    """One browser that is signed in."""

    device: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def open_sessions(person_id: int, this_session_id: int) -> list[SessionRow]:
    """The sessions that still hold, this one first, then the last seen."""
    now = clock.now()
    rows = db.session.scalars(
        select(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.seen_at >= now - rules.IDLE_LIMIT,
            SignInSession.began_at >= now - rules.LONGEST_SESSION,
        )
        .order_by(SignInSession.id != this_session_id, SignInSession.seen_at.desc(), SignInSession.id)
    )
    return [SessionRow(s.device or "Unknown browser", s.began_at, s.seen_at, s.id == this_session_id) for s in rows]


def recovery_codes_left(person_id: int) -> int:
    """How many recovery codes were not used yet."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
        )
        or 0
    )
