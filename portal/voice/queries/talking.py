"""Children who want to talk to someone: for the named adult, the safeguarding leads, and later the coordinators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Person
from portal.cases import rules as cases
from portal.cases.models import Case
from portal.cases.queries.one import KIND
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.dates import clock_words, day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, Role, may
from portal.schools.models import Pupil, School
from portal.tasks.models import Task
from portal.tasks.rules import TALK_WISH
from portal.voice.models import TalkWish

_HOUR, _MINUTE = 3_600, 60


@dataclass(frozen=True)
class WishRow:
    """A child who wants to talk, on the first page."""

    id: int
    url: str
    child: str
    school: str
    since: str
    named: str
    seen: str


@dataclass(frozen=True)
class WishPage:
    """Everything that the page of a wish shows."""

    id: int
    case_id: int
    reference: str
    child: str
    school: str
    named: str
    asked: str
    seen: str
    """Who said that they read it, and when; empty while nobody did"""
    seen_by_me: bool
    deputies_told: str
    closed: str
    done: str
    version: int

    @property
    def is_open(self) -> bool:
        return not self.closed


def concerns(actor: Actor) -> ColumnElement[bool]:
    """The wishes that this person hears of, as a condition; within the reach of ``READ_VOICE``.

    Whose list an open wish is on can open it: where the named adult leaves the work, the next worker, or else the
    coordinators, have it from them.
    """
    whose = [TalkWish.named_adult_id == actor.person_id, _is_on_list_of(actor)]
    if may(actor, Action.CLOSE_TALK):
        whose.append(TalkWish.id.is_not(None))
    if Role.COORDINATOR in actor.roles:
        whose.append(TalkWish.deputies_told_at.is_not(None))
    reach = reach_filter(
        actor, Action.READ_VOICE, school=Case.school_id, line=Case.service_line_id, kind=KIND, record=Case.id
    )
    return and_(reach, or_(*whose))


def _is_on_list_of(actor: Actor) -> ColumnElement[bool]:
    roles = [role.value for role in actor.roles]
    return exists().where(
        Task.rule == TALK_WISH,
        Task.case_id == TalkWish.case_id,
        Task.url == literal("/voice/talk/") + cast(TalkWish.id, String),
        Task.done_at.is_(None),
        or_(Task.person_id == actor.person_id, Task.person_id.is_(None) & Task.role.in_(roles)),
    )


def open_wishes(actor: Actor) -> list[WishRow]:
    """The children who wait, the longest first. One statement; none for who never hears of a wish."""
    if not may(actor, Action.READ_VOICE):
        return []
    named, seen = aliased(Person), aliased(Person)
    found = db.session.execute(
        select(TalkWish, Pupil, School.name.label("school"), named.name.label("named"), seen.name.label("seen"))
        .join(Case, Case.id == TalkWish.case_id)
        .join(School, School.id == Case.school_id)
        .join(Pupil, Pupil.id == TalkWish.pupil_id)
        .join(named, named.id == TalkWish.named_adult_id)
        .outerjoin(seen, seen.id == TalkWish.seen_by_id)
        .where(TalkWish.closed_at.is_(None), concerns(actor))
        .order_by(TalkWish.asked_at, TalkWish.id)
    )
    return [_row(row) for row in found]


def _row(found: Any) -> WishRow:
    wish: TalkWish = found.TalkWish
    return WishRow(
        id=wish.id,
        url=f"/voice/talk/{wish.id}",
        child=cases.card_name(found.Pupil.given_name, found.Pupil.family_name),
        school=found.school,
        since=since_words(wish.asked_at, clock.now()),
        named=found.named,
        seen=f"Read by {found.seen}" if found.seen else "",
    )


def since_words(asked_at: datetime, now: datetime) -> str:
    """How long a child waits: "waits for 3 hours", "waits since Tuesday 10 November, 9:30am"."""
    seconds = max(0, int((now - asked_at).total_seconds()))
    if seconds < 2 * _MINUTE:
        return "asked just now"
    if seconds < _HOUR:
        return f"waits for {seconds // _MINUTE} minutes"
    hours = seconds // _HOUR
    if hours < 12:
        return "waits for 1 hour" if hours == 1 else f"waits for {hours} hours"
    return f"waits since {_moment_words(asked_at)}"


def _moment_words(moment: datetime) -> str:
    local = moment.astimezone(clock.LONDON)
    return f"{day_words(local.date(), clock.today())}, {clock_words(local.time())}"


def wish_for(actor: Actor, wish_id: int) -> TalkWish:
    """The wish as a record. Raises ``OutOfReach`` for who does not hear of it."""
    wish = db.session.scalars(
        select(TalkWish).join(Case, Case.id == TalkWish.case_id).where(TalkWish.id == wish_id, concerns(actor))
    ).one_or_none()
    if wish is None:
        raise OutOfReach(wish_id)
    return wish


def wish_page(actor: Actor, wish_id: int) -> WishPage:
    """Everything of its page. Raises ``OutOfReach`` for who does not hear of it."""
    named, seen, closer = aliased(Person), aliased(Person), aliased(Person)
    found = db.session.execute(
        select(TalkWish, Pupil, School.name.label("school"), Case.reference, named.name.label("named"))
        .add_columns(seen.name.label("seen"), closer.name.label("closer"))
        .join(Case, Case.id == TalkWish.case_id)
        .join(School, School.id == Case.school_id)
        .join(Pupil, Pupil.id == TalkWish.pupil_id)
        .join(named, named.id == TalkWish.named_adult_id)
        .outerjoin(seen, seen.id == TalkWish.seen_by_id)
        .outerjoin(closer, closer.id == TalkWish.closed_by_id)
        .where(TalkWish.id == wish_id, concerns(actor))
    ).one_or_none()
    if found is None:
        raise OutOfReach(wish_id)
    return _page(found, actor)


def _page(found: Any, actor: Actor) -> WishPage:
    wish: TalkWish = found.TalkWish
    pupil: Pupil = found.Pupil
    return WishPage(
        id=wish.id,
        case_id=wish.case_id,
        reference=found.reference,
        child=f"{pupil.given_name} {pupil.family_name}".strip() or "Unnamed child",
        school=found.school,
        named=found.named,
        asked=_moment_words(wish.asked_at),
        seen=f"{found.seen}, {_moment_words(wish.seen_at)}" if wish.seen_at and found.seen else "",
        seen_by_me=wish.seen_by_id == actor.person_id,
        deputies_told=_moment_words(wish.deputies_told_at) if wish.deputies_told_at else "",
        closed=f"{found.closer}, {_moment_words(wish.closed_at)}" if wish.closed_at and found.closer else "",
        done=wish.done or "",
        version=wish.version,
    )
