"""A small real OpenID Connect provider on this machine: discovery, keys, authorize, token, userinfo.

It checks what a provider checks (client, redirect address, code once, PKCE), and tells on request the lies that a
portal must not believe.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from portal.config import WorkProvider

TENANT = "11111111-2222-4333-8444-555555555555"
OTHER_TENANT = "99999999-2222-4333-8444-555555555555"
OBJECT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
CLIENT, SECRET = "portal-client", "the client's secret"
DOMAIN = "school.example"


class Provider:
    """``claims`` are laid over what it would say; ``down`` names endpoints that answer 500."""

    def __init__(self, name: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.name, self.now = name, now
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
        self.signer = self.key
        self.header = {"alg": "RS256", "kid": "one"}
        self.key_issuer: str | None = None
        self.claims: dict[str, object] = {}
        self.userinfo: dict[str, object] = {}
        self.down: set[str] = set()
        self.moved: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def issuer(self) -> str:
        return f"{self.base}/{{tenantid}}/v2.0" if self.name == "microsoft" else self.base

    def settings(self, *, mfa: bool = False) -> WorkProvider:
        tenants = (TENANT,) if self.name == "microsoft" else (DOMAIN,)
        return WorkProvider(self.name, CLIENT, SECRET, tenants, f"{self.base}/discovery", mfa)

    def discovery(self) -> dict[str, str]:
        places = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/keys",
            "userinfo_endpoint": f"{self.base}/userinfo",
        }
        return places | self.moved

    def keys(self) -> dict[str, object]:
        public = self.key.as_dict(private=False) | ({"issuer": self.key_issuer} if self.key_issuer else {})
        return {"keys": [public, {"kty": "from the future"}]}

    def visit(self, address: str) -> str:
        """What the browser does there: signs in, and is sent back to the address that is answered."""
        opener = urllib.request.build_opener(_NoRedirect())
        try:
            opener.open(address, timeout=5)
        except urllib.error.HTTPError as error:
            with error:
                assert error.code == 302, error.read()
                return str(error.headers["Location"])
        raise AssertionError("the provider did not send the browser back")

    def authorize(self, asked: dict[str, str]) -> str:
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["nonce"]) > 30
        assert len(asked["state"]) > 30
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str]) -> dict[str, object] | None:
        begun = self.codes.pop(sent.get("code", ""), None)
        if begun is None or (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET):
            return None
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = _plain(digest)
        if challenge != begun["code_challenge"] or sent.get("redirect_uri") != begun["redirect_uri"]:
            return None
        return {
            "access_token": "the access token",
            "token_type": "Bearer",
            "expires_in": 3600,
            "id_token": self.id_token(begun["nonce"]),
        }

    def id_token(self, nonce: str) -> str:
        now = int(self.now().timestamp())
        tenant = str(self.claims.get("tid", TENANT))
        said: dict[str, object] = {
            "iss": self.issuer.replace("{tenantid}", tenant),
            "aud": CLIENT,
            "sub": "subject-1",
            "exp": now + 3600,
            "iat": now,
            "nonce": nonce,
            "preferred_username": "sam.senco@school.example",
        }
        said |= {"tid": TENANT, "oid": OBJECT} if self.name == "microsoft" else {"hd": DOMAIN}
        said |= self.claims
        said = {name: value for name, value in said.items() if value is not None}
        if self.header["alg"] == "none":
            return ".".join(_plain(part.encode()) for part in (json.dumps({"alg": "none"}), json.dumps(said), ""))
        if self.header["alg"] == "HS256":  # the public key taken for a shared secret
            signed = ".".join(_plain(json.dumps(part).encode()) for part in (self.header, said))
            mac = hmac.new(self.key.as_pem(private=False), signed.encode(), hashlib.sha256)
            return f"{signed}.{_plain(mac.digest())}"
        return jwt.encode(self.header, said, self.signer)


def _plain(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


def _handler_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            provider.asked.append(place.path)
            asked = {name: values[0] for name, values in parse_qs(place.query).items()}
            if place.path.strip("/") in provider.down:
                return self._json(500, {})
            if place.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                return self.end_headers()
            if place.path == "/elsewhere":
                self.send_response(302)
                self.send_header("Location", f"{provider.base}/keys")
                return self.end_headers()
            if place.path == "/userinfo":
                assert self.headers["Authorization"] == "Bearer the access token"
                return self._json(200, {"sub": "subject-1"} | provider.userinfo)
            made = {"/discovery": provider.discovery, "/keys": provider.keys}.get(place.path)
            return self._json(200, made()) if made else self._json(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.asked.append(self.path)
            if self.path.strip("/") in provider.down:
                return self._json(500, {})
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            made = provider.token(sent)
            return self._json(200, made) if made else self._json(400, {"error": "invalid_grant"})

        def _json(self, status: int, said: dict[str, object]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
