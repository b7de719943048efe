"""What the board's filters offer, in one statement."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, exists, literal, or_, select, union_all

from portal.accounts.models import Person, RoleAssignment
from portal.cases.models import Case
from portal.cases.rules import ON_BOARD
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.policy import Action, Actor, Role
from portal.schools.models import School, ServiceLine

_today: BindParameter[date] = bindparam("today")

_workers = select(literal("worker").label("kind"), Person.id, Person.name).where(
    Person.disabled_at.is_(None),
    exists().where(
        RoleAssignment.person_id == Person.id,
        RoleAssignment.role == Role.WORKER.value,
        RoleAssignment.starts_on <= _today,
        or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= _today),
    ),
)

Pairs = list[tuple[int, str]]


class Choices(NamedTuple):
    """Service lines, workers and schools that a board can be narrowed to; by name."""

    lines: Pairs
    workers: Pairs
    schools: Pairs


def choices(actor: Actor) -> Choices:
    """Lines within reach, workers of today, and schools with work on the board."""
    found: dict[str, Pairs] = {"line": [], "worker": [], "school": []}
    for kind, number, name in db.session.execute(_statement(actor), {"today": clock.today()}):
        found[kind].append((number, name))
    return Choices(*(sorted(pairs, key=lambda pair: (pair[1].casefold(), pair[0])) for pairs in found.values()))


def _statement(actor: Actor) -> Any:
    lines = select(literal("line").label("kind"), ServiceLine.id, ServiceLine.name).where(
        reach_filter(actor, Action.READ_BOARD, line=ServiceLine.id)
    )
    schools = select(literal("school").label("kind"), School.id, School.name).where(
        School.kind != "imported",
        exists().where(
            Case.school_id == School.id,
            Case.stage.in_(ON_BOARD),
            reach_filter(actor, Action.READ_BOARD, line=Case.service_line_id),
        ),
    )
    return union_all(lines, _workers, schools)
