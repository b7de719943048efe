"""One question with what was written, and what the hints are weighed with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Person
from portal.advice import rules
from portal.advice.models import AdviceMessage, AdviceThread
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.access import reach_filter
from portal.kernel.dates import by_when_words, clock_words, day_words
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor
from portal.schools.queries import HintFacts
from portal.schools.queries import hint_facts as facts_of_school
from portal.training.models import TrainingRequest
from portal.visits.models import Visit
from portal.visits.rules import minutes_words

FIRST_MINUTES = 15
"""Offered to somebody who answers for the first time"""


@dataclass(frozen=True)
class MessageRow:
    """One message; ``time`` in words and ``visit_id`` only where its time still counts."""

    id: int
    who: str
    place: str
    from_school: bool
    what: str
    when: str
    words: str
    time: str
    visit_id: int | None
    is_own: bool


@dataclass(frozen=True)
class ThreadPage:
    """A question as its page shows it."""

    id: int
    subject: str
    school: str
    tried: str
    status: str
    status_words: str
    tone: str
    line: str
    how_soon: str
    worker: str
    messages: tuple[MessageRow, ...]
    time: str
    """The service's time so far, in words; empty when there is none"""
    referral: str | None
    referral_seen: bool
    training: str | None
    version: int


@dataclass(frozen=True)
class OpenedThread:
    """A form of the thread, opened."""

    version: int
    minutes: int | None = None
    person_id: int | None = None


def thread_for(actor: Actor, thread_id: int, action: Action = Action.READ_ADVICE) -> AdviceThread:
    """The question itself, within the actor's reach. Raises ``OutOfReach``."""
    thread = db.session.scalars(
        select(AdviceThread).where(
            AdviceThread.id == thread_id, reach_filter(actor, action, school=AdviceThread.school_id)
        )
    ).one_or_none()
    if thread is None:
        raise OutOfReach
    return thread


_KIND_WORDS = {
    "question": "asks",
    "reply": "writes",
    "answer": "answers",
    "ask_back": "asks back",
}


def thread_page(actor: Actor, thread: AdviceThread) -> ThreadPage:
    """All that the page says."""
    is_school = thread.school_id in actor.school_ids
    rows, minutes = _messages(actor, thread, with_time=not is_school)
    worker = thread.assigned_to.name if thread.assigned_to else ""
    referral = thread.referral
    return ThreadPage(
        id=thread.id,
        subject=thread.subject,
        school=thread.school.name,
        tried=thread.tried or "",
        status=thread.status,
        status_words=rules.STATUSES[thread.status],
        tone=rules.status_tone(thread.status),
        line=rules.status_line(
            thread.status,
            by_when=by_when_words(thread.due_on, clock.today()),
            worker=worker,
            is_school=is_school,
        ),
        how_soon=rules.HOW_SOON[thread.how_soon][0],
        worker=worker,
        messages=rows,
        time=minutes_words(minutes) if minutes else "",
        referral=referral.reference if referral else None,
        referral_seen=bool(referral and (is_school or referral.submitted_at)),
        training=_training_of(thread),
        version=thread.version,
    )


def _messages(actor: Actor, thread: AdviceThread, *, with_time: bool) -> tuple[tuple[MessageRow, ...], int]:
    found = db.session.execute(
        select(
            AdviceMessage.id,
            AdviceMessage.person_id,
            AdviceMessage.from_school,
            AdviceMessage.kind,
            AdviceMessage.words,
            AdviceMessage.written_at,
            Person.name,
            Visit.id.label("visit_id"),
            Visit.minutes,
        )
        .join(Person, Person.id == AdviceMessage.person_id)
        .outerjoin(Visit, (Visit.id == AdviceMessage.visit_id) & Visit.removed_at.is_(None))
        .where(AdviceMessage.thread_id == thread.id)
        .order_by(AdviceMessage.id)
    ).all()
    service = settings.current().short_name
    rows = tuple(
        MessageRow(
            id=row.id,
            who=row.name,
            place=thread.school.name if row.from_school else service,
            from_school=row.from_school,
            what=_KIND_WORDS.get(row.kind, "writes"),
            when=_moment(row.written_at),
            words=row.words,
            time=minutes_words(row.minutes) if with_time and row.minutes else "",
            visit_id=row.visit_id if with_time else None,
            is_own=row.person_id == actor.person_id,
        )
        for row in found
    )
    return rows, sum(row.minutes or 0 for row in found) if with_time else 0


def _moment(at: datetime) -> str:
    local = at.astimezone(clock.LONDON)
    return f"{day_words(local.date(), clock.today())}, {clock_words(local.time())}"


def _training_of(thread: AdviceThread) -> str | None:
    if thread.training_request_id is None:
        return None
    return db.session.scalar(select(TrainingRequest.reference).where(TrainingRequest.id == thread.training_request_id))


def default_minutes(actor: Actor) -> int:
    """What the person's last answer took."""
    last = db.session.scalar(
        select(Visit.minutes)
        .join(AdviceMessage, AdviceMessage.visit_id == Visit.id)
        .where(AdviceMessage.person_id == actor.person_id)
        .order_by(AdviceMessage.id.desc())
        .limit(1)
    )
    return last or FIRST_MINUTES


def hint_facts(actor: Actor, school_id: int, thread: AdviceThread | None = None) -> HintFacts:
    """Names of pupils that the actor may know of, and words that are no names here: also the grown-ups who talk."""
    if thread is None:
        return facts_of_school(actor, school_id)
    talking = tuple(message.person.name for message in thread.messages)
    worker = (thread.assigned_to.name,) if thread.assigned_to else ()
    return facts_of_school(actor, school_id, (*talking, *worker))


def came_from(actor: Actor, referral_id: int) -> tuple[int, str] | None:
    """The question that a referral was begun from, as (id, subject), for a link on the referral's page."""
    row = db.session.execute(
        select(AdviceThread.id, AdviceThread.subject).where(
            AdviceThread.referral_id == referral_id,
            reach_filter(actor, Action.READ_ADVICE, school=AdviceThread.school_id),
        )
    ).first()
    return (row.id, row.subject) if row else None


def written_of(thread: AdviceThread) -> list[rules.Written]:
    """The messages as they are carried over into a referral or a request."""
    today = clock.today()
    return [
        rules.Written(day_words(one.written_at.astimezone(clock.LONDON).date(), today), one.from_school, one.words)
        for one in thread.messages
    ]


def words_for_training(thread: AdviceThread) -> dict[str, str]:
    """What the form of a request for training begins with, by field."""
    return {
        "own_words": thread.subject,
        "difference": rules.difference_words(thread.subject, written_of(thread)),
    }
