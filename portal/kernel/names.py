"""Names of people: at least one letter, and nothing in them that nobody can see."""

import unicodedata

NO_LETTER = "A name needs at least one letter."
UNSEEN = (
    "This name has invisible characters, or ones that change the direction of writing. Delete it and type it again."
)

_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Fillers that count as letters, marks or symbols and show nothing"""
_VARIANTS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def name_problem(name: str) -> str:
    """What is wrong with a person's name, as a sentence; "" when nothing is, or when there is no name."""
    if name.isascii() and name.isprintable():
        return "" if not name.strip() or any(map(str.isalpha, name)) else NO_LETTER
    if any(_is_unseen(name, place) for place in range(len(name))):
        return UNSEEN
    if name.strip() and not any(unicodedata.category(character).startswith("L") for character in name):
        return NO_LETTER
    return ""


def _is_unseen(name: str, place: int) -> bool:
    character = name[place]
    if character in _JOINERS:
        return not _joins(name, place)
    if character in _BLANK_LETTERS or any(ord(character) in variants for variants in _VARIANTS):
        return True
    return unicodedata.category(character) in _HIDDEN


def _joins(name: str, place: int) -> bool:
    """Persian and several scripts of India write some names with a joiner between two of their letters."""
    beside = (name[place - 1 : place], name[place + 1 : place + 2])
    return all(_is_of_joining_script(character) for character in beside)


def _is_of_joining_script(character: str) -> bool:
    if not character or unicodedata.category(character)[0] not in "LM":
        return False
    return unicodedata.bidirectional(character) == "AL" or 0x0900 <= ord(character) <= 0x0DFF
