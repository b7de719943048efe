"""Schools and other organisations that refer."""

import re
from dataclasses import dataclass

from portal.kernel.contact import telephone_problems
from portal.schools.rules.codes import ORGANISATION_KINDS, SCHOOL_PHASES, SCHOOL_STATUS
from portal.schools.rules.lengths import length_problems

LENGTHS = {"name": 200, "town": 80, "address": 300, "postcode": 10, "telephone": 30}
LENGTHS |= {"dsl_name": 120, "dsl_telephone": 30}
"""The most characters of each text."""


@dataclass(frozen=True)
class SchoolDraft:
    """A school, or the authority when it refers; ``urn`` is empty when there is none."""

    name: str = ""
    kind: str = "school"
    phase: str = ""
    status: str = "open"
    urn: str = ""
    town: str = ""
    address: str = ""
    postcode: str = ""
    telephone: str = ""
    dsl_name: str = ""
    """Its designated safeguarding lead"""
    dsl_telephone: str = ""


def school_problems(draft: SchoolDraft) -> dict[str, str]:
    """What must be mended before the school can be saved: a sentence by field, empty when all is well."""
    problems = length_problems(draft, LENGTHS)
    if not draft.name.strip():
        problems["name"] = "Enter the name."
    if draft.kind not in ORGANISATION_KINDS:
        problems["kind"] = "Choose school or local authority."
    if draft.phase not in SCHOOL_PHASES and (draft.phase or draft.kind == "school"):
        problems["phase"] = "Choose the phase of education."
    if draft.status not in SCHOOL_STATUS:
        problems["status"] = "Choose whether the school is open."
    if wrong := telephone_problems(draft.dsl_telephone.strip()):
        problems["dsl_telephone"] = wrong[0]
    if draft.urn.strip() and not re.fullmatch(r"[0-9]{6}", draft.urn.strip()):
        problems["urn"] = "A URN has six digits. Mend it or leave it empty."
    return problems
