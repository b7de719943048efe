"""What is missing before a referral can be sent, and how far each page has come."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum

from portal.referrals.rules.drafts import (
    AttendancePage,
    FamilyPage,
    GroupPage,
    GroupPupil,
    NeedsPage,
    PageDraft,
    PupilPage,
    ReferrerPage,
    ViewsPage,
)
from portal.referrals.rules.pages import ALSO, CORE, PAGE_OF_DRAFT, Page, Question, pages_of

FEWEST_IN_GROUP = 2


@dataclass(frozen=True)
class Asked:
    """What decides which questions a form asks.

    ``asks_head``: the head approves in the portal; ``kind``: for whom (``SCOPES``); ``by_officer``: an officer of the
    authority writes it, so officer and parent sign and no head does.
    """

    asks_head: bool = False
    kind: str = "pupil"
    by_officer: bool = False


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
_SIGNED_FIRST = "officer and parent sign before the referral is sent."
_OF_HEAD = frozenset({"head_approves", "head_name", "head_approved_on"})
_OF_OFFICER = frozenset({"officer_signs", "officer_signed_on", "parent_signs", "parent_name", "parent_signed_on"})


def missing(pages: Mapping[str, PageDraft], asked: Asked) -> list[Missing]:
    """What is not answered yet, in the order of the form; ``pages`` holds the saved drafts by page key.

    Core answers block sending, usual ones help and never block; the rest is not listed.
    """
    return [gap for page in pages_of(asked.kind) for gap in missing_on(pages.get(page.key, page.draft()), asked)]


def missing_on(page: PageDraft, asked: Asked) -> list[Missing]:
    """What is not answered yet on one page, in the order of its questions; a head's "no" counts as missing approval."""
    shown = PAGE_OF_DRAFT[type(page)]
    uncalled = uncalled_for(page, asked)
    return [
        *_refused_signature(page, asked),
        *_gaps_of_group(page),
        *(
            _gap(shown, question)
            for question in shown.questions
            if question.weight != ALSO and question.field not in uncalled and _is_empty(getattr(page, question.field))
        ),
    ]


def blocking(gaps: list[Missing]) -> tuple[str, ...]:
    """The sentences of the core answers among the gaps: what the road must know."""
    return tuple(gap.sentence for gap in gaps if gap.blocks)


def page_state(page: PageDraft | None, asked: Asked) -> PageState:
    """How far a page has come: None was never saved; complete is a saved page on which no core answer is missing."""
    if page is None:
        return PageState.NOT_STARTED
    return PageState.STARTED if blocking(missing_on(page, asked)) else PageState.COMPLETE


def uncalled_for(page: PageDraft, asked: Asked) -> set[str]:
    """The questions that other answers, or who writes, make pointless."""
    match page:
        case PupilPage():
            return {"no_school_reason"} if page.at_school else set()
        case NeedsPage():
            return set() if page.sen_status in ("K", "E") else {"sen_need"}
        case FamilyPage():
            return _uncalled_agreement(page.agrees, "agrees") | _uncalled_agreement(page.shares, "shares")
        case AttendancePage():
            return set() if page.suspended else {"suspensions"}
        case ViewsPage():
            return _uncalled_view(page, "pupil_views") | _uncalled_view(page, "family_views")
        case ReferrerPage():
            return _uncalled_signature(page, asked)
        case _:
            return set()


def is_blank(page: PageDraft, field: str, asked: Asked) -> bool:
    """Whether one question of a page has no answer, though its other answers do not make it pointless."""
    return _is_empty(getattr(page, field)) and field not in uncalled_for(page, asked)


def _refused_signature(page: PageDraft, asked: Asked) -> list[Missing]:
    if not isinstance(page, ReferrerPage):
        return []
    title = PAGE_OF_DRAFT[ReferrerPage].title
    refused = []
    if asked.by_officer:
        signs = ("officer_signs", "parent_signs")
        refused = [(name, _SIGNED_FIRST) for name in signs if getattr(page, name) is False]
    elif page.head_approves is False and not asked.asks_head:
        refused = [("head_approves", _APPROVAL_FIRST)]
    return [Missing("referrer", name, f"{title}: {words}", blocks=True) for name, words in refused]


def _gaps_of_group(page: PageDraft) -> list[Missing]:
    """A group has at least two pupils, and every child's core answers."""
    if not isinstance(page, GroupPage) or not page.pupils:
        return []
    title = PAGE_OF_DRAFT[GroupPage].title
    found = []
    if len(page.pupils) < FEWEST_IN_GROUP:
        found.append(f"{title}: a group has at least {FEWEST_IN_GROUP} pupils. Add the others.")
    for number, pupil in enumerate(page.pupils, start=1):
        if lacking := _lacking(pupil):
            found.append(f"{title}: pupil {number} lacks {', '.join(lacking)}.")
    return [Missing("pupils", "pupils", sentence, blocks=True) for sentence in found]


_WORDS_IN_GROUP: Mapping[str, str] = {
    "given_name": "the first name",
    "family_name": "the family name",
    "born_on": "the date of birth",
    "year_group": "the year group",
    "sen_status": "the SEN status",
    "looked_after": "whether the child is looked after",
    "social_care": "the social-care status",
    "agrees": "whether the family agrees",
    "agrees_on": "when the family agreed",
    "agrees_who": "who agreed",
    "agrees_why_not": "why the family does not agree",
    "shares": "whether information may be shared",
    "shares_on": "when the family permitted sharing",
    "shares_who": "who permitted sharing",
    "shares_why_not": "why information may not be shared",
}


def _lacking(pupil: GroupPupil) -> list[str]:
    uncalled = _uncalled_agreement(pupil.agrees, "agrees") | _uncalled_agreement(pupil.shares, "shares")
    names = (field.name for field in fields(pupil) if field.name in _WORDS_IN_GROUP and field.name not in uncalled)
    return [_WORDS_IN_GROUP[name] for name in names if _is_empty(getattr(pupil, name))]


def _gap(page: Page, question: Question) -> Missing:
    label = question.label.rstrip("?")
    asks = question.label.endswith("?")
    sentence = f"{page.title}: answer “{label}?”." if asks else f"{page.title}: add “{label}”."
    return Missing(page.key, question.field, sentence, question.weight == CORE)


def _is_empty(value: object) -> bool:
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def _uncalled_agreement(answer: bool | None, name: str) -> set[str]:
    details = {f"{name}_on", f"{name}_who", f"{name}_why_not", f"{name}_with"}
    called_for = {True: {f"{name}_on", f"{name}_who", f"{name}_with"}, False: {f"{name}_why_not"}, None: set()}
    return details - called_for[answer]


def _uncalled_view(page: ViewsPage, name: str) -> set[str]:
    if getattr(page, f"{name}_how") == "not_yet":
        return {name}
    return {f"{name}_not_yet"}


def _uncalled_signature(page: ReferrerPage, asked: Asked) -> set[str]:
    if asked.by_officer:
        uncalled = set() if page.officer_signs else {"officer_signed_on"}
        return uncalled | _OF_HEAD | (set() if page.parent_signs else {"parent_name", "parent_signed_on"})
    if asked.asks_head:
        return {*_OF_HEAD, *_OF_OFFICER}
    return {*_OF_OFFICER} | (set() if page.head_approves else {"head_name", "head_approved_on"})
