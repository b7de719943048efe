"""Putting a session into the diary: its row, its trainers and who may keep its register; and clashes."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Person
from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import Involvement
from portal.kernel.errors import Refused
from portal.policy import Actor
from portal.training import rules
from portal.training.models import TrainingSession, TrainingTrainer
from portal.training.queries.trainers import clashes, trainer_choices

KIND = "training_session"


class Clash(Refused):
    """A trainer gives another session at that time; whoever plans may know that and keep it."""


def hold_trainers(person_ids: Collection[int]) -> None:
    """Two people who plan the same trainer at once take turns, so that the second sees the clash."""
    ids = sorted(set(person_ids))
    db.session.execute(select(Person.id).where(Person.id.in_(ids)).order_by(Person.id).with_for_update(key_share=True))


def refuse_clash(
    person_ids: Collection[int],
    starts_at: datetime,
    minutes: int,
    *,
    but: int | None = None,
    known: bool = False,
    since: datetime | None = None,
) -> None:
    """Raises ``Clash`` naming the other sessions of these trainers at that time, unless the clash is ``known``.

    With ``since`` only sessions that came to that time later: what was there before was known then.
    """
    hold_trainers(person_ids)
    found = [] if known else clashes(person_ids, starts_at, minutes, but=but, since=since)
    if found:
        raise Clash(*found)


def refuse_unknown_trainers(person_ids: Iterable[int], before: Collection[int] = ()) -> None:
    """Raises ``Refused`` for anybody who is no worker today and did not give the session before."""
    offered = {int(person_id) for person_id, _ in trainer_choices()} | set(before)
    if not set(person_ids) <= offered:
        raise Refused("Choose the trainers from the list.")


def make_session(actor: Actor, draft: rules.SessionDraft, *, is_shared: bool) -> TrainingSession:
    """The planned session with its trainers; the draft has been checked."""
    session = TrainingSession(
        topic_id=draft.topic_id,
        title=draft.title,
        status="planned",
        starts_at=draft.starts_at,
        minutes=draft.length,
        place=draft.place,
        school_id=draft.school_id,
        is_shared=is_shared,
        places=draft.places,
        sequence=0,
        made_at=clock.now(),
        trainers=[TrainingTrainer(person_id=person_id) for person_id in dict.fromkeys(draft.trainer_ids)],
    )
    audit.record(actor, "training session planned", session)
    for trainer in session.trainers:
        _let_in(actor, session, trainer.person_id)
    return session


def change_trainers(actor: Actor, session: TrainingSession, person_ids: Collection[int]) -> list[int]:
    """Brings the trainers to ``person_ids``; answers who gives it no longer. The caller records the session."""
    before = {trainer.person_id: trainer for trainer in session.trainers}
    gone = [person_id for person_id in before if person_id not in person_ids]
    for person_id in gone:
        db.session.delete(before[person_id])  # by itself, so that the audit net sees whose part it was
        _let_out(actor, session, person_id)
    db.session.flush()
    db.session.expire(session, ["trainers"])
    for person_id in dict.fromkeys(person_ids):
        if person_id not in before:
            session.trainers.append(TrainingTrainer(person_id=person_id))
            _let_in(actor, session, person_id)
    return gone


def _let_in(actor: Actor, session: TrainingSession, person_id: int) -> None:
    row = Involvement(person_id=person_id, kind=KIND, record_id=session.id, starts_on=clock.today())
    audit.record(actor, "access given", row)


def _let_out(actor: Actor, session: TrainingSession, person_id: int) -> None:
    rows = db.session.scalars(
        select(Involvement).where(
            Involvement.kind == KIND, Involvement.record_id == session.id, Involvement.person_id == person_id
        )
    ).all()
    for row in rows:
        audit.record(actor, "access ended", row)
        db.session.delete(row)
