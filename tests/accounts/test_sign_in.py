"""Signing in and out, lock-out, sessions and where one is led afterwards."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, text

from portal.accounts.models import FailedTry, Person, SignInSession
from portal.accounts.operations import passwords, sessions, tries
from portal.accounts.operations import sign_in as signing_in
from portal.extensions import db
from portal.policy import Role
from tests import people
from tests.builders_accounts import PASSWORD, with_password, with_second_factor

RIGHT = {"email": "worker.one@service.example", "password": PASSWORD}
WRONG = {**RIGHT, "password": "not the password"}
UNKNOWN = {"email": "nobody@service.example", "password": "not the password"}


@pytest.fixture
def worker(given):
    return given(lambda: with_password(email=RIGHT["email"]).id)


def count(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def token_of(client):
    with client.session_transaction() as session:
        return session.get("token")


def test_the_right_password_leads_home_with_a_new_session(app, worker):
    client = app.test_client()
    with client.session_transaction() as session:
        session["token"] = "planted"
    answer = client.post("/sign-in", data={**RIGHT, "email": " Worker.One@Service.Example "})
    assert (answer.status_code, answer.location) == (303, "/")
    assert token_of(client) not in (None, "planted")
    assert client.get("/").status_code == 200


def test_signing_in_again_ends_the_session_before(app, worker):
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    first = token_of(client)
    client.post("/sign-in", data=RIGHT)
    assert token_of(client) != first
    other = app.test_client()
    with other.session_transaction() as session:
        session["token"] = first
    assert other.get("/").status_code == 302


def test_known_and_unknown_are_refused_alike(app, worker, monkeypatch):
    checks = []
    real = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *a: checks.append(a) or real(*a))
    known = app.test_client().post("/sign-in", data=WRONG)
    unknown = app.test_client().post("/sign-in", data=UNKNOWN)
    assert known.status_code == unknown.status_code == 422
    hide = lambda page, email: page.text.replace(email, "").replace(page.headers["X-Request-Id"], "")  # noqa: E731
    assert _without_tokens(hide(known, WRONG["email"])) == _without_tokens(hide(unknown, UNKNOWN["email"]))
    hashes = [check[1] for check in checks]
    assert [h[:30] for h in hashes] == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2, "Argon2 runs for nobody too"
    assert WRONG["password"] not in known.text
    assert WRONG["email"] in known.text


def _without_tokens(page):
    return [line for line in page.splitlines() if "csrf" not in line.lower()]


def test_argon2_compares_with_a_stand_in_for_nobody(app):
    with app.app_context():
        assert passwords.check_password(None, "anything at all") is False
        assert passwords._no_such_person.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_disabled_person_is_refused_in_the_same_words(app, given, worker):
    def end():
        db.session.execute(text("UPDATE person SET disabled_at = created_at"))

    given(end)
    answer = app.test_client().post("/sign-in", data=RIGHT)
    assert answer.status_code == 422
    assert "or the password is not right. After many" in answer.text


def test_after_ten_failures_the_right_password_waits_five_minutes(app, worker, clock):
    client = app.test_client()
    for _ in range(10):
        assert client.post("/sign-in", data=WRONG).status_code == 422
    assert client.post("/sign-in", data=RIGHT).status_code == 422
    elsewhere = {"REMOTE_ADDR": "10.0.0.9"}
    assert app.test_client().post("/sign-in", data=RIGHT, environ_overrides=elsewhere).status_code == 303
    clock.forward(minutes=5)
    assert client.post("/sign-in", data=RIGHT).status_code == 303


def test_nine_failures_do_not_lock(app, worker):
    client = app.test_client()
    for _ in range(9):
        client.post("/sign-in", data=WRONG)
    assert client.post("/sign-in", data=RIGHT).status_code == 303
    assert count(app, FailedTry) == 0


def test_an_account_is_locked_against_many_addresses(app, worker, unit):
    for number in range(30):
        tries.note_failure(tries.password_of(RIGHT["email"], f"10.0.0.{number}"))
    assert signing_in.sign_in(**RIGHT, address="10.0.1.1") is None


def test_one_address_tries_each_account_once_and_then_waits(app, worker, unit):
    for number in range(300):
        tries.note_failure(tries.password_of(f"somebody{number}@demo.example", "10.0.0.1"))
    assert signing_in.sign_in(**WRONG, address="10.0.0.1") is None
    assert signing_in.sign_in(**RIGHT, address="10.0.0.1") is None
    assert signing_in.sign_in(**RIGHT, address="10.0.0.2") is not None


def test_failures_of_others_keep_nobody_out_who_shares_their_address(app, worker, unit):
    for number in range(1_000):
        tries.note_failure(tries.password_of(f"somebody{number % 300}@demo.example", "10.0.0.1"))
    assert signing_in.sign_in(**RIGHT, address="10.0.0.1") is not None


def test_failures_hold_no_address_in_clear(app, worker):
    app.test_client().post("/sign-in", data=WRONG)
    with app.app_context():
        row = db.session.scalars(select(FailedTry)).one()
        assert "worker" not in row.account
        assert "127" not in row.address


@pytest.mark.parametrize(
    ("wanted", "led"),
    [
        ("/schools/", "/schools/"),
        ("/people/?q=a&role=school", "/people/?q=a&role=school"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/ /evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil.example", "/"),
        ("", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_next_leads_only_inside(app, worker, wanted, led):
    answer = app.test_client().post("/sign-in", query_string={"next": wanted}, data=RIGHT)
    assert answer.location == led


def test_a_copied_cookie_opens_nothing_after_signing_out(app, worker):
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    copied = token_of(client)
    assert client.post("/sign-out").status_code == 303
    thief = app.test_client()
    with thief.session_transaction() as session:
        session["token"] = copied
    assert thief.get("/").location.startswith("/sign-in")


def test_idle_for_thirty_minutes_leads_to_signing_in_and_back(app, worker, clock):
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    clock.forward(minutes=30)
    assert client.get("/me").status_code == 200
    clock.forward(minutes=30, seconds=1)
    answer = client.get("/me?x=1")
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert "because nothing was done for 30 minutes" in page.text
    assert client.post(answer.location, data=RIGHT).location == "/me?x=1"


def test_twelve_hours_are_the_most(app, worker, clock):
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    for _ in range(36):
        clock.forward(minutes=20)
        assert client.get("/me").status_code == 200
    clock.forward(minutes=1)
    assert "for more than 12 hours" in client.get("/me", follow_redirects=True).text


def test_a_post_after_the_end_is_401(app, worker, clock):
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    clock.forward(minutes=31)
    assert client.post("/me/name", data={"name": "X"}).status_code == 401


def seen_at(app):
    with app.app_context():
        return db.session.scalars(select(SignInSession.seen_at)).one()


def test_last_seen_is_written_once_a_minute_and_not_by_polls(app, worker, clock):
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    begun = clock()
    clock.forward(seconds=59)
    client.get("/")
    assert seen_at(app) == begun
    clock.forward(seconds=1)
    client.get("/", headers={"X-Poll": "1"})
    assert seen_at(app) == begun
    client.get("/")
    assert seen_at(app) == clock()
    clock.forward(seconds=90)
    client.post("/sign-out")
    assert seen_at(app) == clock()


def test_disabling_ends_sessions_at_once(app, given, worker, sign_in):
    client = app.test_client()
    client.post("/sign-in", data=RIGHT)
    admin = given(lambda: people.person("Admin", Role.ADMIN).id)
    assert sign_in(admin).post(f"/people/{worker}/steps/disable").status_code == 303
    assert client.get("/").status_code == 302
    assert sign_in(admin).post(f"/people/{worker}/steps/enable").status_code == 303
    assert client.get("/").status_code == 302, "enabling brings no old session back"


def test_the_cast_has_buttons(app, given):
    school = given(lambda: people.school().id)
    given(lambda: people.person("Sam Senco", Role.SCHOOL, school_id=school))
    worker = given(lambda: people.person("Worker One", Role.WORKER).id)
    outsider = given(lambda: people.person("Real Person", Role.WORKER, email="real@school.example").id)
    page = app.test_client().get("/sign-in").text
    assert "Sign in as Worker One" in page
    assert "School, Ash Primary" in page
    assert "Real Person" not in page
    client = app.test_client()
    assert client.post(f"/sign-in/as/{worker}", query_string={"next": "/me"}).location == "/me"
    assert client.get("/me").status_code == 200
    assert client.post(f"/sign-in/as/{outsider}").status_code == 404


def test_production_has_no_such_buttons(browser, given_in_production):
    worker = given_in_production(lambda: people.person("Worker One", Role.WORKER).id)
    assert "Sign in as" not in browser.get("/sign-in").text
    assert browser.post(f"/sign-in/as/{worker}").status_code == 404


def test_the_sign_in_page_needs_a_form_token(app, worker):
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post("/sign-in", data=RIGHT).status_code == 400


def test_somebody_signed_in_is_led_on(app, worker, sign_in):
    assert sign_in(worker).get("/sign-in?next=/me").location == "/me"


def test_with_a_second_factor_the_password_alone_opens_nothing(app, given):
    given(lambda: with_second_factor(email=RIGHT["email"]).id)
    client = app.test_client()
    assert client.post("/sign-in?next=/me", data=RIGHT).location == "/second-factor?next=/me"
    assert client.get("/").location.startswith("/second-factor")
    for address in ("/me", "/me/name", "/me/password", "/me/recovery-codes", "/me/second-factor/off"):
        assert client.get(address).location.startswith("/second-factor"), address
    assert client.post("/me/second-factor/off", data={"password": PASSWORD}).status_code == 401
    words = {"old_password": PASSWORD, "new_password": "nine calm otters"}
    assert client.post("/me/password", data=words).status_code == 401


def test_only_the_digest_of_a_session_is_kept(app, worker, unit):
    token = sessions.open_session(db.session.get_one(Person, worker), second_factor=False)
    kept = db.session.execute(text("SELECT digest FROM sign_in_session")).scalars().all()
    assert token not in "".join(kept)


@pytest.mark.parametrize(
    "hostile", ["\x00", "<script>alert(1)</script>", "=1+1", "🦊" * 50, "\u202eevil", "a" * 100_000]
)
def test_hostile_text_is_never_an_error(app, worker, hostile):
    for data in ({"email": hostile, "password": PASSWORD}, {"email": RIGHT["email"], "password": hostile}):
        answer = app.test_client().post("/sign-in", data=data)
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text
