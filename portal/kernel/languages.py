"""The languages that families and children may read in, and the words of a feature in each of them.

English is complete. Another language is offered only while a speaker has checked every text against the English of now.
A word that a language lacks is English, and says so to the browser: a questionnaire may be in one that is not offered.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask import current_app, g, has_app_context
from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model, db
from portal.kernel import settings
from portal.kernel.audit import Audited
from portal.kernel.catalogues import Entry, Forms, Translated, counting, entries, translated
from portal.kernel.database import UtcDateTime
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
    """One language that somebody worked on here: who checked it, and whether it is offered."""

    __tablename__ = "checked_language"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(5), unique=True)
    speaker: Mapped[str] = mapped_column(String(120))
    checked_on: Mapped[date] = mapped_column(Date)
    recorded_by_id: Mapped[int | None] = mapped_column(Integer)
    is_on: Mapped[bool] = mapped_column(Boolean, default=False)
    checked_for: Mapped[str | None] = mapped_column(String(64))
    """Digest of the English for which every text was checked when it was offered"""

    translations: Mapped[list["Translation"]] = relationship(
        order_by="Translation.id", cascade="all, delete-orphan", back_populates="language"
    )


class Translation(Audited, Model):
    """One text as it was written or checked here; it takes the place of what came with the portal."""

    __tablename__ = "translation"
    __table_args__ = (UniqueConstraint("language_id", "catalogue", "key"),)
    audited_through = "language"

    id: Mapped[int] = mapped_column(primary_key=True)
    language_id: Mapped[int] = mapped_column(ForeignKey("checked_language.id"))
    catalogue: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60))
    english: Mapped[list[str]] = mapped_column(JSON)
    """For which it was written, in all its forms"""
    words: Mapped[list[str]] = mapped_column(JSON)
    written_by_id: Mapped[int | None] = mapped_column(Integer)
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None where the words came with the portal and were only checked"""
    speaker: Mapped[str] = mapped_column(String(120), default="")
    """Who checked these very words"""
    checked_by_id: Mapped[int | None] = mapped_column(Integer)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    language: Mapped[CheckedLanguage] = relationship(back_populates="translations")


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

    def __init__(self, name: str, label: str, folder: Path) -> None:
        self.name, self.label, self.folder = name, label, folder

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every text, by its key."""
        return entries(self.folder / f"{self.name}.pot")

    def words(self, code: str) -> Words:
        """The texts in a language; what it lacks, or has for another English, is English."""
        language = LANGUAGES.get(code, ENGLISH)
        return Words(language, self.entries, self.own(language.code))

    def own(self, code: str) -> Mapping[str, Translated]:
        """What the language has: what was written here, before what came with the portal."""
        if code == ENGLISH.code:
            return {}
        here = {key: one for (name, key), one in _written(code).items() if name == self.name}
        came = translated(self.folder / f"{code}.po", code)
        stale = {key for key, one in here.items() if key in came and not one.fits(self.entries.get(key, NOTHING))}
        return {**here, **{key: one for key, one in came.items() if key not in here or key in stale}}


NOTHING = Entry("", ())


def _written(code: str) -> Mapping[tuple[str, str], Translated]:
    """What was written here, by catalogue and key; read once a request."""
    if not has_app_context():
        return {}
    known: dict[str, Mapping[tuple[str, str], Translated]] = g.setdefault("translations", {})
    if code not in known:
        columns = (Translation.catalogue, Translation.key, Translation.english, Translation.words)
        rows = db.session.execute(select(*columns).join(CheckedLanguage).where(CheckedLanguage.code == code))
        known[code] = {(row[0], row[1]): Translated(tuple(row[2]), tuple(row[3])) for row in rows}
    return known[code]


def forget_written() -> None:
    """After texts were written: the next reader asks the database again."""
    g.pop("translations", None)


CATALOGUES = "catalogues"
"""The name under which the application hands in the catalogues of its features."""


def catalogues() -> tuple[Catalogue, ...]:
    found: tuple[Catalogue, ...] = current_app.extensions[CATALOGUES]
    return found


def english_digest() -> str:
    """Of every English text of now: a language that was offered for another English is not offered."""
    texts = {one.name: {key: entry.english for key, entry in one.entries.items()} for one in catalogues()}
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()


def checked(*, for_change: bool = False) -> dict[str, CheckedLanguage]:
    """What is recorded of each language, by its code; nobody else changes it meanwhile if it is read ``for_change``."""
    rows = select(CheckedLanguage)
    if for_change:
        rows = rows.with_for_update().execution_options(populate_existing=True)
    return {row.code: row for row in db.session.scalars(rows)}


def offered() -> tuple[Language, ...]:
    """English, and every other language that is switched on and was checked for the English of now."""
    if not settings.is_on(Feature.LANGUAGES):
        return (ENGLISH,)
    rows = db.session.execute(
        select(CheckedLanguage.code, CheckedLanguage.checked_for).where(CheckedLanguage.is_on)
    ).all()
    now = english_digest() if rows else ""
    on = {row.code for row in rows if row.checked_for == now}
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
