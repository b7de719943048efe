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
from portal.cases.queries.page import ContactRow, contacts_of
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.alerts import Alert
from portal.kernel.contact import dialled
from portal.kernel.dates import clock_words, day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, Role, may
from portal.schools.models import Pupil, School
from portal.tasks.models import Task
from portal.tasks.rules import TALK_WISH
from portal.voice.models import ChildView, TalkDeed, TalkWish, VoicePlace
from portal.voice.queries.rows import ViewRow, view_rows
from portal.voice.queries.said import sees_taken_back
from portal.voice.rules.places import Outcome

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
class NumberRow:
    """Somebody to call: ``missing`` says who can add a number that is not there."""

    who: str
    name: str
    telephone: str
    missing: str

    @property
    def dialled(self) -> str:
        return dialled(self.telephone)


@dataclass(frozen=True)
class DeedRow:
    """What somebody did, and when they wrote it."""

    who: str
    when: str
    words: str


@dataclass(frozen=True)
class PastWish:
    """One line of a case's page."""

    url: str
    words: str
    is_open: bool


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
    deputies_told: str
    words: ViewRow | None
    """What the child said in that turn, for whoever may read it"""
    no_words: str
    """Why there is nothing of it to read; empty where there is"""
    numbers: tuple[NumberRow, ...]
    contacts: tuple[ContactRow, ...]
    """The child's family, with the safe ways to contact them alone"""
    deeds: tuple[DeedRow, ...]
    closed: str
    done: str
    version: int

    @property
    def is_open(self) -> bool:
        return not self.closed

    @property
    def words_unread(self) -> bool:
        return self.words is not None and not self.words.is_read


def concerns(actor: Actor) -> ColumnElement[bool]:
    """The wishes that this person hears of, as a condition; within the reach of ``READ_VOICE``.

    Whose list it is or was on can open it: where the named adult leaves the work, the next worker, or else the
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


def alerts_of_wishes(actor: Actor) -> list[Alert]:
    """The children who wait, as lines that name nobody. One small statement: every page of the service asks it."""
    waiting = db.session.execute(
        select(TalkWish.id, TalkWish.case_id, TalkWish.asked_at, TalkWish.seen_at)
        .join(Case, Case.id == TalkWish.case_id)
        .where(TalkWish.closed_at.is_(None), concerns(actor))
        .order_by(TalkWish.asked_at, TalkWish.id)
    )
    return [
        Alert(
            words=f"A child wants to talk to someone. Asked {_moment_words(row.asked_at)}.",
            url=f"/voice/talk/{row.id}",
            link="See what was done" if row.seen_at else "Read it now",
            kind=KIND,
            record_id=row.case_id,
        )
        for row in waiting
    ]


def wishes_of_case(actor: Actor, case_id: int) -> list[PastWish]:
    """The wishes of one case that this person hears of, the newest first."""
    found = db.session.scalars(
        select(TalkWish)
        .join(Case, Case.id == TalkWish.case_id)
        .where(TalkWish.case_id == case_id, concerns(actor))
        .order_by(TalkWish.asked_at.desc(), TalkWish.id.desc())
    )
    return [PastWish(f"/voice/talk/{wish.id}", _past_words(wish), wish.closed_at is None) for wish in found]


def _past_words(wish: TalkWish) -> str:
    asked = f"Asked to talk {_moment_words(wish.asked_at)}"
    return f"{asked}. Closed {_moment_words(wish.closed_at)}" if wish.closed_at else f"{asked}. Not closed yet"


def wish_page(actor: Actor, wish_id: int) -> WishPage:
    """Everything of its page. Raises ``OutOfReach`` for who does not hear of it."""
    named, seen, closer = aliased(Person), aliased(Person), aliased(Person)
    found = db.session.execute(
        select(TalkWish, Pupil, School, Case, VoicePlace, named.name.label("named"))
        .add_columns(named.work_telephone, seen.name.label("seen"), closer.name.label("closer"))
        .join(Case, Case.id == TalkWish.case_id)
        .join(School, School.id == Case.school_id)
        .join(Pupil, Pupil.id == TalkWish.pupil_id)
        .join(VoicePlace, VoicePlace.id == TalkWish.place_id)
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
    sees = sees_taken_back(actor)
    words = next(iter(view_rows(ChildView.place_id == wish.place_id, sees_taken_back=sees)), None)
    return WishPage(
        id=wish.id,
        case_id=wish.case_id,
        reference=found.Case.reference,
        child=f"{pupil.given_name} {pupil.family_name}".strip() or "Unnamed child",
        school=found.School.name,
        named=found.named,
        asked=_moment_words(wish.asked_at),
        seen=f"{found.seen}, {_moment_words(wish.seen_at)}" if wish.seen_at and found.seen else "",
        deputies_told=_moment_words(wish.deputies_told_at) if wish.deputies_told_at else "",
        words=words,
        no_words=_why_no_words(words, found.VoicePlace),
        numbers=_numbers(found),
        contacts=tuple(contacts_of(found.Case, pupil.id)),
        deeds=_deeds(wish.id),
        closed=f"{found.closer}, {_moment_words(wish.closed_at)}" if wish.closed_at and found.closer else "",
        done=wish.done or "",
        version=wish.version,
    )


def _why_no_words(words: ViewRow | None, place: VoicePlace) -> str:
    if words is not None:
        return "" if words.answers else words.taken_back
    if place.outcome == Outcome.KEPT_NOTHING:
        return "The child asked us to keep nothing of this turn."
    if place.settled_at is not None:
        return "The child said nothing else in this turn."
    return "Nothing else has arrived from this turn yet. The child may still be answering."


def _numbers(found: Any) -> tuple[NumberRow, ...]:
    school: School = found.School
    by_coordinator = "A coordinator can add it on the school's page."
    return (
        NumberRow("School", school.name, school.telephone, by_coordinator),
        NumberRow("School's safeguarding lead", school.dsl_name, school.dsl_telephone, by_coordinator),
        NumberRow("Named adult", found.named, found.work_telephone or "", "They can add it on their account page."),
    )


def _deeds(wish_id: int) -> tuple[DeedRow, ...]:
    rows = db.session.execute(
        select(TalkDeed, Person.name)
        .join(Person, Person.id == TalkDeed.person_id)
        .where(TalkDeed.wish_id == wish_id)
        .order_by(TalkDeed.id)
    )
    return tuple(DeedRow(name, _moment_words(deed.at), deed.words) for deed, name in rows)
