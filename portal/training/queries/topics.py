"""Reading the catalogue."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.extensions import db
from portal.kernel.errors import OutOfReach
from portal.training import rules
from portal.training.models import Topic


@dataclass(frozen=True)
class TopicRow:
    """One topic as pages show it."""

    id: int
    title: str
    minutes: int
    audience: str
    summary: str
    is_active: bool
    version: int

    @property
    def length(self) -> str:
        return rules.length_words(self.minutes)


_rows = select(
    Topic.id, Topic.title, Topic.minutes, Topic.audience, Topic.summary, Topic.is_active, Topic.version
).order_by(Topic.title, Topic.id)


def topics(*, active_only: bool = True) -> list[TopicRow]:
    """The catalogue, by title."""
    statement = _rows.where(Topic.is_active.is_(True)) if active_only else _rows
    return [TopicRow(*row) for row in db.session.execute(statement)]


def topic_choices(*, but_also: int | None = None) -> list[tuple[str, str]]:
    """The topics on offer, for a form; and one that is no longer on offer where a record has it."""
    rows = topics(active_only=but_also is None)
    return [(str(row.id), f"{row.title} ({row.length})") for row in rows if row.is_active or row.id == but_also]


def topic_for(topic_id: int) -> Topic:
    """Raises ``OutOfReach`` when there is none."""
    topic = db.session.get(Topic, topic_id)
    if topic is None:
        raise OutOfReach(topic_id)
    return topic
