"""Asking the people who came what they think, and keeping what they say without a name."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import func, select

from portal.extensions import db
from portal.kernel import audit, clock, jobs
from portal.kernel.access import ensure, involved_today
from portal.kernel.crypto import keyed_digest
from portal.kernel.errors import OutOfReach, Refused
from portal.kernel.unit_of_work import writing
from portal.notices.operations import composes, tell_outside
from portal.policy import Action, Actor, Scope
from portal.schools.operations.problems import refuse_any
from portal.schools.queries import calendar_of
from portal.training.models import Evaluation, EvaluationLink, TrainingSession
from portal.training.operations import due
from portal.training.rules import day_of
from portal.training.rules import evaluations as rules
from portal.training.rules.evaluations import Answer, Moment

LATER_JOB = "training_evaluations_later"
KINDS: Mapping[Moment, str] = {
    Moment.AFTER: "training_evaluation_after",
    Moment.LATER: "training_evaluation_later",
}


@dataclass(frozen=True)
class RoomLink:
    """A link for everybody in the room: its token, shown once, and how many can answer by it."""

    token: str
    answers: int


def ask_after(actor: Actor | None, session: TrainingSession) -> None:
    """When the register is finished: everybody who came and left an e-mail address is asked, now and after a term.

    Asking twice (a register finished again) asks only those who were not asked yet.
    """
    ask_newly(actor, session)
    later = calendar_of(None).add_school_days(day_of(session.starts_at), rules.TERM_SCHOOL_DAYS)
    jobs.enqueue(LATER_JOB, {"session": session.id}, run_at=datetime.combine(later, time(8), UTC))


def ask_newly(actor: Actor | None, session: TrainingSession) -> None:
    """Asks who came and was not asked yet, also when a register is corrected."""
    _ask(actor, session, Moment.AFTER)


@jobs.handles(LATER_JOB)
def _ask_later(payload: Mapping[str, Any]) -> None:
    with writing():
        session = db.session.get(TrainingSession, int(payload["session"]))
        if session is not None and session.status == "held":
            _ask(None, session, Moment.LATER)
            if any(attendee.attended and not attendee.email for attendee in session.attendees):
                due.ask_for_link(session)


def _ask(actor: Actor | None, session: TrainingSession, moment: Moment) -> None:
    asked = set(
        db.session.scalars(
            select(EvaluationLink.attendee_id).where(
                EvaluationLink.session_id == session.id, EvaluationLink.moment == moment.value
            )
        )
    )
    for attendee in session.attendees:
        if attendee.attended and attendee.email and attendee.id not in asked:
            link = _link(session, moment, answers=1)
            link.attendee_id = attendee.id
            audit.record(actor, "evaluation asked", link)
            key = f"training-evaluation-{attendee.id}-{moment}"
            tell_outside(KINDS[moment], attendee.email, key=key, about={"link": link.id})


def _link(session: TrainingSession, moment: Moment, *, answers: int) -> EvaluationLink:
    now = clock.now()
    return EvaluationLink(
        session=session, moment=moment.value, asked_at=now, expires_at=now + rules.LASTS, answers_left=answers
    )


@composes(KINDS[Moment.AFTER])
def _address_after(about: Mapping[str, int | str]) -> str | None:
    return _address(about)


@composes(KINDS[Moment.LATER])
def _address_later(about: Mapping[str, int | str]) -> str | None:
    return _address(about)


def _address(about: Mapping[str, int | str]) -> str | None:
    """The path with a token made now; None once there is nothing left to answer."""
    link = db.session.get(EvaluationLink, int(about["link"]))
    if link is None or link.answers_left < 1 or link.expires_at <= clock.now():
        return None
    return path_of(_new_token(None, link))


def path_of(token: str) -> str:
    """Where a link leads."""
    return f"/training/evaluate/{token}"


def make_room_link(actor: Actor, session: TrainingSession, moment: Moment) -> RoomLink:
    """A link for everybody who came (a square on the wall). The one before opens nothing more.

    As many can answer as came and have neither answered nor a link of their own. Raises ``Refused`` before the
    register is finished, and when nobody is left to be asked.
    """
    ensure(actor, Action.RUN_TRAINING, Scope(involved=involved_today("training_session", session.id)))
    present = [attendee for attendee in session.attendees if attendee.attended]
    if session.status != "held" or not present:
        raise Refused("Finish the register first. Then those who came can be asked.")
    answers = _left_to_answer(session, moment, len(present))
    if answers < 1:
        raise Refused("Everybody who came was asked by e-mail or has answered: nobody is left for another link.")
    if moment is Moment.LATER:
        due.settle_link(actor, session)
    for earlier in _room_links(session, moment):
        earlier.digest = None
        audit.record(actor, "evaluation link withdrawn", earlier)
    return RoomLink(_new_token(actor, _link(session, moment, answers=answers)), answers)


def _left_to_answer(session: TrainingSession, moment: Moment, present: int) -> int:
    """A link made again must not bring more answers than people came: what was given in the room is taken off, and
    every personal link, used or not."""
    given = db.session.scalar(
        select(func.count()).where(Evaluation.session_id == session.id, Evaluation.moment == moment.value)
    )
    personal = db.session.scalars(
        select(EvaluationLink.answers_left).where(
            EvaluationLink.session_id == session.id,
            EvaluationLink.moment == moment.value,
            EvaluationLink.attendee_id.is_not(None),
        )
    ).all()
    in_the_room = (given or 0) - personal.count(0)
    return present - len(personal) - in_the_room


def _room_links(session: TrainingSession, moment: Moment) -> list[EvaluationLink]:
    return list(
        db.session.scalars(
            select(EvaluationLink).where(
                EvaluationLink.session_id == session.id,
                EvaluationLink.moment == moment.value,
                EvaluationLink.attendee_id.is_(None),
                EvaluationLink.digest.is_not(None),
            )
        )
    )


def _new_token(actor: Actor | None, link: EvaluationLink) -> str:
    token = secrets.token_urlsafe(24)
    link.digest = token_digest(token)
    audit.record(actor, "evaluation link made", link)
    return token


def token_digest(token: str) -> str:
    return keyed_digest("training evaluation", token)


def answer(token: str, given: Answer) -> None:
    """Keeps one set of answers, without any way back to who gave it: the audit line is about the session, and names
    neither the link that was used nor the answers.

    Raises ``OutOfReach`` for a link that is unknown, over or used up, ``RefusedFields`` for answers that do not fit.
    """
    link = db.session.scalars(
        select(EvaluationLink).where(EvaluationLink.digest == token_digest(token)).with_for_update()
    ).one_or_none()
    if link is None or link.answers_left < 1 or link.expires_at <= clock.now():
        raise OutOfReach
    moment = Moment(link.moment)
    refuse_any(rules.answer_problems(moment, given))
    link.answers_left -= 1
    said = Evaluation(
        session=link.session,
        moment=moment.value,
        scale=given.scale,
        different=given.different.strip() or None,
        more=given.more.strip() or None,
        answered_at=clock.now().replace(minute=0, second=0, microsecond=0),
    )
    db.session.add(said)
    audit.record(None, "evaluation given", link.session)
