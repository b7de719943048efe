"""The demonstration's cast, schools and settings: enough to sign in and begin."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from sqlalchemy import select

from portal.accounts.models import Person, RoleAssignment
from portal.accounts.operations.passwords import hash_password
from portal.config import DEMONSTRATION_PASSWORD
from portal.demo import names
from portal.demo.diary import Diary
from portal.extensions import db
from portal.kernel import audit, clock, settings
from portal.kernel.settings import Feature
from portal.policy import Role
from portal.schools.models import School, ServiceLine

CAST_DOMAIN = "demo.example"
_MOBILES = "07700 900"
"""Numbers that Ofcom keeps for drama, as it does 01632 960: nobody has them."""
BEFORE = timedelta(days=400)
"""How long the cast has had accounts: long enough to confirm for one another"""
OTHERS_DOMAIN = "others.demo.example"
"""People of the demonstration who are not of the cast: they do the work of other schools, and cannot sign in."""


@dataclass(frozen=True)
class Cast:
    """Ids of who and what the demonstration's stories need."""

    schools: dict[str, int]
    """By name"""
    primary: tuple[int, ...]
    secondary: tuple[int, ...]
    writers: dict[int, int]
    """Who writes referrals, by school"""
    heads: dict[int, int]
    workers: tuple[int, ...]
    coordinator: int
    primary_line: int
    secondary_line: int
    diary: Diary = field(default_factory=Diary)


def make_cast(since: date) -> Cast:
    """Adds schools and people whose roles hold from ``since``. Runs in a unit of work on a seeded, empty database."""
    _settings()
    primary = [_school(name, "primary", number) for number, name in enumerate(names.PRIMARY_SCHOOLS)]
    secondary = [_school(name, "secondary", number + 50) for number, name in enumerate(names.SECONDARY_SCHOOLS)]
    authority = School(name=names.AUTHORITY, kind="authority", phase="not_applicable", status="open")
    audit.record(None, "school added", authority)
    ash, birch = primary[0], secondary[0]
    lines = _lines()
    writers = {
        ash.id: _person("Priya Raman", Role.SCHOOL, since, school=ash, sign_in="senco.ash").id,
        birch.id: _person("Tom Whitlock", Role.SCHOOL, since, school=birch, sign_in="senco.birch").id,
    }
    heads = {ash.id: _person("Ruth Adeyinka", Role.HEAD, since, school=ash, sign_in="head.ash").id}
    workers = [
        _person(name, Role.WORKER, since, sign_in=local, telephone=f"{_MOBILES} {101 + number}").id
        for number, (name, local) in enumerate(names.WORKERS)
    ]
    coordinator = _person("Alex Moran", Role.COORDINATOR, since, sign_in="coordinator", telephone=f"{_MOBILES} 100")
    _person("Grace Oduya", Role.PANEL, since, sign_in="panel")
    _person("Lin Hargreaves", Role.SAFEGUARDING, since, sign_in="safeguarding", telephone=f"{_MOBILES} 130")
    _person("Martin Cope", Role.COMMISSIONER, since, sign_in="commissioner")
    _person("Ivy Sandhu", Role.ADMIN, since, sign_in="admin")
    workers += [
        _person(name, Role.WORKER, since, telephone=f"{_MOBILES} {111 + number}").id
        for number, name in enumerate(names.MORE_WORKERS)
    ]
    for school in (*primary, *secondary):
        if school.id not in writers:
            writers[school.id] = _person(f"SENCo of {school.name}", Role.SCHOOL, since, school=school).id
        if school.id not in heads:
            heads[school.id] = _person(f"Head of {school.name}", Role.HEAD, since, school=school).id
    return Cast(
        schools={school.name: school.id for school in (*primary, *secondary)},
        primary=_ids(primary),
        secondary=_ids(secondary),
        writers=writers,
        heads=heads,
        workers=tuple(workers),
        coordinator=coordinator.id,
        primary_line=lines["primary"],
        secondary_line=lines["secondary"],
    )


def _lines() -> dict[str, int]:
    """The two lines by phase; only the primary one asks the head inside the portal, so that both ways can be tried."""
    found = {}
    for line in db.session.scalars(select(ServiceLine)):
        line.asks_head = line.phase == "primary"
        audit.record(None, "service line changed", line)
        found[line.phase] = line.id
    return found


def _ids(schools: Sequence[School]) -> tuple[int, ...]:
    return tuple(school.id for school in schools)


def _settings() -> None:
    wanted = {
        "service.name": "Harbour Outreach",
        "service.short_name": "Harbour Outreach",
        "service.provider": "Harbour Special School (invented)",
        "service.help_line": "01632 960 123 (invented)",
        "contact.address": "Harbour Outreach\n3 Invented Quay\nHarbourmouth\nZZ9 9ZZ",
        "contact.telephone": "01632 960 100",
        "contact.email": f"outreach@{CAST_DOMAIN}",
        "contact.hours": "Monday to Friday, 8:30am to 4:30pm, in term time",
    } | {f"feature.{feature}": "on" for feature in Feature}
    for key, value in wanted.items():
        audit.record(None, "setting changed", settings.put(key, value), fields=[key])


def _school(name: str, phase: str, number: int) -> School:
    school = School(
        name=name,
        kind="school",
        phase=phase,
        status="open",
        urn=f"{900_100 + number}",
        town=names.TOWNS[number % len(names.TOWNS)],
        telephone=f"01632 960 {200 + number}",
    )
    audit.record(None, "school added", school)
    return school


@cache
def _unknown_password() -> str:
    """For people who are not of the cast: they have an account, and nobody can sign in with it."""
    return hash_password(secrets.token_urlsafe(24))


def _person(
    name: str,
    role: Role,
    since: date,
    *,
    school: School | None = None,
    sign_in: str | None = None,
    telephone: str | None = None,
) -> Person:
    if sign_in:
        email = f"{sign_in}@{CAST_DOMAIN}"
    else:
        email = f"{name.lower().replace(' ', '.').replace('’', '')}@{OTHERS_DOMAIN}"
    person = Person(name=name, email=email, work_telephone=telephone, created_at=clock.now() - BEFORE, roles=[])
    person.roles.append(RoleAssignment(role=role.value, school_id=school.id if school else None, starts_on=since))
    person.joined_at = person.created_at
    person.password_hash = hash_password(DEMONSTRATION_PASSWORD) if sign_in else _unknown_password()
    audit.record(None, "person added", person)
    return person
