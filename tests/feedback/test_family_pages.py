"""A family's pages hold on to what was chosen, and never leave their own frame."""

import re

import pytest

from portal.extensions import db
from portal.feedback.models import Feedback
from portal.feedback.queries import WORDS
from portal.kernel import audit, settings
from tests import builders_cases as cases
from tests import builders_families as build

USUAL_ENGINE = "sqlite"
GOOD = "Somebody listened to Maya"
WRONG = "ABCDEABCDE"


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = cases.case(world)
        build.offer_languages("pl", "ur")
        made = build.linked(world, case, build.parent(case), "letter", language="en")
        other = build.linked(world, case, build.parent(case, "Ali Khan"), "letter", language="pl")
        db.session.flush()
        facts = {"token": made.token, "code": made.code, "case": case.id, "worker": world.worker.id}
        return facts | {"ref": case.reference, "other": other.token}

    return given(make)


@pytest.fixture
def family(app):
    return app.test_client()


def filled(page):
    """What the last form of a page sends as it stands: its hidden fields and its ticks."""
    form = page.text[page.text.rindex("<form") :]
    ticks = re.findall(r'<input[^>]*type="checkbox"[^>]*name="([^"]+)"[^>]*value="([^"]+)"[^>]* checked', form)
    return build.fields_of(page.text) | dict(ticks)


def ticked(page):
    return 'name="manager_only" value="yes" checked' in page.text


def begin(client, ids, **more):
    return client.post("/f/start", data=filled(client.get(f"/f/{ids['token']}")) | more)


def say(client, **said):
    for question, typed in said.items():
        name = "words" if question in ("good", "better") else "answer"
        assert client.post(f"/f/form/{question}", data={name: typed}).status_code == 303


def kept(app):
    with app.app_context():
        return db.session.scalars(db.select(Feedback)).one().manager_only


def in_language(page, code):
    return f'<html lang="{WORDS.words(code)("title").language.speech}"' in page.text


def check_row(client):
    page = client.get("/f/form/check").text
    row = page[page.index('id="said-manager"') :]
    return re.search(r'<dd class="family__read">.*?alt=""[^>]*>(\w+)', row)[1]


# ---- only the manager


@pytest.mark.parametrize("opened_by", ["token", "code"])
def test_the_tick_stays_when_language_or_print_is_chosen(family, ids, opened_by):
    page = family.get(f"/f/{ids['token']}") if opened_by == "token" else family.post("/f/", data={"code": ids["code"]})
    assert not ticked(page)
    large = family.post("/f/start", data=filled(page) | {"manager_only": "yes", "show": "large"})
    assert large.status_code == 200
    assert "family--large" in large.text
    polish = family.post("/f/start", data=filled(large) | {"show": "pl"})
    assert in_language(polish, "pl")
    assert "family--large" in polish.text
    assert ticked(large)
    assert ticked(polish)
    assert family.post("/f/start", data=filled(polish)).status_code == 303
    assert check_row(family) == "Tak"
    assert "family--large" in family.get("/f/form/heard").text


def test_choosing_a_language_begins_nothing(app, family, ids):
    page = family.get(f"/f/{ids['token']}")
    answer = family.post("/f/start", data=filled(page) | {"show": "ur"})
    assert 'dir="rtl"' in answer.text
    assert family.get("/f/form").status_code == 404


def test_start_once_more_keeps_that_only_the_manager_reads(app, family, ids):
    stale = filled(family.get(f"/f/{ids['token']}"))
    begin(family, ids, manager_only="yes")
    say(family, heard="worst")
    page = family.get(f"/f/{ids['token']}")
    assert ticked(page)
    family.post("/f/start", data=stale)  # a page from before, on which nobody could see the tick
    assert check_row(family) == "Yes"
    begin(family, ids)
    assert check_row(family) == "Yes"
    assert family.post("/f/send", data=filled(family.get("/f/form/check"))).status_code == 303
    assert kept(app) is True


def test_a_tick_is_taken_back_knowingly(app, family, ids):
    begin(family, ids, manager_only="yes")
    say(family, heard="worst")
    page = filled(family.get(f"/f/{ids['token']}"))
    del page["manager_only"]
    again = family.post("/f/start", data=page | {"show": "large"})
    assert not ticked(again)
    family.post("/f/start", data=filled(again))
    assert check_row(family) == "No"


def test_another_browser_sees_no_tick(app, family, ids):
    begin(family, ids, manager_only="yes")
    assert not ticked(app.test_client().get(f"/f/{ids['token']}"))


def test_who_reads_is_a_row_of_its_own_on_the_check_page(app, family, ids):
    begin(family, ids)
    say(family, heard="best")
    assert check_row(family) == "No"
    page = family.get("/f/form/manager?check=1")
    assert "The people who worked with you will then see nothing" in page.text
    assert re.search(r'value="no" checked', page.text)
    assert family.post("/f/form/manager?check=1", data={"answer": "splendid"}).status_code == 422
    answer = family.post("/f/form/manager?check=1", data={"answer": "yes"})
    assert answer.headers["Location"] == "/f/form/check"
    assert check_row(family) == "Yes"
    family.post("/f/form/manager?check=1", data={})  # nothing chosen takes nothing back
    family.post("/f/form/heard?check=1", data={"answer": "good"})
    assert check_row(family) == "Yes"
    family.post("/f/send", data=filled(family.get("/f/form/check")))
    assert kept(app) is True


# ---- from page to page


def test_back_from_the_first_question_leads_to_the_first_page_with_all_answers(family, ids):
    begin(family, ids, manager_only="yes")
    say(family, good=GOOD)
    back = family.post("/f/form/heard", data={"answer": "best", "go": "back"})
    assert back.headers["Location"] == "/f/form/first"
    page = family.get("/f/form/first")
    assert "Who reads this" in page.text
    assert ticked(page)
    polish = family.post("/f/start", data=filled(page) | {"show": "pl"})
    assert ticked(polish)
    assert family.post("/f/start", data=filled(polish)).headers["Location"] == "/f/form"
    assert family.get("/f/form").headers["Location"] == "/f/form/heard"
    heard = family.get("/f/form/heard")
    assert in_language(heard, "pl")
    assert re.search(r'value="best" checked', heard.text)
    assert GOOD in family.get("/f/form/good").text
    assert family.application.test_client().post("/f/start", data={}).status_code == 404


def test_the_number_of_questions_never_grows(family, ids):
    begin(family, ids)

    def total(question):
        return re.search(r"Question (\d+) of (\d+)", family.get(f"/f/form/{question}").text).groups()

    before = [total(question) for question in ("heard", "good")]
    say(family, good=GOOD)
    assert [total(question) for question in ("heard", "good")] == before
    assert total("quote") == (before[0][1], before[0][1])


# ---- language and print


def test_what_was_chosen_stays_on_every_page_of_this_browser(app, given, family, ids, clock):
    family.get(f"/f/{ids['token']}?language=ur&large=1")
    again = family.get(f"/f/{ids['token']}")
    assert in_language(again, "ur")
    assert "family--large" in again.text
    begin(family, ids)
    assert in_language(family.get("/f/form/heard"), "ur")
    clock.forward(hours=2, seconds=1)
    for page in (
        family.get("/f/form/heard"),
        family.get(f"/f/{'x' * 32}"),
        family.get("/f/"),
        family.get("/f/a/b"),
    ):
        assert in_language(page, "ur"), page.request.path
        assert 'dir="rtl"' in page.text
        assert "family--large" in page.text
    for _ in range(11):
        many = family.post("/f/", data={"code": WRONG})
    assert many.status_code == 429
    assert in_language(many, "ur")
    given(lambda: build.switch_language_off("ur"))
    assert in_language(family.get("/f/"), "en")


def test_a_second_person_on_the_same_phone_reads_in_their_own_language(family, ids):
    begin(family, ids, language="ur")
    assert in_language(family.get(f"/f/{ids['other']}"), "pl")
    assert in_language(family.get(f"/f/{ids['token']}"), "ur")


def test_the_code_page_offers_languages_that_carry_on(family, ids):
    page = family.get("/f/")
    assert "Polski" in page.text
    assert "Română" not in page.text
    polish = family.get("/f/?show=pl")
    assert in_language(polish, "pl")
    assert in_language(family.post("/f/", data={"code": WRONG}), "pl")
    assert in_language(family.post("/f/", data={"code": ids["code"]}), "pl")
    assert in_language(family.get("/f/?show=ro"), "en")


def test_the_cookie_of_the_look_says_nothing_and_stays_on_these_pages(family, ids):
    cookies = family.get(f"/f/{ids['token']}?language=pl").headers.getlist("Set-Cookie")
    (cookie,) = (one for one in cookies if one.startswith("family"))
    assert re.fullmatch(r"family-look=pl\.0\.[0-9a-f]{16}", cookie.split("; ")[0])
    assert {"HttpOnly", "Path=/f/", "SameSite=Lax"} <= set(cookie.split("; "))
    asked_nothing = family.get(f"/f/{ids['other']}").headers.getlist("Set-Cookie")
    assert not [one for one in asked_nothing if one.startswith("family")]
    for broken in ("", "..", "xx.1.", "pl", '"<script>', "a" * 3000):
        family.set_cookie("family-look", broken, path="/f/")
        assert family.get(f"/f/{ids['token']}").status_code == 200


# ---- words


def test_when_words_are_read_is_said_alike_at_the_beginning_and_at_the_end(family, ids):
    when = "on the day they come or on the next working day"
    assert f"We read them {when}" in family.get(f"/f/{ids['token']}").text
    assert f"Somebody reads them {when}" in family.get("/f/thanks").text


def test_a_closed_page_says_that_one_begins_again_and_one_does(family, ids, clock):
    begin(family, ids)
    say(family, good=GOOD)
    held = family.get_cookie("family", path="/f/").value
    clock.forward(hours=2, seconds=1)
    assert "you will start from the beginning" in family.get("/f/form/good").text
    family.set_cookie("family", held, path="/f/")  # a browser that did not let go of it
    begin(family, ids)
    assert GOOD not in family.get("/f/form/good").text


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("", []),
        ("0800 1111", ["08001111"]),
        ("01999 999 123 (in school hours)", ["01999999123"]),
        ("the school office", []),
        ('"><script>', []),
    ],
)
def test_numbers_to_call_are_links(given, family, ids, line, called):
    if line:
        given(lambda: audit.record(None, "help line set", settings.put("service.help_line", line)))
    for page, places in ((family.get(f"/f/{ids['token']}"), 2), (family.get("/f/"), 1)):
        assert re.findall(r'href="tel:([^"]*)"', page.text) == [*called, "999"] * places
        assert "<script>" not in page.text


def test_listen_reads_all_that_matters(family, ids):
    """What the button's selector finds, in the page's order, is what a person hears."""
    first = family.get(f"/f/{ids['token']}").text
    for words in (
        "Who reads this",
        "Only the manager reads my words",
        "The people who worked with you will then see nothing of what you say.",
        "What happens with your words",
        "Is a child in danger now?",
    ):
        assert re.search(rf'class="[^"]*family__read[^"]*"[^>]*>{re.escape(words)}<', first), words
    begin(family, ids)
    say(family, good=GOOD)
    check = family.get("/f/form/check").text
    assert re.search(r'<dt class="family__read"[^>]*>Only the manager reads my words<', check)
    quote = family.get("/f/form/quote").text
    assert "family__hint" in re.search(r'data-listen-also="([^"]*)"', quote)[1]
    assert re.search(r'class="family__hint">For example in a report', quote)


# ---- who will know, and what arrived


def test_who_will_know_that_it_is_them_is_said_before_start(family, ids):
    page = family.get(f"/f/{ids['token']}").text
    assert "Nobody&#39;s name" not in page
    before_start = page[: page.index(">Start<")]
    assert "They will know that the answers are yours. The school does not see them." in before_start


def sent(client, ids, **more):
    begin(client, ids, **more)
    say(client, heard="best")
    assert client.post("/f/send", data=filled(client.get("/f/form/check"))).status_code == 303


ARRIVED = re.compile(r"They arrived on \w+ \d+ \w+ at \d\d:\d\d")


def test_after_sending_back_and_the_used_link_say_that_it_arrived_and_when(app, family, ids):
    sent(family, ids)
    for page in (
        family.get("/f/form/check"),
        family.get("/f/form"),
        family.post("/f/send", data={}),
        family.get(f"/f/{ids['token']}"),
        family.post("/f/", data={"code": ids["code"]}),
        family.post("/f/start", data={"token": ids["token"]}),
        app.test_client().get(f"/f/{ids['token']}"),
    ):
        assert page.status_code == 200
        assert ARRIVED.search(page.text), page.request.path
        assert "start from the beginning" not in page.text
        assert "<title>Your answers have arrived" in page.text


def test_what_is_for_the_manager_alone_is_spoken_of_only_where_it_was_sent(app, family, ids):
    sent(family, ids, manager_only="yes")
    assert ARRIVED.search(family.get(f"/f/{ids['token']}").text)
    elsewhere = app.test_client()
    assert elsewhere.get(f"/f/{ids['token']}").status_code == 404
    assert not ARRIVED.search(elsewhere.post("/f/", data={"code": ids["code"]}).text)


def test_another_question_in_the_same_browser_is_not_called_sent(family, ids, clock):
    sent(family, ids)
    family.post("/f/start", data={"token": ids["other"]})
    clock.forward(hours=2, seconds=1)
    assert not ARRIVED.search(family.get("/f/form/heard").text)
    for broken in ("x.y", ".", "a.99999999999", "a.-1", "é.1"):
        family.set_cookie("family-sent", broken, path="/f/")
        assert family.get("/f/form/heard").status_code in (200, 404)


def test_a_wrong_code_stays_in_its_field_and_the_error_has_the_focus(family, ids):
    page = family.post("/f/", data={"code": 'abcde-"9999'})
    assert page.status_code == 422
    assert 'value="abcde-&#34;9999"' in page.text
    assert re.search(r'id="problem" role="alert" tabindex="-1" autofocus', page.text)
    assert "<title>Error: Type in the code from your letter" in page.text


def test_every_screen_has_its_own_title_and_says_error_before_it(family, ids):
    first = family.get(f"/f/{ids['token']}").text
    assert "<title>How was it for you?</title>" in first
    begin(family, ids)
    pages = [family.get(f"/f/form/{question}").text for question in ("heard", "home", "good", "better", "check")]
    titles = [re.search(r"<title>(.*?)</title>", page)[1] for page in (first, *pages, family.get("/f/thanks").text)]
    assert len(set(titles)) == len(titles)
    wrong = family.post("/f/form/heard", data={"answer": "splendid"}).text
    assert "<title>Error: Did you feel listened to?" in wrong
    assert re.search(r'id="problem"[^>]* autofocus', wrong)


# ---- refusals


def own(page):
    assert "family__main" in page.text
    for staff in ("app-header", "Go to the first page", "Provided by", "not yours to see", "Sign in"):
        assert staff not in page.text


def test_every_refusal_has_the_family_s_frame(app, given, family, ids, monkeypatch):
    begin(family, ids)
    missing = family.get("/f/a/b")
    assert (missing.status_code, family.put("/f/form/heard").status_code) == (404, 405)
    own(missing)
    own(family.put("/f/form/heard"))
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    stale = family.post("/f/start", data={"token": ids["token"], "csrf_token": "old"})
    assert stale.status_code == 400
    assert "Open the link from your message again" in stale.text
    assert ids["token"] not in stale.text
    own(stale)
    given(lambda: audit.record(None, "feature switched off", settings.put("feature.feedback", "off")))
    off = family.get(f"/f/{ids['token']}")
    assert off.status_code == 404
    own(off)
    assert "app-header" in family.get("/nothing").text


def test_words_are_not_lost_with_an_old_page(app, family, ids, monkeypatch):
    begin(family, ids)
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    stale = family.post("/f/form/good?check=1", data={"words": GOOD, "go": "next", "csrf_token": "old"})
    assert stale.status_code == 400
    own(stale)
    assert stale.text.count(GOOD) == 2
    assert 'action="/f/form/good?check=1"' in stale.text
    assert family.post("/f/form/good?check=1", data=filled(stale)).headers["Location"] == "/f/form/check"
    assert GOOD in family.get("/f/form/good").text


def test_family_papers_name_no_provider(app, given, monkeypatch):
    given(lambda: audit.record(None, "provider set", settings.put("service.provider", "Ash Primary School")))
    with app.app_context(), app.test_request_context():
        words, service = WORDS.words("en"), settings.current()
        for name in ("letter", "paper"):
            template = app.jinja_env.get_template(f"feedback/{name}_pdf.html")
            context = template.new_context({"words": words, "service": service})
            assert "".join(template.blocks["provider"](context)).strip() == ""
        plain = app.jinja_env.get_template("print/base.html")
        assert "Provided by Ash Primary School" in plain.render(service=service)


# ---- guessing codes


def test_an_address_with_too_many_tries_learns_nothing_of_any_code(app, family, ids, clock):
    for _ in range(12):
        assert family.post("/f/", data={"code": ids["code"]}).status_code == 200  # known: nothing is counted
    for _ in range(10):
        assert family.post("/f/", data={"code": WRONG}).status_code == 422
    for code in (WRONG, ids["code"]):
        assert family.post("/f/", data={"code": code}).status_code == 429
        assert family.post("/f/start", data={"code": code}).status_code == 429
    assert family.get(f"/f/{ids['token']}").status_code == 200
    clock.forward(minutes=10)
    assert family.post("/f/", data={"code": ids["code"]}).status_code == 200


def test_a_blocked_address_cannot_tell_a_closed_code_from_an_unknown_one(family, ids, clock):
    clock.forward(days=21, seconds=1)
    assert family.post("/f/", data={"code": ids["code"]}).status_code == 422
    for _ in range(10):
        family.post("/f/", data={"code": WRONG})
    assert {family.post("/f/", data={"code": code}).status_code for code in (WRONG, ids["code"])} == {429}
