"""In a made-up language, whose every text stands in «marks», no English is left on any page of a family or a child."""

import json
import re
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from html.parser import HTMLParser

import pytest

from portal.extensions import db
from portal.files.documents import DocumentsUnavailable
from portal.kernel import audit, settings
from portal.voice.models import VoicePlace
from portal.voice.rules.questions import Age, Moment, from_json
from tests import builders_cases as cases
from tests import builders_families as build
from tests.builders_notices import send_all, use_server
from tests.builders_voice import handed_over, prepared
from tests.smtp import peer

USUAL_ENGINE = "sqlite"
MADE_UP = "cy"
OURS = ("English", "Aa", "x" * 3001, "Cymraeg", "Outreach portal", "Outreach", "Rosa Khan", "Wren Okafor", "Hill Road")
SPOKEN = {"aria-label", "alt", "title", "placeholder", "data-text", "data-problem", "data-none", "data-refused"}


class Seen(HTMLParser):
    """All that a person can read or hear of a page, also of the screens that its script carries."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.within = ""

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        if tag in ("script", "style"):
            self.within = "carried" if facts.get("type") == "text/plain" else "code"
        self.texts += [value for name, value in attrs if name in SPOKEN and value]
        self.texts += json.loads(facts["data-forms"]) if "data-forms" in facts else []
        if facts.get("lang") == "en-GB" and tag != "button":
            self.texts.append("a part in English")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.within = ""

    def handle_data(self, data):
        if self.within == "carried":
            self.texts += seen(data)
        elif not self.within:
            self.texts.append(data)


def seen(page: str) -> list[str]:
    reader = Seen()
    reader.feed(page)
    return reader.texts


def english_in(page: str, *own: str) -> Iterator[str]:
    """What is left of a page without what stands in marks, and without what people and the service wrote."""
    left = "\n".join(seen(page))
    for word in (*own, *OURS):
        left = left.replace(word, "")
    left = re.sub(r"«[^«»]*»", "", left)
    for line in left.splitlines():
        line = re.sub(r"https?://\S+|\{n\}|\b[0-9A-Z]{5}-[0-9A-Z]{5}\b|\b[0-9A-Z]{4}\b", "", line)
        if re.search(r"[A-Za-z]{2}", line):
            yield line.strip()


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = cases.case(world)
        build.offer_languages(MADE_UP, every=True)
        parent = build.parent(case)
        made = build.linked(world, case, parent, "letter", language=MADE_UP)
        db.session.flush()
        facts = {"token": made.token, "code": made.code, "ref": case.reference, "worker": world.worker.id}
        return facts | {"parent": parent.id}

    return given(make)


def test_no_page_of_a_family_has_english_left(app, ids, clock, monkeypatch):
    family = app.test_client()
    pages = [family.get(f"/f/?show={MADE_UP}"), family.post("/f/", data={"code": "ABCDEABCDE"})]
    pages += [family.get(f"/f/{'x' * 32}"), family.get("/f/a/b"), family.get(f"/f/{ids['token']}?language={MADE_UP}")]
    pages.append(family.post("/f/", data={"code": ids["code"]}))
    form = {"language": MADE_UP, "code": ids["code"]}
    assert family.post("/f/start", data=form).status_code == 303
    family.post("/f/form/good", data={"words": "123"})
    for question in ("heard", "home", "child", "ending", "length", "again", "good", "better", "quote", "manager"):
        pages.append(family.get(f"/f/form/{question}"))
        name = "words" if question in ("good", "better") else "answer"
        pages.append(family.post(f"/f/form/{question}", data={name: "x" * 3001}))
    pages += [family.get("/f/form/check"), family.get("/f/form/first")]
    clock.forward(hours=2, seconds=1)
    pages.append(family.get("/f/form/heard"))
    family.post("/f/start", data=form)
    pages.append(family.post("/f/send", data={}))
    family.post("/f/form/heard", data={"answer": "best"})
    thanks = family.post("/f/send", data={}).headers["Location"]
    pages += [family.get(thanks), family.get("/f/form"), family.get(f"/f/{ids['token']}")]
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    pages.append(family.post("/f/start", data={"csrf_token": "old"}))
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    pages += [family.post("/f/", data={"code": "ABCDEABCDE"}) for _ in range(11)][-1:]
    assert pages[-1].status_code == 429
    for page in pages:
        assert page.status_code != 303, page.request.path
        assert "«" in page.text, page.request.path
        assert list(english_in(page.text)) == [], page.request.path


def test_nothing_that_is_sent_to_a_family_has_english_left(app, given, sign_in, ids, monkeypatch):
    def no_pdf(*_args, **_more):
        raise DocumentsUnavailable

    monkeypatch.setattr("portal.feedback.views.asking_families.pdf", no_pdf)
    given(lambda: audit.record(None, "number set", settings.put("service.help_line", "01632 960 009")))
    worker, here = sign_in(ids["worker"]), f"/cases/{ids['ref']}/feedback/family"
    page = worker.get(f"{here}/paper.pdf?language={MADE_UP}").text
    paper = page[page.rindex("<div", 0, page.index('lang="cy-GB"')) : page.index("</main>")]
    assert "«Who reads this»" in paper
    assert list(english_in(paper)) == []
    data = {"contact": str(ids["parent"]), "moment": "midway", "channel": "email", "language": MADE_UP}
    assert worker.post(f"{here}/new", data=data).status_code == 303
    with app.app_context(), peer() as server:
        use_server(app, server.server)
        send_all()
        (raw,) = (raw for recipient, raw in server.taken if recipient == build.ALL_WAYS["email"])
    mail = BytesParser(policy=policy.default).parsebytes(raw)
    assert list(english_in(mail.get_body(("html",)).get_content())) == []
    assert list(english_in(str(mail["Subject"]))) == []


def handed(app, given, *moments):
    said: list[str] = []

    def make():
        people = cases.world()
        build.offer_languages(MADE_UP, every=True)
        for moment in moments:
            place = prepared(people, cases.case(people), moment)
            place.asked.language = MADE_UP
            audit.record(None, "language of questions set", place.asked)
        for place in db.session.scalars(db.select(VoicePlace)):
            said.extend(one.words(age) for one in from_json(place.asked.document).questions for age in Age)
        return handed_over(people)

    token, client = given(make), app.test_client()
    with client.session_transaction() as session:
        session["child"] = token
    return client, sorted(said, key=len, reverse=True)


def touch(client, act, **fields):
    return client.post("/voice/tablet", data={"act": act, **fields}, follow_redirects=True)


def test_no_screen_of_the_tablet_has_english_left(app, given, clock):
    client, said = handed(app, given, Moment.HELP)
    screens = [client.get("/voice/tablet"), touch(client, "talk"), touch(client, "tell"), touch(client, "back")]
    screens.append(touch(client, "start"))
    for at in range(5):
        screens.append(touch(client, "answer", at=at))
        screens.append(touch(client, "not_say", at=at))
    screens += [touch(client, "answer", at=5, words="1" * 3000), touch(client, "answer", at=5, words="1\x00")]
    screens += [touch(client, "stop"), touch(client, "back"), touch(client, "answer", at=5, words="12")]
    screens += [touch(client, "share"), client.get("/voice/tablet")]
    clock.forward(hours=12)
    screens.append(client.get("/voice/tablet"))
    for screen in screens:
        assert screen.status_code in (200, 422)
        assert "«" in screen.text
        assert list(english_in(screen.text, *said)) == [], screen.request.path


def test_no_screen_with_several_children_has_english_left(app, given):
    client, said = handed(app, given, Moment.HELP, Moment.START)
    for screen in (client.get("/voice/tablet"), client.get("/voice/tablet?whose=yes"), touch(client, "talk")):
        assert list(english_in(screen.text, *said)) == []


def test_the_reader_finds_what_is_left():
    assert list(english_in("<p>«Start» now</p>")) == ["now"]
    assert list(english_in('<img alt="A fox"><p>«a» 12 · {n}</p>')) == ["A fox"]
    assert list(english_in('<script type="text/plain"><b>Left</b></script><script>code()</script>')) == ["Left"]
