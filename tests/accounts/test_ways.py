"""Settings of work accounts, and the small rules of passkeys and ways in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.accounts import rules
from portal.accounts.rules import Place
from portal.config import WrongSetting, from_environment
from portal.policy import Role
from tests.oidc import TENANT

NOW = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
SET = {
    "OIDC_MICROSOFT_CLIENT_ID": "id",
    "OIDC_MICROSOFT_CLIENT_SECRET": "secret",
    "OIDC_MICROSOFT_TENANTS": f" {TENANT.upper()} ,",
}
GOOGLE = {
    "OIDC_GOOGLE_CLIENT_ID": "id",
    "OIDC_GOOGLE_CLIENT_SECRET": "secret",
    "OIDC_GOOGLE_DOMAINS": "ash.example, birch.example",
}


def read(tmp_path, **more):
    return from_environment({"INSTANCE_FOLDER": str(tmp_path), "PORTAL_MODE": "demonstration", **more}).work_providers


def test_nothing_set_is_no_provider_and_all_set_is_one(tmp_path):
    assert read(tmp_path) == ()
    microsoft, google = read(tmp_path, **SET, **GOOGLE, OIDC_GOOGLE_MFA="yes")
    assert (microsoft.name, microsoft.tenants, microsoft.mfa) == ("microsoft", (TENANT,), False)
    assert microsoft.discovery.startswith(f"https://login.microsoftonline.com/{TENANT}/v2.0/")
    assert (google.tenants, google.mfa) == (("ash.example", "birch.example"), True)
    several = SET | {"OIDC_MICROSOFT_TENANTS": f"{TENANT},{TENANT.replace('1', '2')}"}
    assert "/organizations/" in read(tmp_path, **several)[0].discovery
    assert "secret" not in repr(microsoft)


@pytest.mark.parametrize("name", [*SET, *GOOGLE])
def test_half_a_provider_is_refused_by_name(tmp_path, name):
    with pytest.raises(WrongSetting, match=f"{name} is missing"):
        read(tmp_path, **{key: value for key, value in {**SET, **GOOGLE}.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_MICROSOFT_TENANTS", "common"),
        ("OIDC_MICROSOFT_TENANTS", "9188040d-6c67-4c5b-b112-36a304b66dad"),
        ("OIDC_MICROSOFT_TENANTS", ","),
        ("OIDC_GOOGLE_DOMAINS", "*"),
        ("OIDC_GOOGLE_DOMAINS", "gmail"),
        ("OIDC_GOOGLE_MFA", "true"),
        ("OIDC_MICROSOFT_DISCOVERY", "http://login.example/discovery"),
        ("OIDC_GOOGLE_DISCOVERY", "file:///etc/passwd"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    with pytest.raises(WrongSetting, match=name):
        read(tmp_path, **{**SET, **GOOGLE, name: value})


@pytest.mark.parametrize(
    ("base", "opened", "found"),
    [
        (
            "https://portal.example.org",
            "https://portal.example.org/",
            ("portal.example.org", "https://portal.example.org"),
        ),
        ("http://localhost:8000", "http://localhost:8000/", ("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/", None),
        ("https://[::1]", "https://[::1]/", None),
        ("https://portal.example.org", "https://inside.example.org/", None),
        ("http://portal.example.org", "http://portal.example.org/", None),
    ],
)
def test_where_passkeys_work(base, opened, found):
    assert rules.place_of(base, opened) == (Place(*found) if found else None)


@pytest.mark.parametrize(
    ("name", "called"), [("Priya Raman", "Priya"), ("Dr Who", "Dr Who"), ("Mrs. Moran", "Mrs. Moran"), (" Jo ", "Jo")]
)
def test_what_somebody_is_called(name, called):
    assert rules.first_name(name) == called


def test_ways_in_words_and_one_remains():
    ways = rules.Ways(True, True, ("Microsoft", "Microsoft", "Google"), 2)
    assert ways.words == (
        "Password and authenticator app",
        "Microsoft work account",
        "Google work account",
        "2 passkeys",
    )
    assert (rules.Ways().words, rules.Ways().count, replace(ways, password=False).count) == ((), 0, 5)


def test_only_an_administrator_reopens_staff_who_reach_far():
    coordinator, admin = frozenset({Role.COORDINATOR}), frozenset({Role.ADMIN})
    for role in Role:
        far = role in (Role.COORDINATOR, Role.ADMIN, Role.SAFEGUARDING)
        assert rules.may_reopen(coordinator, frozenset({role})) is not far
        assert rules.may_reopen(admin, frozenset({role}))


@pytest.mark.parametrize(("minutes", "fresh"), [(0, True), (15, True), (16, False), (-1, False)])
def test_who_signed_in_lately(minutes, fresh):
    assert rules.is_fresh(NOW - timedelta(minutes=minutes), NOW) is fresh
    assert rules.is_fresh(None, NOW) is False
