"""What families and children read is in order in every language: the checks of ``msgfmt``, by Babel."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from portal.feedback.queries.wording import WORDS as FAMILIES
from portal.kernel.catalogues import Entry, counting, forms, numbers_of, problem_with
from portal.kernel.languages import LANGUAGES
from portal.voice.queries.tablet import WORDS as TABLET

OTHERS = [code for code in LANGUAGES if code != "en"]
CATALOGUES = [FAMILIES, TABLET]


def messages(path: Path, code: str):
    with path.open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda one: one.name)
def test_the_english_has_each_key_once_and_its_own_places(catalogue):
    text = (catalogue.folder / f"{catalogue.name}.pot").read_text("utf-8")
    keys = re.findall(r'^msgctxt "(.+)"$', text, re.MULTILINE)
    assert sorted(keys) == sorted(catalogue.entries)
    for entry in catalogue.entries.values():
        assert problem_with(entry, entry.english, "en") == "", entry.key


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda one: one.name)
def test_every_translation_fits_its_english(catalogue, code):
    found = messages(catalogue.folder / f"{code}.po", code)
    assert found.plural_forms == counting(code).header
    assert list(found.check()) == []
    for message in (one for one in found if one.id):
        entry = catalogue.entries.get(str(message.context))
        assert entry is not None, f"nothing is called {message.context} any longer"
        assert forms(message.id) == entry.english, f"{message.context} was written for another English"
        if any(words := forms(message.string)):
            assert problem_with(entry, words, code) == "", message.context


def test_every_language_says_where_each_text_is_missing():
    """Each file lists every text, so that a translator's tool shows what is still to do."""
    for catalogue, code in ((catalogue, code) for catalogue in CATALOGUES for code in OTHERS):
        found = messages(catalogue.folder / f"{code}.po", code)
        assert [one.context for one in found if one.id] == list(catalogue.entries), (catalogue.name, code)


WAITS = Entry("waits", ("1 answer", "{n} answers"))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("1 odpowiedź", "{n} odpowiedzi", "{n} odpowiedzi"), ""),
        (("{n} odpowiedź", "{n} odpowiedzi", "{n} odpowiedzi"), ""),
        (("1 odpowiedź", "{n} odpowiedzi"), "needs 3 forms"),
        (("1 odpowiedź", "{n} odpowiedzi", " "), "every form"),
        (("1 odpowiedź", "odpowiedzi", "{n} odpowiedzi"), "Keep {n}"),
        (("1 odpowiedź", "{n} {m}", "{n} odpowiedzi"), "Remove {m}"),
        (("1 odpowiedź", "{n:>99999999}", "{n} odpowiedzi"), "only for the names"),
        (("1 odpowiedź", "{n.__class__}", "{n} odpowiedzi"), "only for the names"),
        (("1 odpowiedź", "{n!r}", "{n} odpowiedzi"), "only for the names"),
        (("1 odpowiedź", "{n", "{n} odpowiedzi"), "only for the names"),
        (("1 odpowiedź", "{}", "{n} odpowiedzi"), "only for the names"),
    ],
)
def test_places_and_plural_forms_are_checked(words, problem):
    found = problem_with(WAITS, words, "pl")
    assert problem in found and bool(problem) == bool(found)


def test_examples_of_a_form_are_numbers_that_it_goes_with():
    assert [numbers_of("pl", form) for form in range(3)] == [(1,), (2, 3, 4), (0, 5, 6)]
    assert all(numbers_of(code, form) for code in LANGUAGES for form in range(counting(code).number))
