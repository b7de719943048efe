"""Lists of referrals: a school's own, the coordinator's screening, and what waits for a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from portal.extensions import db
from portal.kernel import clock
from portal.policy import Action, Actor, bounds_of, may
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralMatch, ReferralVersion
from portal.referrals.queries.records import within_reach
from portal.referrals.queries.rows import Rows, page_of, pupil_name, referral_rows
from portal.referrals.queries.versions import ADD
from portal.schools.models import Pupil, ServiceLine
from portal.schools.queries import calendar_of
from portal.tasks import rules as due
from portal.tasks.models import Task

SIZE = 50
EARLIER_SIZE = 20
SCREENED: Mapping[str, str] = {
    "submitted": "To screen",
    "returned": "With the school",
    "at_panel": "At panel",
    "decided": "Decided",
    "withdrawn": "Withdrawn",
}
"""The tabs of the screening list, by status."""
_NEWEST_FIRST = frozenset({"decided", "withdrawn"})


@dataclass(frozen=True)
class Wanted:
    """What the screening list is narrowed by."""

    status: str = "submitted"
    school_id: int | None = None
    line_id: int | None = None
    search: str = ""

    @property
    def in_use(self) -> int:
        return sum(bool(part) for part in (self.school_id, self.line_id, self.search))


@dataclass(frozen=True)
class AwaitingRow:
    """A referral that was accepted and has no case yet."""

    id: int
    reference: str
    pupil_id: int | None
    pupil: str
    school: str
    school_id: int
    line: str
    service_line_id: int | None
    decision: str
    decided_at: datetime | None


def own_referrals(actor: Actor, *, after: int | None = None) -> Rows:
    """All that the actor may read, the newest first, in one statement."""
    return _newest(actor, [], after, SIZE)


def live_referrals(actor: Actor) -> Rows:
    """Those in which somebody still has to act, the newest first, in one statement; at most ``SIZE``."""
    return _newest(actor, [_is_live()], None, SIZE)


def earlier_referrals(actor: Actor, *, after: int | None = None) -> Rows:
    """The others: decided and done, or withdrawn; the newest first, in one statement."""
    return _newest(actor, [not_(_is_live())], after, EARLIER_SIZE)


def referrals_at(actor: Actor, status: str, *, after: int | None = None) -> Rows:
    """Those at one status, the newest first, in one statement."""
    return _newest(actor, [Referral.status == status], after, SIZE)


def _is_live() -> ColumnElement[bool]:
    """Open, waiting for the panel's word, or with something due (a case to be opened, something to be arranged)."""
    return or_(Referral.status.in_(sorted(rules.OPEN)), Referral.to_be_ratified, Task.id.is_not(None))


def _newest(actor: Actor, conditions: list[ColumnElement[bool]], after: int | None, size: int) -> Rows:
    statement = (
        referral_rows()
        .where(within_reach(actor, Action.READ_REFERRAL), *conditions)
        .order_by(Referral.id.desc())
        .limit(size + 1)
    )
    if after is not None:
        statement = statement.where(Referral.id < after)
    return page_of(db.session.execute(statement).all(), size)


def screening(actor: Actor, wanted: Wanted, *, after: int | None = None) -> Rows:
    """The service's list in one statement: who waits longest first; what is decided, the newest first."""
    statement = referral_rows().where(within_reach(actor, Action.READ_REFERRAL), *_conditions(wanted))
    if may(actor, Action.SCREEN_REFERRAL):
        statement = statement.add_columns(
            _has_possible_match().label("possible_match"), _was_added_to().label("added_to")
        )
    column = Referral.decided_at if wanted.status == "decided" else Referral.submitted_at
    newest_first = wanted.status in _NEWEST_FIRST
    order = [column.desc(), Referral.id.desc()] if newest_first else [column, Referral.id]
    if after is not None:
        statement = statement.where(_beyond(column, after, newest_first))
    return page_of(db.session.execute(statement.order_by(*order).limit(SIZE + 1)).all(), SIZE)


def _was_added_to() -> ColumnElement[bool]:
    """Whether the newest version is one that the school added after sending."""
    newest = (
        select(ReferralVersion.step)
        .where(ReferralVersion.referral_id == Referral.id)
        .order_by(ReferralVersion.number.desc())
        .limit(1)
        .correlate(Referral)
        .scalar_subquery()
    )
    return func.coalesce(newest == ADD, false())


def _has_possible_match() -> ColumnElement[bool]:
    """In either direction: the referral that came later holds the row, the earlier one is of its pupil."""
    either = or_(ReferralMatch.referral_id == Referral.id, ReferralMatch.pupil_id == Referral.pupil_id)
    return exists().where(either, ReferralMatch.state == "possible")


def _beyond(column: Any, after: int, newest_first: bool) -> ColumnElement[bool]:
    other = aliased(Referral)
    edge = select(getattr(other, column.key)).where(other.id == after).scalar_subquery()
    if newest_first:
        return or_(column < edge, and_(column == edge, Referral.id < after))
    return or_(column > edge, and_(column == edge, Referral.id > after))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Referral.status == wanted.status, Referral.submitted_at.is_not(None)]
    if wanted.school_id is not None:
        conditions.append(Referral.school_id == wanted.school_id)
    if wanted.line_id is not None:
        conditions.append(Referral.service_line_id == wanted.line_id)
    return [*conditions, *_search(wanted.search)]


def _search(text: str) -> list[ColumnElement[bool]]:
    if reference := rules.read_reference(text):
        return [Referral.reference == reference]
    names = (Pupil.given_name, Pupil.family_name)
    return [or_(*(name.icontains(word, autoescape=True) for name in names)) for word in text.split()]


def sees_all_sent(actor: Actor) -> bool:
    """Whether the person reads what every school has sent, and so needs the service's list."""
    return bounds_of(actor, Action.READ_REFERRAL).handed_in


def screening_counts(actor: Actor) -> dict[str, int]:
    """How many referrals stand at each status, for the tabs."""
    rows = db.session.execute(
        select(Referral.status, func.count(Referral.id))
        .where(within_reach(actor, Action.READ_REFERRAL), Referral.submitted_at.is_not(None))
        .group_by(Referral.status)
    )
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in SCREENED}


def awaiting_case(actor: Actor) -> list[AwaitingRow]:
    """Accepted referrals for which a case has still to be opened, the longest waiting first.

    Opening the case settles the task ``referral-<id>-open_case``, and with it the row is gone.
    """
    rows = db.session.execute(
        referral_rows()
        .where(
            within_reach(actor, Action.READ_REFERRAL),
            within_reach(actor, Action.OPEN_CASE),
            Referral.status == "decided",
            Referral.decision.in_(sorted(rules.ACCEPTING)),
            Task.rule == due.OPEN_CASE,
        )
        .order_by(Referral.decided_at, Referral.id)
    )
    return [
        AwaitingRow(
            id=row.id,
            reference=row.reference,
            pupil_id=row.pupil_id,
            pupil=pupil_name(row),
            school=row.school,
            school_id=row.school_id,
            line=row.line or "",
            service_line_id=row.service_line_id,
            decision=rules.DECISIONS.get(row.decision, row.decision),
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def cut_offs() -> list[tuple[str, str]]:
    """The next cut-off of each active line: its name, and the time in words."""
    now = clock.local_now()
    lines = db.session.scalars(select(ServiceLine).where(ServiceLine.is_active).order_by(ServiceLine.name))
    found = []
    for line in lines:
        cut_off = calendar_of(line.id).next_cut_off(now, line.cut_off_weekday, line.cut_off_time)
        found.append((line.name, rules.cut_off_words(cut_off, now)))
    return found
