"""What each role's part of the first page shows beside what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import AccountRequest, Person, RoleAssignment
from portal.cases import queries as cases
from portal.cases import rules as case_rules
from portal.cases.models import Case, Cover
from portal.extensions import db
from portal.home import rules
from portal.home.queries.waiting import case_reach
from portal.kernel import clock
from portal.kernel.access import Involvement, works
from portal.kernel.dates import day_words
from portal.kernel.jobs import Job
from portal.notices.queries import failed_messages
from portal.policy import RECORD_ROLES, Action, Actor
from portal.referrals import queries as referrals
from portal.referrals import rules as referral_rules
from portal.referrals.models import Referral
from portal.referrals.queries.records import within_reach
from portal.schools.models import School
from portal.schools.queries import calendar_of
from portal.schools.queries.clocks import LineClock
from portal.tasks import rules as due
from portal.tasks.models import Task
from portal.tasks.queries import TaskRow, row_of
from portal.visits import queries as visits

SHOWN = 6
"""Rows of a list on the first page; the whole list is one link away"""


@dataclass(frozen=True)
class SchoolPart:
    """A school's referrals under way, its support, and the next cut-offs (line and words)."""

    referrals: tuple[referrals.ReferralRow, ...]
    support: tuple[cases.SupportRow, ...]
    cut_offs: tuple[tuple[str, str], ...]
    more_referrals: bool
    more_support: bool
    pupils: Mapping[int, str]
    """The pupil of each referral, for what waits"""
    supported: Mapping[int, str]
    """The pupils of each piece of work, for what waits"""


def school_part(actor: Actor, clocks: list[LineClock]) -> SchoolPart:
    """In at most four statements."""
    own = referrals.own_referrals(actor).rows
    open_ones = [row for row in own if row.status in referral_rules.OPEN or row.is_draft]
    support = cases.support_list(actor).rows
    return SchoolPart(
        tuple(open_ones[:SHOWN]),
        tuple(support[:SHOWN]),
        _cut_offs(clocks),
        more_referrals=len(own) > len(open_ones[:SHOWN]),
        more_support=len(support) > SHOWN,
        pupils={row.id: row.pupil for row in own},
        supported={row.id: row.name for row in support},
    )


def _cut_offs(clocks: list[LineClock]) -> tuple[tuple[str, str], ...]:
    now = clock.local_now()
    return tuple((line.name, referral_rules.cut_off_words(_next(line, now), now)) for line in clocks if line.is_active)


def _next(line: LineClock, now: datetime) -> datetime:
    return line.calendar.next_cut_off(now, line.cut_off_weekday, line.cut_off_time)


@dataclass(frozen=True)
class CaseRow:
    """One of a worker's cases, with the next thing due."""

    reference: str
    name: str
    school: str
    stage: str
    due: TaskRow | None


@dataclass(frozen=True)
class WorkerPart:
    """A worker's cases by what is due, and their week."""

    cases: tuple[CaseRow, ...]
    week: visits.Week


def worker_part(actor: Actor, today: date) -> WorkerPart:
    """In two statements."""
    return WorkerPart(_own_cases(actor, today), visits.week_of(actor, actor.person_id, today))


def _own_cases(actor: Actor, today: date) -> tuple[CaseRow, ...]:
    next_task = (
        select(Task.id)
        .where(Task.case_id == Case.id, Task.done_at.is_(None))
        .order_by(Task.due_on, Task.id)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    mine = select(Involvement.record_id).where(
        Involvement.kind == Case.__tablename__,
        Involvement.person_id == actor.person_id,
        works(today),
    )
    rows = db.session.execute(
        select(Case.reference, Case.stage, School.name, cases.pack_names().label("names"), Task)
        .join(School, School.id == Case.school_id)
        .outerjoin(Task, Task.id == next_task)
        .where(Case.id.in_(mine), case_reach(actor), Case.stage.in_(case_rules.ON_BOARD), Case.imported_year.is_(None))
        .order_by(Task.due_on.is_(None), Task.due_on, Case.id)
    )
    return tuple(_case_row(row, today) for row in rows)


def _case_row(row: Any, today: date) -> CaseRow:
    stage = case_rules.STAGES[row.stage]
    task = None if row.Task is None else row_of(row.Task, today)
    return CaseRow(row.reference, cases.listed_name(row.names), row.name, stage, task)


@dataclass(frozen=True)
class LateRow:
    """How much of a worker's is late, and since when."""

    person_id: int
    name: str
    number: int
    words: str


@dataclass(frozen=True)
class CoverRow:
    """Somebody who has opened a case to cover it; no child's name, since the reference leads to it."""

    id: int
    reference: str
    school: str
    who: str
    words: str
    reason: str


@dataclass(frozen=True)
class ServicePart:
    """The figures of who runs the service, each of them a link."""

    to_screen: int
    longest: str
    """How long the oldest of them waits, in school days; "" without any"""
    awaiting: int
    """Accepted, and without a case yet"""
    account_requests: int
    late: tuple[LateRow, ...]
    covers: tuple[CoverRow, ...]
    """Those of today, the newest first"""

    @property
    def lead(self) -> str:
        return rules.service_lead(sum(row.number for row in self.late), len(self.late))


def service_part(actor: Actor, today: date) -> ServicePart:
    """In three statements."""
    row = db.session.execute(_figures(actor)).one()
    return ServicePart(
        to_screen=row.to_screen,
        longest=_longest(row.oldest, today),
        awaiting=row.awaiting,
        account_requests=row.requests,
        late=_late_by_worker(today),
        covers=_covers(actor, today),
    )


def _covers(actor: Actor, today: date) -> tuple[CoverRow, ...]:
    rows = db.session.execute(
        select(Cover.id, Cover.ends_on, Cover.reason, Case.reference, School.name, Person.name.label("who"))
        .join(Case, Case.id == Cover.case_id)
        .join(School, School.id == Case.school_id)
        .join(Person, Person.id == Cover.person_id)
        .where(Cover.ends_on >= today, case_reach(actor))
        .order_by(Cover.id.desc())
    )
    return tuple(
        CoverRow(row.id, row.reference, row.name, row.who, f"until {day_words(row.ends_on, today)}", row.reason)
        for row in rows
    )


def _figures(actor: Actor) -> Any:
    to_screen = (within_reach(actor, Action.SCREEN_REFERRAL), Referral.status == "submitted")
    asked = select(func.count(AccountRequest.id)).where(AccountRequest.answered_at.is_(None))
    return select(
        select(func.count(Referral.id)).where(*to_screen).scalar_subquery().label("to_screen"),
        select(func.min(Referral.submitted_at)).where(*to_screen).scalar_subquery().label("oldest"),
        select(func.count(Task.id))
        .where(Task.rule == due.OPEN_CASE, Task.done_at.is_(None))
        .scalar_subquery()
        .label("awaiting"),
        asked.scalar_subquery().label("requests"),
    )


def _longest(oldest: datetime | None, today: date) -> str:
    if oldest is None:
        return ""
    return referral_rules.waiting(oldest.astimezone(clock.LONDON).date(), today, calendar_of(None)).words


def _late_by_worker(today: date) -> tuple[LateRow, ...]:
    number, since = func.count(Task.id), func.min(Task.due_on)
    rows = db.session.execute(
        select(Person.id, Person.name, number, since)
        .join(Person, Person.id == Task.person_id)
        .where(Task.done_at.is_(None), Task.due_on < today)
        .group_by(Person.id, Person.name)
        .order_by(number.desc(), since, Person.name)
    )
    return tuple(LateRow(person_id, name, count, _since(first, today)) for person_id, name, count, first in rows)


def _since(first: date, today: date) -> str:
    return due.due_words(first, today, calendar_of(None).school_days_late(first, today))


def at_panel(actor: Actor) -> tuple[referrals.ReferralRow, ...]:
    """Referrals on the agenda that the actor may read; the longest there first."""
    return tuple(reversed([row for row in referrals.own_referrals(actor).rows if row.status == "at_panel"]))


@dataclass(frozen=True)
class SafeguardingPart:
    """How much there is to look at."""

    open_cases: int
    open_referrals: int


def safeguarding_part(actor: Actor) -> SafeguardingPart:
    """In one statement."""
    under_way = (within_reach(actor, Action.READ_REFERRAL), Referral.status.in_(sorted(referral_rules.OPEN)))
    row = db.session.execute(
        select(
            select(func.count(Case.id))
            .where(case_reach(actor), Case.stage.in_(case_rules.ON_BOARD), Case.imported_year.is_(None))
            .scalar_subquery()
            .label("cases"),
            select(func.count(Referral.id)).where(*under_way).scalar_subquery().label("referrals"),
        )
    ).one()
    return SafeguardingPart(row.cases, row.referrals)


@dataclass(frozen=True)
class AdminPart:
    """What an administrator looks after."""

    without_second_factor: tuple[tuple[int, str], ...]
    """People who sign in, see children's records and have no second factor: id and name, the first of them"""
    without_number: int
    failed_jobs: int
    account_requests: int
    failed_messages: int


def admin_part(today: date) -> AdminPart:
    """In two statements."""
    holds = (
        RoleAssignment.role.in_(sorted(role.value for role in RECORD_ROLES)),
        RoleAssignment.starts_on <= today,
        (RoleAssignment.ends_on.is_(None)) | (RoleAssignment.ends_on >= today),
    )
    lacking = (
        Person.totp_confirmed_at.is_(None),
        Person.disabled_at.is_(None),
        Person.password_hash.is_not(None),
        Person.id.in_(select(RoleAssignment.person_id).where(*holds)),
    )
    asked = select(func.count(AccountRequest.id)).where(AccountRequest.answered_at.is_(None))
    counted = db.session.execute(
        select(
            select(func.count(Person.id)).where(*lacking).scalar_subquery().label("people"),
            select(func.count(Job.id)).where(Job.failed_at.is_not(None)).scalar_subquery().label("jobs"),
            asked.scalar_subquery().label("requests"),
            failed_messages().scalar_subquery().label("messages"),
        )
    ).one()
    named = db.session.execute(select(Person.id, Person.name).where(*lacking).order_by(Person.name).limit(SHOWN))
    people = tuple((i, name) for i, name in named)
    return AdminPart(people, counted.people, counted.jobs, counted.requests, counted.messages)
