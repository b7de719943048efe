"""Who gives training: the workers, and what else they give at a time."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select, true

from portal.accounts.models import Person
from portal.cases.queries import worker_choices
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.history import StepTaken
from portal.training import rules
from portal.training.models import TrainingSession, TrainingTrainer

_LONGEST = timedelta(minutes=rules.LONGEST)


def trainer_choices() -> list[tuple[str, str]]:
    """The outreach workers of today, for a form."""
    return worker_choices()


def clashes(
    person_ids: Collection[int],
    starts_at: datetime,
    minutes: int,
    *,
    but: int | None = None,
    since: datetime | None = None,
) -> list[str]:
    """A sentence for each planned session that these trainers give at the same time; ``but`` is left out, and with
    ``since`` what was made or moved there before that moment."""
    ends_at = rules.ends_at(starts_at, minutes)
    rows = db.session.execute(
        select(Person.name, TrainingSession.title, TrainingSession.starts_at, TrainingSession.minutes)
        .join(TrainingTrainer, TrainingTrainer.person_id == Person.id)
        .join(TrainingSession, TrainingSession.id == TrainingTrainer.session_id)
        .where(
            Person.id.in_(sorted(person_ids)),
            TrainingSession.status == "planned",
            TrainingSession.starts_at < ends_at,
            TrainingSession.starts_at > starts_at - _LONGEST,
            TrainingSession.id != (but or 0),
            true() if since is None else _came_there(since),
        )
        .order_by(TrainingSession.starts_at, TrainingSession.id)
    )
    today = clock.today()
    return [
        f"{row.name} gives “{row.title}” at that time: {rules.when_words(row.starts_at, row.minutes, today)}."
        for row in rows
        if rules.collide(starts_at, minutes, row.starts_at, row.minutes)
    ]


def _came_there(since: datetime) -> ColumnElement[bool]:
    """Sessions that were made, or moved to their time, at this moment or later."""
    moved = exists().where(
        StepTaken.kind == TrainingSession.__tablename__,
        StepTaken.record_id == TrainingSession.id,
        StepTaken.step == "move",
        StepTaken.at >= since,
    )
    return or_(TrainingSession.made_at >= since, moved)
