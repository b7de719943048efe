"""The answers of a referral, and what happened to it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.dates import short_day_words
from portal.referrals.rules.codes import EFFECTS, FAMILY_WAYS, FREQUENCIES, PUPIL_WAYS
from portal.referrals.rules.completeness import Asked, missing_on
from portal.referrals.rules.decisions import REFUSING
from portal.referrals.rules.drafts import Agency, Concern, GroupPupil, PageDraft, Parent, StrategyTried, Suspension
from portal.referrals.rules.pages import Page, pages_of
from portal.referrals.rules.parents import WAYS
from portal.schools.rules import (
    GENDERS,
    NO_SCHOOL_REASONS,
    RELATIONSHIPS,
    SEN_NEED,
    SEN_PROVISION,
    SOCIAL_CARE,
    SUSPENSION_REASONS,
    UPN_UNKNOWN_REASONS,
    YEAR_GROUPS,
)


@dataclass(frozen=True)
class Answer:
    """One question with its answer in words; empty words: not answered. ``blocks``: needed before sending."""

    field: str
    label: str
    words: str
    blocks: bool


@dataclass(frozen=True)
class Section:
    """One page of the form, to be read."""

    page: str
    title: str
    answers: tuple[Answer, ...]

    @property
    def given(self) -> tuple[Answer, ...]:
        """What was answered, and what should have been."""
        return tuple(answer for answer in self.answers if answer.words or answer.blocks)


STEP_WORDS: Mapping[str, str] = {
    "send_for_approval": "Sent to the head teacher for approval",
    "submit": "Sent to the service",
    "approve": "Approved by the school and sent to the service",
    "send_back": "Sent back to the writer",
    "resubmit": "Sent again to the service",
    "decide": "Decided",
    "send_to_panel": "Sent to the panel",
    "defer": "Deferred to the next panel",
    "return": "Returned for more information",
    "withdraw": "Withdrawn",
    "ask_another": "Somebody else was asked to approve it",
    "take_back": "The decision was taken back",
    "ratify": "Ratified by the panel",
    "hand_over": "Handed to a colleague",
    "recall": "Taken back by the school to change it",
    "arranged": "What was agreed is arranged",
    "add": "Added to by the school",
}
STATUS_TONES: Mapping[str, str] = {
    "draft": "quiet",
    "awaiting_approval": "attention",
    "submitted": "brand",
    "returned": "attention",
    "at_panel": "brand",
    "decided": "good",
    "withdrawn": "quiet",
}


def status_tone(status: str, decision: str) -> str:
    """The tone of a referral's status; a refusal is no success."""
    return "quiet" if status == "decided" and decision in REFUSING else STATUS_TONES[status]


def sections(pages: Mapping[str, PageDraft], asked: Asked, today: date) -> list[Section]:
    """All pages of this kind of referral in order; a question that other answers make pointless is left out."""
    return [_section(page, pages.get(page.key, page.draft()), asked, today) for page in pages_of(asked.kind)]


def views_first(found: list[Section]) -> list[Section]:
    """The sections as they are read: what the child and the family say comes before what others say of them."""
    return sorted(found, key=lambda section: section.page != "views")


def subject_words(kind: str, name: str, pupils: int) -> str:
    """Whom the referral is about, as its heading; ``name`` of the one pupil, ``pupils`` how many a group has so far."""
    if kind == "school":
        return "Whole school"
    if kind == "group":
        return f"Group of {pupils}" if pupils > 1 else "Group of pupils"
    return name or "Pupil not entered yet"


def _section(page: Page, draft: PageDraft, asked: Asked, today: date) -> Section:
    gaps = {gap.question: gap.blocks for gap in missing_on(draft, asked)}
    answers = []
    for question in page.questions:
        words = answer_words(question.field, getattr(draft, question.field), today)
        if words or question.field in gaps:
            answers.append(Answer(question.field, question.label, words, gaps.get(question.field, False)))
    return Section(page.key, page.title, tuple(answers))


def answer_words(field: str, value: object, today: date) -> str:
    """One answer in words; several of a list stand on lines of their own."""
    if value is None or value == "" or value == ():
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, tuple):
        return "\n".join(_item_words(item, today) for item in value)
    if isinstance(value, date):
        return _day(value, today)
    if isinstance(value, Decimal):
        return f"{value.normalize():f} %" if field.endswith("percent") else f"{value.normalize():f}"
    return _labelled(field, str(value)) + (" of 10" if field in ("exclusion_risk", "severity") else "")


_LABELS: Mapping[str, Mapping[str, str]] = {
    "year_group": YEAR_GROUPS,
    "no_school_reason": NO_SCHOOL_REASONS,
    "upn_unknown_reason": UPN_UNKNOWN_REASONS,
    "gender": GENDERS,
    "sen_status": SEN_PROVISION,
    "sen_need": SEN_NEED,
    "social_care": SOCIAL_CARE,
    "relationship": RELATIONSHIPS,
    "frequency": FREQUENCIES,
    "effect": EFFECTS,
    "pupil_views_how": PUPIL_WAYS,
    "family_views_how": FAMILY_WAYS,
}


def _labelled(field: str, value: str) -> str:
    return _LABELS.get(field, {}).get(value, value)


def _item_words(item: object, today: date) -> str:
    match item:
        case Parent():
            responsibility = {True: "parental responsibility", False: "no parental responsibility"}
            known = responsibility.get(item.parental_responsibility) if item.parental_responsibility is not None else ""
            safe = " and ".join(WAYS[way].lower() for way in item.safe_channels if way in WAYS)
            ways = f"safe to contact by {safe}" if safe else ""
            return _listed(item.name, _labelled("relationship", item.relationship), known, item.phone, item.email, ways)
        case Concern():
            severity = f"severity {item.severity} of 10" if item.severity is not None else ""
            return _listed(item.words, _labelled("frequency", item.frequency).lower(), severity)
        case StrategyTried():
            return _listed(item.strategy, _period(item, today), _labelled("effect", item.effect).lower())
        case Suspension():
            return _suspension(item, today)
        case Agency():
            current = {True: "involved now", False: "in the past", None: ""}[item.current]
            return _listed(item.name, item.contact, current)
        case GroupPupil():
            return _group_pupil(item, today)
    return str(item)


def _group_pupil(item: GroupPupil, today: date) -> str:
    agreed = {
        True: _listed_plain(
            "the family agrees", item.agrees_who, _day(item.agrees_on, today) if item.agrees_on else ""
        ),
        False: _listed_plain("the family does not agree", item.agrees_why_not),
        None: "",
    }[item.agrees]
    shares = {
        True: _listed_plain(
            "information may be shared", item.shares_who, _day(item.shares_on, today) if item.shares_on else ""
        ),
        False: _listed_plain("information may not be shared", item.shares_why_not),
        None: "",
    }[item.shares]
    return _listed(
        f"{item.given_name} {item.family_name}".strip(),
        f"born {_day(item.born_on, today)}" if item.born_on else "",
        _labelled("year_group", item.year_group),
        _labelled("sen_status", item.sen_status),
        _labelled("sen_need", item.sen_need),
        "looked after" if item.looked_after else "",
        f"social care: {_labelled('social_care', item.social_care).lower()}" if item.social_care else "",
        agreed,
        shares,
    )


def _listed_plain(first: str, *others: str) -> str:
    said = ", ".join(words for words in others if words)
    return f"{first} ({said})" if said else first


def _listed(first: str, *others: str | None) -> str:
    rest = ", ".join(words for words in others if words)
    return f"{first or 'Not named'}: {rest}" if rest else first


def _period(tried: StrategyTried, today: date) -> str:
    if tried.from_on and tried.until_on:
        return f"{_day(tried.from_on, today)} to {_day(tried.until_on, today)}"
    if tried.from_on:
        return f"since {_day(tried.from_on, today)}"
    return f"until {_day(tried.until_on, today)}" if tried.until_on else ""


def _suspension(item: Suspension, today: date) -> str:
    sessions = f"{item.sessions} session{'' if item.sessions == 1 else 's'}" if item.sessions is not None else ""
    reasons = "; ".join(reason_words(code) for code in item.reasons)
    return _listed(_day(item.starts_on, today) if item.starts_on else "", sessions, reasons)


def reason_words(code: str) -> str:
    """A reason for a suspension with the code that the school's own system shows."""
    return f"{SUSPENSION_REASONS[code]} ({code})" if code in SUSPENSION_REASONS else code


def _day(day: date, today: date) -> str:
    return short_day_words(day, today)
