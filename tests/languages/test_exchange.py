"""What a PO file says when it comes back from a translator; each problem names its line."""

import pytest

from portal.feedback.queries.wording import WORDS
from portal.kernel.catalogues import Entry
from portal.languages.rules import exchange
from portal.languages.rules.texts import TextState, mark_of, why_not_offered

ENTRIES = {
    "start": Entry("start", ("Start",)),
    "left": Entry("left", ("Still to go: {left}",)),
    "waits": Entry("waits", ("1 answer", "{n} answers"), "How many the tablet holds."),
}
HEAD = 'msgid ""\nmsgstr ""\n"Language: pl\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


def read(text, code="pl"):
    return exchange.read(text if isinstance(text, bytes) else text.encode(), code, "Polish", ENTRIES)


def one(key, english, words, flags=""):
    return f'{flags}msgctxt "{key}"\nmsgid "{english}"\nmsgstr "{words}"\n\n'


def test_what_is_written_is_read_again():
    forms = ("1 odpowiedź", "{n} odpowiedzi", "{n} odpowiedzi")
    texts = [
        (ENTRIES["start"], ("Zaczynam",), TextState.CHECKED),
        (ENTRIES["left"], (), TextState.MISSING),
        (ENTRIES["waits"], forms, TextState.TO_CHECK),
    ]
    content = exchange.written("pl", "tablet", texts)
    assert b"Plural-Forms: nplurals=3;" in content
    assert b"#. How many the tablet holds." in content
    found = read(content)
    assert found.problems == ()
    assert [(text.key, text.words, text.is_fuzzy) for text in found.texts] == [
        ("start", ("Zaczynam",), False),
        ("waits", forms, True),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            HEAD + one("start", "Start", "A") + one("left", "Still to go: {left}", "Zostało"),
            "Line 11, left: Keep {left}",
        ),
        (HEAD + one("left", "Still to go: {left}", "{left.__class__}"), "Line 7, left: Use braces"),
        (
            HEAD + one("start", "Start", b"a\\u202eb".decode("unicode_escape")),
            "characters that cannot be saved",
        ),
        (HEAD + 'msgctxt "start"\nmsgid "Start\nmsgstr "x"\n', "Line 7 is not as"),
        (HEAD + one("start", "Begin", "Zaczynam"), "no text that belongs here"),
        ("", "no text that belongs here"),
        (HEAD.replace("pl", "de") + one("start", "Start", "Los"), "for another language"),
        (HEAD.encode() + b'msgctxt "start"\nmsgid "Start"\nmsgstr "\xff\xfe"\n', "can't be read"),
        (HEAD.replace("utf-8", "zlib") + one("start", "Start", "A"), "can't be read"),
        (b"x" * (exchange.LARGEST + 1), "larger than 1MB"),
        (HEAD + 'msgctxt "start"\nmsgid "Start"\nmsgstr "Ruszamy\n', "Line 8 is not as"),
        (HEAD + 'msgctxt "start"\nmsgfoo "Start"\n', "Line 7 is not as"),
        (b"\x00\x01\x02", "Line 1 is not as"),
        (b"PK\x03\x04" * 1000, "Line 1 is not as"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(content, problem):
    found = read(content)
    assert found.texts == () or found.problems
    assert any(problem in said for said in found.problems), found


def test_texts_of_another_english_are_counted_and_passed_over():
    found = read(HEAD + one("start", "Start", "Zaczynam") + one("start2", "Go", "Idź") + one("left", "Left", "L"))
    assert (len(found.texts), found.passed_over) == (1, 2)


def test_every_shipped_file_can_be_taken():
    for code, name in (("pl", "Polish"), ("cy", "Welsh"), ("ro", "Romanian"), ("ur", "Urdu")):
        content = (WORDS.folder / f"{code}.po").read_bytes()
        found = exchange.read(content, code, name, WORDS.entries)
        assert found.problems == () and len(found.texts) > 50


def test_why_a_language_is_not_offered():
    missing, changed, check, done = TextState
    assert why_not_offered("Polish", [done, done]) == ""
    said = "Polish can't be offered yet: 2 of 4 texts are missing and 1 is not checked."
    assert why_not_offered("Polish", [missing, changed, check, done]) == said


def test_a_mark_changes_with_whatever_a_page_shows():
    marks = {
        mark_of(english, words, state)
        for english in (("a",), ("b",))
        for words in ((), ("x",))
        for state in (TextState.TO_CHECK, TextState.CHECKED)
    }
    assert len(marks) == 8
