"""What should come with a referral, as its service line asks: what is there, what is missing, and what would do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.referrals.rules.completeness import Missing
from portal.referrals.rules.drafts import AttendancePage, PageDraft, StrategyTried, TriedPage, ViewsPage

NEEDED, WISHED, NOT_ASKED = "needed", "wished", "not_asked"
CYCLES = 2
"""Cycles of assess, plan, do, review that show a graduated response."""
FILE_ITEMS: Mapping[str, str] = {
    "plan": "Plan or provision map",
    "other": "Something else that helps",
}
"""What a file that comes with a referral is."""
PLACE_OF_FILES = "evidence"
"""Where a missing file is added; not the key of a page."""


class EvidenceState(StrEnum):
    """Whether one item is there."""

    THERE = "there"
    EXPLAINED = "explained"
    MISSING = "missing"


EVIDENCE_STATES: Mapping[EvidenceState, str] = {
    EvidenceState.THERE: "There",
    EvidenceState.EXPLAINED: "Not yet, with the reason",
    EvidenceState.MISSING: "Missing",
}


@dataclass(frozen=True)
class EvidenceItem:
    """One item: where it is answered (a page's key or ``PLACE_OF_FILES``); ``words``: what is there, or would do."""

    code: str
    label: str
    page: str
    level: str
    state: EvidenceState
    words: str

    @property
    def blocks(self) -> bool:
        """The line says that it is needed, and it is not there."""
        return self.level == NEEDED and self.state is EvidenceState.MISSING

    @property
    def lacks(self) -> bool:
        return self.state is EvidenceState.MISSING


_Found = tuple[EvidenceState, str]
_LABELS: Mapping[str, str] = {
    "attendance": "Attendance",
    "suspensions": "Suspensions, with reason codes",
    "plan": "Plan or provision map",
    "cycles": "Two cycles of the graduated response",
    "pupil_view": "The pupil's own view",
    "family_view": "The family's view",
}
_PAGES: Mapping[str, str] = {
    "attendance": "attendance",
    "suspensions": "attendance",
    "plan": PLACE_OF_FILES,
    "cycles": "tried",
    "pupil_view": "views",
    "family_view": "views",
}
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "pupil": tuple(_LABELS),
    "group": ("plan", "cycles", "pupil_view", "family_view"),
    "school": ("plan", "cycles"),
}


def evidence(
    pages: Mapping[str, PageDraft], files: Collection[str], levels: Mapping[str, str], kind: str = "pupil"
) -> list[EvidenceItem]:
    """The checklist of a referral, in the order in which it is read.

    ``files`` holds the item (``FILE_ITEMS``) of each file that is there, ``levels`` says for each code whether the
    line needs it, wishes it or does not ask; a code that is not named is wished.
    """
    found = []
    for code in _OF_KIND[kind]:
        level = levels.get(code, WISHED)
        if level != NOT_ASKED:
            state, words = _look(code, pages, files)
            found.append(EvidenceItem(code, _LABELS[code], _PAGES[code], level, state, words))
    return found


def evidence_gaps(items: Collection[EvidenceItem]) -> list[Missing]:
    """What the line needs and is not there, as the gaps that block sending."""
    return [Missing(item.page, item.code, f"{item.label}: {item.words}", blocks=True) for item in items if item.blocks]


def _look(code: str, pages: Mapping[str, PageDraft], files: Collection[str]) -> _Found:
    attendance, views = pages.get("attendance", AttendancePage()), pages.get("views", ViewsPage())
    tried = pages.get("tried", TriedPage())
    if code == "attendance" and isinstance(attendance, AttendancePage):
        return _attendance(attendance)
    if code == "suspensions" and isinstance(attendance, AttendancePage):
        return _suspensions(attendance)
    if code == "cycles" and isinstance(tried, TriedPage):
        return _cycles(tried)
    if isinstance(views, ViewsPage) and code in ("pupil_view", "family_view"):
        return _view(views, f"{code}s", "the pupil" if code == "pupil_view" else "the family")
    if "plan" in files:
        return EvidenceState.THERE, "A file is attached."
    return EvidenceState.MISSING, "Attach the plan or provision map: PDF, Word or a photo of it."


def _attendance(page: AttendancePage) -> _Found:
    if page.attendance_percent is None:
        return EvidenceState.MISSING, "Give the attendance in percent, and the day it is counted from."
    since = "" if page.attendance_since else " The day it is counted from would help."
    return EvidenceState.THERE, f"{page.attendance_percent.normalize():f} %.{since}"


def _suspensions(page: AttendancePage) -> _Found:
    if not page.suspensions:
        if page.suspended is False:
            return EvidenceState.THERE, "None, the school says."
        return EvidenceState.MISSING, "Say whether there were any; if so, each with its day, sessions and reasons."
    bare = sum(not (one.starts_on and one.sessions and one.reasons) for one in page.suspensions)
    if bare:
        return (
            EvidenceState.MISSING,
            f"{bare} of {len(page.suspensions)} lack the day, the sessions or the reason codes.",
        )
    return EvidenceState.THERE, f"{len(page.suspensions)}, each with its reason codes."


def _cycles(page: TriedPage) -> _Found:
    complete = sum(_is_cycle(one) for one in page.strategies)
    if complete >= CYCLES:
        return EvidenceState.THERE, f"{complete} strategies with dates and what came of them."
    return (
        EvidenceState.MISSING,
        f"{complete} of {CYCLES} so far. A cycle is a strategy with its first day and what came of it when you looked.",
    )


def _is_cycle(tried: StrategyTried) -> bool:
    return bool(tried.strategy.strip() and tried.from_on and tried.effect and tried.effect != "too_early")


def _view(page: ViewsPage, name: str, who: str) -> _Found:
    if getattr(page, name).strip():
        return EvidenceState.THERE, "In their own words."
    why = getattr(page, f"{name}_not_yet").strip()
    if getattr(page, f"{name}_how") == "not_yet" and why:
        return EvidenceState.EXPLAINED, why
    return EvidenceState.MISSING, f"Ask {who}, or say why nobody has asked yet."
