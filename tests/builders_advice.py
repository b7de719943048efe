"""Questions about practice, with the people who talk."""

from dataclasses import dataclass
from typing import Any

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.advice.models import AdviceThread
from portal.advice.operations import answer, ask_advice
from portal.advice.rules import MessageDraft, QuestionDraft
from portal.extensions import db
from portal.policy import Actor, Role
from portal.schools.models import School
from tests import builders_schools, people

QUESTION = "What helps a whole class to settle after lunch?"


@dataclass
class World:
    """Two schools, and everybody who may read or write."""

    ash: School
    birch: School
    senco: Person
    other: Person
    worker: Person
    colleague: Person
    coordinator: Person
    safeguarding: Person
    panel: Person


def world() -> World:
    ash, birch = builders_schools.school("Ash Primary"), builders_schools.school("Birch Primary")
    builders_schools.pupil(ash.id, "Maya", "Khan")
    db.session.flush()
    return World(
        ash=ash,
        birch=birch,
        senco=people.person("Senco Ash", Role.SCHOOL, school_id=ash.id),
        other=people.person("Senco Birch", Role.SCHOOL, school_id=birch.id),
        worker=people.person("Wren Okafor", Role.WORKER),
        colleague=people.person("Cole Ague", Role.WORKER),
        coordinator=people.person("Coco Ordinator", Role.COORDINATOR),
        safeguarding=people.person("Safe Lead", Role.SAFEGUARDING),
        panel=people.person("Pan El", Role.PANEL),
    )


def actor(person: Person) -> Actor:
    return actor_of(person.id)


def question(**changes: Any) -> QuestionDraft:
    return QuestionDraft(**{"subject": "Calm starts", "question": QUESTION, "tried": "A quiet bell.", **changes})


def asked(world: World, **changes: Any) -> AdviceThread:
    """A question of the school Ash that waits."""
    return ask_advice(actor(world.senco), world.ash.id, question(**changes))


def answered(world: World, words: str = "Greet each child at the door.", minutes: int = 30) -> AdviceThread:
    """One that the worker has answered."""
    thread = asked(world)
    answer(actor(world.worker), thread, MessageDraft(words, minutes), opened_with=thread.version)
    return thread
