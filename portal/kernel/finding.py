"""How schools are found: by letters of their name, town or URN, whatever their accents, capitals and apostrophes."""

import re
import unicodedata

LONGEST = 300
FEWEST_LETTERS = 3
"""Fewer letters are no search."""

_DROPPED = re.compile(r"['’‘`.]")
_BETWEEN = re.compile(r"[^a-z0-9]+")


def folded(text: str) -> str:
    """Small plain letters and digits, one space between words: “St. Mary’s C.E.” is “st marys ce”."""
    text = _DROPPED.sub("", text)
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
        text = "".join(character for character in apart if not unicodedata.combining(character))
    return _BETWEEN.sub(" ", text.lower()).strip()


def search_words(name: str, town: str, urn: str) -> str:
    """What a school is found by, at most ``LONGEST`` characters; every word begins after a space."""
    found = f" {folded(name)} {folded(town)} {urn}"
    return found if len(found) <= LONGEST else f" {urn} {found}"[:LONGEST]


def wanted_words(text: str) -> tuple[str, ...]:
    """The words of a search; empty when it has fewer than ``FEWEST_LETTERS`` letters and digits."""
    words = tuple(folded(text).split())
    return words if len("".join(words)) >= FEWEST_LETTERS else ()
