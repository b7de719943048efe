"""The list of people, and one of them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_

from portal.accounts import rules
from portal.accounts.models import OneTimeLink, Person, RoleAssignment, SignInSession
from portal.accounts.queries import places
from portal.accounts.queries.ways import WorkRow, ways_columns, ways_of
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach
from portal.policy import ROLE_LABELS, Action, Actor, Assignment, Role

SHOWN_AT_ONCE = 50


@dataclass(frozen=True)
class PeopleFilter:
    """What the list is narrowed to; ``after`` is the id of the last person on the page before."""

    words: str = ""
    role: Role | None = None
    disabled: bool = False
    after: int | None = None


@dataclass(frozen=True)
class RoleRow:
    """One role of a person; ``place`` is its school or service line, or empty."""

    id: int
    role: Role
    place: str
    starts_on: date
    ends_on: date | None
    holds: bool
    is_over: bool

    @property
    def label(self) -> str:
        return ROLE_LABELS[self.role]


@dataclass(frozen=True)
class PersonRow:
    """One line of the list."""

    id: int
    name: str
    email: str
    standing: rules.Standing
    ways: rules.Ways
    roles: tuple[RoleRow, ...]

    @property
    def held(self) -> tuple[RoleRow, ...]:
        return tuple(role for role in self.roles if role.holds)


@dataclass(frozen=True)
class PeoplePage:
    """A page of the list; ``next_after`` begins the next one."""

    rows: tuple[PersonRow, ...]
    next_after: int | None


@dataclass(frozen=True)
class PersonPage:
    """All that an administrator or a coordinator sees of an account."""

    row: PersonRow
    version: int
    created_at: datetime
    last_signed_in_at: datetime | None
    link_until: datetime | None
    """Until when an unused one-time link opens"""
    is_self: bool
    may_change: bool
    may_reopen: bool
    """May the second step be taken away, or a link be made that needs none?"""
    work: tuple[WorkRow, ...]
    work_telephone: str

    @property
    def has_second_factor(self) -> bool:
        return self.row.ways.app or self.row.ways.passkeys > 0


_roles_and_places: Any = (
    select(
        Person,
        RoleAssignment,
        func.coalesce(places.school.c.name, places.line.c.name, "").label("place"),
        *ways_columns,
    )
    .outerjoin(RoleAssignment, RoleAssignment.person_id == Person.id)
    .outerjoin(places.school, places.school.c.id == RoleAssignment.school_id)
    .outerjoin(places.line, places.line.c.id == RoleAssignment.service_line_id)
    .order_by(Person.name, Person.id, RoleAssignment.starts_on, RoleAssignment.id)
)


def people_page(actor: Actor, wanted: PeopleFilter) -> PeoplePage:
    """People by name, ``SHOWN_AT_ONCE`` at a time. Raises ``NotPermitted``."""
    ensure(actor, Action.READ_PEOPLE)
    ids = select(Person.id).where(*_conditions(wanted)).order_by(Person.name, Person.id).limit(SHOWN_AT_ONCE + 1)
    rows = _rows(_roles_and_places.where(Person.id.in_(ids)))
    shown = rows[:SHOWN_AT_ONCE]
    return PeoplePage(tuple(shown), shown[-1].id if len(rows) > SHOWN_AT_ONCE else None)


def _conditions(wanted: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Person.disabled_at.is_not(None) if wanted.disabled else Person.disabled_at.is_(None)
    ]
    if wanted.words:
        conditions.append(
            or_(
                Person.name.icontains(wanted.words, autoescape=True),
                Person.email.icontains(wanted.words, autoescape=True),
            )
        )
    if wanted.role is not None:
        conditions.append(
            exists().where(
                RoleAssignment.person_id == Person.id, RoleAssignment.role == wanted.role.value, _holds_today()
            )
        )
    if wanted.after is not None:
        last = select(Person.name).where(Person.id == wanted.after).scalar_subquery()
        conditions.append(tuple_(Person.name, Person.id) > tuple_(last, wanted.after))
    return conditions


def _holds_today() -> ColumnElement[bool]:
    today = clock.today()
    return and_(
        RoleAssignment.starts_on <= today, or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= today)
    )


def _rows(statement: Any) -> list[PersonRow]:
    people: dict[int, Person] = {}
    roles: dict[int, list[RoleRow]] = {}
    today = clock.today()
    ways: dict[int, rules.Ways] = {}
    for person, role, place, *linked in db.session.execute(statement):
        people[person.id] = person
        ways[person.id] = _ways(person, *linked)
        of_person = roles.setdefault(person.id, [])
        if role is not None:
            of_person.append(_role_row(role, place, today))
    return [_person_row(person, ways[i], tuple(roles[i])) for i, person in people.items()]


def _ways(person: Person, microsoft: bool, google: bool, passkeys: int) -> rules.Ways:
    work = (["Microsoft"] if microsoft else []) + (["Google"] if google else [])
    return rules.Ways(person.password_hash is not None, person.has_app, tuple(work), passkeys)


def _role_row(role: RoleAssignment, place: str, today: date) -> RoleRow:
    dated = rules.DatedRole(role.role, role.school_id, role.service_line_id, role.starts_on, role.ends_on)
    return RoleRow(
        role.id,
        Role(role.role),
        place,
        role.starts_on,
        role.ends_on,
        holds=bool(rules.held_today([dated], today)),
        is_over=not rules.held_today_or_later([dated], today),
    )


def _person_row(person: Person, ways: rules.Ways, roles: tuple[RoleRow, ...]) -> PersonRow:
    standing = rules.Standing.ACTIVE if ways.count else rules.Standing.INVITED
    if person.is_disabled:
        standing = rules.Standing.DISABLED
    return PersonRow(person.id, person.name, person.email, standing, ways, roles)


def person_page(actor: Actor, person_id: int) -> PersonPage:
    """Raises ``NotPermitted`` or ``OutOfReach``."""
    ensure(actor, Action.READ_PEOPLE)
    rows = _rows(_roles_and_places.where(Person.id == person_id))
    if not rows:
        raise OutOfReach
    person = db.session.get_one(Person, person_id)
    theirs = frozenset(role.role for role in rows[0].roles if not role.is_over)
    return PersonPage(
        rows[0],
        person.version,
        person.created_at,
        db.session.scalar(select(func.max(SignInSession.began_at)).where(SignInSession.person_id == person_id)),
        db.session.scalar(
            select(func.max(OneTimeLink.expires_at)).where(
                OneTimeLink.person_id == person_id,
                OneTimeLink.used_at.is_(None),
                OneTimeLink.expires_at > clock.now(),
            )
        ),
        is_self=actor.person_id == person_id,
        may_change=rules.may_change(actor.roles, theirs),
        may_reopen=rules.may_reopen(actor.roles, theirs),
        work=ways_of(person_id).work,
        work_telephone=person.work_telephone or "",
    )


def person_with_email(email: str) -> int | None:
    """The id of the person with this e-mail address."""
    return db.session.scalar(select(Person.id).where(Person.email == email.strip().lower()))


def version_of(person_id: int) -> int:
    """The version that an edit form of this person opens with."""
    return db.session.get_one(Person, person_id).version


def work_telephone_of(person_id: int) -> str:
    """The number they are called on at work; "" when they gave none."""
    return db.session.get_one(Person, person_id).work_telephone or ""


def has_pin(person_id: int) -> bool:
    """Has the person chosen a tablet PIN?"""
    return db.session.get_one(Person, person_id).tablet_pin_hash is not None


def dated_roles(person: Person) -> list[rules.DatedRole]:
    """All roles of a person, as the rules want them."""
    return [rules.DatedRole(r.role, r.school_id, r.service_line_id, r.starts_on, r.ends_on) for r in person.roles]


def actor_of(person_id: int) -> Actor:
    """The person with the roles that hold today, for commands, jobs and tests."""
    person = db.session.get_one(Person, person_id)
    held = rules.held_today(dated_roles(person), clock.today())
    return Actor(person.id, person.name, tuple(Assignment(Role(r.role), r.school_id, r.line_id) for r in held))


def people_with(role: Role, *, school_id: int | None = None, line_id: int | None = None) -> tuple[int, ...]:
    """Ids of those who hold the role today, disabled people left out.

    With ``school_id`` those of that school; with ``line_id`` those of that service line or of every line.
    """
    statement = (
        select(Person.id)
        .join(RoleAssignment)
        .where(RoleAssignment.role == role.value, _holds_today(), Person.disabled_at.is_(None))
        .distinct()
        .order_by(Person.id)
    )
    if school_id is not None:
        statement = statement.where(RoleAssignment.school_id == school_id)
    if line_id is not None:
        every = RoleAssignment.service_line_id
        statement = statement.where(or_(every == line_id, every.is_(None)))
    return tuple(db.session.scalars(statement))


def people_of_school(school_id: int) -> tuple[int, ...]:
    """Everybody who acts for the school today: its staff, then its heads."""
    staff = people_with(Role.SCHOOL, school_id=school_id)
    heads = people_with(Role.HEAD, school_id=school_id)
    return tuple(dict.fromkeys((*staff, *heads)))


def school_audience(school_id: int, *concerned: int | None) -> tuple[int, ...]:
    """Who hears of what concerns a school: its staff, or its heads where it has no other account; and of the people
    ``concerned`` (who asked, who booked) those who act for it today, so that a head who asks hears the answer."""
    staff = people_with(Role.SCHOOL, school_id=school_id)
    heads = people_with(Role.HEAD, school_id=school_id)
    return tuple(dict.fromkeys((*(staff or heads), *(one for one in heads if one in concerned))))


def school_role(school_id: int) -> Role:
    """The role for which a school's task waits: its heads where nobody else has an account."""
    staff = people_with(Role.SCHOOL, school_id=school_id)
    return Role.SCHOOL if staff or not people_with(Role.HEAD, school_id=school_id) else Role.HEAD
