"""Inviting people, changing their roles, ending and reopening their accounts."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from portal.accounts import rules
from portal.accounts.models import Person, RoleAssignment
from portal.accounts.operations import changes, links
from portal.accounts.operations.reach import changeable, ensure_may_reopen
from portal.accounts.operations.sessions import end_all_sessions
from portal.accounts.operations.watching import tell_others
from portal.accounts.queries import places
from portal.accounts.queries.people import people_of_school
from portal.accounts.rules.changes import WATCHED_ROLES, Act
from portal.extensions import db
from portal.kernel import clock, versions
from portal.kernel.access import ensure
from portal.kernel.audit import record
from portal.kernel.errors import NotPermitted, OutOfReach, Refused
from portal.notices.operations import can_send, tell
from portal.policy import SCHOOL_ROLES, Action, Actor, Role
from portal.tasks import operations as tasks

KNOWN_EMAIL = (
    "Somebody with this e-mail address has an account already. Find them in the list of people and change their roles "
    "there."
)
SCHOOL_TAKEN_INTO_USE = "accounts.school_taken_into_use"
"""The extension (actor, school id) that is told of a school whose first person gets a role; schools lie above."""
LAST_ADMINISTRATOR = "This is the last administrator. Make somebody else an administrator first."


@dataclass(frozen=True)
class Invitation:
    """A new account, and the token of its one-time link: shown once, or None when the link was emailed."""

    person: Person
    token: str | None


def invite(actor: Actor, draft: rules.PersonDraft, role: rules.RoleDraft) -> Invitation:
    """Makes an account with one role and the link to set its password.

    Raises ``Refused`` for a known e-mail address or what does not fit, ``NotPermitted`` when a coordinator would make
    an administrator.
    """
    ensure(actor, Action.MANAGE_PEOPLE)
    person = _add_person(draft)
    person.roles.append(_assignment(actor, role))
    record(actor, "person invited", person)
    if role.role in WATCHED_ROLES:
        tell_others(actor, person, Act.INVITED)
    return Invitation(person, _invitation_link(actor, person))


def first_administrator(email: str) -> Invitation:
    """For the command ``create-admin``: an administrator who is called by their address until they say more."""
    email = email.strip().lower()
    person = _add_person(rules.PersonDraft(rules.name_from_email(email)[:120], email))
    person.roles.append(RoleAssignment(role=Role.ADMIN.value, starts_on=clock.today()))
    record(None, "administrator made", person)
    return Invitation(person, links.make_link(None, person))


def change_person(actor: Actor, person_id: int, draft: rules.PersonDraft, *, opened_with: int | None) -> None:
    """Changes the name, and asks for another address: whoever has signed in before keeps theirs until it is confirmed.

    Raises ``Refused``, ``EditConflict``, ``NotPermitted`` or ``OutOfReach``.
    """
    person = changeable(actor, person_id)
    versions.check_version(person, opened_with)
    email = _good(draft)
    if email != person.email and _is_taken(email):
        raise Refused(changes.EMAIL_TAKEN)
    if email != person.email and person.was_here:
        changes.ask_for_address(actor, person, email)
    elif email != person.email:
        links.withdraw_links(actor, person.id)
        person.email = email
    person.name = draft.name.strip()
    record(actor, "person changed", person)


def new_link(actor: Actor, person_id: int) -> str | None:
    """A new invitation's token, to be shown once where there is no mail server.

    Who has signed in before gets a link to set another password: nobody else sees it unless a second person confirms.
    Raises ``Refused`` for a disabled account, and where nobody could confirm.
    """
    person = changeable(actor, person_id)
    if person.is_disabled:
        raise Refused("This account is disabled. Enable it first.")
    if not person.was_here:
        return _invitation_link(actor, person)
    if not person.has_second_factor:  # the link alone would open the account
        ensure_may_reopen(actor, person)
    changes.ask_for_link(actor, person)
    return None


def add_role(actor: Actor, person_id: int, role: rules.RoleDraft) -> None:
    """Gives a role from day to day; the person's sessions end, so that they sign in with what they may now do."""
    person = changeable(actor, person_id)
    _refuse_own(actor, person, "You cannot change your own roles. Another administrator or coordinator can.")
    added = _assignment(actor, role)
    same = [r for r in person.roles if _is_same(r, added) and (r.ends_on is None or r.ends_on >= added.starts_on)]
    if same:
        raise Refused("They hold this role already.")
    person.roles.append(added)
    record(actor, "role given", person, fields=("roles",))
    if role.role in WATCHED_ROLES:
        tell_others(actor, person, Act.ROLE_ADDED)
    end_all_sessions(person.id)


def end_role(actor: Actor, person_id: int, role_id: int, last_day: date | None) -> None:
    """Ends a role on ``last_day``, or now when it is None; the person's sessions end.

    Raises ``Refused`` for one's own roles, for the last administrator and for a day that is over.
    """
    person = changeable(actor, person_id)
    _refuse_own(actor, person, "You cannot change your own roles. Another administrator or coordinator can.")
    role = next((r for r in person.roles if r.id == role_id), None)
    if role is None:
        raise OutOfReach
    today = clock.today()
    if role.ends_on is not None and role.ends_on < today:
        raise Refused("This role has ended already.")
    if last_day is not None and last_day < max(today, role.starts_on):
        raise Refused("The last day must not be over, nor before the role begins. Leave it empty to end the role now.")
    if role.role == Role.ADMIN.value:
        _refuse_last_administrator(person)
    role.ends_on = last_day or today - timedelta(days=1)
    record(actor, "role ended", person, fields=("roles",))
    if role.school_id is not None:
        _settle_move(actor, role.school_id)
    end_all_sessions(person.id)


def disable(actor: Actor, person_id: int) -> None:
    """Ends an account: sessions and links at once. Nobody disables themselves or the last administrator."""
    person = changeable(actor, person_id)
    _refuse_own(actor, person, "You cannot disable your own account. Another administrator or coordinator can.")
    if person.is_disabled:
        raise Refused("This account is disabled already.")
    _refuse_last_administrator(person)
    person.disabled_at = clock.now()
    record(actor, "account disabled", person)
    for school_id in {role.school_id for role in person.roles if role.school_id is not None}:
        _settle_move(actor, school_id)
    links.withdraw_links(actor, person.id)
    end_all_sessions(person.id)


def enable(actor: Actor, person_id: int) -> None:
    """Opens a disabled account again, with its roles and its password."""
    person = changeable(actor, person_id)
    if not person.is_disabled:
        raise Refused("This account is not disabled.")
    person.disabled_at = None
    record(actor, "account enabled", person)
    tell_others(actor, person, Act.ENABLED)


def take_second_factor(actor: Actor, person_id: int) -> None:
    """For a lost phone and lost recovery codes. Once confirmed, app, codes and passkeys go.

    Raises ``NotPermitted`` when a coordinator would do it to staff who reach far.
    """
    person = changeable(actor, person_id)
    _refuse_own(actor, person, "Turn your own second step off in your account.")
    ensure_may_reopen(actor, person)
    if not person.has_second_factor:
        raise Refused("They have no second step.")
    changes.ask_to_remove_second_step(actor, person)


def unlink_work_account(actor: Actor, person_id: int, identity_id: int) -> None:
    """A work account opens this account no more; sessions end and the person is told. Raises as ``changeable``."""
    person = changeable(actor, person_id)
    _refuse_own(actor, person, "Unlink your own work account in your account.")
    identity = next((one for one in person.work_identities if one.id == identity_id), None)
    if identity is None:
        raise OutOfReach
    record(actor, "work account unlinked", identity)
    db.session.delete(identity)
    end_all_sessions(person.id)
    tell("sign_in_changed", [person.id], "/me", key=f"work-account-{identity_id}-unlinked", at_once=True)
    tell_others(actor, person, Act.WORK_UNLINKED)


def people_task(school_id: int) -> str:
    """The key of the task to move the people of a school that closed; schools ask for it."""
    return f"school-{school_id}-people"


def _settle_move(actor: Actor, school_id: int) -> None:
    """Once nobody is left at a school that closed, nobody is left to be moved."""
    if not people_of_school(school_id):
        tasks.settle(people_task(school_id), actor)


def _invitation_link(actor: Actor, person: Person) -> str | None:
    """Emailed where there is a mail server; else its token, to be shown once."""
    if not can_send():
        return links.make_link(actor, person)
    changes.invite_by_email(person)
    return None


def _refuse_own(actor: Actor, person: Person, words: str) -> None:
    if actor.person_id == person.id:
        raise Refused(words)


def _refuse_last_administrator(person: Person) -> None:
    """Two administrators who end each other at once wait for each other here; the second sees what the first did."""
    of_admins = (RoleAssignment.role == Role.ADMIN.value,)
    db.session.scalars(select(RoleAssignment.id).where(*of_admins).order_by(RoleAssignment.id).with_for_update()).all()
    today = clock.today()
    holds = (RoleAssignment.starts_on <= today, or_(RoleAssignment.ends_on.is_(None), RoleAssignment.ends_on >= today))
    admins = set(
        db.session.scalars(
            select(Person.id).join(RoleAssignment).where(*of_admins, *holds, Person.disabled_at.is_(None))
        )
    )
    if admins == {person.id}:
        raise Refused(LAST_ADMINISTRATOR)


def _add_person(draft: rules.PersonDraft) -> Person:
    email = _good(draft)
    if _is_taken(email):
        raise Refused(KNOWN_EMAIL)
    person = Person(name=draft.name.strip(), email=email, created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:  # somebody else invited the same person at this moment
        raise Refused(KNOWN_EMAIL) from None
    return person


def _good(draft: rules.PersonDraft) -> str:
    email = draft.email.strip().lower()
    if problems := rules.problems_of_draft(rules.PersonDraft(draft.name, email)):
        raise Refused(*problems.values())
    return email


def _is_taken(email: str) -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(Person).where(Person.email == email)))


def _assignment(actor: Actor, role: rules.RoleDraft) -> RoleAssignment:
    """The row of a role, with only what belongs to it: a school for school roles, a service line for workers."""
    if not rules.may_grant(actor.roles, role.role):
        raise NotPermitted
    if problems := rules.role_problems(role, clock.today()):
        raise Refused(*problems.values())
    school_id = role.school_id if role.role in SCHOOL_ROLES else None
    line_id = role.line_id if role.role is Role.WORKER else None
    if school_id is not None and not places.school_is_open(school_id):
        raise Refused("This school is closed or not in the list. Choose another.")
    if line_id is not None and not places.line_exists(line_id):
        raise Refused("This service line is not in the list. Choose another.")
    if school_id is not None:
        current_app.extensions[SCHOOL_TAKEN_INTO_USE](actor, school_id)
    return RoleAssignment(
        role=role.role.value,
        school_id=school_id,
        service_line_id=line_id,
        starts_on=role.starts_on or clock.today(),
        ends_on=role.ends_on,
    )


def _is_same(one: RoleAssignment, other: RoleAssignment) -> bool:
    return (one.role, one.school_id, one.service_line_id) == (other.role, other.school_id, other.service_line_id)
