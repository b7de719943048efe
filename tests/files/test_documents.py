"""Made documents: tagged, in our font, from our own files only; and a clear sentence where they cannot be made."""

import builtins
import io
from pathlib import Path
from urllib.parse import urljoin

import pytest
from jinja2 import ChoiceLoader, DictLoader
from pypdf import PdfReader

from portal.files import documents, intake, web
from portal.files.documents import DocumentsUnavailable, pdf
from portal.kernel.errors import Refused
from tests import builders_files as given_files

ENGINES = ("sqlite",)

LETTER = """
{% extends 'print/base.html' %}
{% block title %}Decision letter{% endblock %}
{% block main %}
<h1>Decision letter</h1>
<p class="doc-words">{{ words }}</p>
<img alt="" src="{{ address }}">
<table class="doc-table">
<thead><tr><th scope="col">Who</th></tr></thead>
<tbody><tr><td>Ms Okafor</td></tr></tbody>
</table>
{% endblock %}
"""


@pytest.fixture
def app(own_app):
    return own_app


@pytest.fixture(autouse=True)
def in_context(app):
    app.jinja_loader = ChoiceLoader([app.jinja_loader, DictLoader({"letter.html": LETTER})])
    app.jinja_env.loader = app.jinja_loader
    with app.app_context():
        yield


def _made(words="Łukasz is accepted – from 5 May.", address=""):
    try:
        return pdf("letter.html", words=words, address=address)
    except DocumentsUnavailable:
        pytest.skip("this machine has no libraries for PDF")


def test_a_document_is_tagged_and_says_what_it_should():
    made = PdfReader(io.BytesIO(_made()))
    root = made.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert "/StructTreeRoot" in root
    assert made.metadata.title == "Decision letter"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    text = made.pages[0].extract_text()
    for words in ("Decision letter", "Łukasz is accepted – from 5 May.", "Ms Okafor", "Page 1 of 1", "Outreach"):
        assert words in text
    fonts = {font["/BaseFont"] for font in made.pages[0]["/Resources"]["/Font"].get_object().values()}
    assert any("Atkinson" in str(font) for font in fonts)
    assert [round(float(side)) for side in made.pages[0].mediabox[2:]] == [595, 842]


def test_typed_words_stay_words(monkeypatch):
    text = PdfReader(io.BytesIO(_made("<b>bold</b> {{ 7*7 }}"))).pages[0].extract_text()
    assert "<b>bold</b> {{ 7*7 }}" in text


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/x.png",
        "http://127.0.0.1:1/x.png",
        "file:///etc/passwd",
        "/static/../portal/app.py",
        "/static/%2e%2e/wsgi.py",
        "//own.invalid.example.org/static/x.png",
        "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_nothing_but_our_own_files_is_fetched(app, address):
    _made()
    fetcher = documents._only_own(Path(app.static_folder))
    with pytest.raises(ValueError, match="belongs to the portal"):
        fetcher.fetch(urljoin(documents._BASE, address))


def test_our_own_files_are_fetched(app):
    _made()
    fetcher = documents._only_own(Path(app.static_folder))
    assert b"@page" in fetcher.fetch("https://own.invalid/static/css/document.css?v=1").read()


def test_where_the_libraries_are_missing_a_sentence_says_what_to_do(monkeypatch):
    real = builtins.__import__

    def without(name, *more):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DocumentsUnavailable, match="Print this page instead"):
        pdf("letter.html", words="", address="")


def test_after_a_document_was_made_a_picture_that_was_cut_short_is_still_refused():
    """WeasyPrint's import lets all of Pillow take broken pictures."""
    _made()
    with pytest.raises(Refused, match="cut short"):
        intake.check("scan.png", given_files.picture("PNG", size=(300, 300))[:120])


def test_a_made_document_is_saved_under_its_name(app):
    with app.test_request_context():
        answer = web.pdf_answer(b"%PDF-", "agreement-12.pdf")
        assert answer.headers["Content-Disposition"] == "attachment; filename=agreement-12.pdf"
        assert answer.mimetype == "application/pdf"
