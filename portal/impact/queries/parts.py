"""Who did what for whom: the rows of the chart before their records, in one statement."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ScalarSelect, String, case, cast, func, or_, select

from portal.accounts.models import Person
from portal.cases.models import Allocation, Case
from portal.extensions import db
from portal.impact.queries.choosing import ChartFilter, in_year, within_reach
from portal.kernel import access
from portal.plans.models import Strategy
from portal.plans.rules import Implemented
from portal.policy import Action, Actor
from portal.schools.models import School, ServiceLine
from portal.visits.models import Visit

NOBODY = "Nobody yet"


class Part(NamedTuple):
    """One worker's part in one piece of work, as it comes from the database."""

    case_id: int
    reference: str
    stage: str
    ended_on: date | None
    how_ended: str | None
    imported_year: int | None
    line_id: int
    line: str
    school_id: int
    school: str
    person_id: int | None
    person: str | None
    label: str | None
    readable: bool
    minutes: int
    imported_minutes: int
    strategies: str | None
    """The states of the case's strategies, with commas"""

    @property
    def worker_key(self) -> str:
        if self.person_id is not None:
            return f"person-{self.person_id}"
        # "Worker 1" is a label, and another service line's Worker 1 is somebody else.
        return f"line-{self.line_id}-{self.label}" if self.label else ""

    @property
    def worker(self) -> str:
        return self.person or self.label or NOBODY


def parts_of_year(actor: Actor, chosen: ChartFilter, today: date) -> list[Part]:
    """Every worker's part in the work of a year, by school, within the actor's reach."""
    may_read = access.reach_filter(
        actor,
        Action.READ_CASE,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=Case.__tablename__,
        record=Case.id,
    )
    statement = (
        select(
            Case.id,
            Case.reference,
            Case.stage,
            Case.ended_on,
            Case.how_ended,
            Case.imported_year,
            Case.service_line_id,
            ServiceLine.name,
            Case.school_id,
            School.name,
            Allocation.person_id,
            Person.name,
            Allocation.worker_label,
            case((may_read, 1), else_=0),
            func.coalesce(_minutes(imported=False), 0),
            func.coalesce(_minutes(imported=True), 0),
            _strategy_states(),
        )
        .join(ServiceLine, ServiceLine.id == Case.service_line_id)
        .join(School, School.id == Case.school_id)
        .outerjoin(Allocation, Allocation.case_id == Case.id)
        .outerjoin(Person, Person.id == Allocation.person_id)
        .where(within_reach(actor), in_year(chosen.year, today))
        .order_by(func.lower(School.name), School.id, Case.id, Allocation.id)
    )
    return _one_a_worker(Part._make(row) for row in db.session.execute(statement))


def _minutes(*, imported: bool) -> ScalarSelect[int]:
    """The minutes of one allocation; those of no allocation (cover) count with the first one of the case."""
    first = select(func.min(Allocation.id)).where(Allocation.case_id == Case.id).correlate(Case).scalar_subquery()
    of_allocation = or_(
        Visit.allocation_id == Allocation.id,
        Visit.allocation_id.is_(None) & or_(Allocation.id.is_(None), Allocation.id == first),
    )
    summed = select(func.sum(Visit.minutes)).where(
        Visit.case_id == Case.id, Visit.removed_at.is_(None), Visit.is_imported.is_(imported), of_allocation
    )
    return summed.correlate(Case, Allocation).scalar_subquery()


def _strategy_states() -> ScalarSelect[str]:
    """Every strategy's state in one text, so that the rows stay one statement."""
    state = func.coalesce(Strategy.implemented, Implemented.NOT_YET_KNOWN.value)
    return (
        select(func.aggregate_strings(cast(state, String), ","))
        .where(Strategy.case_id == Case.id)
        .correlate(Case)
        .scalar_subquery()
    )


def _one_a_worker(parts: Iterable[Part]) -> list[Part]:
    """A worker who was allocated to the same case twice has one row of it, with all their time."""
    merged: dict[tuple[int, str], Part] = {}
    for part in parts:
        key = (part.case_id, part.worker_key)
        before = merged.get(key)
        merged[key] = part if before is None else _together(before, part)
    return list(merged.values())


def _together(first: Part, second: Part) -> Part:
    return first._replace(
        minutes=first.minutes + second.minutes, imported_minutes=first.imported_minutes + second.imported_minutes
    )
