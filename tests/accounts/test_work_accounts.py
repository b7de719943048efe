"""Work accounts against a real provider on this machine: who gets in, and every lie that is not believed."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import func, select
from structlog.testing import capture_logs

from portal.accounts.models import OneTimeLink, Person, SignInSession, WorkIdentity
from portal.accounts.operations import links
from portal.accounts.operations import people as people_operations
from portal.accounts.queries import actor_of
from portal.accounts.rules import PersonDraft, RoleDraft
from portal.extensions import db
from portal.kernel import clock as clocks
from portal.kernel.audit import AuditLine, record
from portal.notices.models import Notice
from portal.policy import Role
from tests import people
from tests.builders_accounts import PASSWORD, with_password, with_second_factor
from tests.oidc import CLIENT, DOMAIN, OBJECT, OTHER_TENANT, TENANT, Provider

ENGINES = ("sqlite",)
START = "/sign-in/work/microsoft"
TITLE = "Your work account did not open the portal"


@pytest.fixture
def microsoft(clock):
    provider = Provider("microsoft", clock)
    yield provider
    provider.close()


@pytest.fixture
def google(clock):
    provider = Provider("google", clock)
    yield provider
    provider.close()


@pytest.fixture
def work_app(app, microsoft, google):
    config = app.extensions["config"]
    app.extensions["config"] = replace(config, work_providers=(microsoft.settings(), google.settings()))
    return app


def with_mfa(app):
    config = app.extensions["config"]
    providers = tuple(replace(one, mfa=True) for one in config.work_providers)
    app.extensions["config"] = replace(config, work_providers=providers)


def link_to(person, provider="microsoft", tenant=TENANT, object_id=OBJECT, issuer=None):
    identity = WorkIdentity(
        person=person,
        provider=provider,
        issuer=issuer or "",
        tenant=tenant,
        object_id=object_id,
        label="sam.senco@school.example",
        linked_at=clocks.now(),
    )
    record(None, "work account linked", identity)
    return person


@pytest.fixture
def senco(given, work_app, microsoft):
    def make():
        person = people.person("Sam Senco", Role.COMMISSIONER)
        return link_to(person, issuer=microsoft.issuer.replace("{tenantid}", TENANT)).id

    return given(make)


def leave(client, start=START):
    answer = client.get(start)
    assert answer.status_code == 302, answer.text
    return answer.location


def path_of(address):
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def go(client, provider, start=START):
    return client.get(path_of(provider.visit(leave(client, start))))


def count(app, what):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(what))


def actions(app):
    with app.app_context():
        return list(db.session.scalars(select(AuditLine.action).order_by(AuditLine.id)))


def test_without_settings_there_is_no_button_and_no_address(app):
    page = app.test_client().get("/sign-in").text
    assert "/sign-in/work/" not in page
    assert app.test_client().get(START).status_code == 404
    assert app.test_client().get(f"{START}/callback?state=x&code=y").status_code == 404


def test_a_linked_work_account_opens_the_page_that_was_wanted(work_app, senco, microsoft):
    client = work_app.test_client()
    assert "Sign in with Microsoft" in client.get("/sign-in").text
    with client.session_transaction() as session:
        session["token"] = "planted"
    answer = go(client, microsoft, f"{START}?next=/me")
    assert (answer.status_code, answer.location) == (303, "/me")
    page = client.get("/me").text
    assert "Sam Senco" in page
    assert "sam.senco@school.example" in page
    assert "work account used" in actions(work_app)
    with client.session_transaction() as session:
        assert session["token"] != "planted"
        assert "browser" not in session
    asked = parse_qs(urlsplit(leave(work_app.test_client())).query)
    assert asked["scope"] == ["openid profile email"]
    assert asked["redirect_uri"] == [f"http://localhost{START}/callback"]


def test_google_is_known_by_domain_and_subject(work_app, given, google):
    given(lambda: link_to(people.person("Gil", Role.COMMISSIONER), "google", DOMAIN, "subject-1", google.base))
    assert go(work_app.test_client(), google, "/sign-in/work/google").status_code == 303
    google.claims = {"hd": None}
    assert go(work_app.test_client(), google, "/sign-in/work/google").status_code == 422
    google.claims = {"hd": "other.example"}
    assert go(work_app.test_client(), google, "/sign-in/work/google").status_code == 422


def foreign_key(provider):
    provider.signer = RSAKey.generate_key(2048, parameters={"kid": "one"})


LIES = {
    "another tenant": ("tenant", lambda p: p.claims.update(tid=OTHER_TENANT)),
    "no tenant": ("tenant", lambda p: p.claims.update(tid=None)),
    "issuer of another tenant": ("issuer", lambda p: p.claims.update(iss=p.issuer.replace("{tenantid}", OTHER_TENANT))),
    "issuer as the discovery writes it": ("issuer", lambda p: p.claims.update(iss=p.issuer)),
    "no object": ("object", lambda p: p.claims.update(oid=None)),
    "object of no text": ("object", lambda p: p.claims.update(oid=["x"])),
    "object with an end of text": ("object", lambda p: p.claims.update(oid="a\x00b")),
    "another nonce": ("token", lambda p: p.claims.update(nonce="of somebody else")),
    "no nonce": ("token", lambda p: p.claims.update(nonce=None)),
    "expired": ("token", lambda p: p.claims.update(exp=int((p.now() - timedelta(minutes=2)).timestamp()))),
    "no end": ("token", lambda p: p.claims.update(exp=None)),
    "not yet": ("token", lambda p: p.claims.update(nbf=int((p.now() + timedelta(minutes=5)).timestamp()))),
    "another audience": ("audience", lambda p: p.claims.update(aud="another-client")),
    "two audiences": ("audience", lambda p: p.claims.update(aud=[CLIENT, "another-client"], azp=CLIENT)),
    "another's key": ("token", foreign_key),
    "no signature": ("token", lambda p: p.header.update(alg="none")),
    "the public key as a secret": ("token", lambda p: p.header.update(alg="HS256")),
    "a key for another tenant": ("key", lambda p: setattr(p, "key_issuer", f"{p.base}/{OTHER_TENANT}/v2.0")),
    "more about somebody else": ("userinfo", lambda p: p.userinfo.update(sub="subject-2")),
    "more about nobody": ("userinfo", lambda p: p.userinfo.update(sub=None)),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_is_believed(work_app, senco, microsoft, lie):
    reason, tell = LIES[lie]
    tell(microsoft)
    with capture_logs() as lines:
        answer = go(work_app.test_client(), microsoft)
    assert answer.status_code == 422
    assert TITLE in answer.text
    assert count(work_app, SignInSession) == 0
    assert [line["reason"] for line in lines if line["event"] == "work account refused"] == [reason]
    logged = repr(lines)
    for secret in ("the access token", "sam.senco", OBJECT, "code=", "state="):
        assert secret not in logged


def test_known_unknown_and_disabled_are_refused_alike(work_app, given, senco, microsoft):
    def disable():
        person = db.session.get_one(Person, senco)
        person.disabled_at = clocks.now()
        record(None, "account disabled", person)

    given(disable)
    disabled = go(work_app.test_client(), microsoft)
    microsoft.claims = {"oid": "bbbbbbbb-bbbb-4ccc-8ddd-eeeeeeeeeeee"}
    unknown = go(work_app.test_client(), microsoft)
    assert disabled.status_code == unknown.status_code == 422
    hide = lambda page: page.text.replace(page.headers["X-Request-Id"], "")  # noqa: E731
    without_token = lambda text: [line for line in text.splitlines() if "CSRF" not in line]  # noqa: E731
    assert without_token(hide(disabled)) == without_token(hide(unknown))
    assert count(work_app, Person) == 1, "nobody is made from outside"


def test_the_mail_address_opens_nothing(work_app, given, microsoft):
    given(lambda: with_password(email="sam.senco@school.example"))
    assert go(work_app.test_client(), microsoft).status_code == 422


def test_the_answer_holds_once_soon_and_in_its_own_browser(work_app, senco, microsoft, clock):
    client = work_app.test_client()
    back = path_of(microsoft.visit(leave(client)))
    assert work_app.test_client().get(back).status_code == 422, "another browser"
    assert client.get(back).status_code == 303, "which does not use it up"
    assert client.get(back).status_code == 422, "sent again"
    back = path_of(microsoft.visit(leave(client)))
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert client.get(f"{START}/callback?state={state}&error=access_denied").status_code == 422
    assert client.get(back).status_code == 422, "used up by the refusal"
    back = path_of(microsoft.visit(leave(client)))
    assert client.get(back.replace("/microsoft/", "/google/")).status_code == 422, "another provider"
    clock.forward(minutes=11)
    assert client.get(back).status_code == 422, "too late"


def test_a_code_of_another_sign_in_does_not_fit(work_app, senco, microsoft):
    """Somebody else's code put into one's own answer: the verifier and the nonce are of another sign-in."""
    mine, other = work_app.test_client(), work_app.test_client()
    back = path_of(microsoft.visit(leave(mine)))
    theirs = parse_qs(urlsplit(microsoft.visit(leave(other))).query)["code"][0]
    own = parse_qs(urlsplit(back).query)["code"][0]
    assert mine.get(back.replace(own, theirs)).status_code == 422


@pytest.mark.parametrize("part", ["discovery", "token", "keys", "userinfo"])
def test_a_provider_that_is_away_is_said_so(work_app, senco, microsoft, part):
    client = work_app.test_client()
    if part == "discovery":
        microsoft.down = {part}
        answer = client.get(START)
    else:
        address = leave(client)
        microsoft.down = {part}
        answer = client.get(path_of(microsoft.visit(address)))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "Microsoft does not answer just now" in answer.text


@pytest.mark.parametrize(
    "moved",
    [
        {"jwks_uri": "{base}/elsewhere"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"issuer": "https://evil.example/{tenantid}/v2.0"},
    ],
)
def test_no_other_place_is_followed(work_app, senco, microsoft, moved):
    microsoft.moved = {name: value.replace("{base}", microsoft.base) for name, value in moved.items()}
    client = work_app.test_client()
    answer = client.get(START)
    if answer.status_code == 302:
        answer = client.get(path_of(microsoft.visit(answer.location)))
    assert answer.status_code == 503


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\x00", "x" * 5000])
def test_next_stays_inside(work_app, senco, microsoft, wanted):
    client = work_app.test_client()
    answer = client.get(START, query_string={"next": wanted})
    assert client.get(path_of(microsoft.visit(answer.location))).location == "/"


@pytest.mark.parametrize("name", ["state", "code"])
@pytest.mark.parametrize("value", ["", "\x00", "x" * 100_000, "🦊", "' or 1=1"])
def test_hostile_answers_are_refused(work_app, senco, name, value):
    client = work_app.test_client()
    asked = {"state": "some", "code": "other", name: value}
    assert client.get(f"{START}/callback", query_string=asked).status_code == 422


def test_too_many_tries_wait(work_app, senco, monkeypatch):
    monkeypatch.setattr("portal.accounts.views.work_accounts.MOST_IN_FIVE_MINUTES", 2)
    client = work_app.test_client()
    answers = [client.get(f"{START}/callback?state=x&code=y").status_code for _ in range(3)]
    assert answers == [422, 422, 429]


def test_the_portals_second_step_is_asked_unless_the_tenant_asks_itself(work_app, given, microsoft, clock):
    issuer = microsoft.issuer.replace("{tenantid}", TENANT)
    given(lambda: link_to(with_second_factor(), issuer=issuer).id)
    client = work_app.test_client()
    assert go(client, microsoft, f"{START}?next=/me").location == "/second-factor?next=/me"
    assert client.get("/me").location.startswith("/second-factor")
    with_mfa(work_app)
    assert go(work_app.test_client(), microsoft, f"{START}?next=/me").location == "/me"
    microsoft.claims = {"amr": ["pwd"]}
    assert go(work_app.test_client(), microsoft).location.startswith("/second-factor")
    microsoft.claims = {"amr": ["pwd", "mfa"]}
    assert go(work_app.test_client(), microsoft).location == "/"


def invited(app):
    actor = actor_of(people.person("Ada", Role.ADMIN).id)
    draft = PersonDraft("Sam Senco", "sam@ash.example")
    made = people_operations.invite(actor, draft, RoleDraft(Role.COMMISSIONER))
    return made.person.id, made.token


def test_an_invitation_is_accepted_with_a_work_account(work_app, given, microsoft):
    person_id, token = given(lambda: invited(work_app))
    client = work_app.test_client()
    assert "Use your Microsoft account" in client.get(f"/welcome/{token}").text
    start = f"/welcome/{token}/work/microsoft"
    second = path_of(microsoft.visit(leave(client, start)))
    assert go(client, microsoft, start).location == "/"
    with work_app.app_context():
        identity = db.session.scalars(select(WorkIdentity)).one()
        assert (identity.person_id, identity.tenant, identity.object_id) == (person_id, TENANT, OBJECT)
        assert db.session.scalars(select(OneTimeLink)).one().used_at is not None
    assert {"work account linked", "one-time link used", "signed in"} <= set(actions(work_app))
    assert client.get(f"/welcome/{token}").status_code == 404
    assert client.get(start).status_code == 404
    assert client.get(second).status_code in (404, 422), "begun before, brought back after"
    assert count(work_app, WorkIdentity) == 1
    assert go(work_app.test_client(), microsoft).status_code == 303


def test_a_link_to_reset_does_not_go_round_the_second_step(work_app, given, microsoft):
    def make():
        actor = actor_of(people.person("Ada", Role.ADMIN).id)
        return links.make_link(actor, with_second_factor())

    token = given(make)
    page = work_app.test_client().get(f"/welcome/{token}").text
    assert "Use your Microsoft account" not in page
    assert work_app.test_client().get(f"/welcome/{token}/work/microsoft").status_code == 404


def test_linking_needs_a_fresh_sign_in_and_is_told(work_app, given, sign_in, microsoft, clock):
    person_id = given(lambda: with_password(email="w@service.example").id)
    client = sign_in(person_id)
    clock.forward(minutes=16)
    answer = client.post("/me/work-accounts/microsoft/link")
    assert answer.location == "/me/confirm?next=/me"
    assert client.post("/me/confirm?next=/me", data={"password": "wrong"}).status_code == 422
    assert client.post("/me/confirm?next=/me", data={"password": PASSWORD}).location == "/me"
    page = client.post("/me/work-accounts/microsoft/link")
    assert page.status_code == 200
    address = page.text.split('href="' + microsoft.base)[1].split('"')[0].replace("&amp;", "&")
    back = path_of(microsoft.visit(microsoft.base + address))
    stranger = sign_in(given(lambda: people.person("Other", Role.WORKER).id))
    assert stranger.get(back).status_code == 422
    assert client.get(back).location == "/me"
    assert "sam.senco@school.example" in client.get("/me").text
    assert count(work_app, Notice) == 1
    again = client.post("/me/work-accounts/microsoft/link").text
    address = again.split('href="' + microsoft.base)[1].split('"')[0].replace("&amp;", "&")
    assert client.get(path_of(microsoft.visit(microsoft.base + address))).status_code == 422, "linked already"
    assert client.post("/me/work-accounts/1/unlink").location == "/me"
    assert go(work_app.test_client(), microsoft).status_code == 422
    assert {"work account linked", "work account unlinked"} <= set(actions(work_app))


def test_the_last_way_in_stays_and_others_cannot_unlink(work_app, given, senco, sign_in):
    client = sign_in(senco)
    answer = client.post("/me/work-accounts/1/unlink")
    assert answer.status_code == 422
    assert "only way to sign in" in answer.text
    other = sign_in(given(lambda: people.person("Other", Role.COORDINATOR).id))
    assert other.post("/me/work-accounts/1/unlink").status_code == 404
    assert count(work_app, WorkIdentity) == 1


def test_people_show_ways_and_a_coordinator_unlinks(work_app, given, senco, sign_in):
    client = sign_in(given(lambda: people.person("Cora", Role.COORDINATOR).id))
    assert "Microsoft work account" in client.get("/people/").text
    page = client.get(f"/people/{senco}").text
    assert "Microsoft work account" in page
    assert OBJECT not in page
    assert client.post(f"/people/{senco}/work-accounts/99/unlink").status_code == 404
    theirs = sign_in(senco)
    assert client.post(f"/people/{senco}/work-accounts/1/unlink").status_code == 303
    assert theirs.get("/me").status_code == 302, "their sessions have ended"
    assert "work account unlinked" in actions(work_app)
    assert count(work_app, Notice) == 1
    assert client.post(f"/people/{senco}/work-accounts/1/unlink").status_code == 404
