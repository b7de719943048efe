"""Agreements for tests: a case whose agreement waits, the people around it, and a signature."""

from dataclasses import dataclass

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.agreements import operations, rules
from portal.agreements.models import Agreement, AgreementText
from portal.agreements.queries.one import newest_of
from portal.cases.models import Case
from portal.extensions import db
from portal.policy import Actor, Role
from tests import builders_cases, people
from tests.builders_cases import World


@dataclass
class Place:
    """A case of Ash Primary whose agreement waits for the head, and the two schools' heads."""

    world: World
    case: Case
    agreement: Agreement
    head: Person
    other_head: Person

    def actor(self, who: str) -> Actor:
        person = getattr(self, who, None) or getattr(self.world, who)
        return actor_of(person.id)


def place() -> Place:
    world = builders_cases.world()
    head = people.person("Ruth Head", Role.HEAD, school_id=world.ash.id)
    other_head = people.person("Birch Head", Role.HEAD, school_id=world.birch.id)
    case = builders_cases.case(world, agreed=False)
    return Place(world, case, of_case(case), head, other_head)


def of_case(case: Case) -> Agreement:
    """The newest agreement of a case."""
    found = newest_of(case.referral_id or 0)
    assert found is not None
    return found


def draft(agreement: Agreement, **changes: object) -> rules.SignDraft:
    facts = {
        "name": "Ruth Head",
        "role": "Head teacher",
        "contact": "Sam Reed",
        "agrees": True,
        "digest": agreement.digest,
    }
    return rules.SignDraft(**(facts | changes))  # type: ignore[arg-type]


def sign(made: Place) -> None:
    operations.sign(made.actor("head"), made.agreement, draft(made.agreement))


def publish(made: Place, what_changed: str = "A promise more.", **parts: str) -> AgreementText:
    """A next version of the text for all lines."""
    coordinator = made.actor("coordinator")
    text = operations.start_draft(coordinator, "all")
    words = {part: f"{getattr(text, part)}\n{parts.get(part, '')}" for part in rules.SECTIONS}
    operations.change_text(coordinator, text, rules.TextDraft(**words), opened_with=text.version)
    db.session.flush()
    operations.publish_text(coordinator, text, what_changed, opened_with=text.version)
    db.session.flush()
    return text
