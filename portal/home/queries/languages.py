"""Which languages there are, how many of the words each has, and who checked it."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.kernel.languages import LANGUAGES, Catalogue, CheckedLanguage, Language, checked

CATALOGUES = "catalogues"
"""The name under which the application hands in the words of each feature, by what they are called."""


@dataclass(frozen=True)
class LanguageRow:
    """One language; ``counts`` are (whose pages, "66 of 105")."""

    code: str
    name: str
    own_name: str
    direction: str
    speech: str
    counts: tuple[tuple[str, str], ...]
    speaker: str
    checked: str
    is_on: bool


def language_rows() -> list[LanguageRow]:
    """Every language, English first."""
    known = checked()
    return [_row(language, known.get(language.code)) for language in LANGUAGES.values()]


def _row(language: Language, said: CheckedLanguage | None) -> LanguageRow:
    catalogues: Mapping[str, Catalogue] = current_app.extensions[CATALOGUES]
    counts = {what: f"{words.number(language.code)} of {words.number('en')}" for what, words in catalogues.items()}
    when = day_words(said.checked_on, clock.today()) if said else ""
    return LanguageRow(
        code=language.code,
        name=language.name,
        own_name=language.own_name,
        direction=language.direction,
        speech=language.speech,
        counts=tuple(counts.items()),
        speaker=said.speaker if said else "",
        checked=f"Checked by {said.speaker}, {when}" if said else "",
        is_on=language.code == "en" or bool(said and said.is_on),
    )
