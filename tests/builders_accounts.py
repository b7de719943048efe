"""People who can really sign in: with a password, a second factor, a request for an account."""

import pyotp

from portal.accounts.models import AccountRequest, Person
from portal.accounts.operations import requests, second_factor
from portal.accounts.operations.passwords import hash_password
from portal.accounts.rules import RequestDraft
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


def recovery_codes(person: Person) -> tuple[str, ...]:
    codes = second_factor._fresh_codes(person)
    record(None, "recovery codes made", person)
    return codes


def code_at(moment, key: str = TOTP_KEY) -> str:
    return pyotp.TOTP(key).at(moment)


def account_request(email: str = "new.senco@ash.example") -> AccountRequest:
    return requests.ask_for_account(RequestDraft("Nia New", "Ash Primary", email, "I refer pupils."))
