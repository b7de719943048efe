"""The worker's pages: preparing a turn, the tray, and the tablet that leaves the worker's hands."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.cases.models import Allocation, Case
from portal.cases.operations import cover
from portal.extensions import db
from portal.kernel.access import Involvement
from portal.kernel.audit import AuditLine, record
from portal.kernel.errors import Refused
from portal.schools.models import PupilYear
from portal.voice.models import HandOver, VoicePlace
from portal.voice.operations import places as operations
from portal.voice.operations.questionnaires import add_questionnaire, publish, put_question
from portal.voice.queries import places as queries
from portal.voice.rules.questions import Age, Kind, Moment, Question
from tests import builders_cases as cases
from tests.builders_voice import PIN, arrived, asked, handed_over, prepared, with_pin

USUAL_ENGINE = "sqlite"


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        case = cases.case(world)
        with_pin(world)
        names = ("coordinator", "worker", "colleague", "senco")
        return {
            "ref": case.reference,
            "case": case.id,
            "pupil": case.pupils[0].pupil_id,
            "start": asked().id,
            "end": asked(Moment.END).id,
            **{name: getattr(world, name).id for name in names},
        }

    return given(make)


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


def typed(ids, **changes):
    facts = {
        "pupil": ids["pupil"],
        "questionnaire": ids["start"],
        "age": "juniors",
        "how": "alone",
        "helper": "",
        "adult": ids["worker"],
    }
    return facts | changes


def on_tray(given, ids, **changes):
    def make():
        world = SimpleNamespace(worker=db.session.get_one(Person, ids["worker"]))
        return prepared(world, db.session.get_one(Case, ids["case"]), **changes).id

    return given(make)


def checked(page, name):
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="(\w+)"[^>]*\schecked', page)
    return found and found[1]


def test_preparing_is_mostly_chosen_already_and_leads_to_handing_over(worker, ids):
    page = worker.get(f"/cases/{ids['ref']}/voice/prepare").text
    assert checked(page, "pupil") == str(ids["pupil"])
    assert checked(page, "questionnaire") == str(ids["start"])
    assert checked(page, "age") == "juniors"
    assert checked(page, "adult") == str(ids["worker"])

    assert worker.post(f"/cases/{ids['ref']}/voice/prepare", data=typed(ids)).location == "/voice/hand-over"

    tray = worker.get("/voice/").text
    assert "Maya K." in tray and "Fox" in tray and "What is school like for me?" in tray
    assert checked(worker.get(f"/cases/{ids['ref']}/voice/prepare").text, "questionnaire") is None


def test_the_end_is_suggested_near_the_end_and_the_words_fit_the_year(given, worker, ids):
    def make():
        case = db.session.get_one(Case, ids["case"])
        case.stage = "exit"
        record(None, "case moved", case)
        for year in db.session.scalars(db.select(PupilYear)):
            year.year_group = "9"
            record(None, "year group changed", year.pupil)

    given(make)
    page = worker.get(f"/cases/{ids['ref']}/voice/prepare").text
    assert checked(page, "questionnaire") == str(ids["end"])
    assert checked(page, "age") == "secondary"


@pytest.mark.usefixtures("unit")
def test_at_the_end_the_questions_of_the_start_are_chosen(clock):
    world = cases.world()
    case, coordinator = cases.case(world), actor_of(world.coordinator.id)
    ready_end = asked(Moment.END)
    own_start = add_questionnaire(coordinator, "A start of our own", Moment.START)
    ask = Question("", Kind.YES_MAYBE_NO, {Age.JUNIORS: "Do you like lunch?"})
    put_question(coordinator, own_start.versions[0], ask, at=None, opened_with=own_start.versions[0].version)
    publish(coordinator, own_start.versions[0], opened_with=own_start.versions[0].version)
    own_end = add_questionnaire(coordinator, "Zebra, the end of our own", Moment.END, like=own_start.versions[0])
    publish(coordinator, own_end.versions[0], opened_with=own_end.versions[0].version)
    case.stage = "exit"
    record(None, "case moved", case)
    worker = actor_of(world.worker.id)
    assert queries.offer_for(worker, case).questionnaire == str(ready_end.id)

    place = prepared(world, case, version_id=own_start.versions[0].id)
    handed_over(world)
    arrived(place, ())
    assert queries.offer_for(worker, case).questionnaire == str(own_end.versions[0].id)


@pytest.mark.usefixtures("unit")
def test_who_stands_in_is_the_named_adult_and_not_who_is_away(clock):
    world = cases.world()
    case, colleague = cases.case(world), actor_of(world.colleague.id)
    cover(colleague, case, "Off sick this week", clock().date() + timedelta(days=3))
    assert queries.offer_for(colleague, case).adult == str(world.colleague.id)
    assert queries.offer_for(actor_of(world.coordinator.id), case).adult == str(world.worker.id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"how": "read_aloud"}, "Say who helps"),
        ({"how": ""}, "Choose how the child will answer"),
        ({"questionnaire": "9999"}, "Choose one from the list"),
        ({"adult": "9999"}, "Choose one from the list"),
        ({"helper": "a\x00b", "how": "proxy"}, "cannot be stored"),
    ],
)
def test_what_does_not_fit_is_said_and_kept(worker, ids, change, words):
    answer = worker.post(f"/cases/{ids['ref']}/voice/prepare", data=typed(ids, **change))
    assert answer.status_code == 422 and words in answer.text


def test_only_who_works_on_the_case_prepares_for_it(sign_in, ids):
    address = f"/cases/{ids['ref']}/voice/prepare"
    assert sign_in(ids["colleague"]).get(address).status_code == 404
    assert sign_in(ids["senco"]).get(address).status_code == 403
    assert sign_in(ids["coordinator"]).get(address).status_code == 200


@pytest.mark.usefixtures("unit")
def test_the_named_adult_works_on_the_case_today_or_asks(clock):
    world = cases.world()
    case = cases.case(world)
    with pytest.raises(Refused, match="adult"):
        prepared(world, case, named_adult_id=world.colleague.id)
    assert prepared(world, case, named_adult_id=world.worker.id)

    allocation = db.session.scalars(db.select(Allocation).where(Allocation.case_id == case.id)).one()
    allocation.ends_on = clock().date()
    record(None, "allocation ended", case)
    clock.forward(days=1)
    coordinator = actor_of(world.coordinator.id)
    draft = operations.PlaceDraft(
        case.pupils[0].pupil_id, asked().id, "juniors", operations.How.ALONE, "", world.worker.id
    )
    with pytest.raises(Refused, match="adult"):
        operations.prepare(coordinator, case, draft)


def test_a_turn_is_taken_off_the_tray_by_who_prepared_it(app, given, sign_in, worker, ids):
    place = on_tray(given, ids)
    assert sign_in(ids["coordinator"]).post(f"/voice/places/{place}/withdrawal").status_code == 404
    assert worker.post(f"/voice/places/{place}/withdrawal").location == "/voice/"
    assert worker.post(f"/voice/places/{place}/withdrawal").status_code == 404
    with app.app_context():
        assert db.session.get_one(VoicePlace, place).outcome == "withdrawn"
    assert "Nothing is prepared" in worker.get("/voice/").text


def test_after_the_hand_over_neither_cookie_opens_a_page_of_the_staff(app, given, worker, ids):
    on_tray(given, ids)
    assert "You are signed out on this tablet" in worker.get("/voice/hand-over").text
    name = app.config["SESSION_COOKIE_NAME"]
    before = worker.get_cookie(name).value
    copied = app.test_client()
    copied.set_cookie(name, before)
    assert copied.get("/voice/").status_code == 200

    answer = worker.post("/voice/hand-over", data={"tablet_pin": PIN})

    assert answer.status_code == 303 and answer.location == "/voice/tablet?new=1"
    assert answer.headers.getlist("Clear-Site-Data") == ['"cache"']
    assert worker.get_cookie(name).value != before
    with worker.session_transaction() as session:
        assert set(session) == {"child"}
    for client in (copied, worker):
        for address in ("/", "/voice/", "/voice/hand-over", f"/cases/{ids['ref']}", "/me"):
            opened = client.get(address)
            assert opened.status_code == 302 and opened.location.startswith("/sign-in")
        assert client.post("/voice/hand-over", data={"tablet_pin": PIN}).status_code == 401
    with app.app_context():
        assert db.session.scalars(db.select(HandOver)).one().person_id == ids["worker"]
        lines = set(db.session.scalars(db.select(AuditLine.action).where(AuditLine.person_id == ids["worker"])))
        assert {"tablet handed over", "questionnaire handed over"} <= lines


def test_a_wrong_secret_hands_nothing_over_is_counted_and_never_shown(app, given, worker, ids):
    on_tray(given, ids)
    for _ in range(12):
        answer = worker.post("/voice/hand-over", data={"tablet_pin": "592847"})
        assert answer.status_code == 422 and "This is not your password or tablet PIN" in answer.text
        assert "592847" not in answer.text
    assert worker.post("/voice/hand-over", data={"tablet_pin": PIN}).status_code == 422  # locked out
    with app.app_context():
        assert db.session.scalar(db.select(HandOver.id)) is None


def test_an_empty_tray_is_not_handed_over(worker, ids):
    assert "Choose a child" in worker.get("/voice/hand-over").text
    answer = worker.post("/voice/hand-over", data={"tablet_pin": PIN})
    assert answer.status_code == 422 and "Nothing is prepared" in answer.text
    assert worker.get("/voice/").status_code == 200


def test_a_turn_of_a_case_that_was_taken_away_is_on_no_tray(given, worker, ids, clock):
    on_tray(given, ids)

    def end():
        for row in db.session.scalars(db.select(Involvement).where(Involvement.person_id == ids["worker"])):
            row.ends_on = clock().date().replace(day=1)
            record(None, "involvement ended", row)

    given(end)
    assert "Maya" not in worker.get("/voice/").text
    assert "Nothing is prepared" in worker.post("/voice/hand-over", data={"tablet_pin": PIN}).text


def test_what_did_not_come_back_stands_first_for_the_coordinator_and_not_for_colleagues(
    app, given, sign_in, worker, ids, clock
):
    on_tray(given, ids)
    worker.post("/voice/hand-over", data={"tablet_pin": PIN})
    assert "With the child" in sign_in(ids["worker"]).get("/voice/").text
    clock.forward(days=1)
    page = sign_in(ids["coordinator"]).get("/voice/").text
    assert "Nothing has come back" in page and "by <span hx-ignore>Wren Okafor</span>" in page
    assert "on that tablet while it is connected" in page
    assert "Maya" not in sign_in(ids["colleague"]).get("/voice/").text
    clock.forward(days=15)
    assert "No tablet was handed over" in sign_in(ids["coordinator"]).get("/voice/").text


def test_what_was_prepared_and_never_reached_a_child_is_shown_to_the_coordinator(given, sign_in, worker, ids, clock):
    on_tray(given, ids)
    words = "by <span hx-ignore>Wren Okafor</span>, and not handed over"
    assert words not in sign_in(ids["coordinator"]).get("/voice/").text
    clock.forward(days=1)
    assert words in sign_in(ids["coordinator"]).get("/voice/").text
    assert words not in sign_in(ids["worker"]).get("/voice/").text
    assert "Maya" not in sign_in(ids["colleague"]).get("/voice/").text
    clock.forward(days=15)
    assert words not in sign_in(ids["coordinator"]).get("/voice/").text
