"""What families and children read is in order in every language: the checks of ``msgfmt``, by Babel."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from deploy.words import in_line, read
from portal.feedback.queries.wording import WORDS as FAMILIES
from portal.kernel.catalogues import Entry, counting, forms, numbers_of, problem_with
from portal.kernel.languages import LANGUAGES, Catalogue
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
    assert [one.context for one in found if one.id] == list(catalogue.entries), "run make words"
    for message in (one for one in found if one.id):
        entry, words = catalogue.entries[str(message.context)], forms(message.string)
        assert forms(message.id) == entry.english, f"{message.context}: run make words"
        if any(words) and not message.fuzzy:
            assert problem_with(entry, words, code) == "", message.context


def test_a_translation_of_another_english_is_kept_for_a_speaker_and_not_read(tmp_path):
    before = 'msgid ""\nmsgstr ""\n"Language: pl\\n"\n\nmsgctxt "who"\nmsgid "Our team"\nmsgstr "Nasz zespół"\n'
    (tmp_path / "one.pot").write_text('msgctxt "new"\nmsgid "New"\nmsgstr ""\n\nmsgctxt "who"\nmsgid "We"\nmsgstr ""\n')
    (tmp_path / "pl.po").write_text(before)
    template, own = (read(tmp_path / name, code) for name, code in (("one.pot", None), ("pl.po", "pl")))
    (tmp_path / "pl.po").write_text(after := in_line(template, own, before.split("\n\n")[0]))
    assert '#, fuzzy\nmsgctxt "who"\nmsgid "We"\nmsgstr "Nasz zespół"' in after
    words = Catalogue("one", "One", tmp_path).words("pl")
    assert (words("who").words, words("new").words) == ("We", "New")
    assert in_line(template, read(tmp_path / "pl.po", "pl"), before.split("\n\n")[0]) == after


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


def test_no_english_text_shortens_not():
    """Families and children read “do not” faster than “don't”."""
    texts = [one for catalogue in CATALOGUES for entry in catalogue.entries.values() for one in entry.english]
    assert [one for one in texts if re.search(r"n['’]t\b", one)] == []
