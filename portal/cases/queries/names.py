"""What a case is called on screens, from its pupils' names."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, func, select

from portal.cases import rules
from portal.cases.models import Case, CasePupil
from portal.schools.models import Pupil

# Names never hold control characters (forms refuse them), so these two can part them inside one column.
_FIELD, _ROW = "\x1f", "\x1e"


@dataclass(frozen=True)
class PupilRow:
    """A pupil of a case; ``name`` is the full name, ``short`` the one of cards ("Maya K.")."""

    id: int
    name: str
    year_group: str
    short: str


def pack_names(case_id: Any = Case.id) -> Any:
    """A column: the names of a case's pupils in one text, for lists of one statement; ``listed_name`` reads it."""
    name = cast(CasePupil.position, String) + _FIELD + Pupil.given_name + _FIELD + Pupil.family_name
    return (
        select(func.aggregate_strings(name, _ROW))
        .select_from(CasePupil)
        .join(Pupil, Pupil.id == CasePupil.pupil_id)
        .where(CasePupil.case_id == case_id)
        .correlate_except(CasePupil, Pupil)
        .scalar_subquery()
    )


def listed_name(packed: str | None) -> str:
    """The card's name of what ``pack_names`` gave: "Maya K.", "Maya K. and Leo S.", "Maya K. and 2 more"."""
    if not packed:
        return rules.group_name(())
    if _ROW not in packed:
        _, given, family = packed.split(_FIELD)
        return rules.card_name(given, family)
    parts = sorted((int(n), given, family) for n, given, family in (r.split(_FIELD) for r in packed.split(_ROW)))
    return rules.group_name(tuple(rules.card_name(given, family) for _, given, family in parts))


def full_name(pupil: Pupil, position: int, of: int) -> str:
    """The pupil's whole name; unnamed ones of a group are told apart by their place."""
    name = f"{pupil.given_name} {pupil.family_name}".strip()
    return name or ("Unnamed pupil" if of == 1 else f"Unnamed pupil {position}")
