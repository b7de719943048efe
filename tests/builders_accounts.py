"""People who can really sign in: with a password, a second factor, a request for an account."""

from datetime import timedelta

import pyotp

from portal.accounts.models import AccountChange, AccountRequest, Person
from portal.accounts.operations import requests, second_factor
from portal.accounts.operations.passwords import hash_password
from portal.accounts.rules import RequestDraft
from portal.accounts.rules.changes import CHANGE_LASTS, ChangeKind
from portal.kernel import clock
from portal.kernel.audit import record
from portal.policy import Role
from tests import people

PASSWORD = "seven quiet herons"
TOTP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_password(
    name: str = "Worker One", role: Role | None = Role.WORKER, *, password: str = PASSWORD, **more: object
) -> Person:
    made = people.person(name, role, **more)
    made.password_hash = hash_password(password)
    record(None, "password set", made)
    return made


def with_second_factor(name: str = "Worker One", role: Role | None = Role.WORKER, **more: object) -> Person:
    """With the key ``TOTP_KEY`` and without recovery codes."""
    made = with_password(name, role, **more)
    made.totp_secret, made.totp_confirmed_at = TOTP_KEY, clock.now()
    record(None, "second factor set up", made)
    return made


def second_manager(name: str = "Kit Second", role: Role = Role.COORDINATOR, **more: object) -> Person:
    """Somebody whose account is old enough to confirm what another manager asked for."""
    made = people.person(name, role, **more)
    made.created_at = clock.now() - timedelta(days=30)
    record(None, "person changed", made)
    return made


def recovery_codes(person: Person) -> tuple[str, ...]:
    codes = second_factor._fresh_codes(person)
    record(None, "recovery codes made", person)
    return codes


def code_at(moment, key: str = TOTP_KEY) -> str:
    return pyotp.TOTP(key).at(moment)


def address_change(person: Person, asker: Person) -> AccountChange:
    """Somebody's address is to change, and waits for a second person."""
    now = clock.now()
    made = AccountChange(
        kind=ChangeKind.ADDRESS.value,
        email="another@elsewhere.example",
        asked_by_id=asker.id,
        asked_at=now,
        expires_at=now + CHANGE_LASTS,
        person=person,
    )
    record(None, "address asked for", made)
    return made


def account_request(email: str = "new.senco@ash.example") -> AccountRequest:
    return requests.ask_for_account(RequestDraft("Nia New", "Ash Primary", email, "I refer pupils."))
