"""Failed tries to sign in: counted by keyed digests of account and address, in transactions of their own."""

from dataclasses import dataclass

from sqlalchemy import case, delete, func, insert, or_, select

from portal.accounts import rules
from portal.accounts.models import FailedTry
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest
from portal.kernel.database import mode
from portal.kernel.unit_of_work import short_write

WAIT = (
    "The e-mail address or the password is not right. After many wrong tries the right one has to wait a few minutes "
    "too."
)
"""The same words for a wrong password, an unknown address, a disabled account and a locked one."""


@dataclass(frozen=True)
class Target:
    """What somebody tries to open, and from where."""

    account: str
    address: str


@dataclass(frozen=True)
class Failures:
    """How many tries failed inside the window: here, for the account from anywhere, from the address for anybody."""

    here: int
    account: int
    address: int


def password_of(email: str, address: str) -> Target:
    """The password of the account with this e-mail address, whether or not there is one."""
    return Target(keyed_digest("failed account", email.strip().lower()), keyed_digest("failed address", address))


def codes_of(email: str, address: str) -> Target:
    """The second factor of an account: counted apart, so that the right password does not wipe wrong codes out."""
    return Target(keyed_digest("failed code", email.strip().lower()), keyed_digest("failed address", address))


def locks_password(email: str, address: str) -> bool:
    """Must a password wait, because of wrong passwords or because of wrong codes?"""
    failures = _failures(password_of(email, address))
    codes = _failures(codes_of(email, address))
    return rules.is_locked(failures.here, failures.account, failures.address) or locks_codes(codes)


def locks_codes(failures: Failures) -> bool:
    """Who tries codes knows the password already: wrong ones count from anywhere."""
    return rules.is_locked(failures.account)


def code_is_locked(email: str, address: str) -> bool:
    return locks_codes(_failures(codes_of(email, address)))


def note_failure(target: Target) -> None:
    """Keeps a failed try whatever becomes of the request; what the unit had open is undone."""
    db.session.rollback()
    now = clock.now()
    with short_write() as connection:
        connection.execute(delete(FailedTry).where(FailedTry.at < now - 12 * rules.FAILURE_WINDOW))
        connection.execute(insert(FailedTry).values(account=target.account, address=target.address, at=now))


def forgive(target: Target) -> None:
    """After a success the failures from this address are forgotten, in the same unit."""
    db.session.execute(
        delete(FailedTry).where(FailedTry.account == target.account, FailedTry.address == target.address)
    )


def forgive_everywhere(email: str) -> None:
    """A new password by a one-time link: the lock on the account falls."""
    account = password_of(email, "").account
    db.session.execute(delete(FailedTry).where(FailedTry.account == account))


def _failures(target: Target) -> Failures:
    of_account, of_address = FailedTry.account == target.account, FailedTry.address == target.address
    counts = select(
        func.count(case((of_account & of_address, 1))),
        func.count(case((of_account, 1))),
        func.count(case((of_address, 1))),
    ).where(or_(of_account, of_address), FailedTry.at > clock.now() - rules.FAILURE_WINDOW)
    with mode("read"), db.engine.connect() as connection:
        return Failures(*connection.execute(counts).one())
