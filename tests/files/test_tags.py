"""Every kind of PDF keeps what its PDF/UA-1 mark promises: languages, pictures, reading order, titles, structure."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from jinja2 import ChoiceLoader, DictLoader

from portal.config import ROOT
from portal.extensions import db
from portal.feedback.models import FamilyInvitation
from portal.feedback.queries import WORDS
from portal.files.documents import DocumentsUnavailable, pdf
from portal.kernel import audit
from portal.training.models import Attendee
from tests import builders_families as families
from tests.access.world import OWN, Place, build

ENGINES = ("sqlite",)
INSIDE = {
    "L": {"LI", "L", "Caption"},
    "LI": {"Lbl", "LBody"},
    "Table": {"TR", "THead", "TBody", "TFoot", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
}
"""What may stand directly within these structure elements (ISO 32000-1, 14.8.4)"""


UNCLAIMED = ["nowhere says that it is PDF/UA-1"]


class Tags:
    """The structure of one PDF, read as a screen reader does."""

    def __init__(self, content: bytes) -> None:
        self.file = pikepdf.open(io.BytesIO(content))
        self.root: Any = self.file.Root
        self.claims = "/Metadata" in self.root and b"pdfuaid" in self.root.Metadata.read_bytes()

    def elements(self) -> Iterator[tuple[Any, tuple[str, str], Any]]:
        """Each structure element with its language and direction, and the element that it stands in."""

        def below(element: Any, ways: tuple[str, str], parent: Any) -> Iterator[tuple[Any, tuple[str, str], Any]]:
            ways = (str(element.get("/Lang", ways[0])), _direction(element) or ways[1])
            yield element, ways, parent
            for kid in _kids(element):
                if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                    yield from below(kid, ways, element)

        for top in _kids(self.root.StructTreeRoot):
            yield from below(top, (str(self.root.get("/Lang", "")), "/LrTb"), None)

    def directions(self) -> dict[str, set[str]]:
        """By language, which way the passages run that hold text of their own."""
        found: dict[str, set[str]] = {}
        for element, (language, direction), _ in self.elements():
            if any(isinstance(kid, int) for kid in _kids(element)):
                found.setdefault(language, set()).add(direction)
        return found

    def pictures(self) -> list[tuple[str, str]]:
        """What each says instead of itself, after its language."""
        return [(ways[0], str(one.get("/Alt", ""))) for one, ways, _ in self.elements() if _kind(one) == "Figure"]

    def broken_promises(self) -> list[str]:
        return [
            *self._of_the_whole(),
            *self._of_elements(),
            *(problem for number, page in enumerate(self.file.pages) for problem in self._of_page(number, page)),
        ]

    def _of_the_whole(self) -> Iterator[str]:
        for kept, promise in (
            (self.claims, "says that it is PDF/UA-1"),
            (str(self.file.docinfo.get("/Title", "")) != "", "has a title"),
            (self.root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is True, "shows its title"),
            (self.root.get("/MarkInfo", {}).get("/Marked") is True, "is tagged"),
            (str(self.root.get("/Lang", "")) != "", "says its language"),
        ):
            if not kept:
                yield f"nowhere {promise}"

    def _of_elements(self) -> Iterator[str]:
        level = 0
        for element, _, parent in self.elements():
            kind, within = _kind(element), _kind(parent) if parent is not None else ""
            if kind == "Figure" and not str(element.get("/Alt", "")).strip():
                yield "a picture without words"
            if within in INSIDE and kind not in INSIDE[within]:
                yield f"{kind} directly within {within}"
            if kind[0] == "H" and kind[1:].isdigit():
                if int(kind[1:]) > level + 1:
                    yield f"{kind} after level {level}"
                level = int(kind[1:])

    def _of_page(self, number: int, page: pikepdf.Page) -> Iterator[str]:
        """Whatever is drawn belongs to an element of the structure or is marked as decoration."""
        belongs = self._marked_on(number)
        marks: list[tuple[str, int | None]] = []
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) in ("BMC", "BDC"):
                facts = operands[1] if len(operands) > 1 else {}
                marks.append((str(operands[0]), int(facts["/MCID"]) if "/MCID" in facts else None))
            elif str(operator) == "EMC":
                marks.pop()
            elif str(operator) in {"Tj", "TJ", "Do", "f", "f*", "S", "s", "B", "sh"}:
                in_structure = [mcid for _, mcid in marks if mcid is not None]
                if not in_structure and "/Artifact" not in [name for name, _ in marks]:
                    yield f"page {number + 1}: drawn outside structure and decoration ({operator})"
                if set(in_structure) - belongs:
                    yield f"page {number + 1}: marked content that the structure does not reach"

    def _marked_on(self, number: int) -> set[int]:
        page = self.file.pages[number].objgen
        return {
            int(kid)
            for element, _, _ in self.elements()
            if "/Pg" in element and element.Pg.objgen == page
            for kid in _kids(element)
            if isinstance(kid, int)
        }


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _direction(element: Any) -> str:
    given = element.get("/A", [])
    for attributes in given if isinstance(given, pikepdf.Array) else [given]:
        if "/WritingMode" in attributes:
            return str(attributes.WritingMode)
    return ""


def _kind(element: Any) -> str:
    return str(element.S).removeprefix("/")


MADE_FROM = {
    "agreements/print.html": "/agreements/{agreement_id}/agreement.pdf",
    "feedback/letter_pdf.html": "/cases/{case}/feedback/family/{invitation_id}/letter",
    "feedback/paper_pdf.html": "/cases/{case}/feedback/family/paper.pdf",
    "print/certificates.html": "/training/sessions/{training_session_id}/certificates/{attendee_id}.pdf",
    "referrals/letter_pdf.html": "/referrals/{accepted}/letter/pdf",
}
"""Where each kind of document is had"""


def test_every_kind_of_document_is_tried():
    folder = ROOT / "templates"
    found = (path for path in folder.rglob("*.html") if "extends 'print/base.html'" in path.read_text())
    assert {str(Path(path).relative_to(folder)) for path in found} == set(MADE_FROM)


def everything() -> Place:
    place = build()
    came = db.session.get_one(Attendee, place.sides[OWN].attendee_id)
    came.attended, came.certificate_number = True, "C-2026-0001"
    audit.record(None, "came", came)
    families.offer_languages()
    return place


def in_urdu(number: int) -> None:
    invitation = db.session.get_one(FamilyInvitation, number)
    invitation.language = "ur"
    audit.record(None, "language changed", invitation)


@pytest.fixture
def place(given):
    return given(everything)


@pytest.fixture
def made(place, sign_in):
    """Asks for the document of a template in a world with one record of each kind."""

    def ask(template: str, **query: str) -> bytes:
        address = MADE_FROM[template].format(**vars(place.sides[OWN]))
        client = sign_in(place.people["worker" if "feedback" in template else "coordinator"])
        answer = client.post(address) if address.endswith("/letter") else client.get(address, query_string=query)
        assert answer.status_code == 200, answer.text
        if answer.mimetype != "application/pdf":
            pytest.skip("this machine has no libraries for PDF")
        return answer.data

    return ask


def test_every_kind_keeps_its_promises(made):
    for template in MADE_FROM:
        tags = Tags(made(template))
        assert tags.broken_promises() == [], template
        assert set(tags.directions()) == {"en-GB"}, template


@pytest.mark.parametrize("kind", ["letter", "paper"])
def test_what_a_family_reads_in_urdu_is_marked_as_urdu(made, given, place, kind):
    given(lambda: in_urdu(place.sides[OWN].invitation_id))
    tags = Tags(made(f"feedback/{kind}_pdf.html", language="ur"))
    assert tags.broken_promises() == UNCLAIMED
    assert str(tags.root.Lang) == "ur-PK"
    assert str(tags.root.ViewerPreferences.Direction) == "/R2L"
    assert "ur-PK" in set(tags.directions())
    pictures = [words for _, words in tags.pictures()]
    assert pictures == ([str(WORDS.words("ur")("letter.square"))] if kind == "letter" else [])


PASSAGES = """
{% extends 'print/base.html' %}
{% block title %}Of three languages{% endblock %}
{% block main %}
<link rel="stylesheet" href="/static/css/family-paper.css">
<h1>Good morning</h1>
<p>{{ words }} <span lang="pl-PL">Dzień dobry</span></p>
<section lang="he-IL" dir="rtl"><p>123</p><p lang="cy-GB" dir="ltr">Bore da</p></section>
<p><img alt="" class="doc-face" src="/static/symbols/face-happy.svg">
<img alt="Wesoły" lang="pl-PL" class="doc-face" src="/static/symbols/face-happy.svg"></p>
{% endblock %}
"""


@pytest.fixture
def of_passages(own_app):
    own_app.jinja_env.loader = ChoiceLoader([own_app.jinja_env.loader, DictLoader({"passages.html": PASSAGES})])

    def make(words: str = "Good morning") -> Tags:
        with own_app.app_context():
            try:
                return Tags(pdf("passages.html", words=words))
            except DocumentsUnavailable:
                pytest.skip("this machine has no libraries for PDF")

    return make


def test_each_passage_says_its_own_language_and_direction(of_passages):
    tags = of_passages()
    assert tags.broken_promises() == []
    ways = {"en-GB": {"/LrTb"}, "pl-PL": {"/LrTb"}, "he-IL": {"/RlTb"}, "cy-GB": {"/LrTb"}}
    assert tags.directions() == ways


def test_a_picture_is_described_in_its_language_or_marked_as_decoration(of_passages):
    assert of_passages().pictures() == [("pl-PL", "Wesoły")]


@pytest.mark.parametrize("words", ["\U00013000", "آپ کا تجربہ"], ids=["in no font", "drawn in parts"])
def test_what_cannot_keep_the_promise_does_not_make_it(of_passages, words):
    assert of_passages(words).broken_promises() == UNCLAIMED
