"""Nobody is told to write to a family that cannot answer any more, or must not be asked: the task is settled then."""

from collections.abc import Mapping
from typing import Any

from portal.extensions import db
from portal.feedback import queries, rules
from portal.feedback.models import FamilyInvitation
from portal.feedback.operations import inviting
from portal.kernel import clock, jobs
from portal.kernel.unit_of_work import writing
from portal.policy import Actor
from portal.schools.models import Contact


@jobs.handles(inviting.LAPSE_JOB)
def _lapse(payload: Mapping[str, Any]) -> None:
    """When link and code have closed by themselves."""
    with writing():
        row = db.session.get(FamilyInvitation, int(payload["invitation"]))
        if row is not None:
            _settle_if_over(row, None)


def after_contact_changed(actor: Actor, contact: Contact) -> None:
    """Somebody may be marked “do not contact” now, or not be reached any more in the way in which they were asked."""
    for row in queries.open_questions_to(contact):
        _settle_if_over(row, actor)
    for case in queries.cases_around(contact):
        if queries.nobody_may_be_asked(case):
            inviting.settle_asking(case.id, actor)


def before_contact_removed(actor: Actor, contact: Contact) -> None:
    """Nothing opens for somebody who is not recorded any more; all who are left may be marked “do not contact”."""
    for row in queries.open_questions_to(contact):
        inviting.settle_question(row.id, actor)
    for case in queries.cases_around(contact):
        if queries.nobody_may_be_asked(case, without=contact):
            inviting.settle_asking(case.id, actor)


def _settle_if_over(row: FamilyInvitation, actor: Actor | None) -> None:
    if not rules.may_send(queries.facts_seen_by(None, row), clock.now()):
        inviting.settle_question(row.id, actor)
