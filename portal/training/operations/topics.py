"""The catalogue: what schools can choose from."""

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import audit
from portal.kernel.access import ensure
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools.operations.problems import RefusedFields, record_unique
from portal.training import rules
from portal.training.models import Topic

_TAKEN = "The catalogue has a topic of this title already. Choose another title."


def add_topic(actor: Actor, draft: rules.TopicDraft) -> Topic:
    """Adds a topic. Raises ``RefusedFields`` when its title is taken."""
    ensure(actor, Action.MANAGE_TRAINING)
    _refuse_twin(draft.title, None)
    topic = Topic(is_active=draft.is_active)
    _put(topic, draft)
    record_unique(actor, "training topic added", topic, column="title", words=_TAKEN)
    return topic


def change_topic(actor: Actor, topic: Topic, draft: rules.TopicDraft, *, opened_with: int | None) -> Topic:
    """Changes a topic, or takes it off the offer. Raises ``EditConflict``, ``RefusedFields``."""
    ensure(actor, Action.MANAGE_TRAINING)
    check_version(topic, opened_with)
    _refuse_twin(draft.title, topic.id)
    _put(topic, draft)
    record_unique(actor, "training topic changed", topic, column="title", words=_TAKEN)
    return topic


def ensure_default_topics() -> None:
    """Fills an empty catalogue with the topics that services of this kind are asked for."""
    if db.session.scalar(select(func.count()).select_from(Topic)):
        return
    for title, minutes, audience, summary in rules.DEFAULT_TOPICS:
        topic = Topic(title=title, minutes=minutes, audience=audience, summary=summary, is_active=True)
        audit.record(None, "training topic added", topic)


def _put(topic: Topic, draft: rules.TopicDraft) -> None:
    topic.title, topic.minutes, topic.audience = draft.title, draft.minutes or 0, draft.audience
    topic.summary, topic.is_active = draft.summary, draft.is_active


def _refuse_twin(title: str, own_id: int | None) -> None:
    twin = db.session.scalar(
        select(Topic.id).where(func.lower(Topic.title) == title.lower(), Topic.id != (own_id or 0))
    )
    if twin is not None:
        raise RefusedFields({"title": _TAKEN})
