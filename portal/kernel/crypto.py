"""Long free text about children is encrypted in the database; names and UPN stay searchable."""

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from portal.kernel.errors import PortalError

LONGEST_TEXT = 20_000
"""Characters in one encrypted field; forms allow less."""


class TextTooLong(PortalError):
    """A text longer than ``LONGEST_TEXT`` reached the database layer: a form forgot its limit."""


def ring(keys: str) -> MultiFernet:
    """The key ring of the setting ``DATA_KEYS``: comma-separated Fernet keys, the first one encrypts."""
    return MultiFernet([Fernet(key.strip()) for key in keys.split(",") if key.strip()])


def _ring() -> MultiFernet:
    key_ring: MultiFernet = current_app.extensions["data_keys"]
    return key_ring


def seal(text: str) -> str:
    """Encrypts with the first key."""
    return _ring().encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """Decrypts with whichever key fits; raises ``PortalError`` when none does."""
    try:
        return _ring().decrypt(token.encode()).decode()
    except InvalidToken:
        raise PortalError("A stored text cannot be read with the keys in DATA_KEYS.") from None


class EncryptedText(TypeDecorator[str]):
    """A text column that the database holds only encrypted."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if len(value) > LONGEST_TEXT:
            raise TextTooLong(f"a text of {len(value)} characters is too long to store")
        return seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else unseal(value)


def keyed_digest(purpose: str, text: str) -> str:
    """An HMAC-SHA256 (hex) under the secret key; ``purpose`` keeps one use from standing in for another."""
    secret = current_app.config["SECRET_KEY"].encode()
    key = hashlib.sha256(b"portal:" + purpose.encode() + b":" + secret).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def new_data_key() -> str:
    """A fresh key for ``DATA_KEYS``."""
    return Fernet.generate_key().decode()
