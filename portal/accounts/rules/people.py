"""Who may change whose account, and what an account and a role need."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.kernel.names import name_problem
from portal.policy import SCHOOL_ROLES, Role

_EMAIL = re.compile(r"[^\s@<>(),;:\\\"\[\]]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}", re.IGNORECASE)


class Standing(StrEnum):
    """How an account stands, as lists say it."""

    INVITED = "Invited"
    ACTIVE = "Can sign in"
    DISABLED = "Disabled"


@dataclass(frozen=True)
class RoleDraft:
    """A role to be given. ``starts_on`` None means today, ``ends_on`` None no last day."""

    role: Role
    school_id: int | None = None
    line_id: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class PersonDraft:
    """A person to be invited or changed."""

    name: str
    email: str


def email_problems(email: str) -> list[str]:
    """Why this cannot be an e-mail address; empty when it can."""
    if len(email) <= 254 and email.isascii() and ".." not in email and _EMAIL.fullmatch(email):
        return []
    return ["Type the whole e-mail address, such as name@school.example."]


def problems_of_draft(draft: PersonDraft) -> dict[str, str]:
    """What keeps a person from being kept, by field."""
    problems = {}
    if not draft.name.strip():
        problems["name"] = "Type the name of the person."
    elif wrong := name_problem(draft.name):
        problems["name"] = wrong
    if found := email_problems(draft.email):
        problems["email"] = found[0]
    return problems


@dataclass(frozen=True)
class RequestDraft:
    """What somebody writes who asks for an account."""

    name: str
    school: str
    email: str
    words: str = ""


def problems_of_request(draft: RequestDraft) -> dict[str, str]:
    """What keeps a request for an account from being kept, by field."""
    problems = {}
    if not draft.name.strip():
        problems["name"] = "Type your name."
    elif wrong := name_problem(draft.name):
        problems["name"] = wrong
    if not draft.school.strip():
        problems["school"] = "Type the name of your school or organisation."
    if found := email_problems(draft.email.strip()):
        problems["email"] = found[0]
    return problems


def role_problems(draft: RoleDraft, today: date) -> dict[str, str]:
    """What keeps a role from being given, by field. A school role needs its school."""
    problems = {}
    if draft.role in SCHOOL_ROLES and draft.school_id is None:
        problems["school"] = "Choose the school: this role belongs to one."
    if draft.starts_on is not None and draft.ends_on is not None and draft.ends_on < draft.starts_on:
        problems["ends_on"] = "The last day must not be before the first."
    elif draft.ends_on is not None and draft.ends_on < today:
        problems["ends_on"] = "The last day must not be over already."
    return problems


def may_change(own: frozenset[Role], theirs: frozenset[Role]) -> bool:
    """A coordinator does not touch an administrator's account. ``theirs`` are roles that hold now or will."""
    return Role.ADMIN in own or Role.ADMIN not in theirs


def may_grant(own: frozenset[Role], role: Role) -> bool:
    """Only administrators make administrators."""
    return Role.ADMIN in own or role is not Role.ADMIN


def name_from_email(email: str) -> str:
    """A first name for somebody of whom only the address is known: “jo.smith@…” is “Jo Smith”."""
    words = re.split(r"[._+-]+", email.split("@")[0])
    return " ".join(word.capitalize() for word in words if word) or email


ANSWERS: Mapping[str, str] = {
    "approved": "Approved",
    "declined": "Declined",
    "known": "Had an account already",
}
"""What became of a request for an account."""
