"""The one statement of a board.

One branch a stage, each with its own LIMIT over the index (line, stage, since), so that the work is the same with
two hundred cases and with a hundred thousand. The text of a statement depends on its shape alone, so it is built once.
"""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, bindparam, case, exists, func, or_, select, union_all

from portal.cases.models import Allocation, Case, CasePupil
from portal.cases.queries import pack_names, pack_workers
from portal.cases.queries.one import KIND, nearest_year
from portal.cases.rules import ON_BOARD
from portal.kernel.access import Involvement, holds
from portal.policy import Bounds
from portal.schools.models import Pupil, PupilYear, School
from portal.tasks.models import Task

_today: BindParameter[date] = bindparam("today")


class Shape(NamedTuple):
    """Which conditions a board has; their values are bound when it is read."""

    lines: str
    """all, one or some"""
    worker: bool
    school: bool
    year: bool
    text: bool
    due: bool


def lines_shape(bounds: Bounds, line: int | None) -> tuple[str, list[int]]:
    """The service lines that are shown: within reach, and the chosen one only."""
    if bounds.everything or None in bounds.line_ids:
        return ("one", [line]) if line else ("all", [])
    known = sorted(i for i in bounds.line_ids if i is not None and line in (None, i))
    return ("one" if len(known) == 1 else "some"), known


@cache
def statement_of(shape: Shape) -> Any:
    """The board of this shape. Binds: today, year, person, ``limit_<stage>``, and what the shape asks for."""
    branches = [select(_branch(shape, stage).subquery()) for stage in ON_BOARD]
    shown = union_all(*branches).cte("shown").prefix_with("MATERIALIZED")
    return (
        select(*_columns())
        .select_from(shown)
        .join(Case, Case.id == shown.c.id)
        .join(School, School.id == Case.school_id)
        .outerjoin(CasePupil, (CasePupil.case_id == Case.id) & (CasePupil.position == 1))
        .outerjoin(PupilYear, PupilYear.id == nearest_year(CasePupil.pupil_id, bindparam("school_year")))
        .outerjoin(Task, Task.id == _next_task())
        .order_by(Case.stage_since, Case.id)
    )


def _branch(shape: Shape, stage: str) -> Any:
    return (
        select(Case.id)
        .where(Case.stage == stage, Case.imported_year.is_(None), *conditions(shape))
        .order_by(Case.stage_since, Case.id)
        .limit(bindparam(f"limit_{stage}"))
    )


def conditions(shape: Shape) -> list[ColumnElement[bool]]:
    """What narrows the cases, reach and filters alike."""
    found: list[ColumnElement[bool]] = []
    if shape.lines == "one":
        found.append(Case.service_line_id == bindparam("line"))
    elif shape.lines == "some":
        # "+ 0" keeps the planner on the index of stages: in the order of time, it ends at its LIMIT without sorting.
        found.append((Case.service_line_id + 0).in_(bindparam("lines", expanding=True)))
    if shape.school:
        found.append(Case.school_id == bindparam("school"))
    if shape.year:
        found.append(Case.opened_on.between(bindparam("year_first"), bindparam("year_last")))
    if shape.worker:
        found.append(_works(bindparam("worker")))
    if shape.due:
        found.append(_is_due())
    if shape.text:
        found.append(_says())
    return found


def _works(person: Any) -> ColumnElement[bool]:
    return exists().where(
        Allocation.case_id == Case.id,
        Allocation.person_id == person,
        or_(Allocation.ends_on.is_(None), Allocation.ends_on >= _today),
    )


def _is_due() -> ColumnElement[bool]:
    return exists().where(Task.case_id == Case.id, Task.done_at.is_(None), Task.due_on < bindparam("due_before"))


def _says() -> ColumnElement[bool]:
    name = func.lower(Pupil.given_name + " " + Pupil.family_name)
    of_pupil = exists().where(
        CasePupil.case_id == Case.id,
        Pupil.id == CasePupil.pupil_id,
        name.contains(bindparam("text"), autoescape=False, escape="\\"),
    )
    return or_(func.lower(Case.reference).contains(bindparam("text"), escape="\\"), of_pupil)


def _next_task() -> Any:
    return (
        select(Task.id)
        .where(Task.case_id == Case.id, Task.done_at.is_(None))
        .order_by(Task.due_on, Task.id)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


def _columns() -> list[Any]:
    involved = exists().where(
        Involvement.kind == KIND,
        Involvement.record_id == Case.id,
        Involvement.person_id == bindparam("person"),
        holds(_today),
    )
    return [
        Case.id,
        Case.reference,
        Case.stage,
        Case.stage_since,
        Case.planned_half_days,
        Case.minutes_used,
        Case.version,
        School.name.label("school"),
        PupilYear.school_year,
        PupilYear.year_group,
        pack_names().label("names"),
        pack_workers(_today).label("workers"),
        case((involved, 1), else_=0).label("involved"),
        Task.rule,
        Task.title,
        Task.due_on,
    ]
