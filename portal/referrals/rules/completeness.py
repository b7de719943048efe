"""What is missing before a referral can be sent, and how far each page has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from portal.referrals.rules.drafts import FamilyPage, NeedsPage, PageDraft, PupilPage, ReferrerPage
from portal.referrals.rules.pages import ALSO, CORE, PAGE_OF_DRAFT, PAGES, Page, Question


class Line(Protocol):
    """What the form must know of the service line: whether a referral waits for the head's approval in the portal."""

    @property
    def asks_head(self) -> bool: ...


@dataclass(frozen=True)
class Missing:
    """An answer that is not there: page key, field of the page's draft, a sentence, and whether it blocks sending."""

    page: str
    question: str
    sentence: str
    blocks: bool


class PageState(StrEnum):
    """How far a page has come."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    COMPLETE = "complete"


PAGE_STATES: Mapping[PageState, str] = {
    PageState.NOT_STARTED: "Not started",
    PageState.STARTED: "Started",
    PageState.COMPLETE: "Complete",
}


_APPROVAL_FIRST = "the head teacher's approval comes before the referral is sent."


def missing(pages: Mapping[str, PageDraft], line: Line) -> list[Missing]:
    """What is not answered yet, in the order of the form; ``pages`` holds the saved drafts by page key.

    Core answers block sending, usual ones help and never block; the rest is not listed.
    """
    return [gap for page in PAGES for gap in missing_on(pages.get(page.key, page.draft()), line)]


def missing_on(page: PageDraft, line: Line) -> list[Missing]:
    """What is not answered yet on one page, in the order of its questions; a head's "no" counts as missing approval."""
    asked = PAGE_OF_DRAFT[type(page)]
    uncalled = _uncalled_for(page, line)
    return _refused_approval(page, line) + [
        _gap(asked, question)
        for question in asked.questions
        if question.weight != ALSO and question.field not in uncalled and _is_empty(getattr(page, question.field))
    ]


def blocking(gaps: list[Missing]) -> tuple[str, ...]:
    """The sentences of the core answers among the gaps: what the road must know."""
    return tuple(gap.sentence for gap in gaps if gap.blocks)


def page_state(page: PageDraft | None, line: Line) -> PageState:
    """How far a page has come: None was never saved; complete is a saved page on which no core answer is missing."""
    if page is None:
        return PageState.NOT_STARTED
    return PageState.STARTED if blocking(missing_on(page, line)) else PageState.COMPLETE


def _refused_approval(page: PageDraft, line: Line) -> list[Missing]:
    if isinstance(page, ReferrerPage) and page.head_approves is False and not line.asks_head:
        asked = PAGE_OF_DRAFT[ReferrerPage]
        return [Missing(asked.key, "head_approves", f"{asked.title}: {_APPROVAL_FIRST}", blocks=True)]
    return []


def _gap(page: Page, question: Question) -> Missing:
    label = question.label.rstrip("?")
    asks = question.label.endswith("?")
    sentence = f"{page.title}: answer “{label}?”." if asks else f"{page.title}: add “{label}”."
    return Missing(page.key, question.field, sentence, question.weight == CORE)


def _is_empty(value: object) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def _uncalled_for(page: PageDraft, line: Line) -> set[str]:
    """The questions that other answers, or the service line, make pointless."""
    if isinstance(page, PupilPage):
        return {"no_school_reason"} if page.at_school else set()
    if isinstance(page, NeedsPage):
        return set() if page.sen_status in ("K", "E") else {"sen_need"}
    if isinstance(page, FamilyPage):
        return _uncalled_agreement(page.agrees, "agrees") | _uncalled_agreement(page.shares, "shares")
    if isinstance(page, ReferrerPage):
        return _uncalled_approval(page, line)
    return set()


def _uncalled_agreement(answer: bool | None, name: str) -> set[str]:
    details = {f"{name}_on", f"{name}_who", f"{name}_why_not", f"{name}_with"}
    called_for = {True: {f"{name}_on", f"{name}_who", f"{name}_with"}, False: {f"{name}_why_not"}, None: set()}
    return details - called_for[answer]


def _uncalled_approval(page: ReferrerPage, line: Line) -> set[str]:
    if line.asks_head:
        return {"head_approves", "head_name", "head_approved_on"}
    return set() if page.head_approves else {"head_name", "head_approved_on"}
