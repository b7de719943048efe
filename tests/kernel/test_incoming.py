"""What is read of a request: how much, in which letters, and from whose page; and what a refusal leaves alone."""

import json
import tracemalloc

import pytest
import structlog

from portal.kernel import incoming
from portal.kernel.incoming import DEEPEST_JSON, is_too_deep

ENGINES = ("sqlite",)

OPEN_TO_ALL = ("/sign-in", "/ask-for-an-account", "/f/", "/f/start", "/sign-in/passkey", "/voice/tablet")
LARGEST_ANSWER = 100_000
MOST_MEMORY = 40 * 1024 * 1024


@pytest.fixture
def app(lab):
    lab.testing = False
    lab.config["WTF_CSRF_ENABLED"] = True
    return lab


def _urlencoded(fields):
    return {"data": "&".join(f"f{i}=x" for i in range(fields)), "content_type": "application/x-www-form-urlencoded"}


def _multipart(fields):
    parts = "".join(f'--edge\r\nContent-Disposition: form-data; name="f{i}"\r\n\r\nx\r\n' for i in range(fields))
    return {"data": f"{parts}--edge--\r\n", "content_type": "multipart/form-data; boundary=edge"}


def _peak_of(ask):
    tracemalloc.start()
    try:
        answer = ask()
        return answer, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("encoded", "fields"), [(_urlencoded, 250_000), (_multipart, 100_000)])
def test_a_form_of_very_many_fields_is_refused_within_a_budget(client, encoded, fields):
    sent = encoded(fields)
    for address in (*OPEN_TO_ALL, "/advice/new", "/lab/notes"):
        answer, peak = _peak_of(lambda address=address: client.post(address, **sent))
        assert answer.status_code == 413, address
        assert len(answer.data) < LARGEST_ANSWER
        assert peak < MOST_MEMORY, f"{address}: {peak:,} bytes"


def test_the_usual_large_form_is_still_read(app, client):
    app.config["WTF_CSRF_ENABLED"] = False
    fields = {f"f{i}": "x" for i in range(1_500)} | {"name": "Typed Primary", "password": "x"}
    assert client.post("/lab/notes", data=fields).status_code == 303


def test_a_refused_form_that_is_too_long_to_be_shown_is_not_offered_in_part(client):
    data = {f"f{i}": '"' * 1_000 for i in range(600)}
    answer, peak = _peak_of(lambda: client.post("/lab/notes", data=data))
    assert answer.status_code == 400
    assert len(answer.data) < LARGEST_ANSWER
    assert peak < MOST_MEMORY, f"{peak:,} bytes"
    assert "&#34;" * 20 not in answer.text


def test_an_address_of_very_many_fields_is_refused(client):
    assert client.get("/lab/?" + "a&" * 3_000).status_code == 400


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_json_is_refused(client, opening):
    closing = {"[": "]", '{"a":': "}"}[opening]
    deep = opening * 2_000 + "1" + closing * 2_000
    answer = client.post("/voice/deliver", data=deep, content_type="application/json")
    assert answer.status_code == 422
    assert len(answer.data) < LARGEST_ANSWER


@pytest.mark.parametrize(
    ("text", "deep"),
    [
        ("[" * DEEPEST_JSON + "]" * DEEPEST_JSON, False),
        ("[" * (DEEPEST_JSON + 1) + "]" * (DEEPEST_JSON + 1), True),
        ("[]" * 5_000, False),
        (json.dumps({"words": "[" * 5_000 + '"' + "\\"}), False),
        ('"' + "[" * 100, True),
        ("", False),
    ],
)
def test_depth_is_counted_outside_of_texts(text, deep):
    assert is_too_deep(text) is deep


BROKEN = b"\xe2\x82"


@pytest.mark.parametrize(
    "sent",
    [
        {"data": b"name=a%E2%82", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"name=a" + BROKEN, "content_type": "application/x-www-form-urlencoded"},
        {
            "data": b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\na' + BROKEN + b"\r\n--edge--\r\n",
            "content_type": "multipart/form-data; boundary=edge",
        },
    ],
)
def test_a_form_with_bytes_that_are_no_text_is_refused(app, client, names, sent):
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.post("/lab/notes", **sent).status_code == 400
    assert names() == []


def test_an_address_or_a_header_with_bytes_that_are_no_text_is_refused(client):
    assert client.get("/lab/?q=%E2%82").status_code == 400
    assert client.post("/lab/notes?next=%E2%82").status_code == 400
    assert client.get("/lab/", environ_overrides={"PATH_INFO": "/lab/\xe2\x82"}).status_code == 400
    assert client.get("/lab/", headers={"User-Agent": "a\xe2\x82"}).status_code == 400
    assert client.get("/lab/?q=%E2%82%AC", headers={"User-Agent": "€".encode().decode("latin-1")}).status_code == 200


def test_a_replaced_letter_that_somebody_pasted_is_their_text(app, client):
    app.config["WTF_CSRF_ENABLED"] = False
    fields = {"name": "Broken � in a copied text", "password": "x"}
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        assert client.post("/lab/notes", data=fields, content_type=kind).status_code == 303


# What another site makes a browser send ------------------------------------------------------------------------------

REFUSED_FROM_ELSEWHERE = [
    ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}),
    ("POST", {"Sec-Fetch-Site": "same-site", "Origin": "https://other.localhost"}),
    ("POST", {"Origin": "https://evil.example"}),
    ("POST", {"Origin": "null"}),
    ("POST", {"Referer": "https://evil.example/page"}),
    ("POST", {"Host": "evil.example"}),
    ("GET", {"Host": "evil.example"}),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Purpose": "prefetch"}),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}),
]


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(("method", "headers"), REFUSED_FROM_ELSEWHERE)
def test_what_another_site_sends_leaves_the_cookie_alone(app, client, method, headers, signed_in):
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    asking = client if signed_in else app.test_client()
    for address in ("/sign-in", "/sign-out", "/lab/notes", "/ask-for-an-account", "/nothing", "/f/"):
        answer = asking.open(address, method=method, headers=headers, data={"name": "x"} if method == "POST" else None)
        assert "Set-Cookie" not in answer.headers, address
        if method == "POST":
            assert answer.status_code == 400, address
    assert client.get("/lab/").status_code == 200, "the person is still signed in"


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_bad_token_without_the_cookie_sets_none(app, headers):
    """So it looks when another site's form is sent by the browser of somebody who is signed in."""
    answer = app.test_client().post("/sign-in", data={"email": "a@b.example", "password": "x"}, headers=headers)
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("own", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_who_lost_the_cookie_gets_a_page_of_our_own_that_can_be_sent(app, own):
    answer = app.test_client().post("/sign-in", data={"email": "a@b.example", "password": "x"}, headers=own)
    assert answer.status_code == 400
    assert "Set-Cookie" in answer.headers


def test_another_sites_post_is_refused_with_a_good_token_too(app, client, names):
    token = client.get("/lab/notes").text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    data = {"csrf_token": token, "name": "Typed Primary", "password": "x"}
    assert client.post("/lab/notes", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert names() == []
    assert client.post("/lab/notes", data=data, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_link_from_an_e_mail_still_opens_with_a_cookie(app):
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert "Set-Cookie" in app.test_client().get("/sign-in", headers=visit).headers


def test_a_wrong_host_is_refused_quietly(app, client):
    app.config["TRUSTED_HOSTS"] = ["portal.example.org"]
    with structlog.testing.capture_logs() as lines:
        answer = client.get("/lab/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "This is not the address of this service" in answer.text
    assert [line["event"] for line in lines] == ["request"]


def test_the_limit_of_fields_is_the_same_for_every_kind_of_form(app):
    assert app.config["MAX_FORM_PARTS"] == incoming.MOST_FIELDS
