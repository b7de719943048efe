"""Argon2id, and the rules for a new password."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.accounts import rules
from portal.accounts.models import Person
from portal.config import DEMONSTRATION_PASSWORD
from portal.kernel.errors import Refused

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_no_such_person = _hasher.hash("nobody has this password, it only takes the same time")


def hash_password(password: str) -> str:
    """Argon2id with 19 MiB, two passes, one lane."""
    return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Takes the same time whether or not there is a password to compare with."""
    try:
        _hasher.verify(stored or _no_such_person, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def check_password(person: Person | None, password: str) -> bool:
    """Is this the person's password, and may they sign in? Takes the same time for nobody."""
    good = fits(person.password_hash if person else None, password)
    return good and person is not None and not person.is_disabled


def put_password(person: Person, password: str) -> None:
    """Gives the person a new password; the caller records it. Raises ``Refused`` for one that is too weak."""
    problems = rules.password_problems(
        password, name=person.name, email=person.email, refused=(DEMONSTRATION_PASSWORD,)
    )
    if problems:
        raise Refused(*problems)
    person.password_hash = hash_password(password)
