"""Reading schools and other organisations that refer."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, distinct, func, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import RoleAssignment
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.errors import OutOfReach
from portal.policy import SCHOOL_ROLES, Action, Actor
from portal.schools import rules
from portal.schools.models import School
from portal.schools.queries.paging import Page, Statement, keyed, page_of

FEWEST_LETTERS = 3
"""Fewer letters are no search."""

NOT_REFERRING = ("closed", "proposed")
REFERRING_KINDS = tuple(rules.ORGANISATION_KINDS)


@dataclass(frozen=True)
class SchoolRow:
    """A school or authority as pages show it."""

    id: int
    name: str
    kind: str
    urn: str | None
    phase: str
    status: str
    town: str
    address: str
    postcode: str
    telephone: str
    closed_on: date | None
    successor_id: int | None
    successor_name: str | None
    version: int

    @property
    def kind_words(self) -> str:
        return rules.ORGANISATION_KINDS.get(self.kind, "From an earlier chart")

    @property
    def phase_words(self) -> str:
        return rules.SCHOOL_PHASES.get(self.phase, self.phase)

    @property
    def status_words(self) -> str:
        return rules.SCHOOL_STATUS.get(self.status, self.status)

    @property
    def is_closed(self) -> bool:
        return self.status == "closed"

    @property
    def is_imported(self) -> bool:
        return self.kind not in rules.ORGANISATION_KINDS


@dataclass(frozen=True)
class SchoolFilter:
    """What a list of schools is narrowed by; empty text narrows nothing."""

    search: str = ""
    phase: str = ""
    state: str = ""
    """open or closed"""

    @property
    def in_use(self) -> int:
        return sum(bool(part) for part in (self.search, self.phase, self.state))

    @property
    def is_too_short(self) -> bool:
        return 0 < len(self.search) < FEWEST_LETTERS


@dataclass(frozen=True)
class OpenedSchool(rules.SchoolDraft):
    """A school as its form opens it."""

    version: int = 0


@dataclass(frozen=True)
class OpenedClosing:
    """The form that closes a school, opened."""

    version: int
    closed_on: date | None = None
    successor_id: str = ""


_successor = aliased(School)


def _rows() -> Statement:
    own = [
        getattr(School, name) for name in SchoolRow.__dataclass_fields__ if name not in ("successor_name", "version")
    ]
    joined = select(*own, _successor.name.label("successor_name"), School.version)
    return joined.outerjoin(_successor, _successor.id == School.successor_id)


def school_choices() -> list[tuple[str, str]]:
    """Open schools and authorities, by name, for a form."""
    rows = db.session.execute(
        select(School.id, School.name)
        .where(School.kind.in_(REFERRING_KINDS), School.status.not_in(NOT_REFERRING))
        .order_by(School.name, School.id)
    )
    return [(str(row.id), row.name) for row in rows]


def schools_to_write_for(actor: Actor) -> list[tuple[str, str]]:
    """Those of ``school_choices`` for which this person may enter a pupil."""
    rows = db.session.execute(
        select(School.id, School.name)
        .where(
            School.kind.in_(REFERRING_KINDS),
            School.status.not_in(NOT_REFERRING),
            reach_filter(actor, Action.WRITE_PUPIL, school=School.id),
        )
        .order_by(School.name, School.id)
    )
    return [(str(row.id), row.name) for row in rows]


def schools_seen_by(actor: Actor) -> list[tuple[str, str]]:
    """The schools whose pupils this person may look for, by name, for a filter: own ones, or all."""
    rows = db.session.execute(
        select(School.id, School.name)
        .where(School.kind.in_(REFERRING_KINDS), reach_filter(actor, Action.READ_PUPIL, school=School.id))
        .order_by(School.name, School.id)
    )
    return [(str(row.id), row.name) for row in rows]


def school_row(school_id: int) -> SchoolRow:
    """Raises ``OutOfReach`` when there is none."""
    row = db.session.execute(_rows().where(School.id == school_id)).one_or_none()
    if row is None:
        raise OutOfReach
    return SchoolRow(*row)


def school_for(actor: Actor, school_id: int, action: Action = Action.READ_SCHOOL) -> School:
    """The school itself, within the actor's reach. Raises ``OutOfReach``."""
    school = db.session.scalars(
        select(School).where(School.id == school_id, reach_filter(actor, action, school=School.id))
    ).one_or_none()
    if school is None:
        raise OutOfReach
    return school


def school_draft(school: School) -> OpenedSchool:
    """What the form of a school is opened with."""
    texts = {name: getattr(school, name) or "" for name in rules.SchoolDraft.__dataclass_fields__}
    return OpenedSchool(**texts, version=school.version)


def schools_page(
    actor: Actor, wanted: SchoolFilter, *, after: int | None = None, before: int | None = None
) -> Page[SchoolRow]:
    """The schools in reach, by name, one page. A search of fewer than three letters narrows nothing."""
    statement = _rows().where(reach_filter(actor, Action.READ_SCHOOL, school=School.id), *_conditions(wanted))
    found = db.session.execute(keyed(statement, School, ["name"], after, before)).all()
    return page_of(found, after, before, lambda row: SchoolRow(*row), lambda row: row.id)


def _conditions(wanted: SchoolFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.search and not wanted.is_too_short:
        searched = (School.name, School.town, School.urn)
        conditions.append(or_(*(column.icontains(wanted.search, autoescape=True) for column in searched)))
    if wanted.phase:
        conditions.append(School.phase == wanted.phase)
    if wanted.state == "open":
        conditions.append(School.status != "closed")
    elif wanted.state == "closed":
        conditions.append(School.status == "closed")
    return conditions


def people_count(school_id: int) -> int:
    """How many people hold a role at this school today."""
    today = clock.today()
    return (
        db.session.scalar(
            select(func.count(distinct(RoleAssignment.person_id))).where(
                RoleAssignment.school_id == school_id,
                RoleAssignment.role.in_([role.value for role in SCHOOL_ROLES]),
                RoleAssignment.starts_on <= today,
                or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= today),
            )
        )
        or 0
    )


def closing_draft(school: School) -> OpenedClosing:
    """What the form that closes a school is opened with."""
    return OpenedClosing(school.version)
