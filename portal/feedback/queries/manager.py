"""Who reads what a family says to the manager alone, and how a question stands for everybody else.

An answer that somebody may not read is for them no answer: the question looks as if nobody had answered it, and does
what it would do then. Anything else would tell who wrote to the manager.
"""

from dataclasses import replace

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, false, literal, not_, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Person, RoleAssignment
from portal.cases.models import Case
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import FamilyInvitation, Feedback
from portal.feedback.queries.opening import facts_of_invitation
from portal.kernel import clock
from portal.kernel.access import Involvement
from portal.policy import Action, Actor, Reach, Role, may, reach_of

_READERS = tuple(role.value for role in Role if reach_of(role, Action.READ_MANAGER_ONLY) is not Reach.NOTHING)


def reads_manager_only(actor: Actor, case: Case | None = None) -> bool:
    """Whether this person reads what a family says to the manager alone: at all, or about this piece of work."""
    if case is None:
        return may(actor, Action.READ_MANAGER_ONLY)
    return bool(db.session.scalar(select(_reads_all(actor, literal(case.id)))))


def readable_by(actor: Actor | None) -> ColumnElement[bool]:
    """The feedback that this person may read, as a condition; nobody in particular reads what everybody may."""
    return or_(Feedback.manager_only.is_(False), _reads_all(actor, Feedback.case_id))


def sees_answer(actor: Actor | None) -> ColumnElement[bool]:
    """Whether an answer to a question is one for this person, as a column beside the invitation."""
    return or_(_is_for_everybody(), _reads_all(actor, FamilyInvitation.case_id))


def facts_seen_by(actor: Actor | None, row: FamilyInvitation) -> rules.InvitationFacts:
    """The question as it stands for this person; without one, as it stands for the workers."""
    facts = facts_of_invitation(row)
    if facts.answered_at is None:
        return facts
    seen = db.session.scalar(select(sees_answer(actor)).where(FamilyInvitation.id == row.id))
    return facts if seen else replace(facts, answered_at=None)


def not_answered_for_workers() -> ColumnElement[bool]:
    """Not answered, or not by anything that the workers may read."""
    return or_(FamilyInvitation.answered_at.is_(None), not_(_is_for_everybody()))


def _is_for_everybody() -> ColumnElement[bool]:
    said = aliased(Feedback)
    return (
        select(said.id)
        .where(said.invitation_id == FamilyInvitation.id, said.manager_only.is_(False))
        .correlate(FamilyInvitation)
        .exists()
    )


def _reads_all(actor: Actor | None, case_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whoever works on the case today may be whom the words are about: they leave them to somebody else who reads
    such words, as long as there is anybody."""
    if actor is None or not may(actor, Action.READ_MANAGER_ONLY):
        return false()
    person, role, today = aliased(Person), aliased(RoleAssignment), clock.today()
    somebody_else = (
        exists()
        .where(
            person.id == role.person_id,
            person.id != actor.person_id,
            person.disabled_at.is_(None),
            role.role.in_(_READERS),
            role.starts_on <= today,
            or_(role.ends_on.is_(None), role.ends_on >= today),
            not_(_works_on(person.id, case_id)),
        )
        .correlate_except(person, role)
    )
    return not_(and_(_works_on(literal(actor.person_id), case_id), somebody_else))


def _works_on(person_id: SQLColumnExpression[int], case_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    work, today = aliased(Involvement), clock.today()
    return (
        exists()
        .where(
            work.kind == Case.__tablename__,
            work.record_id == case_id,
            work.person_id == person_id,
            work.starts_on <= today,
            or_(work.ends_on.is_(None), work.ends_on >= today),
        )
        .correlate_except(work)
    )
