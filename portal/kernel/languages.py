"""The languages that families and children may read in, and the words of a feature in each of them.

English is complete. Another language is offered once an administrator has recorded the speaker who checked its words;
a word that it lacks stands in English, and says so to the browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Boolean, Date, Integer, String, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel import settings
from portal.kernel.audit import Audited
from portal.kernel.catalogues import Entry, Forms, Translated, counting, entries, translated
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


@dataclass(frozen=True)
class Words:
    """The texts of one feature in one language: ``words(key, **values)`` answers a ``Text``."""

    language: Language
    english: Mapping[str, Entry]
    own: Mapping[str, Translated]

    def __call__(self, key: str, **values: object) -> Text:
        """Of a text that counts, ``n`` chooses the form. Raises KeyError for a key that there is not."""
        language, forms = self._of(key)
        form = counting(language.code).form_of(int(str(values["n"]))) if len(forms) > 1 else 0
        return Text(forms[form].format(**values) if values else forms[form], language)

    def forms(self, key: str) -> Forms:
        """All forms of a text that counts, for a script that knows the number."""
        return self._of(key)[1]

    def form_of(self, key: str, most: int = 40) -> str:
        """Which of its forms goes with 0, 1, 2 …, one digit a number."""
        count = counting(self._of(key)[0].code)
        return "".join(str(count.form_of(number)) for number in range(most))

    def _of(self, key: str) -> tuple[Language, Forms]:
        entry, own = self.english[key], self.own.get(key)
        if own is not None and own.fits(entry):
            return self.language, own.words
        return ENGLISH, entry.english


class Catalogue:
    """The texts of one feature: a folder with ``<name>.pot``, which is the English, and ``<code>.po`` files."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every text, by its key."""
        return entries(self.folder / f"{self.name}.pot")

    def words(self, code: str) -> Words:
        """The texts in a language; what it lacks, or has for another English, is English."""
        language = LANGUAGES.get(code, ENGLISH)
        return Words(language, self.entries, self._own(language.code))

    def number(self, code: str) -> int:
        """How many texts the language has."""
        own, all_of_them = self._own(code), self.entries
        if code == ENGLISH.code:
            return len(all_of_them)
        return sum(key in own and own[key].fits(entry) for key, entry in all_of_them.items())

    def _own(self, code: str) -> Mapping[str, Translated]:
        return {} if code == ENGLISH.code else translated(self.folder / f"{code}.po", code)


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
