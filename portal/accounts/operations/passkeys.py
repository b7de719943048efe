"""Passkeys: added by the person themself, then a way in that counts as both steps, because the device asks for them."""

import secrets
from typing import Any

import webauthn
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import bytes_to_base64url, parse_client_data_json
from webauthn.helpers import structs as shapes

from portal.accounts import rules
from portal.accounts.models import Passkey, Person
from portal.accounts.operations import ceremonies, own_account, sign_in, work_accounts
from portal.accounts.operations.ceremonies import Began
from portal.accounts.operations.sessions import end_other_sessions, rotate_session
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.audit import record
from portal.kernel.crypto import keyed_digest
from portal.kernel.errors import OutOfReach, Refused
from portal.notices.operations import tell
from portal.policy import Actor

WAY = "passkey"
ADD, SIGN_IN = "add", "sign-in"
NOT_TAKEN = "The passkey could not be used. Try once more, or sign in with your password or work account."
"""The same words for an unknown, removed, copied or foreign passkey, a disabled person and an answer sent twice."""
NOT_ADDED = "The passkey could not be added. Try once more."


def options_to_add(actor: Actor, place: rules.Place, browser: str) -> str:
    """What the browser needs to make a passkey, as JSON; its challenge holds once, for this person and browser."""
    person = db.session.get_one(Person, actor.person_id)
    challenge = secrets.token_bytes(32)
    made = webauthn.generate_registration_options(
        rp_id=place.rp_id,
        rp_name=settings.current().name,
        user_id=_handle(person.id),
        user_name=person.email,
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=shapes.AuthenticatorSelectionCriteria(
            resident_key=shapes.ResidentKeyRequirement.REQUIRED,
            user_verification=shapes.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_known(person.id),
    )
    ceremonies.begin(WAY, bytes_to_base64url(challenge), browser, Began(ADD, actor.person_id))
    return webauthn.options_to_json(made)


def add(actor: Actor, session_id: int, place: rules.Place, name: str, answer: str, browser: str) -> str:
    """Keeps a passkey and answers the token of the rotated session, which has then passed the second step.

    Raises ``Refused`` when what the browser answered does not hold, the person did not lately show who they are, or
    has as many passkeys as there may be.
    """
    verified = _verified_new(actor, place, answer, browser)
    own_account.ensure_fresh(session_id)
    person = db.session.get_one(Person, actor.person_id)
    if len(person.passkeys) >= rules.MOST_PASSKEYS:
        raise Refused(f"You have {rules.MOST_PASSKEYS} passkeys already. Remove one that you do not use.")
    passkey = Passkey(
        person_id=person.id,
        name=name.strip() or "Passkey",
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        made_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(passkey)
    except IntegrityError:
        raise Refused(NOT_ADDED) from None
    record(actor, "passkey added", passkey)
    tell("sign_in_changed", [person.id], "/me", key=f"passkey-{passkey.id}-added")
    return rotate_session(session_id, second_factor=True)


def remove(actor: Actor, session_id: int, passkey_id: int) -> str:
    """Forgets one's own passkey and answers the token of the rotated session; other sessions end.

    Raises ``OutOfReach`` for somebody else's, and ``Refused`` for the last way in.
    """
    person = db.session.get_one(Person, actor.person_id)
    passkey = next((one for one in person.passkeys if one.id == passkey_id), None)
    if passkey is None:
        raise OutOfReach
    work_accounts.refuse_last_way(person)
    record(actor, "passkey removed", passkey)
    db.session.delete(passkey)
    end_other_sessions(person.id, session_id)
    return rotate_session(session_id, second_factor=False)


def options_to_sign_in(place: rules.Place, person_id: int | None, browser: str) -> str:
    """What the browser needs to sign in, as JSON; for somebody known to be away only their own passkeys fit."""
    challenge = secrets.token_bytes(32)
    made = webauthn.generate_authentication_options(
        rp_id=place.rp_id,
        challenge=challenge,
        allow_credentials=_known(person_id) if person_id is not None else None,
        user_verification=shapes.UserVerificationRequirement.REQUIRED,
    )
    began = Began(SIGN_IN, person_id if made.allow_credentials else None)
    ceremonies.begin(WAY, bytes_to_base64url(challenge), browser, began)
    return webauthn.options_to_json(made)


def sign_in_with(place: rules.Place, answer: str, browser: str, *, device: str) -> sign_in.SignedIn | None:
    """A new session that has passed both steps, or None: every refusal looks alike.

    What the browser answered is used up whether or not it holds. A passkey nobody has is checked too, against a key
    that fits nothing, so that the answer takes as long.
    """
    credential = _parsed(answer)
    began = credential and ceremonies.take(WAY, _challenge_of(credential), browser)
    if not credential or not began or began.purpose != SIGN_IN:
        return None
    passkey = db.session.scalars(
        select(Passkey).where(Passkey.credential_id == bytes_to_base64url(credential.raw_id)).with_for_update()
    ).one_or_none()
    count = _verified_count(credential, place, passkey)
    if passkey is None or count is None or not _is_whose(passkey, credential, began):
        return None
    passkey.sign_count, passkey.used_at = count, clock.now()
    person = passkey.person
    record(Actor(person.id, person.name, ()), "passkey used", passkey)
    return sign_in.begin(person, device=device, second_factor=True)


def _is_whose(passkey: Passkey, credential: shapes.AuthenticationCredential, began: Began) -> bool:
    """Of the person who was asked for, as the device says too, and not disabled."""
    handle = credential.response.user_handle
    return (
        (began.person_id is None or began.person_id == passkey.person_id)
        and (not handle or handle == _handle(passkey.person_id))
        and not passkey.person.is_disabled
    )


def _verified_count(
    credential: shapes.AuthenticationCredential, place: rules.Place, passkey: Passkey | None
) -> int | None:
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=credential_challenge(credential),
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            credential_public_key=passkey.public_key if passkey else _nobodys_key,
            credential_current_sign_count=passkey.sign_count if passkey else 0,
            require_user_verification=True,
        )
    except Exception:  # the library raises many kinds for what it cannot read
        return None
    return verified.new_sign_count


def _verified_new(actor: Actor, place: rules.Place, answer: str, browser: str) -> Any:
    try:
        credential = webauthn.helpers.parse_registration_credential_json(answer)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    except Exception:
        raise Refused(NOT_ADDED) from None
    began = ceremonies.take(WAY, bytes_to_base64url(challenge), browser)
    if began is None or began.purpose != ADD or began.person_id != actor.person_id:
        raise Refused(NOT_ADDED)
    try:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except Exception:
        raise Refused(NOT_ADDED) from None


def _parsed(answer: str) -> shapes.AuthenticationCredential | None:
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
        credential_challenge(credential)
    except Exception:
        return None
    return credential


def credential_challenge(credential: shapes.AuthenticationCredential) -> bytes:
    """The challenge that the device signed; whether it was ours is for the ceremony to say."""
    challenge: bytes = parse_client_data_json(credential.response.client_data_json).challenge
    return challenge


def _challenge_of(credential: shapes.AuthenticationCredential) -> str:
    return bytes_to_base64url(credential_challenge(credential))


def _known(person_id: int) -> list[shapes.PublicKeyCredentialDescriptor]:
    theirs = select(Passkey.credential_id).where(Passkey.person_id == person_id).order_by(Passkey.id)
    return [
        shapes.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in db.session.scalars(theirs)
    ]


def _handle(person_id: int) -> bytes:
    """What a device keeps to know its user by: says nothing about them."""
    return bytes.fromhex(keyed_digest("passkey user", str(person_id)))


def _stand_in() -> bytes:
    """A public key in the shape of a passkey's (COSE, P-256), of which nobody keeps the other half."""
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
    return b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + x + b"\x22\x58\x20" + y


_nobodys_key = _stand_in()
