"""Speaking with a work account's provider by OpenID Connect. Slow: never inside an open write."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from flask import current_app
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.accounts import rules
from portal.config import WorkProvider
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest

WAIT = (3.05, 6)
"""Seconds for a connection and for an answer."""
_ALGORITHMS = ("RS256",)
_LEEWAY = 60  # seconds that two clocks may differ
_REMEMBERED = timedelta(minutes=10)


class ProviderAway(Exception):
    """The provider cannot be reached, or does not answer as it should."""


@dataclass(frozen=True)
class Flow:
    """One sign-in on its way: the state that goes out, what the browser keeps, and where the provider sends it back."""

    provider: WorkProvider
    state: str
    browser: str
    back: str

    @property
    def nonce(self) -> str:
        return keyed_digest("work account nonce", f"{self.state}:{self.browser}")

    @property
    def verifier(self) -> str:
        return keyed_digest("work account verifier", f"{self.state}:{self.browser}")

    def session(self) -> OAuth2Session:
        return OAuth2Session(
            self.provider.client_id,
            self.provider.client_secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106  (how it is sent, not what)
            scope="openid profile email",
            redirect_uri=self.back,
            code_challenge_method="S256",
            default_timeout=WAIT,
        )


@dataclass(frozen=True)
class _Endpoints:
    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str | None


def authorization_address(flow: Flow) -> str:
    """Where the browser goes to sign in there. Raises ``ProviderAway``."""
    address, _ = flow.session().create_authorization_url(
        _endpoints(flow.provider).authorization,
        state=flow.state,
        code_verifier=flow.verifier,
        nonce=flow.nonce,
        prompt="select_account",  # machines in schools are shared
    )
    return str(address)


def assertion(flow: Flow, code: str) -> rules.Asserted:
    """Whom the provider vouches for, from the code that came back. Raises ``ProviderAway`` or ``NotTrusted``."""
    places = _endpoints(flow.provider)
    terms = rules.Terms(flow.provider.name, places.issuer, flow.provider.tenants, flow.provider.mfa)
    with flow.session() as session:
        try:
            tokens = session.fetch_token(
                places.token,
                grant_type="authorization_code",
                code=code,
                code_verifier=flow.verifier,
                redirect_uri=flow.back,
                allow_redirects=False,
                timeout=WAIT,
            )
        except OAuthError:
            raise rules.NotTrusted("code") from None
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway from error
        claims, key_issuer = _checked(flow, tokens, _json(session, places.keys))
        asserted = rules.who_is_asserted(terms, claims)
        rules.refuse_foreign_key(key_issuer, asserted)
        if places.userinfo:
            rules.refuse_other_subject(claims, _json(session, places.userinfo, with_token=True))
    return asserted


def _checked(flow: Flow, tokens: dict[str, Any], published: dict[str, Any]) -> tuple[dict[str, Any], object]:
    """The claims of the ID token once signature, audience, nonce and times are right, and whom its key signs for."""
    try:
        listed = [key for key in published["keys"] if key.get("kty") == "RSA" and key.get("use", "sig") == "sig"]
        token = jwt.decode(tokens["id_token"], KeySet.import_key_set({"keys": listed}), algorithms=_ALGORITHMS)
        if token.claims.get("aud") not in (flow.provider.client_id, [flow.provider.client_id]):
            raise rules.NotTrusted("audience")
        claims = CodeIDToken(
            token.claims,
            token.header,
            params={
                "nonce": flow.nonce,
                "client_id": flow.provider.client_id,
                "access_token": tokens.get("access_token"),
            },
        )
        claims.validate(now=int(clock.now().timestamp()), leeway=_LEEWAY)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise rules.NotTrusted("token") from error
    signer: dict[str, Any] = next((key for key in listed if key.get("kid") == token.header.get("kid")), {})
    return dict(claims), signer.get("issuer")


def _endpoints(provider: WorkProvider) -> _Endpoints:
    known: dict[str, tuple[datetime, _Endpoints]] = current_app.extensions.setdefault("work_providers", {})
    now = clock.now()
    found = known.get(provider.name)
    if found is None or now - found[0] > _REMEMBERED:
        with requests.Session() as session:
            found = known[provider.name] = (now, _read(provider, _json(session, provider.discovery)))
    return found[1]


def _read(provider: WorkProvider, said: dict[str, Any]) -> _Endpoints:
    try:
        userinfo = said.get("userinfo_endpoint")
        places = _Endpoints(
            str(said["issuer"]),
            str(said["authorization_endpoint"]),
            str(said["token_endpoint"]),
            str(said["jwks_uri"]),
            str(userinfo) if userinfo else None,
        )
    except KeyError as error:
        raise ProviderAway from error
    if urlsplit(places.issuer).netloc != urlsplit(provider.discovery).netloc:
        raise ProviderAway
    for address in (places.authorization, places.token, places.keys, places.userinfo):
        if address and not _is_safe(address):
            raise ProviderAway
    return places


def _is_safe(address: str) -> bool:
    """https only; the demonstration and the tests may speak with this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return True
    own = parts.hostname in ("127.0.0.1", "localhost")
    return own and parts.scheme == "http" and bool(current_app.extensions["config"].demonstration)


def _json(session: requests.Session, address: str, *, with_token: bool = False) -> dict[str, Any]:
    """A JSON object from exactly this address: a redirect is not followed."""
    more: dict[str, Any] = {} if with_token else {"auth": _nobody}
    try:
        answer = session.get(address, allow_redirects=False, timeout=WAIT, **more)
        found = answer.json() if answer.status_code == 200 else None
    except (requests.RequestException, OAuthError, ValueError) as error:
        raise ProviderAway from error
    if not isinstance(found, dict):
        raise ProviderAway
    return found


def _nobody(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials of this machine (.netrc) go out."""
    return prepared
