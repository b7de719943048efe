"""Who comes: a list that a school types or pastes, one person a line."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from portal.kernel.names import name_problem

LONGEST_NAME, LONGEST_ROLE, LONGEST_EMAIL = 120, 80, 254
MOST_LINES = 200
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]+")


@dataclass(frozen=True)
class Somebody:
    """One person of a school's staff."""

    name: str
    staff_role: str = ""
    email: str = ""


def read_people(text: str) -> tuple[list[Somebody], list[str]]:
    """The people of a list, and a sentence for each line that cannot be read.

    A line reads "name, role, e-mail"; role and e-mail may be left out, semicolons and tabs (a pasted sheet) do too.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip(" \t,;")]
    if len(lines) > MOST_LINES:
        return [], [f"Enter at most {MOST_LINES} people at once; these are {len(lines)} lines."]
    people, problems = [], []
    for number, line in enumerate(lines, start=1):
        somebody = _read(line)
        if found := person_problem(somebody):
            problems.append(f"Line {number}: {found}")
        else:
            people.append(somebody)
    return people, problems


def _read(line: str) -> Somebody:
    parts = [part.strip() for part in re.split(r"[,;\t]", line) if part.strip()]
    email = next((part for part in parts[1:] if "@" in part), "")
    others = [part for part in parts if part != email]
    return Somebody(others[0] if others else "", ", ".join(others[1:]), email)


def person_problem(somebody: Somebody) -> str:
    """What is wrong with one person; "" when all is well."""
    if not somebody.name or "@" in somebody.name:
        return "Begin with the person's name."
    if wrong := name_problem(somebody.name):
        return wrong
    if len(somebody.name) > LONGEST_NAME:
        return f"Shorten the name to {LONGEST_NAME} characters."
    if len(somebody.staff_role) > LONGEST_ROLE:
        return f"Shorten the role to {LONGEST_ROLE} characters."
    if somebody.email and (len(somebody.email) > LONGEST_EMAIL or not _EMAIL.fullmatch(somebody.email)):
        return "Check the e-mail address, such as a.lee@school.example."
    return ""


def without_known(people: Collection[Somebody], known: Collection[str]) -> list[Somebody]:
    """The people who are not on the list yet; one name stands on it once."""
    seen = {_plain(name) for name in known}
    new = []
    for somebody in people:
        if _plain(somebody.name) not in seen:
            seen.add(_plain(somebody.name))
            new.append(somebody)
    return new


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
