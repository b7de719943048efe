"""A person's own account, and who may do what."""

import re

import pytest
from sqlalchemy import select

from portal.accounts.models import Person
from portal.extensions import db
from portal.policy import Action, Role
from tests import people
from tests.builders_accounts import PASSWORD, with_password

USUAL_ENGINE = "sqlite"

NEW = "nine calm otters"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"


@pytest.fixture
def person_id(given):
    return given(lambda: with_password(email="w@service.example").id)


def test_changing_the_password_ends_sessions_elsewhere(app, person_id, sign_in):
    elsewhere, client = sign_in(person_id), sign_in(person_id)
    with client.session_transaction() as session:
        before = session["token"]
    assert client.post("/me/password", data={"old_password": PASSWORD, "new_password": NEW}).location == "/me"
    assert client.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 302
    with client.session_transaction() as session:
        assert session["token"] != before
    sign = lambda word: app.test_client().post("/sign-in", data={"email": "w@service.example", "password": word})  # noqa: E731
    assert sign(PASSWORD).status_code == 422
    assert sign(NEW).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("wrong", NEW, "This is not your password"),
        (PASSWORD, "short", "at least 12"),
        (PASSWORD, PASSWORD, "is the old one"),
        (PASSWORD, "demonstration only", "too easy"),
        ("", NEW, "Type the password you have now"),
        (PASSWORD, "a" * 100_000, "characters"),
        (PASSWORD, "nul \x00 in the middle", "cannot be stored"),
    ],
)
def test_a_password_is_refused(person_id, sign_in, old, new, words):
    answer = sign_in(person_id).post("/me/password", data={"old_password": old, "new_password": new})
    assert answer.status_code == 422
    assert words in answer.text
    if new:
        assert f'value="{new}"' not in answer.text


def test_own_name_and_two_tabs(app, person_id, sign_in):
    client = sign_in(person_id)
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get("/me/name").text)[1]
    assert client.post("/me/name", data={"name": "  Zoë  ", "version": version}).status_code == 303
    assert client.post("/me/name", data={"name": "Zara", "version": version}).status_code == 409
    assert client.post("/me/name", data={"name": "", "version": "2"}).status_code == 422
    with app.app_context():
        assert db.session.scalar(select(Person.name).where(Person.id == person_id)) == "Zoë"


def _version(client, address):
    return re.search(r'name="version"[^>]*value="(\d+)"', client.get(address).text)[1]


@pytest.mark.both_engines
def test_own_work_telephone_is_kept_shown_and_taken_away(given, person_id, sign_in):
    client = sign_in(person_id)
    admin = sign_in(given(lambda: people.person("Ada Min", Role.ADMIN).id))
    sent = {"work_telephone": " 07700 900 101 ", "version": _version(client, "/me/telephone")}
    assert client.post("/me/telephone", data=sent).status_code == 303
    assert "07700 900 101" in client.get("/me").text
    assert "07700 900 101" in admin.get(f"/people/{person_id}").text
    assert client.post("/me/telephone", data=sent).status_code == 409
    empty = {"work_telephone": "", "version": _version(client, "/me/telephone")}
    assert client.post("/me/telephone", data=empty).status_code == 303
    assert "07700" not in client.get("/me").text


@pytest.mark.parametrize("typed", ["call me", "12", "0" * 31, "٠١٦٣٢٩٦٠٠٠١", "01632 960 001; drop", "jo@demo.example"])
def test_what_is_no_telephone_number_is_refused_at_its_field(person_id, sign_in, typed):
    client = sign_in(person_id)
    sent = {"work_telephone": typed, "version": _version(client, "/me/telephone")}
    answer = client.post("/me/telephone", data=sent)
    assert answer.status_code == 422
    assert 'href="#work_telephone"' in answer.text
    assert typed in answer.text


def test_where_one_is_signed_in_and_signing_out_everywhere(app, person_id, sign_in):
    elsewhere = sign_in(person_id)
    client = app.test_client()
    client.post("/sign-in", data={"email": "w@service.example", "password": PASSWORD}, headers={"User-Agent": CHROME})
    page = client.get("/me").text
    assert "Chrome on Windows" in page
    assert page.count("last used") == 2
    assert client.post("/me/sign-out-everywhere").location == "/sign-in"
    assert client.get("/me").status_code == 302
    assert elsewhere.get("/me").status_code == 302


def test_somebody_without_a_role_keeps_their_account(given, sign_in):
    client = sign_in(given(lambda: people.person("Nobody Now", None).id))
    assert "No role at present" in client.get("/me").text
    assert client.get("/policy").status_code == 403
    assert client.post("/sign-out").status_code == 303


def test_who_may_do_what_shows_every_action(person_id, sign_in):
    page = sign_in(person_id).get("/policy").text
    for action in Action:
        assert action.value.replace("'", "&#39;") in page
    assert 'data-label="Outreach worker">Own or covered cases' in page


def test_signed_out_everything_asks_to_sign_in(app):
    for address in ("/me", "/people/", "/policy", "/second-factor", "/people/requests"):
        assert app.test_client().get(address).location.startswith("/sign-in?next="), address
    assert app.test_client().post("/me/sign-out-everywhere").status_code == 401


def test_every_role_opens_its_own_account(given, sign_in):
    for role in Role:
        client = sign_in(given(lambda role=role: people.person(f"Of {role}", role).id))
        assert client.get("/me").status_code == 200
        assert client.get("/policy").status_code == 200
