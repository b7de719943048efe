"""Changes to how somebody else signs in: asked for by a manager, and confirmed from the person's own address or by a
second person. Nobody makes another person's sign-in alone.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from portal.accounts.models import AccountChange, Person
from portal.accounts.operations import links, second_factor
from portal.accounts.operations.reach import changeable
from portal.accounts.operations.sessions import end_all_sessions
from portal.accounts.operations.watching import tell_others
from portal.accounts.queries.changes import change_digest, confirmers_of, is_open
from portal.accounts.queries.people import person_with_email
from portal.accounts.rules.changes import CHANGE_LASTS, NOBODY_CONFIRMS, Act, ChangeKind
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.access import ensure
from portal.kernel.audit import record
from portal.kernel.crypto import keyed_digest
from portal.kernel.errors import OutOfReach, Refused
from portal.notices.operations import can_send, composes, tell, tell_outside
from portal.policy import Action, Actor
from portal.tasks.operations import ask, settle_like
from portal.tasks.rules import CONFIRM_ACCOUNT

EMAIL_TAKEN = "Someone else has this email address. Enter a different one."
_ASKED = {
    ChangeKind.LINK: Act.LINK_ASKED,
    ChangeKind.ADDRESS: Act.ADDRESS_ASKED,
    ChangeKind.SECOND_STEP: Act.STEP_ASKED,
}
_CONFIRMED = {
    ChangeKind.LINK: Act.LINK_CONFIRMED,
    ChangeKind.ADDRESS: Act.ADDRESS_CONFIRMED,
    ChangeKind.SECOND_STEP: Act.STEP_CONFIRMED,
}


def invite_by_email(person: Person) -> None:
    """The invitation goes to the address that the account was made for; the link is made when the message goes."""
    _mail_link("invitation_link", person)


def ask_for_link(actor: Actor, person: Person) -> None:
    """A link to set another password: emailed to the person, or, without a mail server, left to a second person."""
    if can_send():
        record(actor, "link to set a password asked for", person)
        _mail_link("password_link", person)
        tell_others(actor, person, Act.LINK_ASKED)
    else:
        _begin(actor, person, ChangeKind.LINK)


def ask_for_address(actor: Actor, person: Person, email: str) -> None:
    """Another address to sign in with. The old one is told, and nothing changes until it is confirmed."""
    change = _begin(actor, person, ChangeKind.ADDRESS, email)
    key = f"account-change-{change.id}"
    tell("address_asked", [person.id], "/me", key=key, at_once=True)
    if can_send():
        tell_outside("address_link", email, key=key, about={"change": change.id})


def ask_to_remove_second_step(actor: Actor, person: Person) -> None:
    """For a lost phone and lost recovery codes."""
    change = _begin(actor, person, ChangeKind.SECOND_STEP)
    if can_send():
        about: dict[str, int | str] = {"change": change.id, "address": _digest(person.email)}
        tell_outside("second_step_link", person.email, key=f"account-change-{change.id}", about=about)


def stop(actor: Actor, change_id: int) -> Person:
    """The person themself, or a manager, stops what was asked for. Raises ``OutOfReach``, ``Refused``."""
    change = _locked(AccountChange.id == change_id)
    if change.person_id != actor.person_id:
        changeable(actor, change.person_id)
    _end(actor, change)
    return change.person


def confirm(actor: Actor, change_id: int) -> str | None:
    """A second person lets it happen. Answers the token of a link to pass on, where that is what was asked for.

    A new address still waits for its owner where there is a mail server. Raises ``Refused`` for who asked, whom it is
    about, and an account too new to count.
    """
    ensure(actor, Action.MANAGE_PEOPLE)
    change = _locked(AccountChange.id == change_id)
    person = changeable(actor, change.person_id)
    if change.confirmed_by_id is not None:
        raise Refused("Someone has already confirmed this.")
    if actor.person_id not in confirmers_of(change):
        raise Refused(
            "You can't confirm this. It needs a coordinator or administrator who didn't ask for it, and whose account "
            "is at least 7 days old."
        )
    change.confirmed_by_id = actor.person_id
    kind = ChangeKind(change.kind)
    record(actor, "change to an account confirmed", change)
    settle_like(f"account-change-{change.id}", actor)
    tell_others(actor, person, _CONFIRMED[kind])
    if kind is ChangeKind.LINK:
        _done(actor, change)
        return links.make_link(actor, person)
    if kind is ChangeKind.SECOND_STEP:
        _remove_second_step(actor, change)
    elif not can_send():
        _change_address(actor, change)
    return None


def take_address(token: str, actor: Actor | None) -> Person:
    """The new address was confirmed: by the person, signed in, or by whoever opens it once a second person confirmed.

    Raises ``OutOfReach`` for a token that opens nothing, ``Refused`` while it needs the person's own sign-in.
    """
    change = _locked(AccountChange.digest == change_digest(token), AccountChange.kind == ChangeKind.ADDRESS)
    themself = actor is not None and actor.person_id == change.person_id
    if not themself and change.confirmed_by_id is None:
        raise Refused("Sign in first. Only the person whose account it is can confirm the new address.")
    person = change.person
    _change_address(Actor(person.id, person.name, ()), change)
    return person


def remove_second_step(token: str) -> Person:
    """The person opened the link at their own address. Raises ``OutOfReach`` for a token that opens nothing."""
    change = _locked(AccountChange.digest == change_digest(token), AccountChange.kind == ChangeKind.SECOND_STEP)
    person = change.person
    themself = Actor(person.id, person.name, ())
    _remove_second_step(themself, change)
    tell_others(themself, person, Act.STEP_REMOVED)
    return person


def _begin(actor: Actor, person: Person, kind: ChangeKind, email: str | None = None) -> AccountChange:
    """One change of a kind at a time: a new one takes the place of an earlier one."""
    for earlier in _open_ones(AccountChange.person_id == person.id, AccountChange.kind == kind):
        _end(actor, earlier)
    now = clock.now()
    change = AccountChange(
        person_id=person.id,
        kind=kind.value,
        email=email,
        asked_by_id=actor.person_id,
        asked_at=now,
        expires_at=now + CHANGE_LASTS,
        person=person,
    )
    record(actor, f"{kind.words[0].lower()}{kind.words[1:]} asked for", change)
    if not can_send():
        _ask_confirmers(change)
    tell_others(actor, person, _ASKED[kind])
    return change


def _ask_confirmers(change: AccountChange) -> None:
    confirmers = confirmers_of(change)
    if not confirmers:
        raise Refused(NOBODY_CONFIRMS)
    due_on = clock.today() + timedelta(days=1)
    for person_id in confirmers:
        key = f"account-change-{change.id}-{person_id}"
        title, url = "Confirm a change to how someone signs in", f"/people/changes/{change.id}"
        ask(key, CONFIRM_ACCOUNT, title, url, due_on, person_id=person_id)


def _change_address(actor: Actor, change: AccountChange) -> None:
    person, email = change.person, change.email or ""
    if person_with_email(email) is not None:
        raise Refused(EMAIL_TAKEN)
    if can_send():
        tell_outside("address_left", person.email, key=f"account-change-{change.id}-left", about={})
    person.email = email
    record(actor, "email address changed", person)
    _done(actor, change)
    for other in _open_ones(AccountChange.person_id == person.id):
        _end(actor, other)
    links.withdraw_links(actor, person.id)
    end_all_sessions(person.id)
    tell_others(actor, person, Act.ADDRESS_CHANGED)


def _remove_second_step(actor: Actor, change: AccountChange) -> None:
    person = change.person
    second_factor.forget(person)
    record(actor, "second factor taken away", person)
    for passkey in person.passkeys:
        record(actor, "passkey removed", passkey)
        db.session.delete(passkey)
    _done(actor, change)
    end_all_sessions(person.id)
    tell("sign_in_changed", [person.id], "/me", key=f"account-change-{change.id}-done", at_once=True)


def _done(actor: Actor, change: AccountChange) -> None:
    change.done_at = clock.now()
    record(actor, "change to an account made", change)
    settle_like(f"account-change-{change.id}", actor)


def _end(actor: Actor, change: AccountChange) -> None:
    change.stopped_at = clock.now()
    record(actor, "change to an account stopped", change)
    settle_like(f"account-change-{change.id}", actor)


def _locked(*which: object) -> AccountChange:
    """The open change, once nobody else uses it. Raises ``OutOfReach`` when it is unknown, done, stopped or too old."""
    found = db.session.scalars(
        select(AccountChange)
        .where(*which)  # type: ignore[arg-type]
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None or not is_open(found) or found.person.is_disabled:
        raise OutOfReach
    return found


def _open_ones(*which: object) -> list[AccountChange]:
    found = db.session.scalars(select(AccountChange).where(*which).with_for_update())  # type: ignore[arg-type]
    return [change for change in found if is_open(change)]


def _mail_link(kind: str, person: Person) -> None:
    about: dict[str, int | str] = {"person": person.id, "address": _digest(person.email)}
    tell_outside(kind, person.email, key=f"{kind}-{person.id}-{clock.now():%Y%m%d%H%M%S}", about=about)


@composes("invitation_link")
@composes("password_link")
def _link_path(about: Mapping[str, int | str]) -> str | None:
    """Nothing for a disabled account, nor for an address that is no longer the person's."""
    person = db.session.get(Person, about["person"])
    if person is None or person.is_disabled or _digest(person.email) != about["address"]:
        return None
    return f"/welcome/{links.make_link(None, person)}"


@composes("address_link")
def _address_path(about: Mapping[str, int | str]) -> str | None:
    return _path_of("/new-address", about)


@composes("second_step_link")
def _second_step_path(about: Mapping[str, int | str]) -> str | None:
    return _path_of("/second-step", about)


@composes("address_left")
def _front_door(_about: Mapping[str, int | str]) -> str:
    return "/sign-in"


def _path_of(page: str, about: Mapping[str, int | str]) -> str | None:
    change = db.session.get(AccountChange, about["change"])
    if change is None or not is_open(change):
        return None
    if "address" in about and _digest(change.person.email) != about["address"]:
        return None
    token = secrets.token_urlsafe(32)
    change.digest = change_digest(token)
    record(None, "link about an account made", change)
    return f"{page}/{token}"


def _digest(email: str) -> str:
    return keyed_digest("address of a message", email)
