"""Keeping programmes, and how many staff a school has."""

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.schools.operations.problems import RefusedFields, raise_version, record_unique
from portal.training.models import Programme, ProgrammeTopic, StaffCount, Topic
from portal.training.rules import programmes as rules
from portal.training.rules.programmes import ProgrammeDraft


def add_programme(actor: Actor, draft: ProgrammeDraft) -> Programme:
    """A new programme. Raises ``RefusedFields`` for a name that is there already."""
    ensure(actor, Action.MANAGE_TRAINING)
    programme = Programme(topics=[])
    _put(programme, draft)
    record_unique(actor, "programme added", programme, column="name", words=_NAME_TAKEN)
    return programme


def change_programme(
    actor: Actor, programme: Programme, draft: ProgrammeDraft, *, opened_with: int | None
) -> Programme:
    """Changes it. Raises ``EditConflict``, ``RefusedFields``."""
    ensure(actor, Action.MANAGE_TRAINING)
    check_version(programme, opened_with)
    _put(programme, draft)
    raise_version(programme)
    record_unique(actor, "programme changed", programme, column="name", words=_NAME_TAKEN)
    return programme


_NAME_TAKEN = "There is a programme of this name. Choose another one."


def _put(programme: Programme, draft: ProgrammeDraft) -> None:
    known = set(db.session.scalars(select(Topic.id).where(Topic.id.in_(draft.topic_ids))))
    if not known:
        raise RefusedFields({"topics": "Choose at least one topic that counts."})
    programme.name, programme.summary = draft.name.strip(), draft.summary.strip()
    programme.needed_percent, programme.is_active = draft.needed_percent, draft.is_active
    there = {one.topic_id: one for one in programme.topics}
    for topic_id, one in there.items():
        if topic_id not in known:
            db.session.delete(one)  # by itself, so that the audit net sees whose part it was
    for topic_id in sorted(known - set(there)):
        programme.topics.append(ProgrammeTopic(topic_id=topic_id))


def say_staff(actor: Actor, school_id: int, staff: int) -> StaffCount:
    """The school says how many staff it has from today on. Raises ``Refused`` out of 1 to 1,000."""
    ensure(actor, Action.REQUEST_TRAINING, Scope(school_id=school_id))
    if not 1 <= staff <= rules.MOST_STAFF:
        raise Refused(f"Enter a number of staff from 1 to {rules.MOST_STAFF:,}.")
    today = clock.today()
    count = db.session.scalars(
        select(StaffCount).where(StaffCount.school_id == school_id, StaffCount.from_on == today)
    ).one_or_none()
    if count is None:
        count = StaffCount(school_id=school_id, from_on=today, staff=staff, said_by_id=actor.person_id)
    count.staff, count.said_by_id = staff, actor.person_id
    audit.record(actor, "number of staff said", count)
    return count


def ensure_default_programmes() -> None:
    """The programmes that a new service begins with, once its topics are there."""
    if db.session.scalar(select(Programme.id).limit(1)) is not None:
        return
    topics = {topic.title: topic.id for topic in db.session.scalars(select(Topic))}
    for name, summary, needed, titles in rules.DEFAULT_PROGRAMMES:
        counting = [ProgrammeTopic(topic_id=topics[title]) for title in titles if title in topics]
        if counting:
            programme = Programme(name=name, summary=summary, needed_percent=needed, is_active=True, topics=counting)
            audit.record(None, "programme added", programme)
