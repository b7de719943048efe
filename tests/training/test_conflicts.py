"""Two at once, sent twice, and hostile text: on both engines."""

import threading

import pytest

from portal.extensions import db
from portal.policy import Role
from portal.training.models import Attendee, Booking, TrainingRequest
from tests import builders_cases as cases
from tests import builders_training as build
from tests import hostile, people

ID = "0" * 31 + "a"
WISH = {
    "topic": "own",
    "own_words": "Calm",
    "who": "All",
    "how_many": "8",
    "dates_words": "Fridays",
    "difference": "Calm",
}


@pytest.fixture
def ids(given):
    def make():
        world = cases.world()
        clients = [
            people.person(f"Senco {number}", Role.SCHOOL, school_id=people.school(f"School {number}").id).id
            for number in range(6)
        ]
        own = build.booked(world, on=build.soon(28)).session
        return {
            "shared": build.shared(world, places=2).id,
            "own": own.id,
            "senco": world.senco.id,
            "worker": world.worker.id,
            "many": clients,
        }

    return given(make)


def at_once(acts):
    start = threading.Barrier(len(acts))
    answers = []

    def run(act):
        start.wait()
        answers.append(act())

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_the_last_place_goes_to_one_and_the_others_wait(app, sign_in, ids):
    """Six schools ask for the same two places in the same moment."""
    here = f"/training/sessions/{ids['shared']}/bookings"
    clients = [sign_in(person_id) for person_id in ids["many"]]
    answers = at_once([lambda client=client: client.post(here, data={"places": "1"}) for client in clients])
    assert [answer.status_code for answer in answers] == [303] * 6
    with app.app_context():
        rows = db.session.scalars(db.select(Booking).where(Booking.session_id == ids["shared"])).all()
        states = sorted(row.state for row in rows)
    assert states == ["booked"] * 2 + ["waiting"] * 4


def test_places_given_back_at_once_move_up_as_many_as_fit(app, sign_in, ids):
    here = f"/training/sessions/{ids['shared']}/bookings"
    clients = {person_id: sign_in(person_id) for person_id in ids["many"]}
    for client in clients.values():
        client.post(here, data={"places": "1"})
    with app.app_context():
        booked = db.session.scalars(db.select(Booking).where(Booking.state == "booked", Booking.places == 1)).all()
        leaving = [(row.id, row.version, row.booked_by_id) for row in booked]
    assert len(leaving) == 2
    at_once(
        [
            lambda one=one: clients[one[2]].post(f"{here}/{one[0]}/cancellation", data={"version": str(one[1])})
            for one in leaving
        ]
    )
    with app.app_context():
        rows = db.session.scalars(
            db.select(Booking).where(Booking.session_id == ids["shared"]).order_by(Booking.booked_at, Booking.id)
        ).all()
        assert [row.state for row in rows if row.state != "cancelled"] == ["booked", "booked", "waiting", "waiting"]


def test_a_form_sent_twice_makes_one_request(app, sign_in, ids):
    client = sign_in(ids["senco"])
    answers = [client.post("/training/new", data={**WISH, "submission_id": ID}) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).where(TrainingRequest.title == "Calm")) == 1


@pytest.mark.parametrize("text", hostile.STORED)
def test_odd_text_is_kept_and_shown_as_text(app, sign_in, ids, text):
    client = sign_in(ids["senco"])
    answer = client.post("/training/new", data={**WISH, "difference": text, "own_words": text, "looked": "send"})
    page = client.get(answer.headers["Location"]).text
    assert "<script>alert" not in page
    with app.app_context():
        last = db.session.scalars(db.select(TrainingRequest).order_by(TrainingRequest.id.desc())).first()
        assert last.difference == text
    entered = client.post(f"/training/sessions/{ids['own']}/people", data={"people": text})
    assert entered.status_code in (303, 422)
    assert "<script>alert" not in client.get(f"/training/sessions/{ids['own']}/people").text


@pytest.mark.parametrize("text", hostile.REFUSED)
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/training/new", "difference"),
        ("/training/new", "own_words"),
        ("/training/new", "date_1"),
        ("/training/sessions/{own}/people", "people"),
        ("/training/sessions/{shared}/bookings", "places"),
    ],
)
def test_text_that_cannot_be_stored_gets_a_sentence(app, sign_in, ids, path, field, text):
    client = sign_in(ids["senco"])
    answer = client.post(path.format(**ids), data={**WISH, field: text})
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Attendee)) == 0
