"""Two editors of one record: the second is told, sees both texts, loses nothing, and can still save theirs."""

import html
import re

import pytest

from portal.extensions import db
from portal.schools.models import School


@pytest.fixture
def app(shared_lab):
    return shared_lab


def _hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form on the conflict page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def _version(page: str) -> str:
    return re.search(r'name="version"[^>]*value="(\d+)"', page)[1]


def _school(app, school_id):
    with app.app_context():
        school = db.session.get_one(School, school_id)
        return school.name, school.town, school.version


def test_the_form_carries_the_version_it_was_opened_with(client, school_id):
    assert _version(client.get(f"/lab/schools/{school_id}").text) == "1"


def test_the_second_editor_gets_409_with_both_texts(app, client, school_id):
    address = f"/lab/schools/{school_id}"
    opened = _version(client.get(address).text)
    first = client.post(address, data={"name": "Ash Primary", "town": "Theirs, saved first", "version": opened})
    second = client.post(
        address, data={"name": "Ash Primary", "town": "Mine, <b>typed</b> meanwhile", "version": opened}
    )
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Theirs, saved first" in second.text
    assert "Mine, &lt;b&gt;typed&lt;/b&gt; meanwhile" in second.text
    assert _school(app, school_id) == ("Ash Primary", "Theirs, saved first", 2)


def test_sending_again_from_the_conflict_page_saves(app, client, school_id):
    address = f"/lab/schools/{school_id}"
    client.post(address, data={"name": "Ash Primary", "town": "Theirs", "version": "1"})
    page = client.post(address, data={"name": "Ash Primary", "town": "Mine", "version": "1"}).text
    assert f'action="{address}"' in page
    assert client.post(address, data=_hidden(page)).status_code == 303
    assert _school(app, school_id) == ("Ash Primary", "Mine", 3)


def test_a_third_editor_between_is_a_conflict_again(app, client, school_id):
    address = f"/lab/schools/{school_id}"
    client.post(address, data={"name": "Ash", "town": "Theirs", "version": "1"})
    page = client.post(address, data={"name": "Ash", "town": "Mine", "version": "1"}).text
    client.post(address, data={"name": "Ash", "town": "A third", "version": "2"})
    again = client.post(address, data=_hidden(page))
    assert again.status_code == 409
    assert "A third" in again.text
    assert _school(app, school_id)[1] == "A third"


@pytest.mark.parametrize("version", [None, "", "x", "0", "-1", "99", "9" * 30, "1\0"])
def test_a_form_without_its_version_overwrites_nothing(app, client, school_id, version):
    data = {"name": "Ash", "town": "Mine"} | ({} if version is None else {"version": version})
    assert client.post(f"/lab/schools/{school_id}", data=data).status_code == 409
    assert _school(app, school_id)[1] == ""


def test_the_conflict_page_speaks_in_words_and_marks_only_what_differs(app, client, school_id):
    data = {"name": "Ash Primary", "town": "", "kind": "authority", "version": "7", "born": ["5", "12", "2016"]}
    page = client.post(f"/lab/schools/{school_id}", data=data).text
    assert "The authority" in page
    assert "A school" in page
    assert "5 December 2016" in page
    assert page.count("It holds now:") == 2  # kind and opening day; the name is the same


def test_what_was_emptied_shows_as_a_change(app, client, school_id):
    client.post(f"/lab/schools/{school_id}", data={"name": "Ash Primary", "town": "Torquay", "version": "1"})
    page = client.post(f"/lab/schools/{school_id}", data={"name": "Ash Primary", "town": "", "version": "1"}).text
    assert "Torquay" in page
    assert page.count("It holds now:") >= 1


def test_the_conflict_page_keeps_ticks_and_parts_of_dates(client, school_id):
    data = {"name": "Ash", "needs": ["a", "b"], "born": ["5", "12", "2016"], "agreed": "y", "version": "7"}
    page = client.post(f"/lab/schools/{school_id}", data=data).text
    assert re.findall(r'name="needs" value="(.)"', page) == ["a", "b"]
    assert re.findall(r'name="born" value="(\d+)"', page) == ["5", "12", "2016"]
    assert 'name="agreed" value="y"' in page
    assert "Reading, Moving" in page
