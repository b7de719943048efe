"""Reading schools and other organisations that refer."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, distinct, false, func, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import RoleAssignment
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.errors import OutOfReach
from portal.kernel.finding import FEWEST_LETTERS, wanted_words
from portal.policy import SCHOOL_ROLES, Action, Actor
from portal.schools import rules
from portal.schools.models import School
from portal.schools.queries.paging import Page, Statement, keyed, page_of

NOT_REFERRING = ("closed", "proposed")
REFERRING_KINDS = tuple(rules.ORGANISATION_KINDS)
MOST_FOUND = 20
"""Schools shown at once beside a form; more letters find fewer."""


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
    dsl_name: str
    dsl_telephone: str
    closed_on: date | None
    successor_id: int | None
    is_ours: bool
    authority_code: str | None
    establishment_number: str | None
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
    def number(self) -> str | None:
        """The department's number of the school, such as 880/2045."""
        parts = (self.authority_code, self.establishment_number)
        return "/".join(part for part in parts if part) or None

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
    register: bool = False
    """The whole national register, not only the schools that the service works with; a search always looks there"""

    @property
    def in_use(self) -> int:
        return sum(bool(part) for part in (self.search, self.phase, self.state, self.register))

    @property
    def words(self) -> tuple[str, ...]:
        return wanted_words(self.search)

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


def school_choices(*, also: str | None = None) -> list[tuple[str, str]]:
    """Open schools and authorities that the service works with, by name, for a form.

    ``also`` is the id of one more that a search found; any text may be handed in.
    """
    is_offered: ColumnElement[bool] = School.is_ours.is_(True)
    if also is not None and re.fullmatch(r"[1-9][0-9]{0,8}", also):
        is_offered = or_(is_offered, School.id == int(also))
    rows = db.session.execute(
        select(School.id, School.name)
        .where(is_offered, School.kind.in_(REFERRING_KINDS), School.status.not_in(NOT_REFERRING))
        .order_by(School.name, School.id)
    )
    return [(str(row.id), row.name) for row in rows]


@dataclass(frozen=True)
class FoundSchool:
    """A school that a search found, to be chosen; ``name`` holds no more than the public register does."""

    id: int
    name: str
    place: str
    """Town and URN, which tell schools of one name apart"""


@dataclass(frozen=True)
class Finder:
    """The search for a school beside a form; ``more`` when there are others beyond those shown."""

    search: str
    found: tuple[FoundSchool, ...] = ()
    more: bool = False

    @property
    def is_too_short(self) -> bool:
        return bool(self.search) and not wanted_words(self.search)


def find_schools(search: str) -> Finder:
    """Open schools of the whole register by letters of name, town or URN, at most ``MOST_FOUND``; none when too few."""
    words = wanted_words(search)
    if not words:
        return Finder(search)
    rows = db.session.execute(
        select(School.id, School.name, School.town, School.urn)
        .where(*_with_words(words), School.kind.in_(REFERRING_KINDS), School.status.not_in(NOT_REFERRING))
        .order_by(School.search_name, School.id)
        .limit(MOST_FOUND + 1)
    ).all()
    found = tuple(
        FoundSchool(
            row.id, row.name, ", ".join(part for part in (row.town, f"URN {row.urn}" if row.urn else "") if part)
        )
        for row in rows[:MOST_FOUND]
    )
    return Finder(search, found, len(rows) > MOST_FOUND)


def _with_words(words: Iterable[str]) -> list[ColumnElement[bool]]:
    """Every word stands somewhere in what the school is found by; both texts are folded alike, so no case matters."""
    return [School.search_name.contains(word) for word in words]


def schools_to_write_for(actor: Actor) -> list[tuple[str, str]]:
    """Those of ``school_choices`` for which this person may enter a pupil."""
    rows = db.session.execute(
        select(School.id, School.name)
        .where(
            School.kind.in_(REFERRING_KINDS),
            School.status.not_in(NOT_REFERRING),
            School.is_ours.is_(True),
            reach_filter(actor, Action.WRITE_PUPIL, school=School.id),
        )
        .order_by(School.name, School.id)
    )
    return [(str(row.id), row.name) for row in rows]


def schools_seen_by(actor: Actor) -> list[tuple[str, str]]:
    """The schools whose pupils this person may look for, by name, for a filter: own ones, or all."""
    rows = db.session.execute(
        select(School.id, School.name)
        .where(
            School.kind.in_(REFERRING_KINDS),
            School.is_ours.is_(True),
            reach_filter(actor, Action.READ_PUPIL, school=School.id),
        )
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
    order = ["search_name"] if wanted.words else ["name"]
    found = db.session.execute(keyed(statement, School, order, after, before)).all()
    return page_of(found, after, before, lambda row: SchoolRow(*row), lambda row: row.id)


def _conditions(wanted: SchoolFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words:
        conditions += _with_words(wanted.words)
    elif len(wanted.search) >= FEWEST_LETTERS:  # signs alone are in no school's name
        conditions.append(false())
    elif not wanted.register:
        conditions.append(School.is_ours.is_(True))
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
