"""What in a text looks like a person: names, initials, numbers, dates, addresses. It finds much and may miss some.

One pass for each kind of thing, none of which looks back further than a few characters: a text of any length takes time
in proportion to its length.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from portal.schools.rules.known_words import COMMON_WORDS, GIVEN_NAMES, NAMES_THAT_ARE_WORDS, NO_INITIALS, TITLES
from portal.schools.rules.upn import upn_problems

_UPN = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z][ -]?)?[0-9](?:[ -]?[0-9]){10}[ -]?[0-9A-Za-z](?![A-Za-z0-9])")
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w.-]{1,200}\w")
_PHONE = re.compile(r"(?<![\w+])(?:\+44|0)(?:[ ()-]{0,2}[0-9]){9,10}(?![0-9A-Za-z])")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
_DATE = re.compile(
    r"\b(?:[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2})|[0-9]{4}-[0-9]{2}-[0-9]{2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH},? ?[0-9]{{4}}|{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}})"
    r"(?![\w/])",
    re.IGNORECASE,
)
_BORN = re.compile(
    rf"\bborn (?:on |in )?(?:[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?)?{_MONTH}(?: [0-9]{{4}})?", re.IGNORECASE
)
_INITIALS = re.compile(r"(?<![\w.])[A-Z]\. ?[A-Z]\b(?:\. ?[A-Z]\b)?\.?(?!\w)")
_CALLED = re.compile(r"\b(?:called|named|name is|known as|name:)[ \"“'‘]{1,3}([^\W\d_]{2,40})", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_INNER_CAPITAL = re.compile(r"['’-][A-Z][a-z]|Mac[A-Z]|Mc[A-Z]")
_SENTENCE_ENDS = frozenset(".!?:\n•\t")
_OPENS = frozenset('“"(‘[')
_CLOSES = frozenset("”\")’']")
_POSSESSIVE = ("'s", "’s")


@dataclass(frozen=True)
class Hint:
    """A piece of a text that may point at a person: from ``start`` to before ``end``, and why."""

    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a text as the page shows it; ``why`` is empty where nothing was found."""

    words: str
    why: str = ""


def looks_like_person(text: str, known_names: Collection[str], allowed: Collection[str] = ()) -> list[Hint]:
    """What may name a child or an adult, in the order of the text, without overlaps.

    ``known_names`` are given and family names of the school's pupils; ``allowed`` texts whose words are no names here,
    such as the school's own name and town. It may miss some: a lower-case nickname is a word like others.
    """
    names = {part for name in known_names for part in _parts(name) if len(part) > 1}
    fine = {part for words in allowed for part in _parts(words)}
    found: list[Hint] = []
    for hints in (_numbers(text), _called(text), _words(text, names, fine)):
        found = _without_overlaps(found, hints)
    return found


def pieces(text: str, hints: list[Hint]) -> list[Piece]:
    """The text cut at its hints, for a page that marks them."""
    cut, at = [], 0
    for hint in hints:
        if hint.start > at:
            cut.append(Piece(text[at : hint.start]))
        cut.append(Piece(text[hint.start : hint.end], hint.why))
        at = hint.end
    if at < len(text):
        cut.append(Piece(text[at:]))
    return cut


def _parts(name: str) -> Iterator[str]:
    return (match[0].casefold() for match in _WORD.finditer(name))


def _without_overlaps(first: list[Hint], second: Iterator[Hint]) -> list[Hint]:
    """All of ``first``, and those of ``second`` (in their own order) that touch none of them."""
    merged, starts = list(first), [hint.start for hint in first]
    end = -1
    for hint in second:
        place = bisect_right(starts, hint.start)
        before = first[place - 1].end if place else 0
        after = first[place].start if place < len(first) else hint.end
        if before <= hint.start and hint.end <= after and hint.start >= end:
            merged.append(hint)
            end = hint.end
    return sorted(merged, key=lambda hint: hint.start)


def _numbers(text: str) -> Iterator[Hint]:
    """Numbers, addresses and dates."""
    found: list[Hint] = []
    for pattern, why in (
        (_EMAIL, "an e-mail address"),
        (_PHONE, "looks like a phone number"),
        (_UPN, ""),
        (_BORN, "may be a date of birth"),
        (_DATE, "a full date, perhaps of birth"),
        (_INITIALS, "may be somebody's initials"),
    ):
        hints = (Hint(match.start(), match.end(), why or _upn_why(match[0])) for match in pattern.finditer(text))
        fitting = (h for h in hints if pattern is not _INITIALS or not _is_usual(text[h.start : h.end]))
        found = _without_overlaps(found, fitting)
    return iter(found)


def _upn_why(number: str) -> str:
    return "looks like a pupil number (UPN)" if upn_problems(number) else "a pupil number (UPN)"


def _is_usual(initials: str) -> bool:
    return initials.replace(".", "").replace(" ", "").casefold() in NO_INITIALS


def _called(text: str) -> Iterator[Hint]:
    for match in _CALLED.finditer(text):
        if match[1].casefold() not in COMMON_WORDS:
            yield Hint(match.start(1), match.end(1), "said to be what somebody is called")


def _words(text: str, names: Collection[str], fine: Collection[str]) -> Iterator[Hint]:
    """Words with a capital in mid-sentence, and known names anywhere; neighbours are one hint."""
    small = {match[0].casefold() for match in _WORD.finditer(text) if match[0].islower()}
    open_hint: Hint | None = None
    end, title_before = 0, False
    for match in _WORD.finditer(text):
        word = match[0][:-2] if match[0].endswith(_POSSESSIVE) else match[0]
        gap = text[end : match.start()]
        is_first = not end or _begins(gap, text[match.end() : match.end() + 1])
        end = match.end()
        why = _why(word, names, fine, small, is_first=is_first and not title_before, after_title=title_before)
        title_before = word.casefold() in TITLES and word[0].isupper()
        here = Hint(match.start(), match.start() + len(word), why)
        if open_hint and why and gap in (" ", "-") and not is_first:
            open_hint = Hint(open_hint.start, here.end, open_hint.why)
            continue
        if open_hint:
            yield open_hint
        open_hint = here if why else None
    if open_hint:
        yield open_hint


def _begins(gap: str, after: str) -> bool:
    """Whether a sentence begins after this gap; one word alone in quotes or brackets is no sentence."""
    if not _SENTENCE_ENDS.isdisjoint(gap):
        return True
    return not _OPENS.isdisjoint(gap) and after not in _CLOSES


def _why(
    word: str,
    names: Collection[str],
    fine: Collection[str],
    small: Collection[str],
    *,
    is_first: bool,
    after_title: bool,
) -> str:
    plain = word.casefold()
    parts = set(plain.replace("’", "'").split("-")) | {plain}
    has_capital = word[0].isupper()
    if after_title and has_capital:
        return "a name after a title"
    if names and not parts.isdisjoint(names):
        is_word = plain in NAMES_THAT_ARE_WORDS or plain in COMMON_WORDS
        if not is_word or (has_capital and not is_first):
            return "the name of a pupil on your list"
    if not has_capital or len(word) < 2 or plain in fine:
        return ""
    if plain in GIVEN_NAMES or _INNER_CAPITAL.search(word):
        return "may be a name"
    if is_first or word.isupper() or plain in small or any(part in COMMON_WORDS for part in parts):
        return ""
    return "may be a name"
