"""Year groups from nursery to Year 13, how they advance each September, and the key stage and phase of each."""

from collections.abc import Mapping

_ORDER = ("N1", "N2", "R", *(str(number) for number in range(1, 14)))

YEAR_GROUPS: Mapping[str, str] = {
    "N1": "Nursery, first year",
    "N2": "Nursery, second year",
    "R": "Reception",
    **{str(number): f"Year {number}" for number in range(1, 14)},
}

KEY_STAGES: Mapping[str, str] = {
    "EYFS": "Early years foundation stage",
    "KS1": "Key stage 1",
    "KS2": "Key stage 2",
    "KS3": "Key stage 3",
    "KS4": "Key stage 4",
    "KS5": "Key stage 5",
}

PHASES: Mapping[str, str] = {"early_years": "Early years", "primary": "Primary", "secondary": "Secondary"}

# The age on 31 August before the school year in which a pupil is in Reception.
_RECEPTION_AGE = 4


def key_stage(year_group: str) -> str:
    """``EYFS`` or ``KS1`` to ``KS5``. Raises KeyError for an unknown year group."""
    _known(year_group)
    if not year_group.isdigit():
        return "EYFS"
    number = int(year_group)
    last_years = {2: "KS1", 6: "KS2", 9: "KS3", 11: "KS4", 13: "KS5"}
    return next(stage for last, stage in last_years.items() if number <= last)


def phase(year_group: str) -> str:
    """``early_years``, ``primary`` or ``secondary``. Raises KeyError for an unknown year group."""
    _known(year_group)
    if not year_group.isdigit():
        return "early_years"
    return "primary" if int(year_group) <= 6 else "secondary"


def advance(year_group: str, years: int) -> str | None:
    """The year group so many school years later (earlier when negative); None before nursery and after Year 13."""
    position = _ORDER.index(_known(year_group)) + years
    return _ORDER[position] if 0 <= position < len(_ORDER) else None


def year_group_in(known: Mapping[int, str], school_year: int) -> str | None:
    """The year group in a school year (2016 is 2016/17), from year groups recorded by school year.

    The record of that very year counts; else the latest earlier one moved up each September, so that a pupil kept down
    stays right; else the earliest later one moved back. None when nothing is known or the pupil is outside N1 to 13.
    """
    if not known:
        return None
    earlier = [year for year in known if year <= school_year]
    nearest = max(earlier) if earlier else min(known)
    return advance(known[nearest], school_year - nearest)


def year_group_words(known: Mapping[int, str], school_year: int) -> str:
    """The year group in words: "Year 5", "left school age", "not yet at nursery" or "year group not known"."""
    if not known:
        return "year group not known"
    found = year_group_in(known, school_year)
    if found:
        return YEAR_GROUPS[found]
    return "not yet at nursery" if school_year < min(known) else "left school age"


def usual_year_group(age_at_start: int) -> str | None:
    """The usual year group of a pupil who is so many whole years old on 31 August before the school year."""
    return advance("R", age_at_start - _RECEPTION_AGE)


def years_apart(one: str, other: str) -> int:
    """How many school years lie between two year groups, never negative. Raises KeyError for an unknown one."""
    return abs(_ORDER.index(_known(one)) - _ORDER.index(_known(other)))


def _known(year_group: str) -> str:
    if year_group not in YEAR_GROUPS:
        raise KeyError(year_group)
    return year_group
