"""Questions in lists: what a school asked, and what waits for the service."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, true

from portal.accounts.models import Person
from portal.advice import rules
from portal.advice.models import AdviceThread
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.dates import short_day_words
from portal.kernel.finding import wanted_words
from portal.policy import Action, Actor
from portal.schools.models import School
from portal.schools.queries import Page
from portal.schools.queries.paging import SIZE, Statement, keyed, page_of
from portal.tasks.rules import DueState, due_state, due_words

SHOWS = {"waiting": "Waiting for an answer", "mine": "Mine", "all": "All"}
"""The lists of the service"""
_DUE_TONES = {DueState.OVERDUE: "problem", DueState.TODAY: "attention", DueState.TOMORROW: "attention"}


@dataclass(frozen=True)
class AdviceRow:
    """One question as a list shows it."""

    id: int
    subject: str
    school: str
    status: str
    tone: str
    asked: str
    last: str
    due: str
    due_tone: str
    worker: str
    is_open: bool


@dataclass(frozen=True)
class Wanted:
    """What the service looks for; ``search`` is letters of a school's name or town."""

    show: str = "waiting"
    search: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return wanted_words(self.search)

    @property
    def is_too_short(self) -> bool:
        return bool(self.search) and not self.words


def own_threads(actor: Actor, *, closed: bool, after: int | None = None, before: int | None = None) -> Page[AdviceRow]:
    """What the actor's schools have asked, open or closed, the newest first."""
    state = AdviceThread.status == "closed" if closed else AdviceThread.status != "closed"
    return _page(_rows(actor).where(state), "newest", after, before)


def service_threads(
    actor: Actor, wanted: Wanted, *, after: int | None = None, before: int | None = None
) -> Page[AdviceRow]:
    """The service's list: what waits by its due date, else the newest first."""
    statement = _rows(actor).where(_of(actor, wanted.show))
    statement = statement.where(*(School.search_name.contains(word) for word in wanted.words))
    return _page(statement, "due" if wanted.show == "waiting" else "newest", after, before)


def counts(actor: Actor) -> dict[str, int]:
    """How many wait, and how many of all open ones are the actor's. One statement."""
    mine = func.count().filter(AdviceThread.assigned_to_id == actor.person_id)
    waiting = func.count().filter(AdviceThread.status == "waiting")
    row = db.session.execute(
        select(waiting, mine).where(
            AdviceThread.status != "closed", reach_filter(actor, Action.READ_ADVICE, school=AdviceThread.school_id)
        )
    ).one()
    return {"waiting": row[0], "mine": row[1]}


def _of(actor: Actor, show: str) -> ColumnElement[bool]:
    if show == "waiting":
        return AdviceThread.status == "waiting"
    if show == "mine":
        return (AdviceThread.assigned_to_id == actor.person_id) & (AdviceThread.status != "closed")
    return true()


def _rows(actor: Actor) -> Statement:
    return (
        select(
            AdviceThread.id,
            AdviceThread.subject,
            AdviceThread.status,
            AdviceThread.asked_at,
            AdviceThread.last_at,
            AdviceThread.due_on,
            School.name.label("school"),
            Person.name.label("worker"),
        )
        .join(School, School.id == AdviceThread.school_id)
        .outerjoin(Person, Person.id == AdviceThread.assigned_to_id)
        .where(reach_filter(actor, Action.READ_ADVICE, school=AdviceThread.school_id))
    )


def _page(statement: Statement, order: str, after: int | None, before: int | None) -> Page[AdviceRow]:
    today = clock.today()
    if order == "newest":
        statement = _newest(statement, after, before)
    else:
        statement = keyed(statement, AdviceThread, ["due_on"], after, before)
    found = db.session.execute(statement).all()
    return page_of(found, after, before, lambda row: _row(row, today), lambda row: row.id)


def _newest(statement: Statement, after: int | None, before: int | None) -> Statement:
    """Ids grow with time."""
    if before is not None:
        return statement.where(AdviceThread.id > before).order_by(AdviceThread.id).limit(SIZE + 1)
    if after is not None:
        statement = statement.where(AdviceThread.id < after)
    return statement.order_by(AdviceThread.id.desc()).limit(SIZE + 1)


def _row(row: Any, today: date) -> AdviceRow:
    waits = row.status == "waiting"
    return AdviceRow(
        id=row.id,
        subject=row.subject,
        school=row.school,
        status=rules.STATUSES[row.status],
        tone=rules.status_tone(row.status),
        asked=_day(row.asked_at, today),
        last=_day(row.last_at, today),
        due=due_words(row.due_on, today) if waits else "",
        due_tone=_DUE_TONES.get(due_state(row.due_on, today), "quiet") if waits else "",
        worker=row.worker or "",
        is_open=row.status != "closed",
    )


def _day(moment: datetime, today: date) -> str:
    return short_day_words(moment.astimezone(clock.LONDON).date(), today)
