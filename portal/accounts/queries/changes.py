"""Changes to accounts that wait, and what a person is told of others' accounts until they have seen it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.accounts.models import AccountChange, AccountNotice, Person
from portal.accounts.queries.people import people_with
from portal.accounts.rules.changes import Act, ChangeKind, may_confirm
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import ensure
from portal.kernel.crypto import keyed_digest
from portal.kernel.dates import clock_words, day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor, Role


@dataclass(frozen=True)
class ChangeRow:
    """A change that waits; ``email`` is the new address, where that is what changes."""

    id: int
    person_id: int
    name: str
    old_email: str
    kind: ChangeKind
    email: str | None
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    is_confirmed: bool
    may_confirm: bool


@dataclass(frozen=True)
class NoticeRow:
    """One thing done about an account."""

    id: int
    words: str
    when: str
    about_id: int
    about: str


def is_open(change: AccountChange) -> bool:
    return change.done_at is None and change.stopped_at is None and change.expires_at > clock.now()


def confirmers_of(change: AccountChange) -> tuple[int, ...]:
    """Ids of the managers who count as the second person."""
    managers = dict.fromkeys((*people_with(Role.COORDINATOR), *people_with(Role.ADMIN)))
    made = db.session.execute(select(Person.id, Person.created_at).where(Person.id.in_(managers)).order_by(Person.id))
    return tuple(
        person_id
        for person_id, made_at in made
        if may_confirm(
            asked_by=change.asked_by_id,
            about=change.person_id,
            confirmer=person_id,
            made_at=made_at,
            now=clock.now(),
        )
    )


def changes_of(actor: Actor, person_id: int) -> tuple[ChangeRow, ...]:
    """What waits for one account. Raises ``NotPermitted`` for somebody else's."""
    if actor.person_id != person_id:
        ensure(actor, Action.READ_PEOPLE)
    found = db.session.scalars(
        select(AccountChange).where(AccountChange.person_id == person_id).order_by(AccountChange.id)
    )
    return tuple(_row(change, actor) for change in found if is_open(change))


def change_for(actor: Actor, change_id: int) -> ChangeRow:
    """Raises ``OutOfReach`` once it is done, stopped or too old."""
    ensure(actor, Action.MANAGE_PEOPLE)
    change = db.session.get(AccountChange, change_id)
    if change is None or not is_open(change):
        raise OutOfReach
    return _row(change, actor)


def change_of(token: str, kind: ChangeKind) -> ChangeRow | None:
    """What an emailed link opens; None for one that is unknown, used, stopped or too old: all look alike."""
    change = db.session.scalars(
        select(AccountChange).where(AccountChange.digest == change_digest(token), AccountChange.kind == kind)
    ).one_or_none()
    if change is None or not is_open(change) or change.person.is_disabled:
        return None
    return _row(change, None)


def change_digest(token: str) -> str:
    return keyed_digest("change to an account", token)


def unseen_notices(actor: Actor) -> tuple[NoticeRow, ...]:
    """What was done about accounts that the actor has not seen yet, the oldest first."""
    by, about = aliased(Person), aliased(Person)
    found = db.session.execute(
        select(AccountNotice.id, AccountNotice.act, AccountNotice.at, by.id, by.name, about.id, about.name)
        .join(by, by.id == AccountNotice.by_id)
        .join(about, about.id == AccountNotice.about_id)
        .where(AccountNotice.viewer_id == actor.person_id, AccountNotice.seen_at.is_(None))
        .order_by(AccountNotice.id)
    )
    return tuple(
        NoticeRow(number, Act(act).sentence(by_name, about_name), _when(at), about_id, about_name)
        for number, act, at, _, by_name, about_id, about_name in found
    )


def _when(moment: datetime) -> str:
    local = moment.astimezone(clock.LONDON)
    return f"{day_words(local.date(), clock.today())} at {clock_words(local.time())}"


def _row(change: AccountChange, actor: Actor | None) -> ChangeRow:
    asker = db.session.get_one(Person, change.asked_by_id)
    return ChangeRow(
        change.id,
        change.person_id,
        change.person.name,
        change.person.email,
        ChangeKind(change.kind),
        change.email,
        asker.name,
        change.asked_at,
        change.expires_at,
        is_confirmed=change.confirmed_by_id is not None,
        may_confirm=actor is not None and actor.person_id in confirmers_of(change),
    )
