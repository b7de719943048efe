"""What the service asked when it returned a referral, and what was answered."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel.history import steps_of
from portal.referrals import rules
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
    """The questions of the form by page; files that are asked for are no questions of a page."""
    found: dict[str, list[str]] = {}
    for question in questions:
        if question.page and question.page != rules.PLACE_OF_FILES:
            found.setdefault(question.page, []).append(question.field)
    return found


def files_asked(questions: Iterable[ReferralQuestion]) -> list[str]:
    """The files that are asked for, in words."""
    return [question.words for question in questions if question.page == rules.PLACE_OF_FILES]


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


def unanswered_of(referral: Referral) -> int:
    """How many of the service's own questions wait for an answer; none unless the referral is with the school."""
    if referral.status != "returned":
        return 0
    return sum(not question.page and not question.answer for question in questions_of(referral))


def state_of_text(referral: Referral) -> str:
    """Another word after every change of a page, a file or an own answer: what a sender saw, and so may send.

    The referral's own version does not move with its pages.
    """
    parts = [
        sorted((page.page, page.version) for page in referral.pages),
        sorted(row.file_id for row in referral.files),
        [(question.id, question.version) for question in questions_of(referral)],
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def answers_version(referral: Referral, questions: Iterable[ReferralQuestion]) -> int:
    """A number that grows with every change of the referral, of an asked page, or of an own answer."""
    asked = list(questions)
    pages = fields_asked(asked)
    return (
        referral.version
        + sum(page.version for page in referral.pages if page.page in pages)
        + sum(question.version for question in asked)
    )
