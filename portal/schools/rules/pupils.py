"""Pupils: what is wrong with an entry, what looks unlikely, and when two entries may be the same child."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from portal.kernel.dates import age_on, school_year_start
from portal.kernel.names import name_problem
from portal.schools.rules.codes import GENDERS, NO_SCHOOL_REASONS, SOCIAL_CARE, UPN_UNKNOWN_REASONS, sen_problems
from portal.schools.rules.lengths import length_problems
from portal.schools.rules.upn import normalise_upn, upn_problems, upn_warning
from portal.schools.rules.year_groups import YEAR_GROUPS, usual_year_group, years_apart

YOUNGEST, OLDEST = 2, 19
LENGTHS: Mapping[str, int] = {
    "given_name": 80,
    "family_name": 80,
    "ethnicity": 80,
    "first_language": 80,
    "phone": 30,
    "address": 500,
    "diagnosis": 4000,
    "lone_visit_warning": 1000,
}
"""The most characters of each text."""
_SHORTEST_NICKNAME = 3
_SHORTEST_FOR_TYPOS = 4


@dataclass(frozen=True)
class PupilDraft:
    """A pupil as somebody enters one; empty text and None: not said. ``year_group`` is for this school year."""

    given_name: str = ""
    family_name: str = ""
    born_on: date | None = None
    year_group: str = ""
    no_school_reason: str = ""
    upn: str = ""
    upn_unknown_reason: str = ""
    sen_status: str = ""
    sen_need: str = ""
    looked_after: bool | None = None
    social_care: str = ""
    gender: str = ""
    ethnicity: str = ""
    first_language: str = ""
    interpreter_needed: bool | None = None
    address: str = ""
    phone: str = ""
    diagnosis: str = ""
    lone_visit_warning: str = ""


class Child(Protocol):
    """What is needed to see whether two records may be about the same child."""

    @property
    def given_name(self) -> str: ...
    @property
    def family_name(self) -> str: ...
    @property
    def born_on(self) -> date | None: ...
    @property
    def upn(self) -> str | None: ...


def pupil_problems(draft: PupilDraft, today: date) -> dict[str, str]:
    """What must be mended before the pupil can be saved: a sentence by field, empty when all is well.

    Only the two names and the date of birth are demanded; all else may be "not said", but must be right when it is.
    """
    problems = _name_problems(draft) | _birth_problems(draft.born_on, today) | _upn_field_problems(draft)
    problems |= length_problems(draft, LENGTHS)
    problems |= sen_problems(draft.sen_status, draft.sen_need)
    for field, choices in _CHOICES.items():
        if getattr(draft, field) and getattr(draft, field) not in choices:
            problems[field] = "Choose one from the list."
    return problems


def pupil_warnings(draft: PupilDraft, today: date) -> list[str]:
    """Sentences about what is allowed but unlikely: a temporary UPN, a year group far from the usual one."""
    warnings = [upn_warning(draft.upn)] if draft.upn else []
    if draft.born_on and draft.year_group in YEAR_GROUPS:
        warnings.append(_year_group_warning(draft.born_on, draft.year_group, today))
    return [warning for warning in warnings if warning]


def looks_like(one: Child, other: Child) -> str | None:
    """Why two pupils of the same school may be one child, as a sentence; None when they do not look alike."""
    if one.upn and other.upn and normalise_upn(one.upn) == normalise_upn(other.upn):
        return "They have the same UPN."
    names = _likeness_of_names(one, other)
    if names is None:
        return None
    if one.born_on is None or other.born_on is None:
        return f"They have {names}, and one date of birth is not known." if names == _SAME_NAME else None
    if one.born_on == other.born_on:
        return f"They have the same date of birth and {names}."
    if names == _SAME_NAME and _near_dates(one.born_on, other.born_on):
        return "They have the same name, and dates of birth that a slip of the pen would explain."
    return None


def plain_name(name: str) -> str:
    """A name for comparing: small letters without accents, one space between words; hyphens and apostrophes gone."""
    letters = "".join(_plain_letter(character) for character in unicodedata.normalize("NFKD", name))
    return " ".join(re.sub(r"[-\u2010-\u2015\s]+", " ", letters).split())


_CHOICES = {
    "year_group": YEAR_GROUPS,
    "no_school_reason": NO_SCHOOL_REASONS,
    "upn_unknown_reason": UPN_UNKNOWN_REASONS,
    "social_care": SOCIAL_CARE,
    "gender": GENDERS,
}
_SAME_NAME = "the same name"


def _name_problems(draft: PupilDraft) -> dict[str, str]:
    names = (("given_name", "first name"), ("family_name", "family name"))
    empty = {field: f"Enter the pupil's {words}." for field, words in names if not getattr(draft, field).strip()}
    wrong = {field: name_problem(getattr(draft, field)) for field, _ in names}
    return {field: words for field, words in wrong.items() if words} | empty


def _birth_problems(born_on: date | None, today: date) -> dict[str, str]:
    if born_on is None:
        return {"born_on": "Enter the date of birth."}
    if born_on > today:
        return {"born_on": "The date of birth lies in the future. Check the year."}
    age = age_on(born_on, today)
    if not YOUNGEST <= age <= OLDEST:
        return {"born_on": f"This pupil would be {age}. Check the year: pupils here are {YOUNGEST} to {OLDEST}."}
    return {}


def _upn_field_problems(draft: PupilDraft) -> dict[str, str]:
    if not normalise_upn(draft.upn):
        return {}
    if draft.upn_unknown_reason:
        return {"upn_unknown_reason": "Take the reason away, or the UPN: only one of the two is right."}
    problems = upn_problems(draft.upn)
    return {"upn": problems[0]} if problems else {}


def _year_group_warning(born_on: date, year_group: str, today: date) -> str | None:
    age = age_on(born_on, date(school_year_start(today), 8, 31))
    usual = usual_year_group(age)
    if usual is None or years_apart(usual, year_group) <= 1:
        return None
    return f"A pupil of this age is usually in {YEAR_GROUPS[usual]}. Check the date of birth and the year group."


def _likeness_of_names(one: Child, other: Child) -> str | None:
    given, family = plain_name(one.given_name), plain_name(one.family_name)
    other_given, other_family = plain_name(other.given_name), plain_name(other.family_name)
    if not (given and family and other_given and other_family):
        return None
    if (_joined(given), _joined(family)) == (_joined(other_given), _joined(other_family)):
        return _SAME_NAME
    if (_joined(given), _joined(family)) == (_joined(other_family), _joined(other_given)):
        return "the same names the other way round"
    if _similar_given(given, other_given) and _similar_family(family, other_family):
        return "a similar name"
    return None


def _similar_given(one: str, other: str) -> bool:
    """Whether one may be said for the other: a shared first name, a shortened form, or one letter apart."""
    first, other_first = one.split()[0], other.split()[0]
    short, long = sorted((first, other_first), key=len)
    shortened = len(short) >= _SHORTEST_NICKNAME and long.startswith(short)
    return first == other_first or shortened or _one_letter_apart(_joined(one), _joined(other))


def _similar_family(one: str, other: str) -> bool:
    """Whether two family names share a part of a double name, or are one letter apart."""
    return bool(set(one.split()) & set(other.split())) or _one_letter_apart(_joined(one), _joined(other))


def _one_letter_apart(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST_FOR_TYPOS or len(long) - len(short) > 1:
        return False
    same = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]


def _near_dates(one: date, other: date) -> bool:
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return True
    parts = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return sum(a != b for a, b in parts) == 1


def _joined(name: str) -> str:
    return name.replace(" ", "")


def _plain_letter(character: str) -> str:
    """The letter without its accent, also for letters like ø that Unicode does not take apart; nothing for marks."""
    if character.isascii():
        return "" if character in "'`." else character.lower()
    if unicodedata.combining(character) or unicodedata.category(character) in ("Pi", "Pf", "Lm", "Cf"):
        return ""
    named = re.fullmatch(r"LATIN (?:SMALL|CAPITAL) LETTER ([A-Z]{1,2})(?: WITH .*)?", unicodedata.name(character, ""))
    return named[1].lower() if named else character.casefold()
