"""Whatever opens once opens once, however many try in the same moment: eight at a time, eight times over."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from portal.accounts.models import OneTimeLink, Person
from portal.accounts.operations import ceremonies, links
from portal.accounts.queries import actor_of
from portal.accounts.queries.changes import change_digest
from portal.accounts.rules.changes import ChangeKind
from portal.app import Portal
from portal.extensions import db
from portal.feedback.models import FamilySitting, Feedback
from portal.feedback.operations import answering
from portal.feedback.queries import invitation_by_token
from portal.kernel.audit import record
from portal.kernel.database import mode
from portal.kernel.errors import OutOfReach, Refused
from portal.notices.operations import composers
from portal.policy import Role
from portal.training import operations as register
from portal.training.models import Evaluation, EvaluationLink
from portal.training.operations import evaluations
from portal.training.rules import Somebody
from portal.training.rules.evaluations import Answer, Moment
from portal.voice.models import ChildView
from portal.voice.operations import arriving
from portal.voice.operations.places import secret_of
from tests import builders_cases as cases
from tests import builders_families as families
from tests import builders_training as training
from tests import builders_voice as voice
from tests import people
from tests.builders_accounts import (
    address_change,
    code_at,
    recovery_codes,
    second_manager,
    with_password,
    with_second_factor,
)

RACERS = 8
ROUNDS = 8


@dataclass
class Place:
    """Where a race is run: the portal, its time, and what makes records and clients."""

    app: Portal
    clock: Any
    given: Callable[[Callable[[], Any]], Any]
    sign_in: Callable[..., FlaskClient]
    made: dict[str, list[Any]] = field(default_factory=dict)


Racers = Iterable[Callable[[], object]]
Race = Callable[[Place, int], tuple[Racers, Callable[[], int] | None]]
"""Makes the racers of one round, and what counts how many got in."""


def at_once(racers: Racers) -> list[object]:
    acts = list(racers)
    start = threading.Barrier(len(acts))
    answers: list[object] = []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            answers.append(act())
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(answers) == len(acts)
    wrong = [answer for answer in answers if isinstance(answer, Exception)]
    if wrong:
        raise wrong[0]
    return answers


def posting(clients: Iterable[FlaskClient], address: str, data: dict[str, str]) -> Racers:
    return [lambda client=client: client.post(address, data=data).status_code for client in clients]


def with_half_sessions(place: Place, person_id: int) -> list[FlaskClient]:
    return [place.sign_in(person_id, second_factor=False) for _ in range(RACERS)]


def strangers(place: Place) -> list[FlaskClient]:
    return [place.app.test_client() for _ in range(RACERS)]


def counting(place: Place, what: Any) -> Callable[[], int]:
    def count() -> int:
        with place.app.app_context():
            return int(db.session.scalar(select(func.count()).select_from(what)) or 0)

    before = count()
    return lambda: count() - before


def recovery_code(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    def make() -> tuple[int, str]:
        person = with_second_factor(f"Worker {number}")
        return person.id, recovery_codes(person)[0]

    person_id, code = place.given(make)
    return posting(with_half_sessions(place, person_id), "/second-factor", {"code": code}), None


def app_code(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    person_id = place.given(lambda: with_second_factor(f"Worker {number}").id)
    code = code_at(place.clock.moment)
    return posting(with_half_sessions(place, person_id), "/second-factor", {"code": code}), None


def one_time_link(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    token = place.given(lambda: links.make_link(None, people.person(f"Worker {number}", Role.WORKER)))
    data = {"name": "Nia New", "password": "three calm otters swim"}
    return posting(strangers(place), f"/welcome/{token}", data), None


def ceremony(way: str) -> Race:
    def race(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
        with place.app.app_context(), mode("write"):
            ceremonies.begin(way, f"secret {number}", "a browser", ceremonies.Began("sign-in"))

        def take() -> int:
            with place.app.app_context(), mode("write"):
                return 303 if ceremonies.take(way, f"secret {number}", "a browser") else 422

        return [take] * RACERS, None

    return race


def submission(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    coordinator = place.given(lambda: people.person(f"Cora {number}", Role.COORDINATOR).id)
    data = {"name": "Nia New", "email": f"nia{number}@ash.example", "role": "worker", "submission_id": f"{number:032x}"}
    clients = [place.sign_in(coordinator) for _ in range(RACERS)]
    return posting(clients, "/people/invite", data), counting(place, Person)


def acting(place: Place, act: Callable[[], object]) -> Callable[[], int]:
    """One unit of work: 303 when it was kept, 422 when it was refused."""

    def run() -> int:
        with place.app.app_context(), mode("write"):
            try:
                act()
                db.session.commit()
            except (OutOfReach, Refused, StaleDataError):
                return 422
            finally:
                db.session.remove()
        return 303

    return run


def kept(place: Place, name: str, make: Callable[[], list[Any]]) -> list[Any]:
    """What all rounds of a race need, made in one world before the first of them."""
    if name not in place.made:
        place.made[name] = place.given(make)
    return place.made[name]


def family_answer(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    """One form, sent from eight windows: one set of answers is kept, whoever else is answered alike."""

    def make() -> list[str]:
        world = cases.world()
        cookies = []
        for one in range(ROUNDS):
            case = cases.case(world)
            made = families.linked(world, case, families.parent(case, f"Rosa {one}"))
            cookie = answering.start(invitation_by_token(made.token), families.BEGIN, held="")
            answering.keep_page(cookie, "heard", "best")
            cookies.append(cookie)
        return cookies

    cookie = kept(place, "family", make)[number - 1]
    return [acting(place, lambda: answering.send(cookie, manager_only=False))] * RACERS, counting(place, Feedback)


def family_start(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    """The same link started in eight browsers: one of them holds the form."""

    def make() -> list[str]:
        world = cases.world()
        case = cases.case(world)
        return [families.linked(world, case, families.parent(case, f"Rosa {one}")).token for one in range(ROUNDS)]

    token = kept(place, "start", make)[number - 1]

    def start() -> object:
        return answering.start(invitation_by_token(token), families.BEGIN, held="")

    return [acting(place, start)] * RACERS, counting(place, FamilySitting)


def childs_turn(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    """A tablet that sends its turn again and again: one view is kept, and each is answered alike."""

    def make() -> list[tuple[str, str, int, list[str]]]:
        world = cases.world()
        made = [voice.prepared(world, cases.case(world)) for _ in range(ROUNDS)]
        voice.handed_over(world)
        ending = {"end": "finished", "keep": True, "share": []}
        parts = [{"n": number, **one} for number, one in enumerate(voice.ANSWERS)]
        return [(one.public_id, secret_of(one), *voice.sealed(one, *parts, ending)) for one in made]

    public_id, secret, key_id, parts = kept(place, "turn", make)[number - 1]
    act = acting(place, lambda: arriving.deliver(public_id, secret, "turn", key_id, parts))
    return [act] * RACERS, counting(place, ChildView)


def evaluation(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    def make() -> list[str]:
        world = cases.world()
        made = training.shared(world, topic_id=training.topic().id, places=None)
        training.places(world, made, ROUNDS)
        listed = [Somebody(f"Ana {one}", "Teacher", f"ana{one}@school.example") for one in range(ROUNDS)]
        register.enter_people(actor_of(world.senco.id), made, world.ash.id, listed)
        place.clock.moment = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
        training.held(world, made)
        asked = db.session.scalars(select(EvaluationLink)).all()
        paths = [composers[evaluations.KINDS[Moment(link.moment)]]({"link": link.id}) for link in asked]
        return [str(path).rsplit("/", 1)[1] for path in paths]

    token = kept(place, "evaluation", make)[number - 1]
    given = Answer("very", "I will wait before I speak.", "")
    return [acting(place, lambda: evaluations.answer(token, given))] * RACERS, counting(place, Evaluation)


def new_address(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    def make() -> int:
        asker = people.person(f"Cora {number}", Role.COORDINATOR)
        change = address_change(with_password(f"Helen {number}", Role.WORKER), asker)
        change.email, change.digest = f"helen{number}@new.example", change_digest(f"token {number}")
        change.confirmed_by_id = asker.id
        record(None, "link about an account made", change)
        return change.id

    place.given(make)
    return posting(strangers(place), f"/new-address/token%20{number}", {}), None


def second_person(place: Place, number: int) -> tuple[Racers, Callable[[], int] | None]:
    """Eight windows of the second person: one link is made and shown."""

    def make() -> tuple[int, int]:
        asker = people.person(f"Cora {number}", Role.COORDINATOR)
        change = address_change(with_password(f"Helen {number}", Role.WORKER), asker)
        change.kind, change.email = ChangeKind.LINK.value, None
        record(None, "link asked for", change)
        return second_manager(f"Kit {number}").id, change.id

    manager, change_id = place.given(make)
    clients = [place.sign_in(manager) for _ in range(RACERS)]
    racers = posting(clients, f"/people/changes/{change_id}/confirmation", {})
    return racers, counting(place, OneTimeLink)


RACES: dict[str, Race] = {
    "recovery code": recovery_code,
    "code of the app": app_code,
    "one-time link": one_time_link,
    "state of a work account": ceremony("work microsoft"),
    "challenge of a passkey": ceremony("passkey"),
    "submission id": submission,
    "answers of a family": family_answer,
    "start of a family's link": family_start,
    "turn of a child": childs_turn,
    "evaluation link": evaluation,
    "new address": new_address,
    "second person": second_person,
}


@pytest.mark.parametrize("what", RACES)
def test_one_wins(app, clock, given, sign_in, what):
    place = Place(app, clock, given, sign_in)
    for number in range(1, ROUNDS + 1):
        racers, count = RACES[what](place, number)
        answers = at_once(racers)
        won = count() if count else answers.count(303)
        assert won == 1, (number, answers)
