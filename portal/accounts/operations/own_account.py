"""What people do to their own account. Every signed-in person may, so there is no further check of the policy."""

from portal.accounts import rules
from portal.accounts.models import Person, SignInSession
from portal.accounts.operations import passwords, tries
from portal.accounts.operations.sessions import end_other_sessions, rotate_session
from portal.extensions import db
from portal.kernel import clock, versions
from portal.kernel.audit import record, record_act
from portal.kernel.contact import telephone_problems
from portal.kernel.errors import Refused
from portal.policy import Actor

WRONG_PIN = "This is not your password or tablet PIN, or there were too many tries. Wait a few minutes, then try again."
WRONG_PASSWORD = "This is not your password, or there were too many tries. Wait a few minutes before you try again."  # noqa: S105


def confirmed(actor: Actor, password: str, address: str) -> Person:
    """The person, once they typed their password again. Raises ``Refused``; failures count towards the lock-out.

    Comes first in an operation: a failure undoes what the unit had open.
    """
    person = db.session.get_one(Person, actor.person_id)
    email, good = person.email, passwords.check_password(person, password)
    locked = tries.locks_password(email, address)
    if not good and not locked:
        tries.note_failure(tries.password_of(email, address))
    if locked or not good:
        raise Refused(WRONG_PASSWORD)
    return person


def confirmed_by_pin(actor: Actor, secret: str, address: str) -> None:
    """The person typed their password or their tablet PIN. Raises ``Refused``; failures count towards the lock-out.

    Comes first in an operation: a failure undoes what the unit had open.
    """
    person = db.session.get_one(Person, actor.person_id)
    email = person.email
    fitting = person.tablet_pin_hash if rules.looks_like_pin(secret) else person.password_hash
    good, locked = passwords.fits(fitting, secret), tries.locks_password(email, address)
    if not good and not locked:
        tries.note_failure(tries.password_of(email, address))
    if locked or not good:
        raise Refused(WRONG_PIN)


def choose_pin(actor: Actor, pin: str, session_id: int) -> None:
    """Six figures to hand a tablet over with. Raises ``Refused`` for easy ones, and when one signed in too long ago."""
    ensure_fresh(session_id)
    if problems := rules.pin_problems(pin):
        raise Refused(*problems)
    person = db.session.get_one(Person, actor.person_id)
    person.tablet_pin_hash = passwords.hash_password(pin)
    record(actor, "tablet PIN chosen", person)


def forget_pin(actor: Actor) -> None:
    """From now on only the password hands a tablet over."""
    person = db.session.get_one(Person, actor.person_id)
    person.tablet_pin_hash = None
    record(actor, "tablet PIN removed", person)


def prove(actor: Actor, session_id: int, password: str, address: str) -> str:
    """Shows again who one is and answers the token of the rotated session. Raises ``Refused`` for a wrong password."""
    person = confirmed(actor, password, address)
    record_act(actor, "password confirmed", "person", person.id)
    return rotate_session(session_id, second_factor=False, proved=True)


def ensure_fresh(session_id: int) -> None:
    """Raises ``Refused`` when the person did not show lately who they are: another way in needs that."""
    if not rules.is_fresh(db.session.get_one(SignInSession, session_id).proved_at, clock.now()):
        raise Refused("Confirm first that it is you: you signed in too long ago.")


def change_name(actor: Actor, name: str, *, opened_with: int | None) -> None:
    """Changes how the person is called. Raises ``Refused`` for an empty name, ``EditConflict`` for an older version."""
    person = db.session.get_one(Person, actor.person_id)
    versions.check_version(person, opened_with)
    if problem := rules.problems_of_draft(rules.PersonDraft(name, person.email)).get("name"):
        raise Refused(problem)
    person.name = name.strip()
    record(actor, "own name changed", person)


def change_telephone(actor: Actor, telephone: str, *, opened_with: int | None) -> None:
    """Changes the number they are called on at work; "" takes it away. Raises ``Refused`` or ``EditConflict``."""
    person = db.session.get_one(Person, actor.person_id)
    versions.check_version(person, opened_with)
    telephone = telephone.strip()
    if problems := telephone_problems(telephone):
        raise Refused(*problems)
    person.work_telephone = telephone or None
    record(actor, "own work telephone changed", person)


def change_password(actor: Actor, session_id: int, old: str, new: str, address: str) -> str:
    """Changes the password and answers the token of the rotated session; sessions elsewhere end.

    Raises ``Refused`` when the old one is wrong or the new one too weak or the same.
    """
    person = confirmed(actor, old, address)
    if old == new:
        raise Refused("The new password is the old one. Choose another.")
    passwords.put_password(person, new)
    record(actor, "own password changed", person)
    end_other_sessions(person.id, session_id)
    return rotate_session(session_id, second_factor=False)
