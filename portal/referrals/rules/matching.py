"""Whether two records may be of the same child. Nothing of a match is for a school's eyes."""

from collections.abc import Mapping

from portal.schools.rules import Child, looks_like, normalise_upn

SAME_RECORD = "It is the same record of the same school."

MATCH_STATES: Mapping[str, str] = {
    "possible": "Possible match",
    "same": "The same child",
    "different": "Not the same child",
}


def same_child(one: Child, other: Child) -> str | None:
    """Why the two may be one child, as a sentence without a name or a number; None when nothing says so.

    The same UPN, or the same date of birth with names alike: accents and hyphens aside, swapped, one letter apart,
    or shortened.
    """
    if (upn := normalise_upn(one.upn or "")) and upn == normalise_upn(other.upn or ""):
        return "They have the same UPN."
    if one.born_on is None or one.born_on != other.born_on:
        return None
    return looks_like(one, other)
