"""Speakers fill in and check a language, row by row or by file; it is offered once every text is checked."""

import html
import io
import re

import pytest

from portal.extensions import db
from portal.kernel import audit, catalogues, settings
from portal.kernel.languages import Translation, offered
from portal.languages.queries import texts_of
from portal.languages.rules.texts import TextState
from portal.policy import Role
from tests import builders_families as build
from tests import people

USUAL_ENGINE = "sqlite"
INDEX, TEXTS = "/settings/languages", "/settings/languages/pl/texts"
STARTED = 'name="words:families/start:0"'


@pytest.fixture
def admin(given, sign_in):
    def make():
        audit.record(None, "feature switched on", settings.put("feature.languages", "on"))
        person = people.person("Ada Min", Role.ADMIN)
        db.session.flush()
        return person.id

    return sign_in(given(make))


@pytest.fixture
def rows(app):
    def by_name():
        with app.test_request_context():
            return {row.name: row for row in texts_of("pl")}

    return by_name


@pytest.fixture
def codes(app):
    def now():
        with app.test_request_context():
            return [language.code for language in offered()]

    return now


def form_of(page):
    """What the form of texts sends as it stands."""
    form = page[page.index('<ol class="texts">') : page.index("Save this page")]
    seen = dict(re.findall(r'name="(seen:[^"]+)" value="([^"]+)"', form))
    words = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL)
    return seen | {name: html.unescape(text) for name, text in words}


def all_right(rows):
    """The form that fills in and confirms every text of these rows."""
    data = {"speaker": "Ewa Nowak"}
    for row in rows:
        data[f"seen:{row.name}"] = row.mark
        for number in range(len(row.labels)):
            words = row.words[number] if row.words else f"«{row.entry.english[-1]}»"
            data[f"words:{row.name}:{number}"] = words
        data[f"right:{row.name}"] = "yes"
    return data


def test_a_language_is_offered_only_when_every_text_is_there_and_checked(admin, rows, codes):
    assert "can&#39;t be offered yet" in admin.get(INDEX).text
    assert "Offer Polish" not in admin.get(INDEX).text
    refused = admin.post(f"{INDEX}/pl", data={"switch": "on"})
    assert refused.status_code == 422
    assert re.search(r"<title>Error: Languages", refused.text)
    assert codes() == ["en"]
    every = list(rows().values())
    assert admin.post(TEXTS, data=all_right(every[:-1])).status_code == 303
    assert admin.post(f"{INDEX}/pl", data={"switch": "on"}).status_code == 422
    last = all_right([every[-1]])
    del last[f"right:{every[-1].name}"]
    assert admin.post(TEXTS, data=last).status_code == 303
    assert "1 is not checked" in admin.post(f"{INDEX}/pl", data={"switch": "on"}).text
    assert admin.post(TEXTS, data=all_right([rows()[every[-1].name]])).status_code == 303
    assert "Offer Polish" in admin.get(INDEX).text
    assert admin.post(f"{INDEX}/pl", data={"switch": "on"}).status_code == 303
    assert codes() == ["en", "pl"]
    assert "Checked by Ewa Nowak" in admin.get(INDEX).text
    admin.post(f"{INDEX}/pl", data={"switch": "off"})
    assert codes() == ["en"]


@pytest.fixture
def offer_polish(admin, rows):
    admin.post(TEXTS, data=all_right(rows().values()))
    assert admin.post(f"{INDEX}/pl", data={"switch": "on"}).status_code == 303


def test_a_change_after_the_check_makes_that_text_unchecked_and_ends_the_offer(admin, rows, codes, offer_polish):
    row = rows()["families/first.safe"]
    assert row.state is TextState.CHECKED and "checked by Ewa Nowak" in row.checked
    data = {f"seen:{row.name}": row.mark, f"words:{row.name}:0": "Inaczej"}
    answer = admin.post(f"{TEXTS}?show=all", data=data)
    assert answer.status_code == 303
    assert rows()[row.name].state is TextState.TO_CHECK
    assert codes() == ["en"]
    assert "Polish is no longer offered" in admin.get(answer.headers["Location"]).text


def test_a_change_of_the_english_makes_that_text_unchecked_and_ends_the_offer(
    app, admin, rows, codes, offer_polish, monkeypatch
):
    assert codes() == ["en", "pl"]
    before = catalogues.entries

    def after(template):
        entry = catalogues.Entry("first.safe", ("We tell somebody.",))
        return {**before(template), "first.safe": entry} if template.stem == "families" else before(template)

    monkeypatch.setattr("portal.kernel.languages.entries", after)
    assert codes() == ["en"]
    assert rows()["families/first.safe"].state is TextState.CHANGED
    assert "1 of" in admin.get(INDEX).text
    with app.test_request_context():
        from portal.feedback.queries import WORDS

        assert WORDS.words("pl")("first.safe").language.code == "en"


def test_a_speaker_goes_through_what_is_left_page_by_page(admin, rows):
    page = admin.get(TEXTS).text
    assert page.count('class="texts__one"') == 20
    data = form_of(page)
    assert data["words:families/start:0"] == "Zaczynam"
    nobody = admin.post(TEXTS, data=data | {"right:families/start": "yes"})
    assert nobody.status_code == 422
    assert '<a href="#speaker">Enter the name' in nobody.text
    assert "<title>Error: Polish texts" in nobody.text
    said = admin.post(TEXTS, data=data | {"right:families/start": "yes", "speaker": "Ewa Nowak"})
    assert said.headers["Location"] == TEXTS
    assert "Texts written: 0. Texts checked: 1." in admin.get(TEXTS).text
    assert STARTED not in admin.get(TEXTS).text
    shown = admin.get(f"{TEXTS}?show=all").text
    assert STARTED in shown and "checked by Ewa Nowak" in shown
    second = re.search(r'href="([^"]*after=[^"]*)"', shown)[1].replace("&amp;", "&")
    assert STARTED not in admin.get(second).text
    assert rows()["families/title"].state is TextState.TO_CHECK


def test_nothing_is_saved_while_one_text_is_wrong_and_all_that_was_typed_stays(admin, rows):
    names = ("families/question_of", "families/start")
    data = {f"seen:{name}": rows()[name].mark for name in names}
    data |= {"words:families/question_of:0": "Pytanie {number}", "words:families/start:0": "Ruszamy"}
    answer = admin.post(TEXTS, data=data)
    assert answer.status_code == 422
    assert "Keep {total} in the text" in answer.text
    assert 'href="#words:families/question_of:0"' in answer.text
    assert form_of(answer.text)["words:families/start:0"] == "Ruszamy"
    assert rows()["families/start"].words == ("Zaczynam",)


def test_two_people_cannot_save_over_each_other(admin, rows):
    seen = rows()["families/start"].mark
    data = {"seen:families/start": seen, "words:families/start:0": "Ruszamy"}
    assert admin.post(TEXTS, data=data).status_code == 303
    late = admin.post(TEXTS, data=data | {"words:families/start:0": "Start!", "speaker": "Jan"})
    assert late.status_code == 422
    assert "Someone changed this text" in late.text and "Ruszamy" in late.text
    assert rows()["families/start"].words == ("Ruszamy",)


def test_plural_forms_and_right_to_left_are_shown(admin):
    page = admin.get("/settings/languages/pl/texts?show=all&after=tablet/wish_refused").text
    page += admin.get("/settings/languages/pl/texts?show=all&after=tablet/for_adult").text
    for label in ("For 1<", "For 2, 3, 4 …", "For 0, 5, 6 …"):
        assert label in page
    assert page.count('name="words:tablet/waits:') == 3
    assert 'lang="ur-PK" dir="rtl"' in admin.get("/settings/languages/ur/texts").text


def test_a_file_goes_out_and_comes_back(admin, rows, app):
    out = admin.get("/settings/languages/pl/families.po")
    assert out.headers["Content-Disposition"] == "attachment; filename=families-pl.po"
    assert out.headers["X-Content-Type-Options"] == "nosniff"
    text = out.data.decode()
    assert 'msgctxt "first.safe"' in text and "#, fuzzy" in text
    back = text.replace("#, fuzzy\n", "")
    back = re.sub(r'(msgctxt "no_answer"\nmsgid ".*"\nmsgstr) ".*"', r'\1 "Nic"', back)

    def upload(content, **more):
        data = {"file": (io.BytesIO(content), "pl.po"), **more}
        return admin.post("/settings/languages/pl/families.po", data=data, content_type="multipart/form-data")

    assert upload(back.encode(), checked="yes").status_code == 422  # nobody's name
    assert upload(back.encode(), checked="yes", speaker="Jan Zych").status_code == 303
    row = rows()["families/no_answer"]
    assert (row.words, row.state) == (("Nic",), TextState.CHECKED)
    assert "checked by Jan Zych" in row.checked
    assert rows()["families/first.safe"].state is TextState.MISSING
    wrong = upload(b'msgid ""\nmsgstr ""\n"Language: pl\\n"\n\nmsgctxt "no_answer"\nmsgid "No answer\nmsgstr ""\n')
    assert wrong.status_code == 422 and "Line 6 is not" in wrong.text
    assert upload(b"").status_code == 422
    with app.app_context():
        assert db.session.scalars(db.select(Translation.key).where(Translation.key == "no_answer")).all() == [
            "no_answer"
        ]


def test_what_is_not_there_is_not_found(admin):
    for address in ("en/texts", "xx/texts", "pl/nothing.po", "en/families.po"):
        assert admin.get(f"{INDEX}/{address}").status_code == 404, address
    assert admin.post(f"{INDEX}/en", data={"switch": "off"}).status_code == 404


def test_while_the_feature_is_off_there_is_no_page(given, sign_in):
    def make():
        person = people.person("Ada Min", Role.ADMIN)
        db.session.flush()
        return person.id

    admin = sign_in(given(make))
    assert admin.get(INDEX).status_code == 404
    assert admin.get(TEXTS).status_code == 404


def test_what_was_written_here_is_what_families_read(app, given, admin, rows):
    given(lambda: build.offer_languages("pl"))
    row = rows()["families/code.title"]
    admin.post(TEXTS, data={f"seen:{row.name}": row.mark, f"words:{row.name}:0": "Wpisz kod", **right(row)})
    assert "Wpisz kod" in app.test_client().get("/f/?show=pl").text


def right(row):
    return {f"right:{row.name}": "yes", "speaker": "Ewa Nowak"}
