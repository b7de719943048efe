"""Asking the people who came what they think, and keeping what they say without a name."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select

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
from portal.training.rules import day_of
from portal.training.rules import evaluations as rules
from portal.training.rules.evaluations import Answer, Moment

LATER_JOB = "training_evaluations_later"
KINDS: Mapping[Moment, str] = {
    Moment.AFTER: "training_evaluation_after",
    Moment.LATER: "training_evaluation_later",
}


def ask_after(actor: Actor | None, session: TrainingSession) -> None:
    """When the register is finished: everybody who came and left an e-mail address is asked, now and after a term.

    Asking twice (a register finished again) asks only those who were not asked yet.
    """
    _ask(actor, session, Moment.AFTER)
    later = calendar_of(None).add_school_days(day_of(session.starts_at), rules.TERM_SCHOOL_DAYS)
    jobs.enqueue(LATER_JOB, {"session": session.id}, run_at=datetime.combine(later, time(8), UTC))


@jobs.handles(LATER_JOB)
def _ask_later(payload: Mapping[str, Any]) -> None:
    with writing():
        session = db.session.get(TrainingSession, int(payload["session"]))
        if session is not None and session.status == "held":
            _ask(None, session, Moment.LATER)


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


def make_room_link(actor: Actor, session: TrainingSession, moment: Moment) -> str:
    """A link for everybody who came (a square on the wall); answers its token. The one before opens nothing more.

    As many can answer as were present. Raises ``Refused`` before the register is finished.
    """
    ensure(actor, Action.RUN_TRAINING, Scope(involved=involved_today("training_session", session.id)))
    present = [attendee for attendee in session.attendees if attendee.attended]
    if session.status != "held" or not present:
        raise Refused("Finish the register first. Then those who came can be asked.")
    for earlier in _room_links(session, moment):
        earlier.digest = None
        audit.record(actor, "evaluation link withdrawn", earlier)
    return _new_token(actor, _link(session, moment, answers=len(present)))


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
    """Keeps one set of answers, without any way back to who gave it.

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
    audit.record(None, "evaluation link used", link)
    said = Evaluation(
        session_id=link.session_id,
        moment=moment.value,
        scale=given.scale,
        different=given.different.strip() or None,
        more=given.more.strip() or None,
        answered_at=clock.now().replace(minute=0, second=0, microsecond=0),
    )
    audit.record(None, "evaluation given", said)
