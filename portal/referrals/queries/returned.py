"""What the service asked when it returned a referral, and what was answered."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from portal.extensions import db
from portal.kernel.history import steps_of
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralQuestion
from portal.referrals.queries.form import asked_of, page_answers


@dataclass(frozen=True)
class AskedRow:
    """One question of the latest return. ``answer`` only for the service's own; of the form's, the page has it.

    ``unknown``: the school says that it does not know; ``blank``: it has neither answered nor said so.
    """

    id: int
    words: str
    page: str
    field: str
    answer: str
    unknown: bool
    blank: bool

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


def asked_rows(referral: Referral, questions: Iterable[ReferralQuestion]) -> list[AskedRow]:
    """The same as pages show them."""
    asked = list(questions)
    blank = {question.id for question in _blank_of(referral, asked)}
    return [AskedRow(q.id, q.words, q.page, q.field, q.answer or "", q.unknown, q.id in blank) for q in asked]


def fields_asked(questions: Iterable[ReferralQuestion]) -> dict[str, list[str]]:
    """The questions of the form by page; files that are asked for are no questions of a page."""
    found: dict[str, list[str]] = {}
    for question in questions:
        if question.page and question.page != rules.PLACE_OF_FILES:
            found.setdefault(question.page, []).append(question.field)
    return found


def reason_of_return(referral: Referral, questions: Iterable[ReferralQuestion]) -> str:
    """What the coordinator wrote beside the questions; empty when it was only their list."""
    taken = [step for step in steps_of("referral", referral.id) if step.step == "return"]
    note = (taken[-1].note or "") if taken else ""
    return "" if note == "\n".join(question.words for question in questions) else note


def own_answers(referral: Referral) -> list[tuple[str, str, str]]:
    """Over all returns (key, question, answer): own questions with an answer, and all that the school does not know."""
    rows = db.session.scalars(
        select(ReferralQuestion)
        .where(
            ReferralQuestion.referral_id == referral.id,
            or_(ReferralQuestion.page == "", ReferralQuestion.unknown),
            ReferralQuestion.answered_at.is_not(None),
        )
        .order_by(ReferralQuestion.id)
    )
    return [(f"asked-{row.id}", row.words, row.answer or rules.NOT_KNOWN) for row in rows]


def unanswered_of(referral: Referral) -> int:
    """How many questions of the service wait for an answer; none unless the referral is with the school."""
    return len(blank_questions(referral)) if referral.status == "returned" else 0


def blank_questions(referral: Referral) -> list[ReferralQuestion]:
    """The questions of the latest return with neither an answer nor “we don't know”."""
    return _blank_of(referral, questions_of(referral))


def _blank_of(referral: Referral, questions: Iterable[ReferralQuestion]) -> list[ReferralQuestion]:
    pages, asked, files = page_answers(referral), asked_of(referral), {row.item for row in referral.files}

    def is_blank(question: ReferralQuestion) -> bool:
        if question.unknown:
            return False
        if not question.page:
            return not question.answer
        if question.page == rules.PLACE_OF_FILES:
            return question.field not in files
        page = pages.get(question.page) or rules.PAGE_BY_KEY[question.page].draft()
        return rules.is_blank(page, question.field, asked)

    return [question for question in questions if is_blank(question)]


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
