"""Work that is there when a journey begins: a draft of Ash Primary's, and a case of worker.one waiting to start."""

from dataclasses import dataclass
from datetime import date

from portal.accounts.models import Person
from portal.accounts.queries import actor_of
from portal.agreements import operations as agreements
from portal.agreements.queries.one import newest_of
from portal.agreements.rules import SignDraft
from portal.app import create_app
from portal.cases import operations as cases
from portal.cases.rules import CaseDraft
from portal.config import from_environment
from portal.demo.cast import CAST_DOMAIN
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.database import mode
from portal.policy import Actor
from portal.referrals import operations as referrals
from portal.schools.operations import add_pupil
from portal.schools.rules import PupilDraft
from tests.builders_cases import line, referral
from tests.serving import Server, environment

BORN = date(2017, 2, 3)


@dataclass(frozen=True)
class Work:
    """Addresses of what was made."""

    draft: str
    referral: str
    case: str
    pupil_id: int
    short_name: str


def begin_work(
    server: Server, given_name: str = "Robin", family_name: str = "Halden", starts_on: date | None = None
) -> Work:
    """Adds the work to the database that the server reads; the case starts today unless a day is given."""
    app = create_app(from_environment(environment(server.folder)))
    with app.app_context(), mode("write"):
        made = _begin(given_name, family_name, starts_on or clock.today())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return made


def _begin(given_name: str, family_name: str, starts_on: date) -> Work:
    senco, worker, coordinator = (person(name) for name in ("senco.ash", "worker.one", "coordinator"))
    (school_id,) = actor(senco).school_ids
    primary = line()
    child = add_pupil(actor(senco), school_id, PupilDraft(given_name, family_name, born_on=BORN, year_group="5"))
    accepted = referral(child.school, child, senco, primary)
    draft = CaseDraft(
        service_line_id=primary.id,
        pupil_ids=(child.id,),
        worker_ids=(worker.id,),
        planned_half_days=24,
        starts_on=starts_on,
    )
    case = cases.open_case(actor(coordinator), accepted, draft)
    _sign(accepted.id)
    begun = referrals.start_referral(actor(senco), school_id, primary.id)
    return Work(begun.reference, accepted.reference, case.reference, child.id, f"{given_name} {family_name[0]}.")


def _sign(referral_id: int) -> None:
    """The head teacher signs, so that the work can start."""
    head = actor(person("head.ash"))
    waiting = newest_of(referral_id)
    assert waiting is not None
    agreements.sign(head, waiting, SignDraft(head.name, "Head teacher", "Priya Raman", True, waiting.digest))


def person(name: str) -> Person:
    return db.session.scalars(db.select(Person).where(Person.email == f"{name}@{CAST_DOMAIN}")).one()


def actor(person: Person) -> Actor:
    return actor_of(person.id)
