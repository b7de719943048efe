"""The pages of training, as people use them."""

import re

import pytest
from icalendar import Calendar

from portal.extensions import db
from portal.kernel import settings
from portal.kernel.audit import record
from portal.training.models import Attendee, Booking, Topic, TrainingRequest, TrainingSession
from tests import builders_cases as cases
from tests import builders_training as build

ENGINES = ("sqlite",)
WISH = {
    "topic": "own",
    "own_words": "Calmer lunchtimes",
    "who": "Lunchtime staff",
    "how_many": "8",
    "date_1": "2026-12-01",
    "difference": "Fewer incidents after lunch",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        names = ("coordinator", "worker", "colleague", "senco", "other_senco")
        offered, shared = build.offered(world), build.shared(world)
        own = build.booked(world, on=build.soon(28)).session
        build.people(world, own)
        return {
            "asked": build.request(world).reference,
            "offered": offered.reference,
            "offer": offered.offers[0].id,
            "shared": shared.id,
            "own": own.id,
            "ana": own.attendees[0].id,
            "ash": world.ash.id,
            **{name: getattr(world, name).id for name in names},
        }

    return given(make)


@pytest.fixture
def senco(sign_in, ids):
    return sign_in(ids["senco"])


@pytest.fixture
def coordinator(sign_in, ids):
    return sign_in(ids["coordinator"])


@pytest.fixture
def worker(sign_in, ids):
    return sign_in(ids["worker"])


@pytest.fixture
def other(sign_in, ids):
    return sign_in(ids["other_senco"])


@pytest.fixture
def of(app):
    def read(model, **wanted):
        with app.app_context():
            return db.session.scalars(db.select(model).filter_by(**wanted).order_by(model.id.desc())).first()

    return read


def version_in(answer):
    return re.search(r'name="version"[^>]*value="(\d+)"', answer.text)[1]


def test_the_first_page_of_each_role(senco, coordinator, worker, other):
    mine = senco.get("/training/").text
    assert "Ask for training" in mine
    assert "Dates offered" in mine
    assert "Open to every school" in mine
    assert "Ask for this" in mine
    assert senco.get("/training/", headers=HTMX).text.lstrip().startswith('<div id="training-index">')
    theirs = other.get("/training/").text
    assert "Nothing is under way" in theirs
    assert "Ash Primary" not in theirs
    assert "Plan a shared session" in coordinator.get("/training/").text
    assert "Sessions that you give" in worker.get("/training/").text
    assert "Plan a shared session" not in worker.get("/training/").text


def test_a_school_asks_and_reads_where_it_is(senco, of):
    assert 'value="3" selected' in senco.get(f"/training/new?topic={of(Topic, id=3).id}").text
    answer = senco.post("/training/new", data=WISH)
    made = of(TrainingRequest)
    assert answer.headers["Location"] == f"/training/requests/{made.reference}"
    page = senco.get(answer.headers["Location"]).text
    assert "Next: the coordinator answers, by Tuesday 17 November." in page
    assert "Fewer incidents after lunch" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"topic": "", "own_words": ""}, "say in your own words"),
        ({"date_1": "1/1/2020"}, "This date is over"),
        ({"date_1": ""}, "say which days and times suit you"),
        ({"difference": ""}, "Say what should be different afterwards"),
        ({"who": "x" * 201}, "Shorten this to 200"),
        ({"how_many": "many"}, "Type a whole number"),
        ({"topic": "999"}, "Choose one from the list"),
    ],
)
def test_a_request_that_is_refused_keeps_what_was_typed(senco, of, changes, sentence):
    before = of(TrainingRequest).id
    answer = senco.post("/training/new", data={**WISH, **changes})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Lunchtime staff" in answer.text or "x" * 201 in answer.text
    assert of(TrainingRequest).id == before


def test_the_coordinator_offers_and_the_school_chooses(coordinator, senco, ids, of):
    here = f"/training/requests/{ids['asked']}/offer"
    version = version_in(coordinator.get(here))
    dates = {"date_1_on": "2026-12-09", "date_1_at": "15:30", "date_1_trainer": str(ids["worker"]), "minutes": "60"}
    sent = {**dates, "place": "Ash Primary", "version": version}
    assert coordinator.post(here, data={**sent, "place": ""}).status_code == 422
    half = coordinator.post(here, data={**sent, "date_2_on": "2026-12-10"})
    assert half.status_code == 422
    assert "date_2_at" in half.text
    assert coordinator.post(here, data=sent).status_code == 303
    page = senco.get(f"/training/requests/{ids['asked']}")
    assert "Wednesday 9 December, 3:30pm to 4:30pm" in page.text
    offer = re.search(r'name="offer"[^>]*value="(\d+)"', page.text) or re.search(
        r'value="(\d+)"[^>]*name="offer"', page.text
    )
    choice = f"/training/requests/{ids['asked']}/choice"
    assert senco.post(choice, data={"version": version_in(page)}).status_code == 422
    answer = senco.post(choice, data={"version": version_in(page), "offer": offer[1]})
    assert answer.status_code == 303
    assert of(TrainingRequest, reference=ids["asked"]).status == "booked"


def test_a_clash_is_asked_about_once_it_is_there(coordinator, ids, of):
    here = f"/training/requests/{ids['asked']}/offer"
    first = coordinator.get(here)
    assert "Keep it all the same" not in first.text
    sent = {
        "date_1_on": "2026-12-01",
        "date_1_at": "13:30",
        "date_1_trainer": str(ids["worker"]),
        "minutes": "60",
        "place": "Hall",
        "version": version_in(first),
    }
    refused = coordinator.post(here, data=sent)
    assert refused.status_code == 422
    assert "Wren Okafor gives" in refused.text
    assert "Keep it all the same" in refused.text
    assert coordinator.post(here, data={**sent, "clash": "keep"}).status_code == 303


def test_each_step_belongs_to_its_role(senco, worker, coordinator, ids):
    asked, offered = (f"/training/requests/{ids[name]}" for name in ("asked", "offered"))
    assert senco.get(f"{asked}/offer").status_code == 403
    assert worker.get(f"{asked}/places").status_code == 403
    assert senco.get(f"{asked}/steps/decline").status_code == 403
    assert worker.post(f"{offered}/choice", data={"offer": ids["offer"]}).status_code == 403
    assert senco.get("/training/topics/").status_code == 403
    assert senco.get("/training/sessions/new").status_code == 403
    assert senco.get(f"/training/sessions/{ids['own']}/register").status_code == 403
    assert worker.get("/training/new").status_code == 403
    assert coordinator.get(f"{asked}/steps/nonsense").status_code == 404


def test_another_school_finds_nothing(other, ids):
    own = f"/training/sessions/{ids['own']}"
    for path in (
        f"/training/requests/{ids['offered']}",
        f"/training/requests/{ids['offered']}/steps/withdraw",
        own,
        f"{own}/people",
        f"{own}/calendar.ics",
        f"{own}/certificates",
        f"{own}/certificates/{ids['ana']}",
        f"/training/sessions/{ids['shared']}/people",
        f"/training/sessions/{ids['shared']}/schools/{ids['ash']}/certificates.pdf",
    ):
        assert other.get(path).status_code == 404, path
    assert other.post(f"{own}/people/{ids['ana']}/removal").status_code == 404
    assert other.post(f"/training/requests/{ids['offered']}/choice", data={"offer": ids["offer"]}).status_code == 404


def test_a_worker_keeps_the_register_of_their_own_sessions_only(worker, sign_in, ids):
    here = f"/training/sessions/{ids['own']}/register"
    assert "The register is closed" in worker.get(here).text
    assert sign_in(ids["colleague"]).get(here).status_code == 404


def test_steps_with_a_reason_ask_for_it(senco, ids, of):
    here = f"/training/requests/{ids['offered']}/steps/ask_others"
    version = version_in(senco.get(here))
    assert senco.post(here, data={"note": " ", "version": version}).status_code == 422
    assert senco.post(here, data={"note": "Fridays", "version": version}).status_code == 303
    assert of(TrainingRequest, reference=ids["offered"]).status == "asked"
    assert "Fridays" in senco.get(f"/training/requests/{ids['offered']}").text
    assert senco.post(here, data={"note": "Fridays", "version": version}).status_code == 409


def test_places_are_booked_waited_for_changed_and_given_back(senco, other, ids, of):
    here = f"/training/sessions/{ids['shared']}"
    assert "Book places" in senco.get(here).text
    assert senco.post(f"{here}/bookings", data={"places": "9"}).status_code == 422
    assert senco.post(f"{here}/bookings", data={"places": "3"}).status_code == 303
    other.post(f"{here}/bookings", data={"places": "1"})
    waits = other.get(here).text
    assert "On the waiting list" in waits
    assert "Ash Primary" not in waits
    booking = of(Booking, state="booked", session_id=ids["shared"])
    change = f"{here}/bookings/{booking.id}"
    assert other.get(change).status_code == 404
    version = version_in(senco.get(change))
    assert senco.post(change, data={"places": "2", "version": version}).status_code == 303
    assert of(Booking, session_id=ids["shared"]).state == "booked"
    assert senco.post(f"{change}/cancellation", data={"version": version}).status_code == 409
    assert senco.post(f"{change}/cancellation").status_code == 409


def test_the_people_who_come_are_entered_and_taken_out(senco, ids, of):
    here = f"/training/sessions/{ids['own']}/people"
    refused = senco.post(here, data={"people": "Cy Fox, Teacher\nnot@a.name"})
    assert refused.status_code == 422
    assert "Line 2: Begin with the person" in refused.text
    assert "Cy Fox, Teacher" in refused.text
    assert senco.post(here, data={"people": "Cy Fox, Teacher, cy@ash.example\nAna Lee"}).status_code == 303
    made = of(Attendee)
    assert (made.name, made.staff_role, made.email) == ("Cy Fox", "Teacher", "cy@ash.example")
    assert senco.post(f"{here}/{made.id}/removal").status_code == 303
    assert of(Attendee, name="Cy Fox") is None


def test_the_register_works_with_plain_ticks_and_ends_in_certificates(sign_in, ids, of, clock):
    clock.forward(days=28, hours=8)
    worker, senco = sign_in(ids["worker"]), sign_in(ids["senco"])
    here = f"/training/sessions/{ids['own']}/register"
    page = worker.get(here)
    ticks = re.findall(r'name="present" value="(\d+)"', page.text)
    assert len(ticks) == 2
    sent = {"present": ticks[:1], "listed": ticks, "version": version_in(page)}
    add = worker.post(here, data={**sent, "then": "save", "door_name": "Cy Fox", "door_school": str(ids["ash"])})
    assert add.status_code == 303
    assert worker.post(here, data={**sent, "then": "save"}).status_code == 409
    nameless = {**sent, "version": version_in(worker.get(here)), "door_role": "TA"}
    assert worker.post(here, data=nameless).status_code == 422
    page = worker.get(here)
    present = re.findall(r'value="(\d+)" checked', page.text)
    listed = re.findall(r'name="listed" value="(\d+)"', page.text)
    sent = {"present": present, "listed": listed, "version": version_in(page), "then": "finish"}
    unseen = worker.post(here, data={**sent, "listed": present})
    assert unseen.status_code == 422
    assert "1 person was entered after you opened this page" in unseen.text
    done = worker.post(here, data=sent)
    assert done.headers["Location"] == f"/training/sessions/{ids['own']}/certificates"
    listed = senco.get(done.headers["Location"]).text
    assert "Cy Fox" in listed
    assert "Ben Okoro" not in listed
    came = of(Attendee, name="Cy Fox")
    single = senco.get(f"{done.headers['Location']}/{came.id}").text
    assert "Certificate of attendance" in single
    assert came.certificate_number in single
    pdf = senco.get(f"{done.headers['Location']}/{came.id}.pdf")
    assert pdf.status_code == 200
    assert pdf.data.startswith(b"%PDF") or "Print this page" in pdf.text
    absent = of(Attendee, name="Ben Okoro")
    assert senco.get(f"{done.headers['Location']}/{absent.id}.pdf").status_code == 404


def test_the_calendar_file_follows_a_move_and_a_cancellation(senco, coordinator, ids):
    here = f"/training/sessions/{ids['shared']}"

    def event():
        answer = senco.get(f"{here}/calendar.ics")
        assert answer.mimetype == "text/calendar"
        calendar = Calendar.from_ical(answer.data)
        assert calendar["METHOD"] == "PUBLISH"
        return calendar.events[0]

    first = event()
    assert (first["UID"], first["SEQUENCE"], first["STATUS"]) == (
        f"training-session-{ids['shared']}@localhost",
        0,
        "CONFIRMED",
    )
    assert first.start.isoformat() == "2026-12-01T13:00:00+00:00"
    move = {"on": "2027-04-06", "at": "13:00", "minutes": "60", "place": "Town hall", "note": "Snow"}
    version = version_in(coordinator.get(f"{here}/move"))
    assert coordinator.post(f"{here}/move", data={**move, "version": version}).status_code == 303
    second = event()
    assert (second["UID"], second["SEQUENCE"]) == (first["UID"], 1)
    assert second.start.isoformat() == "2027-04-06T13:00:00+01:00"  # summer time
    assert second["DTSTART"].params["TZID"] == "Europe/London"
    version = version_in(coordinator.get(f"{here}/cancellation"))
    assert coordinator.post(f"{here}/cancellation", data={"note": "Ill", "version": version}).status_code == 303
    third = event()
    assert (third["UID"], third["SEQUENCE"], third["STATUS"]) == (first["UID"], 2, "CANCELLED")


def test_the_coordinator_plans_changes_and_keeps_the_catalogue(coordinator, ids, of):
    planned = {
        "topic": str(of(Topic).id),
        "title": "Restorative talks",
        "on": "2026-12-02",
        "at": "16:00",
        "minutes": "60",
        "place": "Library",
        "places": "20",
        "trainers": [str(ids["worker"])],
    }
    assert coordinator.post("/training/sessions/new", data={**planned, "at": "04:00"}).status_code == 422
    assert coordinator.post("/training/sessions/new", data=planned).status_code == 303
    made = of(TrainingSession)
    here = f"/training/sessions/{made.id}/details"
    version = version_in(coordinator.get(here))
    changed = {"title": "Talks", "place": "Hall", "places": "", "trainers": [str(ids["colleague"])]}
    assert coordinator.post(here, data={**changed, "version": version}).status_code == 303
    assert coordinator.post(here, data={**changed, "version": version}).status_code == 409
    assert of(TrainingSession).places is None
    topic = {"title": "Sensory needs", "minutes": "60", "audience": "All", "summary": "Senses", "is_active": "y"}
    assert coordinator.post("/training/topics/new", data=topic).status_code == 303
    again = coordinator.post("/training/topics/new", data={**topic, "summary": "Kept words"})
    assert again.status_code == 422
    assert "Kept words" in again.text
    new = of(Topic, title="Sensory needs")
    opened = coordinator.get(f"/training/topics/{new.id}")
    del topic["is_active"]
    saved = coordinator.post(f"/training/topics/{new.id}", data={**topic, "version": version_in(opened)})
    assert saved.status_code == 303
    assert of(Topic, title="Sensory needs").is_active is False


@pytest.mark.parametrize(
    "path",
    [
        "/training/requests/?show=ended&status=held&school=1",
        "/training/requests/?after=9999999999&status=%00&school=x",
        "/training/sessions/?show=past&after=5",
        "/training/new?topic=%00",
    ],
)
def test_lists_bear_any_query_string(coordinator, path):
    assert coordinator.get(path).status_code == 200


def test_switched_off_it_has_no_address_and_no_task(given, senco):
    given(lambda: record(None, "switched off", settings.put("feature.training", "off")))
    assert senco.get("/training/").status_code == 404
    assert "Choose a date for training" not in senco.get("/").text
