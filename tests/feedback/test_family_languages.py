"""What a family gets in its language: the e-mail, the text message, the letter and the questions on paper."""

import html
import io
import re
import shutil
from email import policy
from email.parser import BytesParser

import pytest
from pypdf import PdfReader

from portal.accounts.models import Person
from portal.extensions import db
from portal.feedback.operations import Secrets
from portal.feedback.queries import WORDS
from portal.feedback.rules.family import signature
from portal.kernel import settings
from portal.kernel.audit import record
from portal.kernel.contact import Contact
from portal.kernel.languages import LANGUAGES, Catalogue
from tests import builders_cases as cases
from tests import builders_families as build
from tests.builders_notices import send_all, use_server
from tests.smtp import peer

USUAL_ENGINE = "sqlite"
OTHERS = [code for code in LANGUAGES if code != "en"]
SENT = ("message.", "mail.", "letter.", "paper.")


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = cases.case(world)
        parent = build.parent(case)
        db.session.flush()
        return {"ref": case.reference, "case": case.id, "parent": parent.id, "worker": world.worker.id}

    return given(make)


@pytest.fixture
def ask(sign_in, ids):
    """Asks as the worker does, and answers the worker's browser and where the question stands."""

    def asks(channel, language, moment="end"):
        worker, here = sign_in(ids["worker"]), f"/cases/{ids['ref']}/feedback/family"
        data = {"contact": str(ids["parent"]), "moment": moment, "channel": channel, "language": language}
        made = worker.post(f"{here}/new", data=data)
        assert made.status_code == 303, made.text
        return worker, made.headers["Location"]

    return asks


def posted(app):
    """What the mail server was given for the family: the raw bytes and the message."""
    with app.app_context(), peer() as server:
        use_server(app, server.server)
        send_all()
        (raw,) = (raw for recipient, raw in server.taken if recipient == build.ALL_WAYS["email"])
        return raw, BytesParser(policy=policy.default).parsebytes(raw)


def both(mail):
    return [mail.get_body((part,)).get_content() for part in ("plain", "html")]


@pytest.mark.parametrize("code", LANGUAGES)
def test_an_e_mail_speaks_the_language_of_the_question_and_names_nobody(app, given, ask, ids, code):
    given(build.offer_languages)
    ask("email", code)
    raw, mail = posted(app)
    language, words = LANGUAGES[code], WORDS.words(code)
    assert raw.isascii()
    assert mail["Subject"] == words("mail.subject").words
    assert mail["Content-Language"] == language.speech
    plain, html = both(mail)
    for key in ("mail.asked", "mail.takes", "mail.link", "mail.no_reply"):
        assert words(key).language is language
        assert words(key).words in plain
        assert words(key).words in html.replace("&#39;", "'")
    assert f'<html lang="{language.speech}" dir="{language.direction}">' in html
    assert len(set(re.findall(r"http://[^/]+/f/[\w-]{32}", plain + html))) == 1
    for name in ("Khan", "Rosa", "Maya", "Ash Primary", "Wren", "Okafor", ids["ref"]):
        assert name not in f"{plain} {html} {mail['Subject']}"


def test_the_reminder_speaks_the_language_too(app, given, ask, clock):
    given(build.offer_languages)
    worker, at = ask("email", "pl")
    posted(app)
    assert worker.post(f"{at}/steps/remind").status_code == 303
    plain, html = both(posted(app)[1])
    words = WORDS.words("pl")
    for key in ("mail.reminder", "mail.last"):
        assert words(key).words in plain
        assert words(key).words in html
    assert words("mail.asked").words not in plain


def test_a_sentence_that_the_language_lacks_is_english_and_says_so(app, given, ask, monkeypatch, tmp_path):
    given(build.offer_languages)
    shutil.copy(WORDS.folder / "families.pot", tmp_path)
    whole = (WORDS.folder / "ur.po").read_text("utf-8")
    (tmp_path / "ur.po").write_text(re.sub(r'(msgctxt "mail.takes"\nmsgid .*\nmsgstr) .*', r'\1 ""', whole), "utf-8")
    monkeypatch.setattr("portal.feedback.queries.WORDS", Catalogue("families", "Families", tmp_path))
    ask("email", "ur")
    plain, html = both(posted(app)[1])
    english = WORDS.words("en")("mail.takes").words
    assert english in plain
    assert f'<p lang="en-GB" dir="ltr">{english}</p>' in html
    assert f"<p>{WORDS.words('ur')('mail.asked').words}</p>" in html


def test_a_language_that_was_switched_off_meanwhile_is_not_sent(app, given, ask):
    given(build.offer_languages)
    _, _ = ask("email", "pl")
    worker, text_at = ask("text", "pl", "midway")
    given(lambda: build.switch_language_off("pl"))
    assert posted(app)[1]["Subject"] == WORDS.words("en")("mail.subject").words
    assert "Hello, this is" in worker.post(f"{text_at}/message").text


def test_the_text_message_and_its_reminder_speak_the_language(given, sign_in, ids, ask, clock):
    given(build.offer_languages)
    worker, at = ask("text", "ro")
    page = worker.post(f"{at}/message").text
    assert 'lang="ro-RO"' in page
    assert "Am vrea să știm cum a fost" in page
    clock.forward(days=7)
    assert "Nu vă vom mai întreba" in sign_in(ids["worker"]).post(f"{at}/message").text


def fonts(document):
    found = (font.get_object() for page in document.pages for font in page["/Resources"]["/Font"].get_object().values())
    return {str(font["/BaseFont"]): font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in found}


def made_as_pdf(answer):
    if answer.mimetype != "application/pdf":
        pytest.skip("this machine has no libraries for PDF")
    return PdfReader(io.BytesIO(answer.data))


def arabic(document):
    """The fonts with the letters of Urdu that the document holds itself."""
    return [
        name
        for name, font in fonts(document).items()
        if "Noto-Naskh-Arabic" in name and "/FontFile" in str(font.keys())
    ]


def test_questions_on_paper_in_urdu_bring_their_letters_along(given, sign_in, ids):
    given(build.offer_languages)
    worker, at = sign_in(ids["worker"]), f"/cases/{ids['ref']}/feedback/family/paper.pdf"
    assert len(arabic(made_as_pdf(worker.get(f"{at}?language=ur")))) == 2  # regular and bold
    assert arabic(made_as_pdf(worker.get(f"{at}?language=pl"))) == []
    assert not [name for name in fonts(made_as_pdf(worker.get(f"{at}?language=ur"))) if "DejaVu" in name]


@pytest.mark.parametrize("code", ["en", "pl", "ur"])
def test_a_letter_has_its_square_and_its_code_the_right_way_round(given, ask, code, monkeypatch):
    given(build.offer_languages)
    monkeypatch.setattr("portal.feedback.operations.new_secrets", lambda: Secrets("x" * 32, "23467ABCDE"))
    worker, at = ask("letter", code)
    document = made_as_pdf(worker.post(f"{at}/letter"))
    (page,) = document.pages
    (square,) = page.images
    assert square.image.size[0] == square.image.size[1] > 300
    text = page.extract_text()
    assert "23467-ABCDE" in text
    assert ("Point your phone" in text) is (code == "en")
    assert bool(arabic(document)) is (code == "ur")


def test_a_letter_in_another_language_holds_no_english_sentence(given, ask, monkeypatch):
    given(build.offer_languages)
    monkeypatch.setattr("portal.feedback.views.asking_families.pdf", unavailable)
    worker, at = ask("letter", "ur")
    page = worker.post(f"{at}/letter").text
    letter = page[page.index('dir="rtl"') :]
    letter = letter[: letter.index("</main>")]
    assert 'lang="en-GB"' not in letter
    assert '<p class="doc-code"><bdi dir="ltr">' in letter
    assert re.search(r"\u2066http://[^\u2069]*/f/\u2069", letter)
    assert "December" not in letter


def unavailable(*_args, **_more):
    from portal.files.documents import DocumentsUnavailable

    raise DocumentsUnavailable


def test_the_letters_of_urdu_are_fetched_only_where_they_are_needed(app):
    css = app.test_client().get("/brand.css").text
    face = next(line for line in css.splitlines() if "Noto Naskh Arabic" in line)
    assert re.search(r"/static/vendor/font-arabic\.[0-9a-f]{8}\.woff2", face)
    assert "unicode-range: U+0600-06FF" in face


# ---- who sends it


@pytest.fixture
def reachable(given, ids):
    """The service's details and the worker's number are set."""
    details = {
        "contact.name": "Harbour helpers",
        "contact.address": "3 Invented Quay\nHarbourmouth",
        "contact.telephone": "01632 960 100",
        "contact.email": "office@demo.example",
    }

    def make():
        for key, value in details.items():
            record(None, "setting changed", settings.put(key, value), fields=[key])
        worker = db.session.get_one(Person, ids["worker"])
        worker.work_telephone = "07700 900 101"
        record(None, "telephone set", worker)
        build.offer_languages()
        return worker.name

    return given(make)


@pytest.mark.parametrize("code", ["en", "pl"])
def test_a_text_message_names_worker_and_service_and_a_number_to_check(reachable, ask, code):
    worker, at = ask("text", code)
    text = html.unescape(worker.post(f"{at}/message").text.split("<textarea")[1].split("</textarea>")[0])
    if code == "en":
        assert text.startswith(text[: text.index(">") + 1] + "Hello, this is Harbour helpers.")
        ending = f"From {reachable}, Harbour helpers. To check that this is from us, you can call me on 07700 900 101."
    else:
        ending = f"{reachable}, Harbour helpers, 07700 900 101"
    assert text.endswith(f"\n\n{ending}")


@pytest.mark.parametrize(
    ("telephone", "service", "ending"),
    [
        ("", "", "From Jo, Harbour."),
        ("", "01632 960 100", "From Jo, Harbour. To check that this is from us, you can call 01632 960 100."),
    ],
)
def test_a_text_message_promises_no_number_that_is_not_there(telephone, service, ending):
    contact = Contact("Harbour", "", service, "", "")
    assert signature("Jo", telephone, contact, english=True) == ending
    assert signature("Jo", telephone, contact, english=False) == ending.split(".")[0].removeprefix("From ") + (
        f", {service}" if service else ""
    )


@pytest.mark.parametrize("code", ["en", "ur"])
def test_letter_and_paper_say_who_sends_them_and_where_to_send_them_back(reachable, ask, code):
    worker, at = ask("letter", code)
    letter = made_as_pdf(worker.post(f"{at}/letter")).pages[0].extract_text()
    paper = made_as_pdf(worker.get(f"{at.rpartition('/')[0]}/paper.pdf?language={code}")).pages[0].extract_text()
    for document in (letter, paper):
        for detail in ("Harbour helpers", "3 Invented Quay", "Harbourmouth", "01632 960 100", "office@demo.example"):
            assert detail in document, detail
    assert reachable in letter and "07700 900 101" in letter


def test_an_e_mail_is_signed(app, reachable, ask):
    ask("email", "pl")
    message = posted(app)[1]
    for kind in ("plain", "html"):
        body = message.get_body((kind,)).get_content()
        assert "Harbour helpers" in body and "01632 960 100" in body and "office@demo.example" in body
    plain = message.get_body(("plain",)).get_content().replace("\r", "")
    assert "\nHarbour helpers\n01632 960 100\noffice@demo.example\n\n" in plain
