"""What every answer carries."""

import re

import pytest

from portal.policy import Role
from tests import people

ENGINES = ("sqlite",)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "worker-src 'self'"
)
"""As docs say it, written out a second time on purpose."""


@pytest.fixture
def app(lab):
    return lab


def test_every_answer_carries_the_policy_and_its_companions(app, client):
    own = app.jinja_env.globals["asset"]("app.css")
    addresses = (
        "/",
        "/lab/",
        "/lab/404",
        "/lab/500",
        "/nothing",
        "/sign-in",
        "/healthz",
        "/brand.css",
        "/privacy",
        own,
    )
    for address in addresses:
        with client.get(address) as answer:
            headers = answer.headers
        assert headers["Content-Security-Policy"] == POLICY, address
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"  # no-referrer would break the check of tokens over HTTPS
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Request-Id"] or address == own


def test_personal_pages_are_never_stored(client):
    for address in ("/", "/lab/", "/lab/child", "/me", "/sign-in", "/lab/404", "/readyz"):
        assert client.get(address).headers["Cache-Control"] == "no-store", address
    assert client.post("/lab/notes", data={}).headers["Cache-Control"] == "no-store"


def test_files_with_a_fingerprint_may_be_kept_for_ever_and_others_not(app, client):
    for name in ("htmx.js", "govuk.css", "font.woff2", "app.css", "app.js"):
        answer = client.get(app.jinja_env.globals["asset"](name))
        assert answer.status_code == 200, name
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        answer.close()
    plain = client.get("/static/css/app.css")
    assert "immutable" not in plain.headers.get("Cache-Control", "")
    plain.close()


def test_pages_load_nothing_from_elsewhere(client):
    for address in ("/", "/sign-in", "/privacy", "/accessibility", "/lab/notes"):
        for tag in re.findall(r"<(?:link|script|img|iframe|form|source)[^>]*>", client.get(address).text):
            assert not re.search(r'(src|href|action)="(https?:)?//', tag), tag


def _cookie(answer):
    return answer.headers["Set-Cookie"]


def test_the_cookie_is_for_this_site_and_not_for_scripts(make_lab):
    cookie = _cookie(make_lab().test_client().get("/sign-in"))
    assert cookie.startswith("portal=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_in_production_the_cookie_is_bound_to_the_host_and_to_https(make_lab):
    portal = make_lab(production=True)
    cookie = _cookie(portal.test_client().get("/sign-in", base_url="https://portal.example.org"))
    assert cookie.startswith("__Host-portal=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_https_is_remembered_by_the_browser_only_over_https(make_lab):
    client = make_lab(production=True).test_client()
    over_https = client.get("/sign-in", base_url="https://portal.example.org")
    assert "max-age=31536000" in over_https.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client.get("/sign-in", base_url="http://portal.example.org").headers


def test_other_host_names_are_refused_in_production(make_lab):
    portal = make_lab(production=True, testing=False)
    assert portal.test_client().get("/healthz", base_url="https://evil.example").status_code == 400


def test_a_proxy_is_believed_only_as_far_as_it_is_declared(make_lab):
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    alone = make_lab().test_client().get("/sign-in", headers=told)
    assert "Strict-Transport-Security" not in alone.headers
    behind = make_lab(proxy_hops=1).test_client().get("/sign-in", headers=told)
    assert "Strict-Transport-Security" in behind.headers


def test_the_demonstration_says_so_on_every_page_and_production_never(make_lab):
    words = "Everyone here is invented"
    assert words in make_lab().test_client().get("/sign-in").text
    client = make_lab(production=True).test_client()
    assert words not in client.get("/sign-in", base_url="https://portal.example.org").text


def test_a_page_for_htmx_varies_by_its_header(given, sign_in):
    client = sign_in(given(lambda: people.person("Ann Admin", Role.ADMIN).id))
    assert "HX-Request" in client.get("/settings/").headers["Vary"]
