"""The second factor: an authenticator app and ten recovery codes. Every function is about the actor's own account."""

from dataclasses import dataclass

from portal.accounts import rules
from portal.accounts.models import Person, RecoveryCode, SignInSession
from portal.accounts.operations import own_account, tries
from portal.accounts.operations.sessions import end_other_sessions, rotate_session
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import record
from portal.kernel.crypto import keyed_digest
from portal.kernel.errors import Refused
from portal.policy import Actor

WRONG_CODE = (
    "The code is not right, was used already, or there were too many tries. Wait for the next code and type that."
)


@dataclass(frozen=True)
class NewCodes:
    """The cookie of the rotated session, and recovery codes: both exist in clear only here."""

    token: str
    codes: tuple[str, ...]


def candidate_secret(token: str) -> str:
    """The key that a set-up page shows: follows from the session's own token, so that showing it writes nothing."""
    return rules.secret_from(keyed_digest("second factor set-up", token))


def set_up(actor: Actor, session_id: int, token: str, code: str, address: str) -> NewCodes:
    """Keeps the key once a code made with it was typed. Raises ``Refused`` for a wrong code or a second set-up."""
    person = _own(actor)
    if person.has_app:
        raise Refused("Your account has a second step already. Turn it off before you set up another.")
    if person.passkeys and db.session.get_one(SignInSession, session_id).second_factor_at is None:
        raise Refused("Use your passkey first. Then you can set up an app as well.")
    secret = candidate_secret(token)
    step = _step(person, secret, code, address)
    person.totp_secret, person.totp_confirmed_at, person.totp_last_step = secret, clock.now(), step
    codes = _fresh_codes(person)
    record(actor, "second factor set up", person)
    end_other_sessions(person.id, session_id)
    return NewCodes(rotate_session(session_id, second_factor=True), codes)


def give(actor: Actor, session_id: int, typed: str, address: str) -> str:
    """Takes a code of the app, or a recovery code, and answers the token of the rotated session.

    Raises ``Refused`` for a wrong or used code; wrong ones count towards the lock-out.
    """
    person = _own(actor)
    if not person.has_app or person.totp_secret is None:
        raise Refused("Your account has no authenticator app yet. Set it up first.")
    _lock(person)
    code = rules.as_typed(typed)
    if rules.is_recovery_code(typed):
        _use_recovery_code(person, code, address)
        record(actor, "recovery code used", person)
    else:
        person.totp_last_step = _step(person, person.totp_secret, code, address)
        record(actor, "second factor given", person)
    tries.forgive(tries.codes_of(person.email, address))
    return rotate_session(session_id, second_factor=True)


def new_codes(actor: Actor, password: str, address: str) -> tuple[str, ...]:
    """Ten new recovery codes; the old ones open nothing any more. Raises ``Refused`` for a wrong password."""
    person = own_account.confirmed(actor, password, address)
    if not person.has_app:
        raise Refused("Your account has no authenticator app yet. Set it up first.")
    codes = _fresh_codes(person)
    record(actor, "recovery codes renewed", person)
    return codes


def turn_off(actor: Actor, session_id: int, password: str, address: str) -> str:
    """Takes the app and its recovery codes away (passkeys stay); answers the token of the rotated session.

    Other sessions end.

    Raises ``Refused`` for a wrong password.
    """
    person = own_account.confirmed(actor, password, address)
    forget(person)
    record(actor, "second factor turned off", person)
    end_other_sessions(person.id, session_id)
    return rotate_session(session_id, second_factor=False)


def forget(person: Person) -> None:
    """Empties what belongs to the app; the caller records it."""
    person.totp_secret = person.totp_confirmed_at = person.totp_last_step = None
    _end_codes(person)


def _own(actor: Actor) -> Person:
    return db.session.get_one(Person, actor.person_id)


def _lock(person: Person) -> None:
    """Whoever uses or renews codes waits here for the others, and then reads what they left."""
    db.session.flush()
    db.session.refresh(person, with_for_update=True)
    db.session.expire(person, ["recovery_codes"])


def _step(person: Person, secret: str, code: str, address: str) -> int:
    """The step of the right code. A locked account refuses the right one too, in the same words."""
    step = rules.matching_step(secret, rules.as_typed(code), clock.now(), person.totp_last_step)
    _refuse_or_pass(person.email, step is not None, address)
    return step or 0


def _use_recovery_code(person: Person, code: str, address: str) -> None:
    digest = _digest(person.id, code)
    found = next((c for c in person.recovery_codes if c.used_at is None and c.digest == digest), None)
    _refuse_or_pass(person.email, found is not None, address)
    if found is not None:
        found.used_at = clock.now()


def _refuse_or_pass(email: str, good: bool, address: str) -> None:
    locked = tries.code_is_locked(email, address)
    if not good and not locked:
        tries.note_failure(tries.codes_of(email, address))
    if locked or not good:
        raise Refused(WRONG_CODE)


def _fresh_codes(person: Person) -> tuple[str, ...]:
    _lock(person)
    _end_codes(person)
    codes = tuple(rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES))
    person.recovery_codes.extend(
        RecoveryCode(digest=_digest(person.id, rules.as_typed(code)), person=person) for code in codes
    )
    return codes


def _end_codes(person: Person) -> None:
    for code in person.recovery_codes:
        code.used_at = code.used_at or clock.now()


def _digest(person_id: int, code: str) -> str:
    return keyed_digest("recovery code", f"{person_id}:{code}")
