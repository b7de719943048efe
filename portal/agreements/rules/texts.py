"""The texts of agreements: their parts, the default, merging with the particulars, and what changed between two."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from portal.agreements.rules.particulars import Particulars, fill, places, unknown_places

SECTIONS: Mapping[str, str] = {
    "school": "What the school does",
    "service": "What the service does",
    "sharing": "What is shared, and with whom",
    "stopping": "How to change or stop this",
}
"""The parts of a text, in order; each is written as one promise to a line."""

ABOUT = "What this agreement is about"
ALSO = "Also agreed"
LONGEST_SECTION = 3_000
LONGEST_ALSO = 1_500
MOST_PLACES = 10


@dataclass(frozen=True)
class TextDraft:
    """A text as the coordinator writes it: each part one promise to a line."""

    school: str = ""
    service: str = ""
    sharing: str = ""
    stopping: str = ""


@dataclass(frozen=True)
class Block:
    """One part of a merged text; the rows of the first part are pairs of what and value."""

    title: str
    rows: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    words: str
    is_changed: bool


@dataclass(frozen=True)
class Change:
    """A part that differs between two texts, the earlier lines beside the later ones."""

    title: str
    before: tuple[Line, ...]
    now: tuple[Line, ...]


def text_problems(draft: TextDraft) -> dict[str, str]:
    """What must be mended before the text can be published, by part; empty when all is well."""
    problems = {}
    for part, text in asdict(draft).items():
        unknown = unknown_places(text)
        if not text.strip():
            problems[part] = f"Write what stands under “{SECTIONS[part]}”."
        elif len(text) > LONGEST_SECTION:
            problems[part] = f"Shorten “{SECTIONS[part]}” to {LONGEST_SECTION:,} characters."
        elif unknown:
            problems[part] = f"Nothing can be put in the place [{unknown[0]}]. The places are listed below the form."
        elif text.count("[") > MOST_PLACES:
            problems[part] = f"Use at most {MOST_PLACES} places under “{SECTIONS[part]}”."
    return problems


def merge(draft: TextDraft, number: int, particulars: Particulars, service: str) -> str:
    """The exact text that is signed: a heading (“## …”) before each part, “- ” before each promise."""
    values = places(particulars, service)
    school = _one_line(particulars.school)
    parts = [f"Agreement between {school} and {_one_line(service)}, text {number}", f"## {ABOUT}"]
    parts += [f"- {what}: {_one_line(value)}" for what, value in _about(values)]
    for part, title in SECTIONS.items():
        parts += [f"## {title}", *(f"- {line}" for line in _lines(fill(getattr(draft, part), values)))]
    if particulars.also_agreed.strip():
        parts += [f"## {ALSO}", *(f"- {line}" for line in _lines(particulars.also_agreed))]
    return "\n".join(parts)


def _about(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return (
        ("School", values["school"]),
        ("Support for", values["pupils"]),
        ("Who comes", values["workers"]),
        ("Planned days", values["days"]),
        ("First day", values["start"]),
        ("Planned last day", values["end"]),
        ("Review around", values["review"]),
        ("Contact that we suggest", values["contact"]),
    )


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _lines(text: str) -> list[str]:
    return [_one_line(line) for line in text.splitlines() if line.strip()]


def blocks(merged: str) -> tuple[Block, ...]:
    """A merged text as pages draw it, every word of it in its order; the first line is left out (it is the title)."""
    found: list[tuple[str, list[str]]] = []
    for line in merged.splitlines()[1:]:
        if line.startswith("## "):
            found.append((line[3:], []))
        elif found:
            found[-1][1].append(line.removeprefix("- "))
    return tuple(_block(title, lines, first=not place) for place, (title, lines) in enumerate(found))


def _block(title: str, lines: list[str], *, first: bool) -> Block:
    if not first:
        return Block(title, lines=tuple(lines))
    pairs = (line.partition(": ") for line in lines)
    return Block(title, rows=tuple((what, value) for what, _, value in pairs))


def digest(merged: str) -> str:
    """What tells one exact text from every other: SHA-256, 64 letters and figures."""
    return hashlib.sha256(merged.encode()).hexdigest()


def changes(before: TextDraft, now: TextDraft) -> tuple[Change, ...]:
    """The parts that differ, each with the lines that are only on its own side marked."""
    found = []
    for part, title in SECTIONS.items():
        old, new = _lines(getattr(before, part)), _lines(getattr(now, part))
        if old != new:
            found.append(Change(title, _marked(old, new), _marked(new, old)))
    return tuple(found)


def _marked(lines: list[str], others: list[str]) -> tuple[Line, ...]:
    return tuple(Line(line, line not in others) for line in lines)
