"""How big a body may be: a file of 11 MB gets its sentence, more gets the page, and some routes take more."""

import io

import pytest
from flask import request
from werkzeug.datastructures import FileStorage

from portal.files import intake, web
from portal.kernel.access import public
from portal.kernel.web import takes_up_to
from tests import builders_files as given_files

ENGINES = ("sqlite",)
# What the test client spools to the disk is closed late when the body is refused unread.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
MB = 1024 * 1024


@pytest.fixture
def app(own_app):
    return own_app


@pytest.fixture
def client(app):
    """The portal with two routes that take files; the check of form tokens reads the form long before a view."""
    app.config["WTF_CSRF_ENABLED"] = True

    @app.post("/usual")
    @public("a route of this test")
    def usual():
        return "; ".join(web.received().problems)

    @app.post("/import")
    @takes_up_to(25 * MB)
    @public("a route of this test")
    def large():
        return str(len(request.files["files"].read()))

    return app.test_client()


def _post(client, address, size, name="plan.pdf"):
    token = _token(client)
    content = given_files.PDF + b"x" * (size - len(given_files.PDF))
    return client.post(address, data={"csrf_token": token, "files": (io.BytesIO(content), name)})


def _token(client):
    page = client.get("/sign-in").text
    return page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def test_eleven_megabytes_get_a_clear_sentence(client):
    assert "“plan.pdf” is 11 MB. A file can be up to 10 MB" in _post(client, "/usual", 11 * MB).text


def test_more_than_can_be_sent_gets_the_page_that_says_how_much(client):
    answer = _post(client, "/usual", 13 * MB)
    assert answer.status_code == 413
    assert "A file may have at most 10 MB" in answer.text


def test_a_route_may_take_more_and_the_check_of_the_token_bears_it(client):
    assert _post(client, "/import", 20 * MB).text == str(20 * MB)
    assert _post(client, "/import", 26 * MB).status_code == 413


def test_more_files_than_can_be_kept_are_not_even_opened(app, monkeypatch):
    monkeypatch.setattr(intake, "check", lambda *_: pytest.fail("opened"))
    files = [FileStorage(io.BytesIO(given_files.PDF), f"{number}.pdf", "files") for number in range(21)]
    with app.test_request_context(method="POST", data={"files": files}):
        taken = web.received()
    assert (taken.checked, len(taken.problems)) == ((), 1)
    assert "You chose 21 files, and at most 20 can be added" in taken.problems[0]


def test_every_file_has_its_own_sentence(app):
    files = [
        FileStorage(io.BytesIO(given_files.PDF), "good.pdf", "files"),
        FileStorage(io.BytesIO(given_files.HTML), "bad.pdf", "files"),
        FileStorage(io.BytesIO(given_files.SVG), "bad.svg", "files"),
    ]
    with app.test_request_context(method="POST", data={"files": files}):
        taken = web.received()
    assert [one.name for one in taken.checked] == ["good.pdf"]
    assert len(taken.problems) == 2


def test_an_empty_chooser_is_told_what_to_choose(app):
    with app.test_request_context(method="POST", data={"files": (io.BytesIO(b""), "")}):
        assert web.received().problems == (
            "Choose a file to add: a PDF, a Word document (.docx) or a picture (.jpg or .png).",
        )


def test_many_pictures_of_many_pixels_share_one_budget(app):
    """Twenty files of 40 kB that would each be drawn anew from 39.7 million pixels."""
    content = given_files.picture("PNG", size=(6_300, 6_300), mode="1")
    assert len(content) < 100_000
    sent = [FileStorage(io.BytesIO(content), f"{number}.png") for number in range(20)]
    with app.test_request_context(method="POST", data={"files": sent}):
        taken = web.received()
    assert len(taken.checked) == 3
    assert len(taken.problems) == 17
    assert taken.problems[0] == (
        "“3.png” was not added, because the pictures are too large to be added together. Add it by itself."
    )
