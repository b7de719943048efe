"""Every text of a language beside its English, how far each language is, and its texts as a file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.accounts.models import Person
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.catalogues import Entry, Forms, Translated, counting, numbers_of
from portal.kernel.dates import day_words
from portal.kernel.errors import OutOfReach
from portal.kernel.languages import (
    ENGLISH,
    LANGUAGES,
    Catalogue,
    CheckedLanguage,
    Language,
    Translation,
    catalogues,
    checked,
    offered,
)
from portal.languages.rules import exchange
from portal.languages.rules.texts import TextState, mark_of, name_of, why_not_offered


@dataclass(frozen=True)
class TextRow:
    """One text: its English, what the language has for it, and who wrote and checked that."""

    catalogue: str
    entry: Entry
    words: Forms
    labels: tuple[str, ...]
    """For a text that counts: the numbers that go with each form"""
    state: TextState
    written: str
    checked: str

    @property
    def key(self) -> str:
        return self.entry.key

    @property
    def name(self) -> str:
        return name_of(self.catalogue, self.key)

    @property
    def mark(self) -> str:
        return mark_of(self.entry.english, self.words, self.state)


@dataclass(frozen=True)
class LanguageRow:
    """One language on the list of languages."""

    language: Language
    counts: tuple[tuple[str, int, int, int], ...]
    """What of, how many texts, how many of them are there, how many are checked"""
    why_not: str
    """What keeps it from being offered; empty when nothing does"""
    is_offered: bool
    is_new_english: bool
    """It was offered, and the English has changed since"""
    speakers: str


def language_for(code: str) -> Language:
    """Raises ``OutOfReach`` for English and for what is no language."""
    if code not in LANGUAGES or LANGUAGES[code] is ENGLISH:
        raise OutOfReach(code)
    return LANGUAGES[code]


def catalogue_for(name: str) -> Catalogue:
    """Raises ``OutOfReach`` when there is none."""
    for one in catalogues():
        if one.name == name:
            return one
    raise OutOfReach(name)


def language_rows() -> list[LanguageRow]:
    """Every language but English."""
    known, on = checked(), offered()
    return [_row(one, known.get(one.code), one in on) for one in LANGUAGES.values() if one is not ENGLISH]


def _row(language: Language, said: CheckedLanguage | None, is_offered: bool) -> LanguageRow:
    texts = texts_of(language.code)
    counts = []
    for catalogue in catalogues():
        number = Counter(text.state for text in texts if text.catalogue == catalogue.name)
        there = number[TextState.TO_CHECK] + number[TextState.CHECKED]
        counts.append((catalogue.label, number.total(), there, number[TextState.CHECKED]))
    return LanguageRow(
        language=language,
        counts=tuple(counts),
        why_not=why_not_offered(language.name, (text.state for text in texts)),
        is_offered=is_offered,
        is_new_english=bool(said and said.is_on) and not is_offered,
        speakers=", ".join(sorted({row.speaker for row in said.translations if row.speaker})) if said else "",
    )


def texts_of(code: str) -> list[TextRow]:
    """Every text, in the order of the catalogues. Two statements."""
    rows = _rows(code)
    return [
        _text(catalogue, entry, own.get(key), rows.get((catalogue.name, key)), code)
        for catalogue, own in ((catalogue, catalogue.own(code)) for catalogue in catalogues())
        for key, entry in catalogue.entries.items()
    ]


def _rows(code: str) -> Mapping[tuple[str, str], tuple[Translation, str | None]]:
    found = db.session.execute(
        select(Translation, Person.name)
        .join(CheckedLanguage)
        .outerjoin(Person, Person.id == Translation.written_by_id)
        .where(CheckedLanguage.code == code)
    )
    return {(row.catalogue, row.key): (row, name) for row, name in found}


def _text(
    catalogue: Catalogue, entry: Entry, own: Translated | None, found: tuple[Translation, str | None] | None, code: str
) -> TextRow:
    row, writer = found or (None, None)
    today, is_here = clock.today(), row is not None and own is not None and tuple(row.words) == own.words
    shown = row if is_here else None
    labels = [_numbers(code, form) for form in range(counting(code).number)] if entry.counts else [""]
    return TextRow(
        catalogue=catalogue.name,
        entry=entry,
        words=own.words if own else (),
        labels=tuple(labels),
        state=_state(entry, own, shown),
        written=f"written by {writer}, {_day(shown.written_at, today)}" if shown and shown.written_at else "",
        checked=f"checked by {shown.speaker}, {_day(shown.checked_at, today)}" if shown and shown.checked_at else "",
    )


def _state(entry: Entry, own: Translated | None, row: Translation | None) -> TextState:
    if own is None:
        return TextState.MISSING
    if not own.fits(entry):
        return TextState.CHANGED
    return TextState.CHECKED if row is not None and row.checked_at else TextState.TO_CHECK


def _numbers(code: str, form: int) -> str:
    found = numbers_of(code, form)
    return f"For {', '.join(map(str, found))}{' …' if len(found) > 2 else ''}"


def _day(moment: object, today: date) -> str:
    return day_words(moment.astimezone(clock.LONDON).date(), today)  # type: ignore[attr-defined]


def file_of(code: str, catalogue: Catalogue) -> bytes:
    """The language's texts of one catalogue, for a translator's own tool."""
    texts = [text for text in texts_of(code) if text.catalogue == catalogue.name]
    return exchange.written(code, catalogue.name, ((text.entry, text.words, text.state) for text in texts))
