"""Reading evaluation links and what was said of a session."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select

from portal.extensions import db
from portal.kernel import clock
from portal.training.models import Evaluation, EvaluationLink, Topic, TrainingSession
from portal.training.operations.evaluations import token_digest
from portal.training.rules import when_words
from portal.training.rules.evaluations import MOMENT_WORDS, QUESTIONS, Moment, Share, shares


@dataclass(frozen=True)
class OpenLink:
    """What somebody without an account sees of a session: its topic and when it was.

    A title in a school's own words stays inside the portal: the words may name somebody.
    """

    moment: Moment
    topic: str
    when: str


@dataclass(frozen=True)
class Said:
    """What was said at one moment: how many were asked by e-mail, how many answered, the scale, the words."""

    moment: Moment
    moment_words: str
    asked: int
    answered: int
    questions: tuple[str, str, str]
    shares: tuple[Share, ...]
    different: tuple[str, ...]
    more: tuple[str, ...]


def knows_link(token: str) -> bool:
    """Whether this is the token of a link, also of one that is over or used up."""
    return bool(db.session.scalar(select(exists().where(EvaluationLink.digest == token_digest(token)))))


def open_link(token: str) -> OpenLink | None:
    """None for a link that is unknown, over or used up: all look alike. Opening changes nothing."""
    row = db.session.execute(
        select(EvaluationLink.moment, Topic.title, TrainingSession.starts_at, TrainingSession.minutes)
        .join(TrainingSession, TrainingSession.id == EvaluationLink.session_id)
        .outerjoin(Topic, Topic.id == TrainingSession.topic_id)
        .where(
            EvaluationLink.digest == token_digest(token),
            EvaluationLink.answers_left > 0,
            EvaluationLink.expires_at > clock.now(),
        )
    ).one_or_none()
    if row is None:
        return None
    when = when_words(row.starts_at, row.minutes, clock.today())
    return OpenLink(Moment(row.moment), row.title or "Your training", when)


def said_of(session_id: int) -> tuple[Said, ...]:
    """Both moments, in two statements."""
    answers = db.session.scalars(
        select(Evaluation).where(Evaluation.session_id == session_id).order_by(Evaluation.answered_at, Evaluation.id)
    ).all()
    asked = {
        row[0]: row[1]
        for row in db.session.execute(
            select(EvaluationLink.moment, func.count())
            .where(EvaluationLink.session_id == session_id, EvaluationLink.attendee_id.is_not(None))
            .group_by(EvaluationLink.moment)
        )
    }
    return tuple(_said(moment, [one for one in answers if one.moment == moment], asked) for moment in Moment)


def _said(moment: Moment, answers: list[Evaluation], asked: dict[str, int]) -> Said:
    return Said(
        moment=moment,
        moment_words=MOMENT_WORDS[moment],
        asked=asked.get(moment.value, 0),
        answered=len(answers),
        questions=QUESTIONS[moment],
        shares=shares(moment, [one.scale for one in answers]),
        different=tuple(one.different for one in answers if one.different),
        more=tuple(one.more for one in answers if one.more),
    )
