"""What another source offers for a referral, and how it is taken: it fills what is empty and changes nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, TypeVar

from portal.referrals.rules.drafts import (
    AgenciesPage,
    AttendancePage,
    FamilyPage,
    PageDraft,
)
from portal.referrals.rules.page_problems import page_problems
from portal.referrals.rules.pages import PAGE_BY_KEY
from portal.referrals.rules.wording import answer_words

Draft = TypeVar("Draft", bound=PageDraft)
_ALWAYS_ANSWERED = frozenset({"at_school", "no_school_reason"})
"""Questions with an answer from the first moment: no other source answers them."""


@dataclass(frozen=True)
class Offer:
    """What another source offers, by page key; ``left_out``: a sentence for each thing in it that cannot be used."""

    pages: Mapping[str, PageDraft]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfferedPage:
    """One page of what would be taken: its key, title, and each answer as (question, words)."""

    page: str
    title: str
    answers: tuple[tuple[str, str], ...]


def from_last(pages: Mapping[str, PageDraft]) -> dict[str, PageDraft]:
    """What an earlier referral offers for a new one.

    Never who agreed, approved or signed, nor when; never the child's and the family's words of that time, which are
    asked anew; nor figures that have moved on since.
    """
    taken = {key: page for key, page in pages.items() if key in ("concern", "needs", "tried", "support", "safety")}
    family, attendance, agencies = pages.get("family"), pages.get("attendance"), pages.get("agencies")
    if isinstance(family, FamilyPage):
        taken["family"] = FamilyPage(parents=family.parents)
    if isinstance(attendance, AttendancePage):
        taken["attendance"] = AttendancePage(
            suspended=True if attendance.suspensions else None,
            suspensions=attendance.suspensions,
            managed_moves=attendance.managed_moves,
        )
    if isinstance(agencies, AgenciesPage):
        taken["agencies"] = agencies
    return taken


def fill(known: Draft, offered: Draft, today: date) -> Draft:
    """The page with the offered answers where it had none; an answer that does not fit the others is left out."""
    new = {
        field.name: getattr(offered, field.name)
        for field in fields(known)
        if field.name not in _ALWAYS_ANSWERED
        and _is_empty(getattr(known, field.name))
        and not _is_empty(getattr(offered, field.name))
    }
    before = set(page_problems(known, today))
    while new:
        filled: Draft = replace(known, **new)
        wrong = {_field(name) for name in page_problems(filled, today) if name not in before}
        if not wrong & set(new):
            return known if wrong else filled
        new = {name: value for name, value in new.items() if name not in wrong}
    return known


def offered_pages(known: Mapping[str, PageDraft], offered: Mapping[str, PageDraft], today: date) -> list[OfferedPage]:
    """What would be taken, page by page in the order of the form; ``known`` holds every page as it stands."""
    found = []
    for key, page in PAGE_BY_KEY.items():
        if key in known and key in offered:
            answers = _changed(known[key], fill(known[key], offered[key], today), today)
            if answers:
                found.append(OfferedPage(key, page.title, answers))
    return found


def _changed(before: PageDraft, after: PageDraft, today: date) -> tuple[tuple[str, str], ...]:
    questions = PAGE_BY_KEY[_key(after)].questions
    return tuple(
        (question.label, answer_words(question.field, getattr(after, question.field), today))
        for question in questions
        if getattr(before, question.field) != getattr(after, question.field)
    )


def _key(page: PageDraft) -> str:
    return next(key for key, known in PAGE_BY_KEY.items() if known.draft is type(page))


def _field(name: str) -> str:
    return name.partition("-")[0]


def _is_empty(value: Any) -> bool:
    return value in (None, "", ()) and value is not False
