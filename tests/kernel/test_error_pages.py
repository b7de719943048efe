"""Every refusal is a page of the portal: it says what to do next, keeps what was typed, and tells no secret."""

import html.parser
import re

import pytest
from jinja2 import ChoiceLoader, DictLoader

from portal.extensions import db
from portal.kernel import error_pages
from portal.policy import Role
from tests import people
from tests.conftest import KEY, SECRET

ENGINES = ("sqlite",)

NOTE = {
    "name": "Typed Primary",
    "words": "Nobody may lose this.",
    "password": "hunter2 hunter2",
    "recovery_code": "AB12",
}
VOID = {"meta", "link", "input", "br", "img", "hr", "path", "circle", "rect"}


@pytest.fixture
def app(lab):
    lab.testing = False
    return lab


class _Checker(html.parser.HTMLParser):
    """Every element is closed by its own end tag."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")


def assert_good_page(answer, status, *, whole=True):
    assert answer.status_code == status
    checker = _Checker()
    checker.feed(answer.text)
    assert checker.problems == []
    assert checker.open == []
    for secret in (SECRET, KEY, "Traceback", "sqlalchemy", "hunter2", "AB12", "portal/kernel"):
        assert secret not in answer.text
    if not whole:
        return
    assert "app-header" in answer.text  # in the portal's look
    assert re.search(r"<h1[^>]*>\s*\S", answer.text)
    assert answer.headers["X-Request-Id"] in answer.text
    assert re.search(r'class="govuk-button"[^>]*>', answer.text)  # where to go on


def test_each_status_has_its_page_and_its_own_title(client):
    titles = set()
    for status in sorted(error_pages.KNOWN):
        answer = client.get(f"/lab/{status}")
        assert_good_page(answer, status)
        titles.add(answer.text.split("<h1")[1].split("</h1>")[0])
    assert len(titles) == len(error_pages.KNOWN)


def test_a_status_without_a_page_is_shown_as_its_like(client):
    for status, shown_as in ((418, 400), (451, 400), (501, 500), (502, 500)):
        assert_good_page(client.get(f"/lab/{status}"), shown_as)


def test_a_bad_token_keeps_what_was_typed_and_the_page_can_be_sent(make_lab, client, app):
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.post("/lab/notes", data=NOTE | {"csrf_token": "old"})
    assert_good_page(page, 400)
    assert "Nobody may lose this." in page.text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    assert "password" not in hidden
    assert client.post("/lab/notes", data=hidden | {"password": "hunter2 hunter2"}).status_code == 303


def test_what_another_sites_page_sends_is_not_offered_to_be_sent_again(client, app):
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.post("/lab/notes", data=NOTE, headers={"Sec-Fetch-Site": "cross-site"})
    assert_good_page(page, 400)
    assert "Typed Primary" not in page.text


def test_an_expired_session_keeps_what_was_typed_and_never_a_password(app, client, clock):
    clock.forward(minutes=31)
    page = client.post("/lab/notes", data=NOTE)
    assert_good_page(page, 401)
    assert "Nobody may lose this." in page.text
    assert "in another tab" in page.text


def test_after_signing_in_in_another_tab_the_waiting_page_can_be_sent(app, client, clock, given, worker_id):
    """The promise on the 401 page, with the check of tokens on."""
    from portal.accounts.models import Person
    from portal.accounts.operations.passwords import hash_password
    from portal.kernel.audit import record

    def with_password():
        person = db.session.get_one(Person, worker_id)
        person.password_hash = hash_password("a long enough password")
        record(None, "password set", person)

    given(with_password)
    app.config["WTF_CSRF_ENABLED"] = True
    token = _token(client.get("/lab/notes").text)
    clock.forward(minutes=31)
    page = client.post("/lab/notes", data=NOTE | {"csrf_token": token})
    assert_good_page(page, 401)
    tab = client.get("/sign-in").text
    signed_in = client.post(
        "/sign-in",
        data={
            "email": "wanda.worker@demo.example",
            "password": "a long enough password",
            "csrf_token": _token(tab),
        },
    )
    assert signed_in.status_code == 303
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    assert client.post("/lab/notes", data=again | {"password": "hunter2 hunter2"}).status_code == 303


def _token(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def test_an_action_that_the_role_does_not_hold_is_403(client):
    assert_good_page(client.get("/settings/"), 403)


def test_what_is_not_there_is_404(client):
    for address in ("/nothing/here", "/lab/schools/99999999999999", "/%00", "/lab/%F0%9F%98%80", "/.git/config"):
        assert_good_page(client.get(address), 404)


def test_a_wrong_method_is_405_and_says_which_are_right(client):
    answer = client.post("/lab/")
    assert_good_page(answer, 405)
    assert "GET" in answer.headers["Allow"]
    for method in ("put", "delete", "patch", "options"):
        assert getattr(client, method)("/lab/notes").status_code == 405


def test_too_much_is_413_even_where_the_form_is_never_reached(client):
    data = {"name": "x" * (13 * 1024 * 1024)}
    assert_good_page(client.post("/lab/notes", data=data), 413)
    for parts in ([b"x" * (13 * 1024 * 1024)], [b"x"] * 2_500):
        answer = client.post("/lab/notes", data=_multipart(parts), content_type="multipart/form-data; boundary=edge")
        assert_good_page(answer, 413)


def _multipart(parts):
    return b"".join(b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n%s\r\n' % part for part in parts) + (
        b"--edge--\r\n"
    )


def test_a_defect_is_500_with_what_was_typed_and_without_the_errors_text(client):
    page = client.post("/lab/notes", data=NOTE | {"answer": "raise"})
    assert_good_page(page, 500)
    assert "Nobody may lose this." in page.text
    assert "nobody may see" not in page.text


@pytest.mark.parametrize("address", ["/lab/", "/lab/404", "/nothing", "/sign-in"])
def test_pages_render_while_the_database_is_down(app, client, address):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        db.engine.pool._creator = _refuse
    answer = client.get(address)
    assert_good_page(answer, answer.status_code)
    assert answer.status_code in (503, 404)


def _refuse(*_):
    import sqlite3

    from sqlalchemy.exc import OperationalError

    raise OperationalError("", {}, sqlite3.OperationalError("unable to open database file"))


def test_a_feature_hangs_its_own_frame_on_a_beginning_of_addresses(app, client):
    app.jinja_loader = ChoiceLoader([app.jinja_loader, DictLoader({"own.html": "<p>{{ mine }} {{ status }}</p>"})])
    error_pages.frame(app, "/lab/40", "own.html", lambda status: {"mine": f"calm {status}"})
    for status in (400, 404):
        assert client.get(f"/lab/{status}").text == f"<p>calm {status} {status}</p>"
    assert_good_page(client.get("/lab/500"), 500)
    assert_good_page(client.get("/nothing/lab/40"), 404)


def test_a_family_meets_its_own_frame_also_while_the_database_is_down(app):
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        db.engine.pool._creator = _refuse
    for address in ("/f/", "/f/form", "/f/a/b"):
        answer = app.test_client().get(address)
        assert_good_page(answer, answer.status_code, whole=False)
        assert answer.status_code in (503, 404)
        assert "family__main" in answer.text
        assert "app-header" not in answer.text


def test_even_without_style_sheets_a_page_leaves(app, client, monkeypatch):
    monkeypatch.setitem(app.jinja_env.globals, "asset", lambda name: 1 / 0)
    answer = client.get("/lab/500")
    assert_good_page(answer, 500, whole=False)
    assert answer.headers["X-Request-Id"] in answer.text


def test_an_unknown_host_name_gets_a_page_not_a_failure(make_lab):
    portal = make_lab(testing=False, trusted_hosts=("portal.example.org",))
    answer = portal.test_client().get("/", headers={"Host": "evil.example"})
    assert_good_page(answer, 400, whole=False)
    assert "evil.example" not in answer.text


def test_when_to_try_again_is_said_to_machines_too(client):
    for status in (429, 503):
        assert int(client.get(f"/lab/{status}").headers["Retry-After"]) > 0


def test_htmx_is_sent_to_sign_in_and_a_post_keeps_its_page(app):
    stranger = app.test_client()
    got = stranger.get("/lab/", headers={"HX-Request": "true"})
    assert (got.status_code, got.headers["HX-Redirect"]) == (401, "/sign-in?next=/lab/")
    assert_good_page(stranger.post("/lab/notes", data=NOTE, headers={"HX-Request": "true"}), 401)


HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    '"><img src=x onerror=alert(1)>',
    "x\0y",
    "\ud7ff\u202e",
    "=1+1",
    "😀" * 2_000,
)


def test_hostile_text_comes_back_as_text(client):
    for hostile in HOSTILE:
        page = client.post("/lab/notes", data=NOTE | {"words": hostile, "answer": "refused"})
        assert page.status_code == 422
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        main = page.text.split("<main")[1].split("</main>")[0].replace(page.headers["X-Request-Id"], "")
        assert "49" not in re.sub(r'value="[0-9a-f]{32}"', "", main)  # the id of the submission holds any figures


def test_names_of_fields_are_only_text_too(client):
    page = client.post("/lab/notes", data={'"><script>x': "y", "answer": "raise", **NOTE})
    assert_good_page(page, 500)
    assert "<script>x" not in page.text


def test_a_signed_in_person_sees_who_they_are_on_a_404(app, given, sign_in):
    person_id = given(lambda: people.person("Wanda Worker", Role.WORKER).id)
    assert "Wanda Worker" in sign_in(person_id).get("/nothing").text


def test_the_title_of_a_page_with_errors_says_so_and_the_summary_names_the_field(client):
    assert "<title>Lab" in client.get("/lab/notes").text
    page = client.post("/lab/notes", data={"name": "x" * 200, "postcode": "a\x00", "password": "x"}).text
    assert "<title>Error: Lab" in page
    summary = page.split("govuk-error-summary__list")[1].split("</ul>")[0]
    assert '<a href="#name">Name: shorten this to 120 characters or fewer.</a>' in summary
    assert '<a href="#postcode">Postcode: this text holds characters' in summary
    assert "Shorten this to 120 characters or fewer." in page.split(summary)[1]
