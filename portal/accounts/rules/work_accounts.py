"""Whom a work account's provider speaks of: Microsoft and Google, each with its own claims.

A work account is known by its tenant and the object inside it, never by an e-mail address: addresses move to other
people, and a provider does not check them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PROVIDER_LABELS: Mapping[str, str] = {"microsoft": "Microsoft", "google": "Google"}

_CLAIMS: Mapping[str, tuple[str, str]] = {"microsoft": ("tid", "oid"), "google": ("hd", "sub")}
"""The claims that hold tenant and object."""

_PLAIN = re.compile(r"[\x21-\x7e]{1,255}")
_TENANT_PLACE = "{tenantid}"
LONGEST_LABEL = 254


class NotTrusted(Exception):
    """What the provider answered is not believed; ``reason`` is one word for the log, never shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Terms:
    """What is expected of a provider's answer."""

    provider: str
    issuer: str
    """From the discovery; Microsoft's for several tenants holds ``{tenantid}``"""
    tenants: tuple[str, ...]
    mfa: bool
    """The tenants are known to ask for a second factor themselves"""


@dataclass(frozen=True)
class Asserted:
    """The work account that a provider vouches for."""

    provider: str
    issuer: str
    tenant: str
    object_id: str
    label: str
    """What its owner recognises it by; shown, and never compared with anything"""
    strong: bool
    """Counts as both factors"""


def who_is_asserted(terms: Terms, claims: Mapping[str, object]) -> Asserted:
    """The work account in the claims of a checked ID token. Raises ``NotTrusted`` for another tenant or issuer."""
    tenant_claim, object_claim = _CLAIMS[terms.provider]
    tenant = _plain(claims.get(tenant_claim), "tenant").lower()
    if tenant not in terms.tenants:
        raise NotTrusted("tenant")
    issuer = issuer_of(terms.issuer, tenant)
    if claims.get("iss") != issuer:
        raise NotTrusted("issuer")
    object_id = _plain(claims.get(object_claim), "object")
    return Asserted(terms.provider, issuer, tenant, object_id, _label(claims), terms.mfa and _allows_mfa(claims))


def issuer_of(issuer: str, tenant: str) -> str:
    """The issuer of one tenant."""
    return issuer.replace(_TENANT_PLACE, tenant)


def refuse_foreign_key(key_issuer: object, asserted: Asserted) -> None:
    """Microsoft says of each signing key for whom it signs; another tenant's key proves nothing."""
    if isinstance(key_issuer, str) and issuer_of(key_issuer, asserted.tenant) != asserted.issuer:
        raise NotTrusted("key")


def refuse_other_subject(claims: Mapping[str, object], userinfo: Mapping[str, object]) -> None:
    """Who the provider tells more about must be who signed in."""
    if not isinstance(userinfo.get("sub"), str) or userinfo.get("sub") != claims.get("sub"):
        raise NotTrusted("userinfo")


def _plain(value: object, reason: str) -> str:
    if not isinstance(value, str) or not _PLAIN.fullmatch(value):
        raise NotTrusted(reason)
    return value


def _label(claims: Mapping[str, object]) -> str:
    for name in ("preferred_username", "email"):
        value = claims.get(name)
        if isinstance(value, str) and value.isprintable() and value.strip():
            return value.strip()[:LONGEST_LABEL]
    return ""


def _allows_mfa(claims: Mapping[str, object]) -> bool:
    """A provider that says how somebody signed in must say “mfa”; where it is silent, the setting decides."""
    amr = claims.get("amr")
    return amr is None or (isinstance(amr, list) and "mfa" in amr)
