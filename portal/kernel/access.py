"""The policy at work: what every view declares, the check on a record, and the row filter of the same table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import Flask, g, has_request_context, request
from flask_login import current_user
from sqlalchemy import ColumnElement, Date, Index, Integer, String, and_, exists, false, func, not_, or_, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Model, db
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.errors import NotPermitted, OutOfReach, ReadingOnly
from portal.policy import LOOKS, Action, Actor, Bounds, Scope, bounds_of, may

View = TypeVar("View", bound=Callable[..., Any])
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Involvement(Audited, Model):
    """A person works on a record from day to day: what the reach “own or covered cases” reads.

    Allocation and cover write it for the case, its referral and its pupils.
    """

    __tablename__ = "involvement"
    __table_args__ = (Index("ix_involvement_record", "kind", "record_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(Integer, index=True)
    kind: Mapped[str] = mapped_column(String(20))
    record_id: Mapped[int] = mapped_column(Integer)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which it holds; None while open."""
    reads_from: Mapped[date | None] = mapped_column(Date)
    """The day on which the work was closed: from then on it lets read, and nothing else"""
    reads_until: Mapped[date | None] = mapped_column(Date)
    """The last day of that"""


@dataclass(frozen=True)
class Declared:
    """What a view says of itself: public with a reason, or an action for reading and one for changing."""

    public: str | None = None
    read: Action | None = None
    change: Action | None = None
    before_second_factor: bool = False
    """Opens to who gave the password only"""

    def action(self, method: str) -> Action | None:
        return self.read if method in _SAFE else self.change


def requires(
    read: Action, *, change: Action | None = None, before_second_factor: bool = False
) -> Callable[[View], View]:
    """The view is for who holds ``read``; its unsafe methods for who holds ``change`` (default: ``read``)."""
    return _declare(Declared(read=read, change=change or read, before_second_factor=before_second_factor))


def public(why: str) -> Callable[[View], View]:
    """The view opens without signing in, for this reason."""
    return _declare(Declared(public=why))


def _declare(declared: Declared) -> Callable[[View], View]:
    def mark(view: View) -> View:
        if hasattr(view, "declared"):
            raise TypeError(f"{view.__name__} declares its access twice")
        view.declared = declared  # type: ignore[attr-defined]
        return view

    return mark


def undeclared(app: Flask) -> list[str]:
    """Endpoints that say nothing of who may open them; the application does not start with any."""
    return sorted(name for name, view in app.view_functions.items() if not hasattr(view, "declared"))


def declared_by(app: Flask, endpoint: str) -> Declared:
    declared: Declared = getattr(app.view_functions[endpoint], "declared")  # noqa: B009  (mypy cannot see marks)
    return declared


def actor() -> Actor:
    """The person behind this request; only behind ``@requires``."""
    signed_in: Actor = current_user.actor
    return signed_in


def actor_or_none() -> Actor | None:
    return current_user.actor if current_user.is_authenticated else None


def method_is_safe() -> bool:
    return request.method in _SAFE


def ensure(actor: Actor, action: Action, scope: Scope | None = None) -> None:
    """Opens every operation. Raises ``NotPermitted`` when no role holds the action, ``OutOfReach`` for this record,
    ``ReadingOnly`` where the actor's work on it is closed."""
    if not may(actor, action):
        raise NotPermitted(action)
    if scope is None or bounds_of(actor, action).admits(scope):
        return
    if actor.person_id in scope.looking and bounds_of(actor, action).involved_id is not None:
        raise ReadingOnly
    raise OutOfReach(action)


def allows(actor: Actor, action: Action, scope: Scope) -> bool:
    """The same check, for drawing a button or leaving it out."""
    return may(actor, action) and bounds_of(actor, action).admits(scope)


def note_looking(actor: Actor, scope: Scope) -> None:
    """The page of this request shows closed work: where the actor may only read it, it offers no changes."""
    if has_request_context() and actor.person_id in scope.looking:
        g.looks_only = True


def reads_until(actor: Actor, kind: str, record_id: int) -> date | None:
    """The last day on which the actor reads the record whose work is closed; None for whoever works on it."""
    today = clock.today()
    last_day: date | None = db.session.scalar(
        db.select(func.max(Involvement.reads_until)).where(
            Involvement.kind == kind,
            Involvement.record_id == record_id,
            Involvement.person_id == actor.person_id,
            holds(today),
            not_(works(today)),
        )
    )
    return last_day


def page_offers(actor: Actor, action: Action) -> bool:
    """May the actor do this on the page of this request?"""
    return may(actor, action) and not (g.get("looks_only") and _only_as_worker(actor, action))


def _only_as_worker(actor: Actor, action: Action) -> bool:
    bounds = bounds_of(actor, action)
    return action not in LOOKS and bounds == Bounds(involved_id=actor.person_id)


def involved_today(kind: str, record_id: int) -> frozenset[int]:
    """Ids of the people who work on the record today."""
    return people_on(kind, record_id).involved


def people_on(kind: str, record_id: int) -> Scope:
    """Who works on the record today, and who still reads it after their work was closed. One statement."""
    rows = db.session.execute(
        db.select(Involvement.person_id, works(clock.today()).label("works")).where(
            Involvement.kind == kind, Involvement.record_id == record_id, holds(clock.today())
        )
    ).all()
    working = frozenset(row.person_id for row in rows if row.works)
    return Scope(involved=working, looking=frozenset(row.person_id for row in rows) - working)


def holds(day: Any) -> ColumnElement[bool]:
    """The involvements that let somebody read on this day."""
    return and_(
        Involvement.starts_on <= day,
        or_(Involvement.ends_on.is_(None), Involvement.ends_on >= day),
        or_(Involvement.reads_until.is_(None), Involvement.reads_until >= day),
    )


def works(day: Any) -> ColumnElement[bool]:
    """The involvements by which somebody works on this day."""
    return and_(holds(day), or_(Involvement.reads_from.is_(None), Involvement.reads_from > day))


def reach_filter(
    actor: Actor,
    action: Action,
    *,
    school: Any = None,
    line: Any = None,
    kind: str | None = None,
    record: Any = None,
    handed_in: ColumnElement[bool] | None = None,
    on_agenda: ColumnElement[bool] | None = None,
) -> ColumnElement[bool]:
    """The second reading of the table, as a WHERE condition over the columns of one kind of root.

    ``kind`` and ``record`` (the id column) serve the reach “own or covered cases”. A column that is not given makes
    its reach empty, never wide.
    """
    bounds = bounds_of(actor, action)
    if bounds.everything:
        return true()
    parts: list[ColumnElement[bool]] = [
        *_by_state(bounds, handed_in, on_agenda),
        *_by_column(bounds, school, line),
    ]
    if bounds.involved_id is not None and kind is not None and record is not None:
        parts.append(
            exists().where(
                Involvement.kind == kind,
                Involvement.record_id == record,
                Involvement.person_id == bounds.involved_id,
                holds(clock.today()) if bounds.looks else works(clock.today()),
            )
        )
    return or_(*parts) if parts else false()


def _by_state(bounds: Bounds, handed_in: Any, on_agenda: Any) -> list[ColumnElement[bool]]:
    parts = []
    if bounds.handed_in and handed_in is not None:
        parts.append(handed_in)
    if bounds.on_agenda and on_agenda is not None:
        parts.append(on_agenda)
    return parts


def _by_column(bounds: Bounds, school: Any, line: Any) -> list[ColumnElement[bool]]:
    parts = []
    if bounds.school_ids and school is not None:
        parts.append(school.in_(sorted(bounds.school_ids)))
    if bounds.line_ids and line is not None:
        known = sorted(i for i in bounds.line_ids if i is not None)
        parts.append(true() if None in bounds.line_ids else line.in_(known))
    return parts
