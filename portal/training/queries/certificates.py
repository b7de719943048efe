"""Certificates: what stands on each."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.extensions import db
from portal.kernel.access import reach_filter
from portal.kernel.dates import MONTHS
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor
from portal.schools.models import School
from portal.training import rules
from portal.training.models import Attendee, TrainingSession


@dataclass(frozen=True)
class Certificate:
    """One person's certificate."""

    attendee_id: int
    name: str
    school_id: int
    school: str
    title: str
    summary: str
    day: str
    length: str
    trainers: str
    number: str


def certificates(
    actor: Actor, session: TrainingSession, *, attendee_id: int | None = None, school_id: int | None = None
) -> list[Certificate]:
    """Of those who came and are within reach, by school and name. Raises ``OutOfReach`` when one is asked and none is
    found."""
    statement = (
        select(Attendee, School.name)
        .join(School, School.id == Attendee.school_id)
        .where(
            Attendee.session_id == session.id,
            Attendee.attended.is_(True),
            Attendee.certificate_number.is_not(None),
            reach_filter(actor, Action.READ_TRAINING, school=Attendee.school_id),
        )
        .order_by(School.name, Attendee.school_id, Attendee.name, Attendee.id)
    )
    if attendee_id is not None:
        statement = statement.where(Attendee.id == attendee_id)
    if school_id is not None:
        statement = statement.where(Attendee.school_id == school_id)
    found = [_certificate(session, attendee, school) for attendee, school in db.session.execute(statement)]
    if not found and (attendee_id is not None or school_id is not None):
        raise OutOfReach(session.id)
    return found


def _certificate(session: TrainingSession, attendee: Attendee, school: str) -> Certificate:
    day = rules.day_of(session.starts_at)
    return Certificate(
        attendee_id=attendee.id,
        name=attendee.name,
        school_id=attendee.school_id,
        school=school,
        title=session.title,
        summary=session.topic.summary if session.topic else "",
        day=f"{day.day} {MONTHS[day.month - 1]} {day.year}",
        length=rules.length_words(session.minutes),
        trainers=" and ".join(trainer.person.name for trainer in session.trainers),
        number=attendee.certificate_number or "",
    )
