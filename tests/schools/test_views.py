"""The pages of schools, pupils, lines and term dates, as each role finds them, on both engines."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.app import Portal
from portal.extensions import db
from portal.kernel.audit import AuditLine, record
from portal.kernel.database import mode
from portal.kernel.names import name_problem
from portal.policy import Role
from portal.schools.models import Contact, Pupil, School, ServiceLine, TermCalendar
from portal.schools.rules import EVIDENCE
from tests import builders_schools as build
from tests import people

USUAL_ENGINE = "sqlite"

HOSTILE = [
    "<script>alert(1)</script>",
    "=1+1",
    "🙂 𝕄aya",
    "\u202eמאיה‏",
    "{{ 7*7 }}",
    "' OR 1=1 --",
    "%",
]


@dataclass
class World:
    """Ids of what the tests find."""

    ash: int
    birch: int
    pupil: int
    contact: int
    other_pupil: int
    who: dict[str, int]
    line: int
    calendar: int


@pytest.fixture
def world(given: Callable[..., object]) -> World:
    def make() -> World:
        ash, birch = build.school("Ash Primary", urn="100001"), build.school("Birch Academy", phase="secondary")
        pupil, other = build.pupil(ash.id), build.pupil(birch.id, "Noah", "Lee")
        contact = build.contact(pupil)
        roles = (Role.WORKER, Role.COORDINATOR, Role.PANEL, Role.SAFEGUARDING, Role.COMMISSIONER, Role.ADMIN)
        who = {role.value: people.person(role.value, role).id for role in roles}
        who["ash"] = people.person("Sam Ash", Role.SCHOOL, school_id=ash.id).id
        who["birch"] = people.person("Bo Birch", Role.SCHOOL, school_id=birch.id).id
        line = build.line()
        return World(ash.id, birch.id, pupil.id, contact.id, other.id, who, line.id, line.calendar_id or 0)

    made = given(make)
    assert isinstance(made, World)
    return made


@pytest.fixture
def at(sign_in: Callable[..., FlaskClient], world: World) -> Callable[[str], FlaskClient]:
    return lambda name: sign_in(world.who[name])


@pytest.fixture
def stored(app: Portal) -> Callable[..., object]:
    """Reads something afterwards, in a context of its own."""

    def read(function: Callable[[], object]) -> object:
        with app.app_context(), mode("read"):
            found = function()
            db.session.rollback()
            return found

    return read


def text_of(response: TestResponse) -> str:
    return response.get_data(as_text=True)


def fields_of(response: TestResponse) -> dict[str, str]:
    """Hidden fields of the page's main form: submission id and version."""
    page = text_of(response)
    hidden = re.findall(r'<input[^>]*name="(submission_id|version)"[^>]*value="([^"]*)"', page)
    first: dict[str, str] = {}
    for name, value in hidden:
        first.setdefault(name, value)
    return first


def born(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def maya(**changes: object) -> dict[str, object]:
    return {
        "given_name": "Mila",
        "family_name": "Stone",
        "born_on": born(date(2017, 1, 2)),
        "year_group": "5",
        **changes,
    }


def send(client: FlaskClient, url: str, data: dict[str, object], *, opened: str | None = None) -> TestResponse:
    """Opens the form and sends it, as a browser without JavaScript does."""
    hidden = fields_of(client.get(opened or url))
    return client.post(url, data={**hidden, **data})


def count(model: type) -> Callable[[], object]:
    return lambda: db.session.scalar(db.select(db.func.count()).select_from(model))


class TestWhoMayOpenWhat:
    PAGES = (
        "/schools/",
        "/schools/new",
        "/schools/{ash}",
        "/schools/{ash}/edit",
        "/schools/{ash}/close",
        "/pupils/",
        "/pupils/new",
        "/pupils/{pupil}",
        "/pupils/{pupil}/edit",
        "/pupils/{pupil}/contacts",
        "/pupils/{pupil}/contacts/new",
        "/pupils/{pupil}/contacts/{contact}",
        "/settings/lines",
        "/settings/lines/new",
        "/settings/lines/{line}",
        "/settings/calendars/new",
        "/settings/calendars/{calendar}",
        "/settings/calendars/{calendar}/name",
        "/settings/calendars/{calendar}/terms/new",
        "/settings/calendars/{calendar}/closures/new",
    )
    # One figure a page, in the order above.
    ANSWERS = {
        "ash": [200, 403, 200, 403, 403, *[200] * 7, *[403] * 8],
        "birch": [200, 403, 404, 403, 403, 200, 200, *[404] * 5, *[403] * 8],
        "worker": [200, 403, 200, 403, 403, 200, 404, *[404] * 5, *[403] * 8],
        "coordinator": [200] * 20,
        "panel": [403] * 20,
        "safeguarding": [200, 403, 200, 403, 403, 200, 403, 200, 403, 200, 403, 403, *[403] * 8],
        "commissioner": [403] * 20,
        "admin": [*[200] * 5, *[403] * 7, *[200] * 8],
    }

    @pytest.mark.parametrize("name", list(ANSWERS))
    def test_each_role_on_each_page(self, name: str, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at(name)
        ids = vars(world)
        answers = [client.get(page.format(**ids)).status_code for page in self.PAGES]
        assert dict(zip(self.PAGES, answers, strict=True)) == dict(zip(self.PAGES, self.ANSWERS[name], strict=True))

    def test_somebody_unknown_is_sent_to_sign_in(self, app: Portal, world: World) -> None:
        answer = app.test_client().get(f"/pupils/{world.pupil}")
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]

    @pytest.mark.parametrize(
        ("name", "url", "status"),
        [
            ("birch", "/pupils/{pupil}/edit", 404),
            ("birch", "/pupils/{pupil}/contacts/new", 404),
            ("birch", "/pupils/{pupil}/contacts/{contact}", 404),
            ("birch", "/pupils/{pupil}/contacts/{contact}/remove", 404),
            ("worker", "/pupils/{pupil}/edit", 404),
            ("safeguarding", "/pupils/{pupil}/edit", 403),
            ("admin", "/pupils/{pupil}/edit", 403),
            ("ash", "/schools/{ash}/edit", 403),
            ("ash", "/schools/{ash}/reopen", 403),
            ("ash", "/schools/new", 403),
            ("worker", "/settings/lines/{line}", 403),
            ("worker", "/settings/calendars/{calendar}/terms/1/remove", 403),
        ],
    )
    def test_writing_is_checked_too(
        self, name: str, url: str, status: int, at: Callable[[str], FlaskClient], world: World
    ) -> None:
        answer = at(name).post(url.format(**vars(world)), data=maya(name="x", version="1"))
        assert answer.status_code == status

    def test_a_contact_of_another_pupil_is_not_found(self, at: Callable[[str], FlaskClient], world: World) -> None:
        assert at("coordinator").get(f"/pupils/{world.other_pupil}/contacts/{world.contact}").status_code == 404

    @pytest.mark.parametrize(
        "url",
        [
            "/schools/999999",
            "/schools/99999999999",
            "/pupils/999999/edit",
            "/settings/lines/999999",
            "/settings/calendars/999999",
            "/settings/calendars/{calendar}/moons/new",
            "/settings/calendars/{calendar}/terms/999999",
            "/settings/calendars/{calendar}/closures/999999",
        ],
    )
    def test_what_is_not_there_is_not_found(self, url: str, at: Callable[[str], FlaskClient], world: World) -> None:
        assert at("coordinator").get(url.format(**vars(world))).status_code == 404

    @pytest.mark.parametrize(
        "query",
        [
            "?after=abc&before=-1",
            "?after=99999999999999",
            "?after=999999",
            "?before=999999",
            "?search=%00%00%00&phase=nonsense&state=nonsense",
            "?search=" + "x" * 3000,
            "?school=abc",
            "?school=99999999999999",
            "?search=%25%25%25",
            "?search=%F0%9F%99%82%F0%9F%99%82%F0%9F%99%82",
            "?search=%C3%BF%C3%BE",
        ],
    )
    @pytest.mark.both_engines
    def test_any_query_string_is_answered(self, query: str, at: Callable[[str], FlaskClient]) -> None:
        client = at("coordinator")
        for page in ("/schools/", "/pupils/", "/pupils/new"):
            assert client.get(page + query).status_code == 200


class TestSchoolPages:
    def test_added_changed_closed_and_reopened(self, at: Callable[[str], FlaskClient], stored: Callable) -> None:
        client = at("coordinator")
        new = {"name": "Oak Hill", "kind": "school", "phase": "primary", "status": "open", "urn": "123456"}
        added = send(client, "/schools/new", new)
        assert added.status_code == 303
        url = added.headers["Location"]
        page = text_of(client.get(url))
        assert "Oak Hill added." in page
        assert "123456" in page
        assert send(client, f"{url}/edit", {**new, "town": "Paignton"}).status_code == 303
        closing = client.get(f"{url}/close")
        assert "Close Oak Hill?" in text_of(closing)
        assert send(client, f"{url}/close", {"closed_on": "2026-11-09"}).status_code == 303
        closed = client.get(url)
        assert "This school closed on Monday 9 November." in text_of(closed)
        assert "Oak Hill" in text_of(client.get("/schools/?state=closed"))
        assert client.post(f"{url}/reopen", data=fields_of(closed)).status_code == 303
        assert stored(lambda: db.session.scalar(db.select(School.status).where(School.urn == "123456"))) == "open"

    def test_a_closed_school_keeps_its_status_when_edited(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("coordinator")
        send(client, f"/schools/{world.ash}/close", {"closed_on": "2026-11-09"})
        form = client.get(f"/schools/{world.ash}/edit")
        assert 'name="status"' not in text_of(form)
        data = {**fields_of(form), "name": "Ash", "kind": "school", "phase": "primary"}
        assert client.post(f"/schools/{world.ash}/edit", data=data).status_code == 303
        assert "This school closed" in text_of(client.get(f"/schools/{world.ash}"))

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"name": ""}, "Enter the name."),
            ({"urn": "12"}, "A URN has six digits."),
            ({"urn": "100001"}, "Another school has this URN already."),
            ({"phase": ""}, "Choose the phase of education."),
            ({"status": "closed"}, "Choose one from the list."),
            ({"kind": "imported"}, "Choose one from the list."),
            ({"name": "a\x00b"}, "characters that cannot be stored"),
            ({"name": "x" * 201}, "Shorten this to 200 characters"),
        ],
    )
    @pytest.mark.both_engines
    def test_a_wrong_entry_comes_back_with_what_was_typed(
        self, changes: dict[str, str], words: str, at: Callable[[str], FlaskClient], stored: Callable
    ) -> None:
        new = {"name": "Oak Hill", "kind": "school", "phase": "primary", "status": "open", "town": "Brixham"}
        answer = send(at("admin"), "/schools/new", {**new, **changes})
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert 'value="Brixham"' in text_of(answer)
        assert stored(count(School)) == 2

    def test_a_closing_that_does_not_fit(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("admin")
        for data in ({"closed_on": "2026-12-01"}, {"closed_on": ""}, {"closed_on": "2026-11-01", "successor_id": "77"}):
            assert send(client, f"/schools/{world.ash}/close", dict(data)).status_code == 422

    @pytest.mark.both_engines
    def test_two_editors(self, at: Callable[[str], FlaskClient], world: World, stored: Callable) -> None:
        first, second = at("coordinator"), at("admin")
        url = f"/schools/{world.ash}/edit"
        opened = [fields_of(client.get(url)) for client in (first, second)]
        data = {"name": "Ash", "kind": "school", "phase": "primary", "status": "open"}
        assert first.post(url, data={**opened[0], **data, "town": "Torre"}).status_code == 303
        late = second.post(url, data={**opened[1], **data, "town": "Chelston"})
        assert late.status_code == 409
        assert stored(lambda: db.session.get_one(School, world.ash).town) == "Torre"

    def test_reopening_with_an_old_page(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("admin")
        send(client, f"/schools/{world.ash}/close", {"closed_on": "2026-11-09"})
        for version in ("1", "", "abc", "9" * 30):
            assert client.post(f"/schools/{world.ash}/reopen", data={"version": version}).status_code == 409

    def test_an_open_school_is_not_reopened(self, at: Callable[[str], FlaskClient], world: World) -> None:
        assert at("admin").post(f"/schools/{world.ash}/reopen", data={"version": "1"}).status_code == 422

    def test_a_school_s_page_says_how_many_people_and_pupils(
        self, at: Callable[[str], FlaskClient], world: World
    ) -> None:
        page = text_of(at("ash").get(f"/schools/{world.ash}"))
        assert "person with an account" in page
        assert "See the pupils" in page
        assert "Change the details" not in page
        assert "See the pupils" not in text_of(at("admin").get(f"/schools/{world.ash}"))

    def test_a_school_lists_only_itself(self, at: Callable[[str], FlaskClient]) -> None:
        page = text_of(at("ash").get("/schools/"))
        assert "Ash Primary" in page
        assert "Birch Academy" not in page
        assert "Add a school" not in page


class TestPupilPages:
    def test_added_by_its_school(self, at: Callable[[str], FlaskClient], stored: Callable) -> None:
        client = at("ash")
        form = text_of(client.get("/pupils/new"))
        assert 'name="school_id"' not in form
        added = send(client, "/pupils/new", maya(upn=build.TEMPORARY_UPN))
        assert added.status_code == 303
        page = text_of(client.get(added.headers["Location"]))
        assert "Mila Stone" in page
        assert "Pupil added." in page
        assert "This is a temporary UPN." in page
        assert "Year 5" in page
        assert stored(count(Pupil)) == 3

    def test_the_coordinator_says_for_which_school(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("coordinator")
        missing = send(client, "/pupils/new", maya())
        assert missing.status_code == 422
        assert "Choose the school that keeps this record." in text_of(missing)
        added = send(client, "/pupils/new", maya(school_id=str(world.birch)))
        assert "Birch Academy" in text_of(client.get(added.headers["Location"]))

    def test_a_foreign_school_cannot_be_slipped_in(
        self, at: Callable[[str], FlaskClient], world: World, stored: Callable
    ) -> None:
        added = send(at("ash"), "/pupils/new", maya(school_id=str(world.birch)))
        assert added.status_code == 303
        newest = db.select(Pupil.school_id).order_by(Pupil.id.desc()).limit(1)
        assert stored(lambda: db.session.scalar(newest)) == world.ash

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"given_name": ""}, "Enter the pupil&#39;s first name."),
            ({"born_on": ["", "", ""]}, "Enter the date of birth."),
            ({"born_on": ["", "5", "2016"]}, "This is not a date in the calendar."),
            ({"born_on": ["31", "2", "2016"]}, "This is not a date in the calendar."),
            ({"born_on": ["1", "1", "2030"]}, "The date of birth lies in the future."),
            ({"upn": "A801200005001"}, "does not fit its digits"),
            ({"sen_status": "E"}, "Choose the kind of need"),
            ({"year_group": "99"}, "Choose one from the list."),
            ({"diagnosis": "x\x00y"}, "characters that cannot be stored"),
            ({"diagnosis": "x" * 100_000}, "Shorten this to 4,000 characters"),
            ({"given_name": "x" * 81}, "Shorten this to 80 characters"),
        ],
    )
    @pytest.mark.both_engines
    def test_a_wrong_entry_comes_back_with_what_was_typed(
        self, changes: dict[str, object], words: str, at: Callable[[str], FlaskClient], stored: Callable
    ) -> None:
        answer = send(at("ash"), "/pupils/new", maya(**{"ethnicity": "Typed before", **changes}))
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert "Typed before" in text_of(answer)
        assert stored(count(Pupil)) == 2

    @pytest.mark.parametrize("words", HOSTILE)
    @pytest.mark.both_engines
    def test_any_text_is_kept_as_text(self, words: str, at: Callable[[str], FlaskClient], stored: Callable) -> None:
        client = at("ash")
        data = maya(given_name=words, diagnosis=words, address=words, lone_visit_warning=words)
        if wrong := name_problem(words):
            refused = send(client, "/pupils/new", data)
            assert (refused.status_code, wrong in text_of(refused)) == (422, True)
            words = "Maya"
        added = send(client, "/pupils/new", {**data, "given_name": words})
        assert added.status_code == 303
        page = text_of(client.get(added.headers["Location"]))
        assert "<script>alert" not in page
        newest = db.select(Pupil.given_name).order_by(Pupil.id.desc()).limit(1)
        assert stored(lambda: db.session.scalar(newest)) == words
        assert client.get("/pupils/").status_code == 200

    @pytest.mark.both_engines
    def test_sent_twice_is_one_pupil(self, at: Callable[[str], FlaskClient], stored: Callable) -> None:
        client = at("ash")
        data = {**fields_of(client.get("/pupils/new")), **maya()}
        first, second = client.post("/pupils/new", data=data), client.post("/pupils/new", data=data)
        assert first.headers["Location"] == second.headers["Location"]
        assert stored(count(Pupil)) == 3

    def test_one_who_looks_known(self, at: Callable[[str], FlaskClient], world: World, stored: Callable) -> None:
        client = at("ash")
        twin = maya(given_name="Maya", family_name="Khann", born_on=born(build.BORN), phone="01803 9")
        asked = send(client, "/pupils/new", twin)
        page = text_of(asked)
        assert asked.status_code == 422
        assert "Maya Khan" in page
        assert "They have the same date of birth and a similar name." in page
        assert f'href="/pupils/{world.pupil}"' in page
        assert stored(count(Pupil)) == 2
        hidden = re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', page)
        again: dict[str, list[str]] = {}
        for name, value in hidden:
            again.setdefault(name, []).append(value)
        assert again["born_on"] == ["3", "5", "2016"]
        back = client.post("/pupils/new", data={**again, "answer": "back"})
        assert back.status_code == 422
        assert 'value="01803 9"' in text_of(back)
        added = client.post("/pupils/new", data={**again, "answer": "another"})
        assert added.status_code == 303
        assert stored(count(Pupil)) == 3

    def test_a_pupil_of_another_school_is_never_named(self, at: Callable[[str], FlaskClient]) -> None:
        twin = maya(given_name="Noah", family_name="Lee", born_on=born(build.BORN))
        assert send(at("ash"), "/pupils/new", twin).status_code == 303

    def test_a_school_sees_its_own_pupils_only(self, at: Callable[[str], FlaskClient]) -> None:
        page = text_of(at("ash").get("/pupils/"))
        assert "Maya Khan" in page
        assert "Noah Lee" not in page
        assert "Noah Lee" in text_of(at("coordinator").get("/pupils/"))
        assert "soon as a coordinator" in text_of(at("worker").get("/pupils/"))

    def test_looking_is_on_the_record(self, at: Callable[[str], FlaskClient], world: World, stored: Callable) -> None:
        at("ash").get(f"/pupils/{world.pupil}")
        seen = db.select(AuditLine.record_id).where(AuditLine.action == "pupil viewed")
        assert stored(lambda: db.session.scalar(seen)) == world.pupil

    @pytest.mark.both_engines
    def test_two_editors(self, at: Callable[[str], FlaskClient], world: World, stored: Callable) -> None:
        first, second = at("ash"), at("coordinator")
        url = f"/pupils/{world.pupil}/edit"
        opened = [fields_of(client.get(url)) for client in (first, second)]
        data = maya(given_name="Maya", family_name="Khan", born_on=born(build.BORN), year_group="6")
        # Only the year group, which lies in a table of its own, is changed by the first.
        changed = {**data, "sen_status": "K", "sen_need": "SEMH", "year_group": "5"}
        assert first.post(url, data={**opened[0], **changed}).status_code == 303
        late = second.post(url, data={**opened[1], **data, "address": "Mine, typed late"})
        assert late.status_code == 409
        assert stored(lambda: db.session.get_one(Pupil, world.pupil).address) is None

    def test_a_change_of_school_is_not_offered(self, at: Callable[[str], FlaskClient], world: World) -> None:
        """The new school could not open the record, so nothing promises it."""
        for name in ("ash", "coordinator"):
            assert "change of school" not in text_of(at(name).get(f"/pupils/{world.pupil}"))
            assert at(name).get(f"/pupils/{world.pupil}/school").status_code == 404

    def test_the_upn_is_in_no_address(self, at: Callable[[str], FlaskClient]) -> None:
        client = at("ash")
        added = send(client, "/pupils/new", maya(upn=build.VALID_UPN))
        page = text_of(client.get(added.headers["Location"]))
        assert build.VALID_UPN in page
        addresses = re.findall(r'(?:href|action|hx-get|src)="([^"]*)"', page) + [added.headers["Location"]]
        assert not any(build.VALID_UPN in address for address in addresses)


class TestContactPages:
    DATA = {"name": "Ali Khan", "relationship_code": "father", "phone": "01803 5", "safe_channels": ["phone", "text"]}

    def test_added_and_changed(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("ash")
        assert send(client, f"/pupils/{world.pupil}/contacts/new", dict(self.DATA)).status_code == 303
        page = text_of(client.get(f"/pupils/{world.pupil}"))
        assert 'href="tel:018035"' in page
        assert "calls and texts" in page

    def test_a_possible_duplicate_is_settled_where_it_was_found(
        self, at: Callable[[str], FlaskClient], world: World, given: Callable[..., object]
    ) -> None:
        def add() -> int:
            known = db.session.get_one(Contact, world.contact)
            alike = Contact(name="S Khan", relationship_code="mother", phone="01803 9", safe_channels="phone")
            alike.alike_id = known.id
            known.pupil.contacts.append(alike)
            record(None, "contact added", known.pupil)
            db.session.flush()
            return alike.id

        alike, back = given(add), "/cases/C-2026-0001"
        page = text_of(at("coordinator").get(f"/pupils/{world.pupil}/contacts?back={back}"))
        assert "This may be the same person as Sara Khan." in page
        assert 'href="tel:018039"' not in page
        url = f"/pupils/{world.pupil}/contacts/{alike}/alike"
        assert f'action="{url}?back={back}"' in page
        answer = at("ash").post(f"{url}?back=//evil.example/", data={"answer": "different", "version": "1"})
        assert (answer.status_code, answer.location) == (303, f"/pupils/{world.pupil}")
        assert 'href="tel:018039"' in text_of(at("coordinator").get(f"/pupils/{world.pupil}/contacts"))

    def test_a_contact_that_is_added_from_a_case_leads_back_there(
        self, at: Callable[[str], FlaskClient], world: World
    ) -> None:
        back = "/cases/C-2026-0001/feedback/family/new"
        url = f"/pupils/{world.pupil}/contacts/new?back={back}"
        assert send(at("coordinator"), url, dict(self.DATA)).location == back

    def test_do_not_contact_stands_above_everything(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("ash")
        url = f"/pupils/{world.pupil}/contacts/{world.contact}"
        data = {
            "name": "Sara Khan",
            "relationship_code": "mother",
            "phone": "01803 111222",
            "email": "sara@example.org",
            "do_not_contact": "y",
            "do_not_contact_reason": "Court order of May",
        }
        assert send(client, url, {**data, "safe_channels": ["phone"]}).status_code == 422
        assert send(client, url, data).status_code == 303
        for page in (f"/pupils/{world.pupil}", f"/pupils/{world.pupil}/contacts", url):
            words = text_of(client.get(page))
            assert "Do not contact Sara Khan" in words
            assert "Court order of May" in words
            assert "tel:" not in words
            assert "mailto:" not in words

    def test_the_section_alone_is_for_htmx(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("ash")
        section = text_of(client.get(f"/pupils/{world.pupil}/contacts", headers={"HX-Request": "true"}))
        assert section.lstrip().startswith(f'<section id="pupil-{world.pupil}-contacts"')
        assert "<html" in text_of(client.get(f"/pupils/{world.pupil}/contacts"))

    def test_a_wrong_entry_comes_back(self, at: Callable[[str], FlaskClient], world: World) -> None:
        url = f"/pupils/{world.pupil}/contacts/new"
        answer = send(at("ash"), url, {**self.DATA, "email": "nonsense", "address": "1 High Street"})
        assert answer.status_code == 422
        assert "1 High Street" in text_of(answer)

    @pytest.mark.parametrize("words", HOSTILE)
    @pytest.mark.both_engines
    def test_any_text_is_kept_as_text(self, words: str, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("ash")
        data = {
            **self.DATA,
            "name": words,
            "phone": words[:30],
            "email": f"{'a' * 3}@{'b' * 3}.example",
            "address": words,
        }
        if wrong := name_problem(words):
            refused = send(client, f"/pupils/{world.pupil}/contacts/new", data)
            assert (refused.status_code, wrong in text_of(refused)) == (422, True)
            data["name"] = "Rosa"
        assert send(client, f"/pupils/{world.pupil}/contacts/new", data).status_code == 303
        assert "<script>alert" not in text_of(client.get(f"/pupils/{world.pupil}"))

    @pytest.mark.both_engines
    def test_two_editors_and_an_old_remove_button(
        self, at: Callable[[str], FlaskClient], world: World, stored: Callable
    ) -> None:
        first, second = at("ash"), at("coordinator")
        url = f"/pupils/{world.pupil}/contacts/{world.contact}"
        opened = [fields_of(client.get(url)) for client in (first, second)]
        data = {"name": "Sara", "relationship_code": "mother"}
        assert first.post(url, data={**opened[0], **data}).status_code == 303
        assert second.post(url, data={**opened[1], **data}).status_code == 409
        assert second.post(f"{url}/remove", data={"version": opened[1]["version"]}).status_code == 409
        assert second.post(f"{url}/remove", data={"version": "2"}).status_code == 303
        assert stored(count(Contact)) == 0


class TestSettingsPages:
    LINE = {
        "name": "Early years",
        "phase": "early_years",
        "route": "direct",
        "cut_off_weekday": "1",
        "cut_off_time": "12:00",
        "observation_weeks": "2",
        "review_week": "6",
        "length_weeks": "12",
        "longest_weeks": "14",
        "closing_report_weeks": "2",
        "monitoring_weeks": "6",
        "group_limit": "4",
        "planned_days": "7.5",
        "is_active": "y",
        **{f"evidence_{code}": "wished" for code in EVIDENCE},
    }

    def test_a_line_is_added_and_changed(
        self, at: Callable[[str], FlaskClient], world: World, stored: Callable
    ) -> None:
        client = at("admin")
        data = {**self.LINE, "calendar_id": str(world.calendar)}
        assert send(client, "/settings/lines/new", dict(data)).status_code == 303
        assert "Early years" in text_of(client.get("/settings/lines"))
        line_id = stored(lambda: db.session.scalar(db.select(ServiceLine.id).where(ServiceLine.name == "Early years")))
        url = f"/settings/lines/{line_id}"
        page = text_of(client.get(url))
        assert 'value="7.5"' in page
        assert 'value="12:00"' in page
        assert send(client, url, {**data, "review_week": "5"}).status_code == 303
        late = client.post(url, data={**data, "version": "1"})
        assert late.status_code == 409

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": ""},
            {"name": "Primary outreach"},
            {"name": "x\x00"},
            {"name": "x" * 100_000},
            {"phase": "adult"},
            {"cut_off_time": "25:00"},
            {"cut_off_time": ""},
            {"cut_off_weekday": "6"},
            {"review_week": "many"},
            {"review_week": "99999999999999999999"},
            {"planned_days": "0.3"},
            {"planned_days": "-1"},
            {"calendar_id": "999"},
            {"longest_weeks": "3"},
        ],
    )
    def test_a_wrong_entry_comes_back(
        self, changes: dict[str, str], at: Callable[[str], FlaskClient], world: World, stored: Callable
    ) -> None:
        data = {**self.LINE, "calendar_id": str(world.calendar), **changes}
        assert send(at("admin"), "/settings/lines/new", data).status_code == 422
        assert stored(count(ServiceLine)) == 2

    def test_term_dates(self, at: Callable[[str], FlaskClient], world: World) -> None:
        client = at("coordinator")
        url = f"/settings/calendars/{world.calendar}"
        page = text_of(client.get(url))
        assert "Autumn term 2026" in page
        assert "Used by Primary outreach and Secondary outreach." in page
        snow = {"name": "Snow day", "starts_on": "2026-11-12", "ends_on": "2026-11-12"}
        assert send(client, f"{url}/closures/new", dict(snow)).status_code == 303
        page = text_of(client.get(url))
        assert "Snow day" in page
        found = re.search(r'href="(/settings/calendars/\d+/closures/\d+)">Change<span[^>]*> Snow day', page)
        assert found
        one = found[1]
        opened = client.get(one)
        assert send(client, one, {**snow, "name": "Storm"}).status_code == 303
        assert client.post(one, data={**fields_of(opened), **snow}).status_code == 409
        assert client.post(f"{one}/remove", data={"version": "1"}).status_code == 409
        assert client.post(f"{one}/remove", data={"version": fields_of(client.get(one))["version"]}).status_code == 303
        assert "Storm" not in text_of(client.get(url)).replace("Storm saved", "")

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": ""},
            {"name": "x" * 61},
            {"starts_on": "nonsense"},
            {"starts_on": "2026-11-01", "ends_on": "2026-10-01"},
            {"starts_on": "2026-10-01", "ends_on": "2026-11-01"},  # inside another term
            {"ends_on": ""},
        ],
    )
    def test_dates_that_do_not_fit_come_back(
        self, changes: dict[str, str], at: Callable[[str], FlaskClient], world: World
    ) -> None:
        data = {"name": "Extra term", "starts_on": "2029-11-01", "ends_on": "2029-12-01", **changes}
        answer = send(at("admin"), f"/settings/calendars/{world.calendar}/terms/new", data)
        assert answer.status_code == 422
        if changes.get("name") is None:
            assert "Extra term" in text_of(answer)

    def test_calendars_are_added_and_renamed(self, at: Callable[[str], FlaskClient], stored: Callable) -> None:
        client = at("admin")
        assert send(client, "/settings/calendars/new", {"name": "Term dates"}).status_code == 422
        added = send(client, "/settings/calendars/new", {"name": "Academies"})
        url = added.headers["Location"]
        assert "Summer term 2028" in text_of(client.get(url))
        assert send(client, f"{url}/name", {"name": "Term dates"}).status_code == 422
        assert send(client, f"{url}/name", {"name": "Trust"}).status_code == 303
        assert client.post(f"{url}/name", data={"name": "Late", "version": "1"}).status_code == 409
        assert stored(count(TermCalendar)) == 2
