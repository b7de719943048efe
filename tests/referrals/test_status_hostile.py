"""What no form expects, on the pages of the status side: refused in words on both engines, never an error page."""

import re
from types import SimpleNamespace

import pytest

from portal.policy import Role
from portal.referrals import operations, rules
from tests import builders_referrals as build
from tests import people


@pytest.fixture
def world(given):
    def make():
        senco = people.person("Sam Ash", Role.SCHOOL, school_id=people.school().id)
        coordinator = people.person("Cora Dean", Role.COORDINATOR)
        line = build.service_line()
        returned = build.submitted(senco, line)
        asked = rules.Asking((("needs", "diagnosis"), ("pupil", "upn")), ("Who leads?",))
        operations.take_step(build.actor_of(coordinator.id), returned, "return", asking=asked)
        return SimpleNamespace(
            senco=senco.id,
            coordinator=coordinator.id,
            returned=returned.reference,
            submitted=build.submitted(senco, line).reference,
        )

    return given(make)


def drawn(client, url):
    form = re.search(r'<form class="app-form".*?</form>', client.get(url).text, re.S)[0]
    return dict.fromkeys(re.findall(r'name="([^"]+)"', form), "") | dict(
        re.findall(r'name="(version|submission_id)"[^>]*value="([^"]*)"', form)
    )


@pytest.mark.parametrize("text", ["a\x00b", "x" * 100_000, "\ud800", "99999999999999999999"])
def test_hostile_words_are_refused_or_kept_and_never_an_error(world, sign_in, text):
    addresses = {
        f"/referrals/{world.returned}/answer": world.senco,
        f"/referrals/{world.submitted}/steps/return": world.coordinator,
        f"/referrals/{world.submitted}/steps/decide": world.coordinator,
    }
    typed = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for url, person in addresses.items():
        client = sign_in(person)
        fields = drawn(client, url)
        hostile = {name: typed for name in fields if name not in ("version", "submission_id", "csrf_token")}
        answer = client.post(url, data=fields | hostile)
        assert answer.status_code in (422, 303), url
        assert client.post(url, data=drawn(client, url) | {"version": typed, "note": "x"}).status_code in (
            409,
            422,
            303,
        )
        assert client.get(f"{url}?more={'%00' * 3}").status_code in (200, 302)


def test_what_is_long_but_allowed_makes_a_letter(world, sign_in):
    client = sign_in(world.coordinator)
    url = f"/referrals/{world.submitted}/steps/decide"
    lines = ('"\\' * 2_000)[:4_000]
    fields = {"decision": "decline", "reason": lines, "conditions": lines, "route": "direct"}
    assert client.post(url, data=drawn(client, url) | fields).status_code in (303, 422)
    assert client.get(f"/referrals/{world.submitted}").status_code == 200
