"""A family's pages: what opens, what does not, and that nothing of it reaches whoever should not have it."""

import re

import pytest
import sqlalchemy as sa

from portal.extensions import db
from portal.feedback.models import FamilyInvitation, Feedback
from portal.kernel import audit, settings
from portal.policy import Role
from portal.schools.models import Contact
from tests import builders_cases as cases
from tests import builders_families as build
from tests import people

USUAL_ENGINE = "sqlite"
GOOD, BETTER = "Somebody listened to Maya", "Come on time"
UNKNOWN = "x" * 32


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = cases.case(world)
        parent = build.parent(case)
        made = build.linked(world, case, parent, "letter")
        db.session.flush()
        row = db.session.scalars(db.select(FamilyInvitation)).one()
        return {
            "token": made.token,
            "code": made.code,
            "ref": case.reference,
            "case": case.id,
            "row": row.id,
            "parent": parent.id,
            "lead": people.person("Safe Lead", Role.SAFEGUARDING).id,
            **{name: getattr(world, name).id for name in ("coordinator", "worker", "colleague", "senco")},
        }

    return given(make)


@pytest.fixture
def family(app):
    return app.test_client()


def start(client, ids, **more):
    page = client.get(f"/f/{ids['token']}")
    return client.post("/f/start", data=build.fields_of(page.text) | more)


def say(client, **said):
    for question, typed in said.items():
        name = "words" if question in ("good", "better") else "answer"
        assert client.post(f"/f/form/{question}", data={name: typed}).status_code == 303


def send(client, **more):
    page = client.get("/f/form/check")
    return client.post("/f/send", data=build.fields_of(page.text) | more)


def dump(app):
    """Every row of every table, as text."""
    with app.app_context():
        tables = sa.inspect(db.engine).get_table_names()
        with db.engine.connect() as connection:
            return {
                name: [tuple(row) for row in connection.execute(sa.text(f'SELECT * FROM "{name}"'))] for name in tables
            }


def change(given, **values):
    def make():
        row = db.session.scalars(db.select(FamilyInvitation)).one()
        for name, value in values.items():
            setattr(row, name, value)
        audit.record(None, "changed", row)

    given(make)


def forbid(given, parent):
    def make():
        contact = db.session.get(Contact, parent)
        contact.do_not_contact, contact.safe_channels = True, ""
        audit.record(None, "contact changed", contact)

    given(make)


def test_opening_changes_nothing_whoever_opens(app, family, ids):
    before = dump(app)
    for agent in ("WhatsApp/2.0", "facebookexternalhit/1.1", "Slackbot-LinkExpanding 1.0", "Mozilla/5.0"):
        for ask in (family.get, family.head):
            assert ask(f"/f/{ids['token']}?language=ur&large=1", headers={"User-Agent": agent}).status_code == 200
    assert family.get(f"/f/{UNKNOWN}").status_code == 404
    assert family.get("/f/form").status_code == 404
    assert dump(app) == before


def test_what_does_not_open_looks_the_same(app, given, family, clock, ids):
    unknown = family.get(f"/f/{UNKNOWN}")
    assert unknown.status_code == 404
    token = ids["token"]

    def same():
        found = family.get(f"/f/{token}")
        refused = family.post("/f/start", data={"token": token})
        assert [one.status_code for one in (found, refused)] == [404, 404]
        assert found.text == unknown.text == refused.text

    change(given, revoked_at=clock())
    same()
    change(given, revoked_at=None)
    assert family.get(f"/f/{token}").status_code == 200
    clock.forward(days=21)
    same()
    clock.forward(days=-21)
    forbid(given, ids["parent"])
    same()


def test_a_whole_answer_and_only_one(app, family, ids):
    assert start(family, ids).headers["Location"] == "/f/form"
    assert family.get("/f/form").headers["Location"] == "/f/form/heard"
    say(family, heard="best", length="too_long", good=GOOD, better=BETTER, quote="yes")
    assert GOOD in family.get("/f/form/good").text
    assert send(family).headers["Location"].startswith("/f/thanks")
    assert GOOD not in family.get("/f/form/good").text
    assert "They arrived on" in family.post("/f/start", data={"token": ids["token"]}).text
    with app.app_context():
        row = db.session.scalars(db.select(Feedback)).one()
        answers = {part.aspect: (part.answer, part.scale) for part in row.aspects}
        assert (row.good, row.better, row.quote, row.way, row.manager_only) == (GOOD, BETTER, True, "link", False)
        assert answers == {"heard": ("good", "best"), "length": ("not_good", "too_long")}


def test_sending_twice_keeps_one(app, family, ids):
    start(family, ids)
    say(family, heard="good")
    data = build.fields_of(family.get("/f/form/check").text)
    assert [family.post("/f/send", data=data).status_code for _ in range(2)] == [303, 303]
    assert len(dump(app)["feedback"]) == 1


def test_nothing_said_is_not_sent(family, ids):
    start(family, ids)
    say(family, heard="not_say")
    answer = send(family)
    assert answer.status_code == 422
    assert "Answer at least one question" in answer.text


def test_a_forwarded_link_shows_nothing_that_was_typed(app, family, ids):
    start(family, ids)
    say(family, heard="best", good=GOOD)
    other = app.test_client()
    start(other, ids)
    assert GOOD not in other.get("/f/form/good").text
    assert "checked" not in other.get("/f/form/heard").text
    assert family.get("/f/form/good").status_code == 404


def test_the_same_browser_goes_on_where_it_was(family, ids):
    start(family, ids)
    say(family, good=GOOD)
    start(family, ids)
    assert GOOD in family.get("/f/form/good").text


def test_the_cookie_is_its_own_and_ends(app, family, clock, ids):
    cookie = start(family, ids).headers["Set-Cookie"]
    assert cookie.startswith("family=")
    assert {"HttpOnly", "Path=/f/", "SameSite=Lax", "Max-Age=7200"} <= set(cookie.split("; "))
    clock.forward(hours=2, seconds=1)
    over = family.get("/f/form/heard")
    assert over.status_code == 404
    assert "Open the link from your message again" in over.text


def test_do_not_contact_ends_it_at_every_step(given, family, ids):
    start(family, ids)
    say(family, heard="best")
    forbid(given, ids["parent"])
    assert family.get("/f/form/heard").status_code == 404
    assert family.post("/f/form/heard", data={"answer": "worst"}).status_code == 404
    assert family.post("/f/send").status_code == 404


def test_the_code_opens_the_same_page_and_is_limited(family, ids):
    typed = f"{ids['code'][:5].lower()} - {ids['code'][5:]}"
    page = family.post("/f/", data={"code": typed})
    assert page.status_code == 200
    assert "Who reads this" in page.text
    assert start_by(family, page).status_code == 303
    for _ in range(10):
        assert family.post("/f/", data={"code": "ABCDEABCDE"}).status_code == 422
    many = family.post("/f/", data={"code": "ABCDEABCDF"})
    assert many.status_code == 429
    assert "Wait ten minutes" in many.text
    assert family.post("/f/start", data={"code": "ABCDEABCDF"}).status_code == 429
    assert family.post("/f/", data={"code": ids["code"]}).status_code == 429


def start_by(client, page):
    return client.post("/f/start", data=build.fields_of(page.text))


def test_no_name_and_no_secret_is_left_anywhere(app, family, ids, capfd):
    pages = [family.get(f"/f/{ids['token']}").text, family.post("/f/", data={"code": ids["code"]}).text]
    start(family, ids, submission_id="a" * 32)
    say(family, heard="best", good=GOOD)
    pages += [family.get(f"/f/form/{question}").text for question in ("heard", "good", "quote")]
    check = family.get("/f/form/check").text
    for page in pages:
        for name in ("Khan", "Rosa", "Ash Primary", "Wren", "Okafor", "C-2026"):
            assert name not in page
    assert "Khan" not in check.replace(GOOD, "")
    assert re.search(r"\bcase\b", "".join(pages)) is None
    family.post("/f/start", data={"token": ids["token"]}, headers={"Sec-Fetch-Site": "same-origin"})
    said = capfd.readouterr()
    cookie = family.get_cookie("family", path="/f/").value
    rows = {name: repr(rows) for name, rows in dump(app).items()}
    for secret in (ids["token"], ids["code"], cookie):
        assert secret not in said.err + said.out
        assert [name for name, text in rows.items() if secret in text] == []
    assert GOOD not in "".join(rows.values())


def test_what_was_typed_is_refused_kindly(family, ids):
    start(family, ids)
    for data in ({"answer": "splendid"}, {"answer": "too_short"}, {"answer": "\x00"}):
        assert family.post("/f/form/heard", data=data).status_code == 422
    for words in ("x" * 3001, "a\x00b"):
        assert family.post("/f/form/good", data={"words": words}).status_code == 422
    assert family.post("/f/form/nonsense", data={"answer": "best"}).status_code == 303
    hostile = "<script>alert(1)</script> {{7*7}}"
    say(family, good=hostile)
    shown = family.get("/f/form/check").text
    assert "<script>alert" not in shown
    assert "{{7*7}}" in shown


def test_what_is_for_the_manager_is_nowhere_else(app, family, sign_in, ids):
    start(family, ids, manager_only="yes")
    say(family, heard="worst", good=GOOD)
    assert send(family, manager_only="yes").status_code == 303
    with app.app_context():
        row = db.session.scalars(db.select(Feedback.id)).one()
    here = f"/cases/{ids['ref']}"
    manager, worker, lead = (sign_in(ids[name]) for name in ("coordinator", "worker", "lead"))
    for path in (f"{here}/feedback", "/impact/", f"{here}/exit", here):
        seen = manager.get(path)
        assert seen.status_code == 200
        for other in (worker, lead):
            page = other.get(path)
            assert GOOD not in page.text
            assert "Not positive" not in page.text
            assert "Only for the manager" not in page.text
    assert GOOD in manager.get(f"{here}/feedback").text
    assert "Not positive" in manager.get("/impact/").text
    assert "Opened, not answered yet" in worker.get(f"{here}/feedback").text
    assert "Answered" not in worker.get(f"{here}/feedback").text
    for other, status in ((worker, 403), (lead, 404)):
        assert other.post(f"{here}/feedback/{row}/read").status_code == status
    assert worker.get(f"{here}/feedback/{row}").status_code == 404
    assert worker.post(f"{here}/feedback/{row}/removal", data={"version": "1"}).status_code == 404
    assert manager.post(f"{here}/feedback/{row}/read").status_code == 303


def test_a_family_s_own_words_are_never_changed(app, family, sign_in, ids):
    start(family, ids)
    say(family, good=GOOD)
    send(family)
    with app.app_context():
        row = db.session.scalars(db.select(Feedback.id)).one()
    here = f"/cases/{ids['ref']}/feedback"
    manager = sign_in(ids["coordinator"])
    assert manager.get(f"{here}/{row}").status_code == 404
    assert manager.post(f"{here}/{row}/removal", data={"version": "1"}).status_code == 404
    assert sign_in(ids["worker"]).post(f"{here}/{row}/family-removal", data={"version": "1"}).status_code == 403
    assert manager.post(f"{here}/{row}/family-removal", data={"version": "1"}).status_code == 303
    assert dump(app)["feedback"] == []


def test_the_worker_asks_sends_and_takes_back(app, given, sign_in, ids):
    worker, here = sign_in(ids["worker"]), f"/cases/{ids['ref']}/feedback/family"
    page = worker.get(f"{here}/new")
    assert "Rosa Khan" in page.text
    data = {"contact": str(ids["parent"]), "moment": "midway", "channel": "text", "language": "en"}
    at = worker.post(f"{here}/new", data=data).headers["Location"]
    message = worker.post(f"{at}/message")
    assert re.search(r"http://[^/]+/f/[\w-]{32}", message.text)
    assert "sms:07700900123?body=" in message.text
    letter = worker.post(f"{here}/{ids['row']}/letter")
    assert letter.mimetype == "application/pdf"
    assert worker.post(f"{at}/letter").status_code == 404
    assert worker.post(f"{at}/steps/revoke").status_code == 303
    assert "Taken back" in worker.get(at).text
    assert worker.get(f"{here}/paper.pdf?large=1&moment=midway").mimetype == "application/pdf"
    assert worker.get("/feedback/returns").status_code == 200
    forbid(given, ids["parent"])
    assert "Do not contact this person." in worker.get(f"{here}/new").text
    assert worker.post(f"{here}/new", data=data | {"moment": "term_after"}).status_code == 422
    assert worker.post(f"{here}/{ids['row']}/letter").status_code == 422
    assert sign_in(ids["colleague"]).get(at).status_code == 404
    assert sign_in(ids["senco"]).get(at).status_code == 403


def test_paper_is_typed_in_and_says_so(app, sign_in, ids):
    worker, at = sign_in(ids["worker"]), f"/cases/{ids['ref']}/feedback/family/{ids['row']}/paper"
    assert worker.get(at).status_code == 200
    assert worker.post(at, data={}).status_code == 422
    answer = worker.post(at, data={"aspect_heard": "good", "good": GOOD, "quote": "no"})
    assert answer.status_code == 303
    shown = worker.get(answer.headers["Location"]).text
    assert "typed in from paper by Wren Okafor" in shown
    assert "Must not be quoted" in shown
    assert worker.post(at, data={"aspect_heard": "good"}).status_code == 422


def test_what_a_family_wrote_is_read_also_while_the_feature_is_off(app, given, family, sign_in, ids):
    start(family, ids)
    say(family, heard="best", good=GOOD)
    send(family)
    given(lambda: audit.record(None, "feature switched off", settings.put("feature.feedback", "off")))
    with app.app_context():
        row = db.session.scalars(db.select(Feedback.id)).one()
    here, manager = f"/cases/{ids['ref']}/feedback", sign_in(ids["coordinator"])
    assert "New words to read today" in manager.get("/").text
    page = manager.get("/reading").text
    assert GOOD in page
    assert f'href="{here}"' not in page  # it would lead nowhere just now
    assert manager.get(here).status_code == 404
    assert family.get("/f/").status_code == 404
    assert sign_in(ids["worker"]).post(f"{here}/{row}/read").status_code == 403
    assert manager.post(f"{here}/{row}/read", data={"back": "reading"}).headers["Location"] == "/reading"
    assert "Everything has been read" in manager.get("/reading").text
    assert "New words to read today" not in manager.get("/").text
