"""The languages that families and children may read in, and the words of a feature in each of them.

English is complete. Another language is offered once an administrator has recorded the speaker who checked its words;
a word that it lacks stands in English, and says so to the browser.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Boolean, Date, Integer, String, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel import settings
from portal.kernel.audit import Audited
from portal.kernel.settings import Feature


@dataclass(frozen=True)
class Language:
    """One language: what we call it, what its speakers call it, which way it runs, and how it is read aloud."""

    code: str
    name: str
    own_name: str
    direction: str
    speech: str
    """The tag that a browser's voices are known by"""


ENGLISH = Language("en", "English", "English", "ltr", "en-GB")
LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        ENGLISH,
        Language("pl", "Polish", "Polski", "ltr", "pl-PL"),
        Language("ur", "Urdu", "اردو", "rtl", "ur-PK"),
        Language("ro", "Romanian", "Română", "ltr", "ro-RO"),
        Language("cy", "Welsh", "Cymraeg", "ltr", "cy-GB"),
    )
}


class CheckedLanguage(Audited, Model):
    """Who checked the words of one language, and whether it is offered."""

    __tablename__ = "checked_language"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(5), unique=True)
    speaker: Mapped[str] = mapped_column(String(120))
    checked_on: Mapped[date] = mapped_column(Date)
    recorded_by_id: Mapped[int | None] = mapped_column(Integer)
    is_on: Mapped[bool] = mapped_column(Boolean, default=False)


@dataclass(frozen=True)
class Text:
    """Words, and the language that they are really in: English where the one asked for lacks them."""

    words: str
    language: Language

    def __str__(self) -> str:
        return self.words


Words = Callable[..., Text]


class Catalogue:
    """The words of one feature: a folder of ``<code>.toml`` files, each key with its words and {places}."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def words(self, code: str) -> Words:
        """What answers ``words(key, **values)`` with a ``Text``. Raises KeyError for a key that English lacks."""
        asked, english = LANGUAGES.get(code, ENGLISH), self._of(ENGLISH.code)
        own = self._of(asked.code)

        def words(key: str, **values: object) -> Text:
            language = asked if key in own else ENGLISH
            text = own[key] if key in own else english[key]
            return Text(text.format(**values) if values else text, language)

        return words

    def number(self, code: str) -> int:
        """How many words the language has."""
        return len(self._of(code))

    def keys(self, code: str) -> frozenset[str]:
        return frozenset(self._of(code))

    def _of(self, code: str) -> Mapping[str, str]:
        return _read(self.folder, code)


@lru_cache(maxsize=64)
def _read(folder: Path, code: str) -> Mapping[str, str]:
    path = folder / f"{code}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def checked() -> dict[str, CheckedLanguage]:
    """What is recorded of each language, by its code."""
    return {row.code: row for row in db.session.scalars(select(CheckedLanguage))}


def offered() -> tuple[Language, ...]:
    """English, and every other language that a speaker checked and that is switched on."""
    if not settings.is_on(Feature.LANGUAGES):
        return (ENGLISH,)
    on = set(db.session.scalars(select(CheckedLanguage.code).where(CheckedLanguage.is_on)))
    return tuple(language for language in LANGUAGES.values() if language is ENGLISH or language.code in on)


def language_of(code: str) -> Language:
    """The language in which something was written; English where its code is not known any more."""
    return LANGUAGES.get(code, ENGLISH)


def offered_beside(code: str) -> tuple[Language, ...]:
    """What is on offer, and the language that was chosen before, which may have been switched off since."""
    on = offered()
    return tuple(language for language in LANGUAGES.values() if language in on or language.code == code)


def offered_or_english(code: str | None) -> Language:
    """The language of this code while it is offered, else English."""
    return next((language for language in offered() if language.code == code), ENGLISH)
