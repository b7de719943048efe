"""Codes of an authenticator app (TOTP: six figures, a new one every 30 seconds) and recovery codes."""

import base64
import hmac
import re
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1, which look alike on paper."""
RECOVERY_HALF = 5
"""Characters in each half of a recovery code."""
_SECRET_BYTES = 20


def secret_from(seed: str) -> str:
    """A base32 key of 160 bits from a keyed digest in hex (at least 40 figures)."""
    return base64.b32encode(bytes.fromhex(seed)[:_SECRET_BYTES]).decode()


def setup_address(secret: str, account: str, service: str) -> str:
    """The otpauth:// address that an authenticator app reads from the square."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=service)


def spaced(secret: str) -> str:
    """The key in groups of four, to be typed by hand."""
    return " ".join(re.findall(".{1,4}", secret))


def as_typed(text: str) -> str:
    """A code without the spaces and hyphens that people type, in small letters."""
    return re.sub(r"[\s\-]", "", text).lower()


def is_recovery_code(typed: str) -> bool:
    """Is this as long as a recovery code? A code of the app is shorter."""
    return len(as_typed(typed)) == 2 * RECOVERY_HALF


def matching_step(secret: str, code: str, moment: datetime, last_step: int | None) -> int | None:
    """The 30-second step whose code this is: the one of ``moment`` or a neighbour; None for a wrong or used code.

    ``last_step`` is the last one that opened: a code, and every older one, opens once.
    """
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    now = int(moment.timestamp()) // STEP_SECONDS
    generator = pyotp.HOTP(secret)
    found = None
    for step in (now - 1, now, now + 1):
        if hmac.compare_digest(generator.at(step), code) and (last_step is None or step > last_step):
            found = step
    return found


def new_recovery_code() -> str:
    """Ten random characters (49 bits) in two halves: k7dmx-29qpr."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(2 * RECOVERY_HALF))
    return f"{letters[:RECOVERY_HALF]}-{letters[RECOVERY_HALF:]}"
