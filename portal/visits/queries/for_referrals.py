"""What referrals, which lie below, tell of the first visit."""

from sqlalchemy import func, select

from portal.cases.models import Case
from portal.extensions import db
from portal.referrals.rules import Event
from portal.visits.models import Visit


def visit_events(referral_id: int) -> list[Event]:
    """The first visit of the work that came from one referral."""
    first = db.session.scalar(
        select(func.min(Visit.on_date))
        .join(Case, Case.id == Visit.case_id)
        .where(Case.referral_id == referral_id, Visit.removed_at.is_(None))
    )
    return [Event(first, "First visit")] if first else []
