"""Passkeys: a device in Python signs what the portal asks; every other answer is refused in the same words."""

import json

import pytest
from sqlalchemy import func, select

from portal.accounts.models import AccountChange, Passkey, Person, SignInSession
from portal.accounts.operations import second_factor as factors
from portal.accounts.operations.passkeys import NOT_TAKEN
from portal.accounts.operations.sessions import open_session
from portal.accounts.queries import actor_of
from portal.extensions import db
from portal.kernel import clock as clocks
from portal.kernel.audit import AuditLine, record
from portal.kernel.errors import Refused
from portal.notices.models import Notice
from portal.policy import Role
from tests import people
from tests.accounts.conftest import Browser
from tests.authenticator import PRESENT, Device
from tests.builders_accounts import PASSWORD, code_at, second_manager, with_password

ENGINES = ("sqlite",)
EMAIL = "worker.one@service.example"


@pytest.fixture
def worker(given):
    return given(lambda: with_password(email=EMAIL).id)


@pytest.fixture
def own(worker, sign_in):
    """A browser that signed in just now."""
    return sign_in(worker)


def add(client, device, name="Laptop"):
    answer = device.make(json.loads(client.post("/me/passkeys/options").text))
    return client.post("/me/passkeys/new", data={"name": name, "passkey_token": answer})


@pytest.fixture
def device(own):
    made = Device()
    assert add(own, made).status_code == 303
    return made


def options(client):
    return json.loads(client.post("/sign-in/passkey/options").text)


def use(client, device, next="/me"):
    return client.post(f"/sign-in/passkey?next={next}", data={"passkey_token": device.sign(options(client))})


def is_refused(answer):
    return answer.status_code == 422 and NOT_TAKEN in answer.text


def count(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def test_a_passkey_is_listed_and_signs_in_with_both_steps(app, own, device, worker):
    page = own.get("/me").text
    assert "Laptop" in page
    assert count(app, Notice) == 1
    client = app.test_client()
    answer = use(client, device, "/people/?q=a")
    assert (answer.status_code, answer.location) == (303, "/people/?q=a")
    assert client.get("/me").status_code == 200
    with app.app_context():
        last = db.session.scalars(select(SignInSession).order_by(SignInSession.id.desc())).first()
        assert last.second_factor_at is not None
        assert db.session.scalars(select(Passkey)).one().sign_count == 1
        said = set(db.session.scalars(select(AuditLine.action)))
        assert {"passkey added", "passkey used", "signed in"} <= said


def test_the_password_alone_opens_nothing_any_more(app, device):
    """The stranger with the password cannot set up an app of their own either."""
    thief = app.test_client()
    assert thief.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}).location.startswith("/second-factor")
    assert thief.get("/me").location.startswith("/second-factor")
    assert thief.get("/second-factor/set-up").location.startswith("/second-factor?")
    assert thief.post("/second-factor/set-up", data={"code": "000000"}).location.startswith("/second-factor?")
    assert thief.post("/second-factor", data={"code": "000000"}).status_code == 422
    assert thief.post("/me/passkeys/options").status_code == 401
    assert use(thief, device).location == "/me"


def test_the_operation_itself_refuses_an_app_before_the_passkey(worker, own, device, unit, clock):
    person = db.session.get_one(Person, worker)
    token = open_session(person, second_factor=False)
    half = db.session.scalars(select(SignInSession).order_by(SignInSession.id.desc())).first()
    code = code_at(clock(), factors.candidate_secret(token))
    with pytest.raises(Refused, match="Use your passkey first"):
        factors.set_up(actor_of(worker), half.id, token, code, "")


REFUSED = {
    "another site": lambda d: setattr(d, "origin", "https://evil.example"),
    "another port": lambda d: setattr(d, "origin", "http://localhost:8000"),
    "another name": lambda d: setattr(d, "rp_id", "evil.example"),
    "no finger and no PIN": lambda d: setattr(d, "flags", PRESENT),
    "nobody there": lambda d: setattr(d, "flags", 0),
    "a copy that counts from the start": lambda d: setattr(d, "count", 0),
    "another key": lambda d: setattr(d, "key", Device().key),
    "another user": lambda d: setattr(d, "handle", "AAAA"),
    "unknown": lambda d: setattr(d, "id", Device().id),
}


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_is_wrong_is_refused_in_the_same_words(app, device, wrong):
    assert use(app.test_client(), device).status_code == 303
    REFUSED[wrong](device)
    before = count(app, SignInSession)
    assert is_refused(use(app.test_client(), device))
    assert count(app, SignInSession) == before


def test_an_answer_holds_once_soon_and_in_its_own_browser(app, device, clock):
    client = app.test_client()
    answer = device.sign(options(client))
    assert is_refused(app.test_client().post("/sign-in/passkey", data={"passkey_token": answer})), "another browser"
    assert client.post("/sign-in/passkey", data={"passkey_token": answer}).status_code == 303
    with client.session_transaction() as session:
        session.clear()
    replayed = app.test_client()
    replayed.post("/sign-in/passkey/options")
    assert is_refused(replayed.post("/sign-in/passkey", data={"passkey_token": answer})), "sent again"
    late = app.test_client()
    answer = device.sign(options(late))
    clock.forward(minutes=11)
    assert is_refused(late.post("/sign-in/passkey", data={"passkey_token": answer})), "too late"
    early = app.test_client()
    made = Device(id=device.id, key=device.key, count=50)
    answer = made.sign({"challenge": "AAAA"})
    assert is_refused(early.post("/sign-in/passkey", data={"passkey_token": answer})), "of no challenge"


def test_an_answer_sent_again_from_the_same_browser_is_refused(app, own):
    """With a device that does not count, nothing but the single use of the challenge stands in the way."""
    device = Device(counts=False)
    assert add(own, device).status_code == 303
    client = app.test_client()
    answer = device.sign(options(client))
    with client.session_transaction() as session:
        key = session["browser"]
    assert client.post("/sign-in/passkey", data={"passkey_token": answer}).status_code == 303
    with client.session_transaction() as session:
        session["browser"] = key
    assert is_refused(client.post("/sign-in/passkey", data={"passkey_token": answer}))


def test_a_challenge_to_add_signs_nobody_in(app, own, device):
    made = device.sign(json.loads(own.post("/me/passkeys/options").text))
    assert is_refused(own.post("/sign-in/passkey", data={"passkey_token": made}))


def test_a_removed_passkey_is_refused(app, own, device):
    assert own.post("/me/passkeys/99/remove").status_code == 404
    elsewhere = app.test_client()
    use(elsewhere, device)
    assert own.post("/me/passkeys/1/remove").location == "/me"
    assert elsewhere.get("/me").status_code == 302, "other sessions have ended"
    assert own.get("/me").status_code == 200
    assert is_refused(use(app.test_client(), device))


def test_another_person_cannot_remove_it_nor_use_it_up(app, given, sign_in, device):
    other = sign_in(given(lambda: people.person("Other", Role.ADMIN).id))
    assert other.post("/me/passkeys/1/remove").status_code == 404
    assert count(app, Passkey) == 1


def test_a_disabled_person_is_refused(app, given, worker, device):
    def disable():
        person = db.session.get_one(Person, worker)
        person.disabled_at = clocks.now()
        record(None, "account disabled", person)

    given(disable)
    assert is_refused(use(app.test_client(), device))


def test_adding_needs_a_fresh_sign_in(app, own, clock):
    clock.forward(minutes=16)
    assert own.get("/me/passkeys/new").location == "/me/confirm?next=/me/passkeys/new"
    assert add(own, Device()).location == "/me/confirm?next=/me/passkeys/new"
    assert count(app, Passkey) == 0
    answer = own.post("/me/confirm?next=/me/passkeys/new", data={"password": PASSWORD})
    assert answer.location == "/me/passkeys/new"
    assert own.get("/me/passkeys/new").status_code == 200
    assert add(own, Device()).status_code == 303


@pytest.mark.parametrize("change", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT}])
def test_a_passkey_of_another_site_is_not_added(app, own, change):
    answer = add(own, Device(**change))
    assert answer.status_code == 422
    assert "could not be added" in answer.text
    assert count(app, Passkey) == 0


def test_the_same_passkey_is_not_added_twice_and_there_is_a_most(app, own, device, monkeypatch):
    assert add(own, device).status_code == 422
    monkeypatch.setattr("portal.accounts.rules.MOST_PASSKEYS", 1)
    answer = add(own, Device())
    assert answer.status_code == 422
    assert "already" in answer.text


@pytest.mark.parametrize(
    "sent",
    ["", "{}", "[]", "null", "\x00", "x" * 100_000, '{"id": 1}', "🦊", '{"id":"a","rawId":"a","type":"public-key"}'],
)
def test_hostile_answers_are_refused(app, own, sent):
    assert app.test_client().post("/sign-in/passkey", data={"passkey_token": sent}).status_code == 422
    assert own.post("/me/passkeys/new", data={"name": "x", "passkey_token": sent}).status_code == 422


def test_after_the_idle_lock_the_page_knows_who_was_here(app, own, device, clock):
    clock.forward(minutes=31)
    answer = own.get("/people/?q=a")
    assert answer.location == "/sign-in?next=/people/?q%3Da"
    page = own.get(answer.location).text
    assert "You were away" in page
    assert "Sign in again as Worker" in page
    assert "Worker One" not in page
    assert EMAIL not in page
    asked = options(own)
    assert len(asked["allowCredentials"]) == 1
    back = own.post("/sign-in/passkey?next=/people/?q%3Da", data={"passkey_token": device.sign(asked)})
    assert back.location == "/people/?q=a"
    assert "You were away" not in app.test_client().get("/sign-in").text, "another browser is told nothing"
    assert options(app.test_client())["allowCredentials"] == []


def test_after_the_idle_lock_nobody_elses_passkey_fits(app, given, own, device, sign_in, clock):
    other = given(lambda: with_password("Other Person", email="other@service.example").id)
    theirs = Device()
    add(sign_in(other), theirs)
    clock.forward(minutes=31)
    own.get("/sign-in")
    assert is_refused(use(own, theirs))
    assert use(own, device).status_code == 303


def test_a_session_that_was_ended_greets_nobody(app, own, device, worker, given):
    own.post("/me/sign-out-everywhere")
    assert "You were away" not in own.get("/sign-in").text


def test_by_numbers_the_page_says_where_passkeys_work(app, worker, sign_in):
    client = sign_in(worker)
    with client.session_transaction() as session:
        token = session["token"]
    by_number = app.test_client()
    with by_number.session_transaction(base_url="http://127.0.0.1:8000") as session:
        session["token"] = token
    page = by_number.get("/me/passkeys/new", base_url="http://127.0.0.1:8000").text
    assert "http://localhost:8000" in page
    assert by_number.post("/me/passkeys/options", base_url="http://127.0.0.1:8000").status_code == 404
    assert 'data-passkey="get"' not in app.test_client().get("/sign-in", base_url="http://127.0.0.1:8000").text


def test_in_production_the_name_comes_from_the_public_address(production):
    asked = json.loads(Browser(production).post("/sign-in/passkey/options").text)
    assert asked["rpId"] == "portal.example.org"
    assert asked["userVerification"] == "required"


def test_who_may_take_a_second_step_away(app, given, sign_in, device, worker):
    ids = given(
        lambda: (
            people.person("Cora One", Role.COORDINATOR).id,
            with_password("Cora Two", Role.COORDINATOR, email="two@service.example").id,
            people.person("Ada", Role.ADMIN).id,
            second_manager().id,
        )
    )
    coordinator, other, admin, third = ids
    second = sign_in(other)
    add(second, Device())
    first = sign_in(coordinator)
    page = first.get(f"/people/{other}").text
    assert "An administrator can ask to remove their second step" in page
    assert first.post(f"/people/{other}/steps/take-second-factor").status_code == 403
    before = count(app, Notice)
    assert first.post(f"/people/{worker}/steps/take-second-factor").status_code == 303, "a worker's it may"
    assert sign_in(admin).post(f"/people/{other}/steps/take-second-factor").status_code == 303
    assert count(app, Passkey) == 2, "nothing goes before a second person has confirmed it"
    with app.app_context():
        waiting = db.session.scalars(select(AccountChange.id)).all()
    confirming = sign_in(third)
    for change_id in waiting:
        assert confirming.post(f"/people/changes/{change_id}/confirmation").status_code == 303
    assert count(app, Passkey) == 0
    assert count(app, Notice) == before + 2, "each is told"
    assert first.post(f"/people/{other}/steps/link").status_code == 403, (
        "without a second step the link alone would open"
    )
    assert second.get("/me").status_code == 302
