"""Answers are sealed to the server's public key before a tablet keeps them: ECDH on P-256, then AES-256-GCM.

One sealed part is base64url of: the sender's public point (65 bytes), the initial value (12), the ciphertext. The
place's public id is bound in twice, so that a part opens nowhere else. Format 1; later formats stand beside it, because
a tablet may bring the answers of an older portal.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from sqlalchemy import select

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.web import LARGEST_ID
from portal.voice.models import SealingKey
from portal.voice.rules.answers import Unreadable

FORMAT = 1
LONGEST_PART = 120_000
"""Characters of one sealed part; a drawing is the longest."""
MOST_PARTS = 200
_POINT, _IV = 65, 12


def sealing_key() -> SealingKey:
    """The newest key; made when there is none."""
    found = db.session.scalars(select(SealingKey).order_by(SealingKey.id.desc()).limit(1)).one_or_none()
    return found or make_sealing_key()


def make_sealing_key() -> SealingKey:
    """A new pair. Older ones stay: sealed answers may still come."""
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    made = SealingKey(public_key=_text(point), private_key=_text(der), made_at=clock.now())
    db.session.add(made)
    db.session.flush()
    return made


def unseal(key_id: object, public_id: str, parts: object) -> list[Mapping[str, Any]]:
    """The parts in the clear. Raises ``Unreadable`` for what was not sealed to this key and this place."""
    known = type(key_id) is int and 0 < key_id <= LARGEST_ID
    key = db.session.get(SealingKey, key_id) if known else None
    if key is None or not isinstance(parts, list) or not 0 < len(parts) <= MOST_PARTS:
        raise Unreadable("the sealed parts")
    private = load_der_private_key(_bytes(key.private_key), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise Unreadable("the key")
    return [_unsealed(private, public_id, part) for part in parts]


def _unsealed(private: ec.EllipticCurvePrivateKey, public_id: str, part: object) -> Mapping[str, Any]:
    if not isinstance(part, str) or len(part) > LONGEST_PART:
        raise Unreadable("a sealed part")
    try:
        sealed = _bytes(part)
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sealed[:_POINT])
        secret = _derived(private.exchange(ec.ECDH(), sender), public_id)
        clear = AESGCM(secret).decrypt(sealed[_POINT : _POINT + _IV], sealed[_POINT + _IV :], public_id.encode())
        found = json.loads(clear)
    except (ValueError, InvalidTag, binascii.Error, RecursionError) as error:
        raise Unreadable("a sealed part") from error
    if not isinstance(found, dict):
        raise Unreadable("a sealed part")
    return found


def seal(public_key: str, public_id: str, parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a tablet does, for the demonstration and the tests."""
    server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(public_key))
    return [_sealed(server, public_id, part) for part in parts]


def _sealed(server: ec.EllipticCurvePublicKey, public_id: str, part: Mapping[str, Any]) -> str:
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret, initial = _derived(own.exchange(ec.ECDH(), server), public_id), os.urandom(_IV)
    return _text(point + initial + AESGCM(secret).encrypt(initial, json.dumps(part).encode(), public_id.encode()))


def _derived(shared: bytes, public_id: str) -> bytes:
    return HKDF(SHA256(), 32, b"", f"portal voice {FORMAT} {public_id}".encode()).derive(shared)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
