"""The second step: set-up, codes, recovery codes, and production that opens no child's record without it."""

import re

import pyotp
import pytest

from portal.accounts.models import Person
from portal.extensions import db
from portal.policy import Role
from tests import people
from tests.builders_accounts import PASSWORD, code_at, recovery_codes, with_password, with_second_factor

USUAL_ENGINE = "sqlite"

RIGHT = {"email": "worker.one@service.example", "password": PASSWORD}


@pytest.fixture
def worker(given):
    return given(lambda: with_second_factor(email=RIGHT["email"]).id)


@pytest.fixture
def half(app, worker):
    """A browser after the password, before the code."""
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    return client


def token_of(client):
    with client.session_transaction() as session:
        return session.get("token")


def test_a_code_opens_with_a_new_session_and_leads_on(half, clock):
    before = token_of(half)
    answer = half.post("/second-factor?next=/me", data={"code": code_at(clock())})
    assert (answer.status_code, answer.location) == (303, "/me")
    assert token_of(half) != before
    assert half.get("/me").status_code == 200
    with half.session_transaction() as session:
        session["token"] = before
    assert half.get("/me").location.startswith("/sign-in"), "the session before the second step has ended"


def test_a_code_opens_once(app, half, clock):
    code = code_at(clock())
    assert half.post("/second-factor", data={"code": code}).status_code == 303
    other = app.test_client()
    other.post("/sign-in", data=RIGHT)
    assert other.post("/second-factor", data={"code": code}).status_code == 422
    clock.forward(seconds=30)
    assert other.post("/second-factor", data={"code": code_at(clock())}).status_code == 303


def test_wrong_codes_lock_also_the_password(app, half, clock):
    for _ in range(10):
        assert half.post("/second-factor", data={"code": "000000"}).status_code == 422
    assert half.post("/second-factor", data={"code": code_at(clock())}).status_code == 422
    assert app.test_client().post("/sign-in", data=RIGHT).status_code == 422
    clock.forward(minutes=5)
    assert half.post("/second-factor", data={"code": code_at(clock())}).status_code == 303


def test_signing_in_again_does_not_wipe_wrong_codes_out(app, half, clock):
    for _ in range(9):
        half.post("/second-factor", data={"code": "000000"})
    other = app.test_client()
    assert other.post("/sign-in", data=RIGHT).status_code == 303
    other.post("/second-factor", data={"code": "000000"})
    assert other.post("/second-factor", data={"code": code_at(clock())}).status_code == 422


def test_a_recovery_code_opens_once(app, given, worker, half):
    codes = given(lambda: recovery_codes(db.session.get_one(Person, worker)))
    assert half.post("/second-factor", data={"code": codes[3].upper().replace("-", " ")}).status_code == 303
    other = app.test_client()
    other.post("/sign-in", data=RIGHT)
    assert other.post("/second-factor", data={"code": codes[3]}).status_code == 422
    assert other.post("/second-factor", data={"code": codes[4]}).status_code == 303
    assert "You have 8 recovery codes left" in other.get("/me").text


def test_few_recovery_codes_left_are_mentioned(app, given, worker, clock):
    codes = given(lambda: recovery_codes(db.session.get_one(Person, worker)))
    for code in codes[:7]:
        client = app.test_client()
        client.post("/sign-in", data=RIGHT)
        answer = client.post("/second-factor?next=/me", data={"code": code}, follow_redirects=True)
    assert "You have 3 recovery codes left. Make new ones" in answer.text


@pytest.mark.parametrize("typed", ["", "12345", "abc", "\x00", "<script>", "🦊" * 20, "9" * 100_000, "aaaaa-aaaaa"])
def test_what_is_no_code_is_refused(half, typed):
    answer = half.post("/second-factor", data={"code": typed})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def key_on(page):
    return re.search(r'app-code[^>]*">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


def codes_on(page):
    return re.findall(r'app-code">([a-z2-9]{5}-[a-z2-9]{5})<', page)


def test_set_up_shows_square_key_and_ten_codes_once(app, given, clock):
    person_id = given(lambda: with_password(email=RIGHT["email"]).id)
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    page = client.get("/second-factor/set-up?next=/me").text
    assert 'src="data:image/svg+xml' in page
    assert "style=" not in page
    before, key = token_of(client), key_on(page)
    assert key == key_on(client.get("/second-factor/set-up").text), "looking again shows the same key"
    wrong = client.post("/second-factor/set-up", data={"code": "000000"})
    assert wrong.status_code == 422
    assert key in wrong.text.replace(" ", "")
    answer = client.post("/second-factor/set-up?next=/me", data={"code": pyotp.TOTP(key).at(clock())})
    assert answer.status_code == 200
    assert len(set(codes_on(answer.text))) == 10
    assert token_of(client) != before
    assert "10 recovery codes left" in client.get("/me").text
    assert codes_on(client.get("/me").text) == []
    with app.app_context():
        assert db.session.get_one(Person, person_id).has_second_factor
        kept = db.session.execute(db.text("SELECT totp_secret FROM person")).scalar_one()
        assert key not in kept, "the key is encrypted in the database"


def test_a_second_set_up_is_led_away(half, clock):
    half.post("/second-factor", data={"code": code_at(clock())})
    assert half.get("/second-factor/set-up").status_code == 303
    assert half.get("/second-factor?next=/me").location == "/me"


def signed_in(half, clock):
    half.post("/second-factor", data={"code": code_at(clock())})
    return half


def test_new_codes_only_with_the_password(given, worker, half, clock):
    old = given(lambda: recovery_codes(db.session.get_one(Person, worker)))
    client = signed_in(half, clock)
    assert client.get("/me/recovery-codes").status_code == 200
    assert client.post("/me/recovery-codes", data={"password": "wrong"}).status_code == 422
    answer = client.post("/me/recovery-codes", data={"password": PASSWORD})
    assert len(codes_on(answer.text)) == 10
    assert not set(old) & set(codes_on(answer.text))


def test_old_codes_open_nothing_after_new_ones(app, given, worker, half, clock):
    old = given(lambda: recovery_codes(db.session.get_one(Person, worker)))
    signed_in(half, clock).post("/me/recovery-codes", data={"password": PASSWORD})
    other = app.test_client()
    other.post("/sign-in", data=RIGHT)
    assert other.post("/second-factor", data={"code": old[0]}).status_code == 422


def test_turning_off_only_with_the_password(app, worker, half, clock):
    client = signed_in(half, clock)
    before = token_of(client)
    assert client.post("/me/second-factor/off", data={"password": "wrong"}).status_code == 422
    assert client.post("/me/second-factor/off", data={"password": PASSWORD}).status_code == 303
    assert token_of(client) != before
    with app.app_context():
        person = db.session.get_one(Person, worker)
        assert (person.totp_secret, person.has_second_factor) == (None, False)


def test_wrong_passwords_in_the_account_lock_too(half, clock):
    client = signed_in(half, clock)
    for _ in range(10):
        client.post("/me/second-factor/off", data={"password": "wrong"})
    assert client.post("/me/second-factor/off", data={"password": PASSWORD}).status_code == 422


@pytest.mark.parametrize("role", [Role.WORKER, Role.COORDINATOR, Role.PANEL, Role.SAFEGUARDING])
def test_production_opens_nothing_without_it(browser, given_in_production, clock, role):
    given_in_production(lambda: with_password("Wanda", role, email=RIGHT["email"]))
    assert browser.post("/sign-in", RIGHT).status_code == 303
    assert browser.get("/").location == "/second-factor?next=/"
    assert browser.get("/policy").location.startswith("/second-factor")
    assert browser.post("/referrals/new").status_code in (401, 404, 405)
    assert browser.get("/me").location == "/second-factor?next=/me"
    assert browser.get("/second-factor?next=/me").location == "/second-factor/set-up?next=/me"
    page = browser.get("/second-factor/set-up").text
    assert "Your account opens children" in page
    made = browser.post("/second-factor/set-up?next=/me", {"code": pyotp.TOTP(key_on(page)).at(clock())})
    assert len(codes_on(made.text)) == 10
    assert browser.get("/").status_code == 200


def test_in_production_a_school_needs_it_too(browser, given_in_production):
    school = given_in_production(lambda: people.school().id)
    given_in_production(lambda: with_password("Sam", Role.SCHOOL, school_id=school, email=RIGHT["email"]))
    browser.post("/sign-in", RIGHT)
    assert browser.get("/").location == "/second-factor?next=/"


def test_in_production_who_sees_no_child_may_do_without(browser, given_in_production):
    given_in_production(lambda: with_password("Ada", Role.COMMISSIONER, email=RIGHT["email"]))
    browser.post("/sign-in", RIGHT)
    assert browser.get("/").status_code == 200


def test_a_role_that_sees_children_asks_for_it_from_its_first_day(browser, given_in_production, clock):
    from portal.accounts.operations import people as operations
    from portal.accounts.queries import actor_of
    from portal.accounts.rules import RoleDraft

    ada = given_in_production(lambda: with_password("Ada", Role.ADMIN, email=RIGHT["email"]).id)
    boss = given_in_production(lambda: with_password("Boss", Role.ADMIN, email="boss@service.example").id)
    given_in_production(lambda: operations.add_role(actor_of(boss), ada, RoleDraft(Role.COORDINATOR)))
    browser.post("/sign-in", RIGHT)
    assert browser.get("/").location == "/second-factor?next=/"


def test_the_cookie_of_production_is_for_this_host_and_https_only(browser, given_in_production):
    given_in_production(lambda: with_password(email=RIGHT["email"]))
    cookie = browser.post("/sign-in", RIGHT).headers["Set-Cookie"]
    assert cookie.startswith("__Host-portal=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
