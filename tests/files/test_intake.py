"""Every kind of harmful or broken upload gets its own clear answer; good ones are kept as they are."""

import io

import pytest
from PIL import Image

from portal.files import intake, rules
from portal.kernel.errors import Refused
from tests import builders_files as given

ENGINES = ("sqlite",)


def _refusal(name: str, content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        intake.check(name, content)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("plan.pdf", given.PDF, rules.PDF),
        ("Plan.PDF", b"\xef\xbb\xbf" + given.PDF, rules.PDF),
        ("map.docx", given.word({"word/media/image1.png": given.picture("PNG")}), rules.DOCX),
        ("photo.JPEG", given.picture(), rules.JPEG),
        ("scan.png", given.picture("PNG"), rules.PNG),
    ],
)
def test_what_schools_send_is_taken(name, content, media_type):
    assert intake.check(name, content).media_type == media_type


def test_documents_are_kept_byte_for_byte():
    assert intake.check("plan.pdf", given.PDF).content == given.PDF
    assert intake.check("map.docx", given.word()).content == given.word()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("map.docm", given.word(types=given.MACRO_TYPES), "holds macros"),
        ("map.docx", given.word(types=given.MACRO_TYPES), "holds macros"),
        ("map.docx", given.word({"word/vbaProject.bin": b"x"}), "holds macros"),
        ("map.docx", given.word({"word/VBADATA.xml": b"x"}), "holds macros"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "holds macros"),
        ("picture.svg", given.SVG, "not a kind of file"),
        ("picture.png", given.SVG, "something else inside"),
        ("plan.pdf", given.HTML, "something else inside"),
        ("plan.pdf", given.word(), "something else inside"),
        ("plan.pdf.exe", given.PDF, "not a kind of file"),
        ("plan", given.PDF, "not a kind of file"),
        ("plan.pdf", b"", "is empty"),
        ("plan.pdf", given.PDF.removesuffix(b"%%EOF\n"), "cut short"),
        ("plan.pdf", given.PDF + b"x" * (11 * 1024 * 1024), "is 11 MB"),
        ("map.docx", b"PK\x03\x04" + b"\0" * 500, "cut short"),
        ("map.docx", given.word()[:-200], "cut short"),
        ("map.docx", given.word({"word/x.bin": given.NOISE}).replace(given.NOISE[50:60], b"0" * 10), "cut short"),
        ("photo.jpg", given.picture()[:200], "cut short"),
        ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 100, "cut short"),
        ("scan.png", given.picture("PNG", size=(300, 300))[:120], "cut short"),
        ("scan.png", b"\x89PNG\r\n\x1a\n" + b"\xff" * 80, "cut short"),
    ],
)
def test_each_harmful_or_broken_file_has_its_answer(name, content, words):
    problem = _refusal(name, content)
    assert words in problem
    assert name in problem
    assert problem.endswith(".")


def test_a_zip_that_is_no_document_is_told_so():
    out = given.word().replace(b"word/document.xml", b"work/document.xml")
    assert "not a Word document" in _refusal("map.docx", out)


@pytest.mark.parametrize("make", [given.bomb, given.lying_bomb])
def test_a_bomb_is_stopped_whatever_it_says_of_itself(make, monkeypatch):
    """Not more than was suspicious is ever unpacked."""
    content = make()
    assert len(content) < 1_000_000
    problem = _refusal("map.docx", content)
    assert "unpacks to more" in problem or "cut short" in problem


def test_a_slow_bomb_is_stopped_at_a_hundred_million(monkeypatch):
    monkeypatch.setattr(rules, "SUSPICIOUS_FROM", 10**12)
    assert "unpacks to more" in _refusal("map.docx", given.bomb())


def test_a_picture_is_drawn_anew_upright_and_says_nothing_of_its_place():
    before = Image.open(io.BytesIO(given.photo_with_place()))
    assert before.getexif()[0x8825]
    kept = intake.check("photo.jpg", given.photo_with_place()).content
    after = Image.open(io.BytesIO(kept))
    assert after.size == (20, 40)
    assert not after.getexif()
    assert "comment" not in after.info
    assert b"Ann Other" not in kept


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode):
    kept = intake.check("scan.png", given.picture("PNG", mode=mode)).content
    assert Image.open(io.BytesIO(kept)).mode in ("L", "RGB", "RGBA")


def test_a_picture_with_hidden_words_behind_it_loses_them():
    kept = intake.check("scan.png", given.picture("PNG") + b"PK\x03\x04 hidden").content
    assert b"hidden" not in kept


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_drawn():
    for side in (7_000, 11_000, 30_000):  # ours, where Pillow warns, where Pillow refuses
        assert "million pixels" in _refusal("scan.png", given.picture_that_says(side, side))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Ann\\plan.pdf", "plan.pdf"),
        ("pl\x00an.pdf", "plan.pdf"),
        ("plan\r\nSet-Cookie: x.pdf", "planSet-Cookie: x.pdf"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("  plan   of  spring .pdf ", "plan of spring .pdf"),
        (".pdf", "pdf"),
        ("", "file"),
        ("..", "file"),
        ("a" * 500 + ".pdf", "a" * 116 + ".pdf"),
        ("\ud800plan.pdf", "plan.pdf"),
    ],
)
def test_names_are_only_shown_and_hold_no_path(sent, shown):
    assert intake.clean_name(sent) == shown


@pytest.mark.parametrize(
    ("size", "words"), [(12, "12 bytes"), (2_048, "2 KB"), (10 * 1024 * 1024, "10 MB"), (1_600_000, "1.5 MB")]
)
def test_sizes_are_said_as_people_say_them(size, words):
    assert rules.size_words(size) == words
