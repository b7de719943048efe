"""What referrals, which lie below, tell of the agreement that followed; ``app`` plugs it in."""

from datetime import date, datetime

from sqlalchemy import func, select

from portal.agreements.models import Agreement
from portal.agreements.queries.one import KIND
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.history import StepTaken
from portal.kernel.settings import Feature
from portal.referrals.rules import Event

_WORDS = {
    "prepare": "The agreement waits for the head teacher's signature",
    "sign": "The agreement is signed",
    "sign_on_paper": "The agreement is signed on paper",
    "ask_change": "The school asks for a change of the agreement",
    "answer": "The service answers about the agreement",
    "waive": "Work may start without a signed agreement",
}


def agreement_events(referral_id: int) -> list[Event]:
    """Prepared, signed, asked about, started without: never the words. Renewals before a signature are left out."""
    if not settings.is_on(Feature.AGREEMENTS):
        return []
    steps = db.session.scalars(
        select(StepTaken)
        .join(Agreement, (StepTaken.record_id == Agreement.id) & (StepTaken.kind == KIND))
        .where(Agreement.referral_id == referral_id, StepTaken.step.in_(_WORDS))
        .order_by(StepTaken.id)
    )
    found: list[Event] = []
    for step in steps:
        if step.step != "prepare" or not found:
            found.append(Event(step.at.astimezone(clock.LONDON).date(), _WORDS[step.step], step.person_name, step.at))
    return found


def settled_on(referral_id: int | None) -> date | None:
    """The day on which an agreement of this referral was first signed or waived; None while none was."""
    first: datetime | None = db.session.scalar(
        select(func.min(StepTaken.at))
        .join(Agreement, (StepTaken.record_id == Agreement.id) & (StepTaken.kind == KIND))
        .where(Agreement.referral_id == referral_id, StepTaken.step.in_(["sign", "sign_on_paper", "waive"]))
    )
    return first.astimezone(clock.LONDON).date() if first else None
