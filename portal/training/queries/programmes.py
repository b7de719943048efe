"""Reading programmes and where schools stand in them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor
from portal.schools.models import School
from portal.training.models import Attendee, Programme, ProgrammeTopic, StaffCount, TrainingSession
from portal.training.rules import day_of
from portal.training.rules.programmes import Counted, Standing, Trained, standing, standings


@dataclass(frozen=True)
class ProgrammeRow:
    """A programme as lists show it."""

    id: int
    name: str
    summary: str
    needed_percent: int
    topics: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True)
class SchoolStanding:
    """One school in one programme: today's standing, and how it came to be."""

    school_id: int
    school: str
    now: Standing
    steps: tuple[Standing, ...]


def programme_rows(*, also_ended: bool = False) -> tuple[ProgrammeRow, ...]:
    """All programmes by name."""
    wanted = select(Programme).options(selectinload(Programme.topics).joinedload(ProgrammeTopic.topic))
    if not also_ended:
        wanted = wanted.where(Programme.is_active)
    return tuple(_row(programme) for programme in db.session.scalars(wanted.order_by(Programme.name)))


def _row(programme: Programme) -> ProgrammeRow:
    return ProgrammeRow(
        programme.id,
        programme.name,
        programme.summary,
        programme.needed_percent,
        tuple(one.topic.title for one in programme.topics),
        programme.is_active,
    )


def programme_for(programme_id: int) -> Programme:
    """The programme, for changing it. Raises ``OutOfReach``."""
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise OutOfReach(programme_id)
    return programme


def standings_in(actor: Actor, programme_id: int, needed_percent: int) -> tuple[SchoolStanding, ...]:
    """Where each school in reach stands that has anybody trained or has said its number of staff; by name."""
    trained = _trained(actor, programme_id)
    counts = _counts(actor)
    ids = set(trained) | set(counts)
    if not ids:
        return ()
    schools = db.session.execute(
        select(School.id, School.name).where(School.id.in_(ids)).order_by(School.name, School.id)
    )
    return tuple(
        _standing(row.id, row.name, trained.get(row.id, ()), counts.get(row.id, ()), needed_percent) for row in schools
    )


def _standing(
    school_id: int, name: str, trained: Sequence[Trained], counts: Sequence[Counted], needed: int
) -> SchoolStanding:
    today = clock.today()
    return SchoolStanding(
        school_id, name, standing(trained, counts, needed, today), standings(trained, counts, needed, today)
    )


def _trained(actor: Actor, programme_id: int) -> Mapping[int, Sequence[Trained]]:
    rows = db.session.execute(
        select(Attendee.school_id, Attendee.name, TrainingSession.starts_at)
        .join(TrainingSession, TrainingSession.id == Attendee.session_id)
        .join(ProgrammeTopic, ProgrammeTopic.topic_id == TrainingSession.topic_id)
        .where(
            ProgrammeTopic.programme_id == programme_id,
            TrainingSession.status == "held",
            Attendee.attended.is_(True),
            reach_filter(actor, Action.READ_TRAINING, school=Attendee.school_id),
        )
        .order_by(TrainingSession.starts_at, Attendee.id)
    )
    found: defaultdict[int, list[Trained]] = defaultdict(list)
    for row in rows:
        found[row.school_id].append(Trained(row.name, day_of(row.starts_at)))
    return found


def _counts(actor: Actor) -> Mapping[int, Sequence[Counted]]:
    rows = db.session.execute(
        select(StaffCount.school_id, StaffCount.from_on, StaffCount.staff)
        .where(reach_filter(actor, Action.READ_TRAINING, school=StaffCount.school_id))
        .order_by(StaffCount.from_on)
    )
    found: defaultdict[int, list[Counted]] = defaultdict(list)
    for row in rows:
        found[row.school_id].append(Counted(row.from_on, row.staff))
    return found


def own_schools(actor: Actor) -> tuple[tuple[int, str], ...]:
    """The actor's own schools, for which they may say how many staff there are."""
    rows = db.session.execute(
        select(School.id, School.name).where(School.id.in_(actor.school_ids)).order_by(School.name, School.id)
    )
    return tuple((row.id, row.name) for row in rows)
