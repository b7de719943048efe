"""Whatever opens once opens once, however many try in the same moment: eight at a time, eight times over."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.accounts.operations import ceremonies, links
from portal.app import Portal
from portal.extensions import db
from portal.kernel.database import mode
from portal.policy import Role
from tests import people
from tests.builders_accounts import code_at, recovery_codes, with_second_factor

RACERS = 8
ROUNDS = 8


@dataclass
class Place:
    """Where a race is run: the portal, its time, and what makes records and clients."""

    app: Portal
    clock: Any
    given: Callable[[Callable[[], Any]], Any]
    sign_in: Callable[..., FlaskClient]


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


RACES: dict[str, Race] = {
    "recovery code": recovery_code,
    "code of the app": app_code,
    "one-time link": one_time_link,
    "state of a work account": ceremony("work microsoft"),
    "challenge of a passkey": ceremony("passkey"),
    "submission id": submission,
}


@pytest.mark.parametrize("what", RACES)
def test_one_wins(app, clock, given, sign_in, what):
    place = Place(app, clock, given, sign_in)
    for number in range(1, ROUNDS + 1):
        racers, count = RACES[what](place, number)
        answers = at_once(racers)
        won = count() if count else answers.count(303)
        assert won == 1, (number, answers)
