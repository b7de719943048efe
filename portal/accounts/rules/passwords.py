"""What makes a password good enough, and how long a link to set one lasts."""

from collections.abc import Iterable
from datetime import timedelta

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

INVITATION_LASTS = timedelta(days=14)
RESET_LASTS = timedelta(hours=24)

# fmt: off
_COMMON = frozenset((
    "password1234", "passwordpassword", "123456789012", "1234567890123", "qwertyuiop12", "qwertyuiopas",
    "letmeinletmein", "iloveyouiloveyou", "adminadminadmin", "welcomewelcome", "changemechangeme", "administrator1",
    "footballfootball", "schoolschool", "outreachoutreach", "demonstration", "demonstration1", "passw0rd1234",
    "111111111111", "000000000000", "abcdefghijkl", "abc123abc123", "monkeymonkey", "dragondragon", "sunshine1234",
    "princess1234", "liverpool1234", "arsenal12345", "manchester12", "chelsea12345", "password12345",
    "password123456", "qwerty123456", "qwertyqwerty", "schoolschoolschool", "1q2w3e4r5t6y", "zaq12wsxcde3",
    "trustno1trustno1", "correcthorsebatterystaple", "thisismypassword", "mypassword123", "welcometoschool",
    "letmein123456", "changeme1234", "summer202526",
))
# fmt: on
_ALL_ALIKE = 5
"""Fewer different characters than this are a pattern, not a password."""


PIN_LENGTH = 6
_EASY_PINS = frozenset({"123456", "654321", "012345", "543210", "123123", "121212", "112233", "111222"})


def looks_like_pin(secret: str) -> bool:
    """Six figures, and nothing else: shorter than any password."""
    return len(secret) == PIN_LENGTH and secret.isascii() and secret.isdigit()


def pin_problems(pin: str) -> list[str]:
    """Why a tablet PIN is not good enough, as sentences; empty when it is."""
    if not looks_like_pin(pin):
        return [f"A tablet PIN has {PIN_LENGTH} figures."]
    if pin in _EASY_PINS or len(set(pin)) < 3:
        return ["This PIN is too easy to guess. Mix the figures."]
    return []


def password_problems(password: str, *, name: str = "", email: str = "", refused: Iterable[str] = ()) -> list[str]:
    """Why a password is not good enough, as sentences; empty when it is. ``refused`` are further banned ones."""
    if len(password) < SHORTEST_PASSWORD:
        return [f"Use at least {SHORTEST_PASSWORD} characters. Three or four words in a row are easy to remember."]
    if len(password) > LONGEST_PASSWORD:
        return [f"Use at most {LONGEST_PASSWORD} characters."]
    small = password.casefold()
    plain = "".join(small.split())
    banned = _COMMON | {word.casefold() for word in refused}
    if small in banned or plain in banned or len(set(small)) < _ALL_ALIKE:
        return ["This password is too easy to guess. Use words that nobody would expect together."]
    if _is_mostly_own(small, name, email):
        return ["Leave your own name and e-mail address out of the password."]
    return []


def _is_mostly_own(small: str, name: str, email: str) -> bool:
    address = email.casefold()
    own = {*name.casefold().split(), address, address.split("@")[0]}
    return any(len(part) > 3 and part in small and len(small) - len(part) < 6 for part in own)
