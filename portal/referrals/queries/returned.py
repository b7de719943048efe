"""What the service asked when it returned a referral, and what was answered."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel.history import steps_of
from portal.referrals.models import Referral, ReferralQuestion


@dataclass(frozen=True)
class AskedRow:
    """One question of the latest return. ``answer`` only for the service's own."""

    id: int
    words: str
    page: str
    field: str
    answer: str

    @property
    def is_own(self) -> bool:
        return not self.page


def questions_of(referral: Referral) -> list[ReferralQuestion]:
    """The questions of the latest return, those of the form first, in its order."""
    latest = select(func.max(ReferralQuestion.round)).where(ReferralQuestion.referral_id == referral.id)
    return list(
        db.session.scalars(
            select(ReferralQuestion)
            .where(ReferralQuestion.referral_id == referral.id, ReferralQuestion.round == latest.scalar_subquery())
            .order_by(ReferralQuestion.id)
        )
    )


def asked_rows(questions: Iterable[ReferralQuestion]) -> list[AskedRow]:
    """The same as pages show them."""
    return [AskedRow(q.id, q.words, q.page, q.field, q.answer or "") for q in questions]


def fields_asked(questions: Iterable[ReferralQuestion]) -> dict[str, list[str]]:
    """The questions of the form by page."""
    found: dict[str, list[str]] = {}
    for question in questions:
        if question.page:
            found.setdefault(question.page, []).append(question.field)
    return found


def reason_of_return(referral: Referral, questions: Iterable[ReferralQuestion]) -> str:
    """What the coordinator wrote beside the questions; empty when it was only their list."""
    taken = [step for step in steps_of("referral", referral.id) if step.step == "return"]
    note = (taken[-1].note or "") if taken else ""
    return "" if note == "\n".join(question.words for question in questions) else note


def own_answers(referral: Referral) -> list[tuple[str, str, str]]:
    """Every own question that was answered, over all returns: (key, question, answer)."""
    rows = db.session.scalars(
        select(ReferralQuestion)
        .where(
            ReferralQuestion.referral_id == referral.id,
            ReferralQuestion.page == "",
            ReferralQuestion.answered_at.is_not(None),
        )
        .order_by(ReferralQuestion.id)
    )
    return [(f"asked-{row.id}", row.words, row.answer or "") for row in rows]


def answers_version(referral: Referral, questions: Iterable[ReferralQuestion]) -> int:
    """A number that grows with every change of the referral, of an asked page, or of an own answer."""
    asked = list(questions)
    pages = fields_asked(asked)
    return (
        referral.version
        + sum(page.version for page in referral.pages if page.page in pages)
        + sum(question.version for question in asked)
    )
