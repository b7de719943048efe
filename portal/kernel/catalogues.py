"""Gettext catalogues: reading them, counting in a language, and what is wrong with a translation.

A text has a key that never changes (``msgctxt``) and its English words (``msgid``); one that counts ``{n}`` has two.
"""

import gettext
import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

LONGEST = 2_000
_UNWANTED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\ud800-\udfff\ufeff\ufffe\uffff]")
"""Control characters, invisible ones, and those that turn the direction of what follows"""

Forms = tuple[str, ...]
"""The words of a text: one, or one for each way in which the language counts"""


@dataclass(frozen=True)
class Entry:
    """One text in English."""

    key: str
    english: Forms
    note: str = ""
    """What a translator should know"""

    @property
    def counts(self) -> bool:
        return len(self.english) > 1


@dataclass(frozen=True)
class Translated:
    """The words of one text in another language, and the English that they were written for (none: nobody knows)."""

    english: Forms
    words: Forms

    def fits(self, entry: Entry) -> bool:
        """Whether there are words, and the English is still the one that they were written for."""
        return self.english == entry.english and all(self.words)


@dataclass(frozen=True)
class Counting:
    """How a language counts: in how many forms, and which one goes with a number."""

    number: int
    form_of: Callable[[int], int]
    header: str
    """As a catalogue's header says it"""


@lru_cache
def counting(code: str) -> Counting:
    rule = get_plural(code)
    return Counting(rule.num_plurals, gettext.c2py(rule.plural_expr), rule.plural_forms)


def numbers_of(code: str, form: int) -> tuple[int, ...]:
    """Up to three numbers that go with this form, as examples for whoever translates it."""
    fitting = (number for number in range(200) if counting(code).form_of(number) == form)
    return tuple(number for number, _ in zip(fitting, range(3), strict=False))


@lru_cache(maxsize=64)
def entries(template: Path) -> Mapping[str, Entry]:
    """All texts of a template, in its order."""
    return {str(one.context): _entry(one) for one in _messages(template, "en")}


@lru_cache(maxsize=64)
def translated(path: Path, code: str) -> Mapping[str, Translated]:
    """What a file of translations holds, by key; a text without words is not in it."""
    found = _messages(path, code) if path.is_file() else []
    return {str(one.context): _translated(one) for one in found if all(forms(one.string))}


def _messages(path: Path, code: str) -> list[Message]:
    with path.open("rb") as file:
        read: Catalog = read_po(file, locale=code, abort_invalid=True)
    return [message for message in read if message.id]


def _entry(message: Message) -> Entry:
    return Entry(str(message.context), forms(message.id), " ".join(message.auto_comments))


def _translated(message: Message) -> Translated:
    return Translated(() if message.fuzzy else forms(message.id), forms(message.string))


def forms(words: str | list[str] | tuple[str, ...] | None) -> Forms:
    return (words,) if isinstance(words, str) else tuple(words or ())


def places(text: str) -> frozenset[str]:
    """The names in braces, for which the portal puts something in. Raises ValueError for anything else in braces."""
    found = set()
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(name)
        found.add(name)
    return frozenset(found)


def problem_with(entry: Entry, words: Forms, code: str) -> str:
    """Why these words cannot stand for the entry, as a sentence; empty when they can."""
    number = counting(code).number if entry.counts else 1
    if len(words) != number:
        return f"This text needs {number} forms, and there {'is' if len(words) == 1 else 'are'} {len(words)}."
    if not all(one.strip() for one in words):
        return "Fill in every form of this text." if entry.counts else "Fill in this text."
    if any(_UNWANTED.search(one) for one in words):
        return "This text has characters that cannot be saved. Delete it and type it again."
    if any(len(one) > LONGEST for one in words):
        return f"Shorten this text to {LONGEST:,} characters or fewer."
    wanted = places(entry.english[-1])
    for form, one in enumerate(words):
        if problem := _places_problem(wanted, one, numbers_of(code, form) if entry.counts else ()):
            return problem
    return ""


def _places_problem(wanted: frozenset[str], text: str, numbers: tuple[int, ...]) -> str:
    """A form for a single number may write it as a word."""
    try:
        found = places(text)
    except ValueError:
        return "Use braces { } only for the names that the English has in braces, exactly as they are there."
    may_lack = frozenset({"n"}) if len(numbers) == 1 else frozenset()
    if lacking := wanted - found - may_lack:
        return f"Keep {_listed(lacking)} in the text: the portal puts something in its place."
    if foreign := found - wanted:
        return f"Remove {_listed(foreign)}: the English does not have it."
    return ""


def _listed(names: frozenset[str]) -> str:
    return " and ".join(f"{{{name}}}" for name in sorted(names))
