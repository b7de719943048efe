"""Whose account a manager may touch."""

from portal.accounts import rules
from portal.accounts.models import Person
from portal.accounts.queries.people import dated_roles
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import ensure
from portal.kernel.errors import NotPermitted, OutOfReach
from portal.policy import Action, Actor, Role


def changeable(actor: Actor, person_id: int) -> Person:
    """Raises ``NotPermitted`` for who manages nobody and for an administrator's account, ``OutOfReach`` for nobody."""
    ensure(actor, Action.MANAGE_PEOPLE)
    person = db.session.get(Person, person_id)
    if person is None:
        raise OutOfReach
    if not rules.may_change(actor.roles, roles_now_or_later(person)):
        raise NotPermitted
    return person


def ensure_may_reopen(actor: Actor, person: Person) -> None:
    if not rules.may_reopen(actor.roles, roles_now_or_later(person)):
        raise NotPermitted


def roles_now_or_later(person: Person) -> frozenset[Role]:
    return frozenset(Role(r.role) for r in rules.held_today_or_later(dated_roles(person), clock.today()))
