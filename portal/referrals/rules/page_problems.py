"""What is wrong with the answers of one page; what is merely missing is said elsewhere."""

import re
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.names import name_problem
from portal.referrals.rules.codes import EFFECTS, FAMILY_WAYS, FREQUENCIES, PUPIL_WAYS
from portal.referrals.rules.drafts import (
    AgenciesPage,
    AttendancePage,
    ConcernPage,
    FamilyPage,
    GroupPage,
    GroupPupil,
    NeedsPage,
    PageDraft,
    Parent,
    PupilPage,
    ReferrerPage,
    TriedPage,
    ViewsPage,
)
from portal.referrals.rules.parents import WAYS
from portal.schools.rules import (
    RELATIONSHIPS,
    SOCIAL_CARE,
    SUSPENSION_REASONS,
    PupilDraft,
    pupil_problems,
    sen_problems,
)

MOST_CONCERNS = 3
LONGEST_TEXT = 10_000
"""The most characters of any one answer; what becomes part of a pupil's record has its own shorter limits."""
MOST_IN_A_LIST = 40
MOST_SESSIONS = 90
"""A pupil may be suspended for at most 45 days, 90 sessions, in one school year."""
HOURS_A_WEEK = 40
_EARLIEST = date(1990, 1, 1)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
Found = Iterator[tuple[str, str | None]]


def page_problems(page: PageDraft, today: date) -> dict[str, str]:
    """What must be mended before a page can be saved: a sentence by field, empty when all is well.

    An empty answer is never a problem. An answer in a list is named like ``concerns-0-severity``.
    """
    found = (*_too_much(page), *_found(page, today))
    return {field: sentence for field, sentence in found if sentence}


def _found(page: PageDraft, today: date) -> Found:
    match page:
        case PupilPage():
            yield from _pupil(page, today)
        case FamilyPage():
            yield from _family(page, today)
        case ConcernPage():
            yield from _concern(page)
        case NeedsPage():
            yield from sen_problems(page.sen_status, page.sen_need).items()
        case TriedPage():
            yield from _tried(page, today)
        case AttendancePage():
            yield from _attendance(page, today)
        case AgenciesPage():
            yield "social_care", _choice(page.social_care, SOCIAL_CARE)
        case ReferrerPage():
            for field in ("name", "head_name", "parent_name"):
                yield field, name_problem(getattr(page, field))
            yield "email", _email(page.email)
            yield "head_approved_on", _past(page.head_approved_on, today)
            yield "officer_signed_on", _past(page.officer_signed_on, today)
            yield "parent_signed_on", _past(page.parent_signed_on, today)
        case ViewsPage():
            yield "pupil_views_how", _choice(page.pupil_views_how, PUPIL_WAYS)
            yield "family_views_how", _choice(page.family_views_how, FAMILY_WAYS)
        case GroupPage():
            for number, pupil in enumerate(page.pupils):
                yield from _group_pupil(pupil, today, f"pupils-{number}-")
        case _:
            return


def _too_much(page: object, place: str = "") -> Found:
    for answer in fields(page):  # type: ignore[arg-type]
        value = getattr(page, answer.name)
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            yield f"{place}{answer.name}", f"Shorten this to {LONGEST_TEXT} characters; it has {len(value)}."
        if isinstance(value, tuple) and len(value) > MOST_IN_A_LIST:
            yield f"{place}{answer.name}", f"Name at most {MOST_IN_A_LIST}."
        for number, item in enumerate(value if isinstance(value, tuple) else ()):
            if is_dataclass(item):
                yield from _too_much(item, f"{place}{answer.name}-{number}-")


def _pupil(page: PupilPage, today: date) -> Found:
    draft = PupilDraft(
        given_name=page.given_name,
        family_name=page.family_name,
        born_on=page.born_on,
        year_group=page.year_group,
        no_school_reason=page.no_school_reason,
        upn=page.upn,
        upn_unknown_reason=page.upn_unknown_reason,
        gender=page.gender,
        ethnicity=page.ethnicity,
        first_language=page.first_language,
        address=page.address,
        phone=page.phone,
    )
    for field, sentence in pupil_problems(draft, today).items():
        if getattr(page, field) not in ("", None):
            yield field, sentence
    if page.at_school and page.no_school_reason:
        yield "no_school_reason", "Take the reason away, or say that the pupil is not on your roll."


def _family(page: FamilyPage, today: date) -> Found:
    yield "agrees_on", _past(page.agrees_on, today)
    yield "shares_on", _past(page.shares_on, today)
    for number, parent in enumerate(page.parents):
        yield f"parents-{number}-name", name_problem(parent.name)
        yield f"parents-{number}-relationship", _choice(parent.relationship, RELATIONSHIPS)
        yield f"parents-{number}-email", _email(parent.email)
        yield f"parents-{number}-safe_channels", _safe_ways(parent)


def _safe_ways(parent: Parent) -> str | None:
    if set(parent.safe_channels) - set(WAYS):
        return "Choose the safe ways from the list."
    if {"text", "phone"} & set(parent.safe_channels) and not parent.phone.strip():
        return "Enter their phone number above, or untick texts and calls."
    if "email" in parent.safe_channels and not parent.email.strip():
        return "Enter their email address above, or untick email."
    return None


def _concern(page: ConcernPage) -> Found:
    yield "exclusion_risk", _between(page.exclusion_risk, 0, 10)
    if len(page.concerns) > MOST_CONCERNS:
        yield "concerns", f"Name at most {MOST_CONCERNS} concerns, the heaviest ones."
    for number, concern in enumerate(page.concerns):
        place = f"concerns-{number}"
        yield f"{place}-frequency", _choice(concern.frequency, FREQUENCIES)
        yield f"{place}-severity", _between(concern.severity, 1, 10)
        if not concern.words.strip() and (concern.frequency or concern.severity is not None):
            yield f"{place}-words", "Say what the concern is."


def _tried(page: TriedPage, today: date) -> Found:
    for number, tried in enumerate(page.strategies):
        place = f"strategies-{number}"
        yield f"{place}-from_on", _past(tried.from_on, today)
        yield f"{place}-effect", _choice(tried.effect, EFFECTS)
        if tried.from_on and tried.until_on and tried.until_on < tried.from_on:
            yield f"{place}-until_on", "This ended before it began. Change one of the two dates."
        if not tried.strategy.strip() and (tried.from_on or tried.until_on or tried.effect):
            yield f"{place}-strategy", "Say what you tried."


def _attendance(page: AttendancePage, today: date) -> Found:
    yield "attendance_percent", _between(page.attendance_percent, 0, 100)
    yield "attendance_since", _past(page.attendance_since, today)
    yield "internal_exclusions", _between(page.internal_exclusions, 0, 400)
    yield "part_time_hours", _between(page.part_time_hours, 0, HOURS_A_WEEK)
    if page.suspended is False and page.suspensions:
        yield "suspended", "You named suspensions below: take them away, or answer yes."
    for number, suspension in enumerate(page.suspensions):
        place = f"suspensions-{number}"
        yield f"{place}-starts_on", _past(suspension.starts_on, today)
        yield f"{place}-sessions", _between(suspension.sessions, 1, MOST_SESSIONS)
        if set(suspension.reasons) - set(SUSPENSION_REASONS):
            yield f"{place}-reasons", "Choose the reasons from the list."
        if suspension.starts_on is None and (suspension.sessions is not None or suspension.reasons):
            yield f"{place}-starts_on", "Enter the date on which the suspension began."


def _group_pupil(pupil: GroupPupil, today: date, place: str) -> Found:
    names = ("given_name", "family_name", "born_on", "year_group", "upn", "sen_status", "sen_need", "social_care")
    draft = PupilDraft(**{name: getattr(pupil, name) for name in names})
    for field, sentence in pupil_problems(draft, today).items():
        if field == "sen_need" or getattr(pupil, field, "") not in ("", None):
            yield f"{place}{field}", sentence
    yield f"{place}agrees_on", _past(pupil.agrees_on, today)
    yield f"{place}shares_on", _past(pupil.shares_on, today)


def _choice(value: str, choices: Collection[str]) -> str | None:
    return "Choose one from the list." if value and value not in choices else None


def _between(value: int | Decimal | None, lowest: int, highest: int) -> str | None:
    if value is None or (_is_number(value) and lowest <= value <= highest):
        return None
    return f"Enter a number from {lowest} to {highest}."


def _is_number(value: int | Decimal) -> bool:
    return not isinstance(value, Decimal) or value.is_finite()


def _past(day: date | None, today: date) -> str | None:
    if day is not None and day > today:
        return "This date lies in the future. Check the year."
    return "This date lies far in the past. Check the year." if day is not None and day < _EARLIEST else None


def _email(text: str) -> str | None:
    return "Enter an e-mail address like name@example.org." if text and not _EMAIL.fullmatch(text.strip()) else None
