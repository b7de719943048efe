"""Settings from the environment, checked by name at start; a wrong one is refused with its mend."""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
DEMONSTRATION_PASSWORD = "demonstration only"  # noqa: S105  (public on purpose, refused in production)

SHORTEST_SECRET = 32


_MICROSOFT_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}")
_PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of every private Microsoft account."""


class WrongSetting(Exception):
    """A setting of the environment is missing or does not fit; the text says how to mend it."""


@dataclass(frozen=True)
class MailServer:
    """Who takes the portal's e-mail, and from whom it comes."""

    host: str
    port: int
    security: Literal["none", "tls", "starttls"]
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class WorkProvider:
    """Work accounts of one provider by OpenID Connect. ``tenants``: Microsoft's tenant ids, Google's domains."""

    name: Literal["microsoft", "google"]
    client_id: str
    client_secret: str = field(repr=False)
    tenants: tuple[str, ...]
    discovery: str
    mfa: bool = False
    """Every tenant asks for a second factor itself, so the portal need not"""


@dataclass(frozen=True)
class Config:
    """What the environment decides; everything else is a setting in the portal."""

    mode: Literal["demonstration", "production"]
    secret_key: str = field(repr=False)
    data_keys: str = field(repr=False)
    database_url: str = field(repr=False)
    instance: Path
    public_base_url: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    patience: int = 15
    """Seconds that a request waits for a lock before it answers 503"""
    work_providers: tuple[WorkProvider, ...] = ()
    mail: MailServer | None = None
    """None: messages wait, and the page of messages says so"""
    clamav: str | None = None
    """tcp://host:port or unix:/path; None: files are given out as “not scanned”"""

    @property
    def demonstration(self) -> bool:
        return self.mode == "demonstration"

    @property
    def secure_cookies(self) -> bool:
        return not self.demonstration


def from_environment(environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration of this process. Raises ``WrongSetting`` for the first thing that is wrong."""
    instance = Path(environ.get("INSTANCE_FOLDER") or ROOT / "instance")
    mode = _mode(environ)
    if environ.get("FLASK_DEBUG", "") not in ("", "0") and mode == "production":
        raise WrongSetting("FLASK_DEBUG is on. Remove it: a portal in production never runs in debug mode.")
    return Config(
        mode=mode,
        secret_key=_secret_key(environ, mode, instance),
        data_keys=_data_keys(environ, mode, instance),
        database_url=_database_url(environ, instance),
        instance=instance,
        public_base_url=_base_url(environ, mode),
        trusted_hosts=_hosts(environ, mode),
        proxy_hops=_hops(environ),
        work_providers=_work_providers(environ, mode),
        mail=_mail(environ),
        clamav=_clamav(environ),
    )


def _mode(environ: Mapping[str, str]) -> Literal["demonstration", "production"]:
    mode = environ.get("PORTAL_MODE") or ("production" if environ.get("DATABASE_URL") else "demonstration")
    if mode == "demonstration":
        return "demonstration"
    if mode == "production":
        return "production"
    raise WrongSetting(f"PORTAL_MODE is “{mode}”. Set it to demonstration or production.")


def _secret_key(environ: Mapping[str, str], mode: str, instance: Path) -> str:
    key = environ.get("SECRET_KEY", "")
    if key and len(key) < SHORTEST_SECRET:
        raise WrongSetting(f"SECRET_KEY is too short. Set at least {SHORTEST_SECRET} random characters.")
    if key:
        return key
    if mode == "production":
        raise WrongSetting(f"SECRET_KEY is missing. Set it to at least {SHORTEST_SECRET} random characters.")
    return _kept(instance / "secret-key", lambda: secrets.token_urlsafe(48))


def _data_keys(environ: Mapping[str, str], mode: str, instance: Path) -> str:
    keys = environ.get("DATA_KEYS", "")
    if not keys and mode == "production":
        raise WrongSetting(
            "DATA_KEYS is missing. Set it to one or more Fernet keys, separated by commas: they encrypt what is "
            "written about children. “flask --app wsgi new-data-key” prints one."
        )
    keys = keys or _kept(instance / "data-keys", lambda: Fernet.generate_key().decode())
    try:
        made = [Fernet(key) for key in filter(None, (part.strip() for part in keys.split(",")))]
    except ValueError:
        made = []
    if not made:
        raise WrongSetting(
            "DATA_KEYS holds something that is not a Fernet key. “flask --app wsgi new-data-key” prints one."
        ) from None
    return keys


def _kept(path: Path, make: Callable[[], str]) -> str:
    """A secret that the demonstration makes for itself once; the file is for its owner only."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        value = make()
        file.write(value)
    return value


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    url = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}"
    scheme = url.split(":", 1)[0]
    if scheme in ("postgres", "postgresql"):
        return "postgresql+psycopg:" + url.split(":", 1)[1]
    if scheme not in ("sqlite", "postgresql+psycopg"):
        raise WrongSetting(f"DATABASE_URL begins with “{scheme}:”. Use postgresql://… or sqlite:///….")
    return url


def _base_url(environ: Mapping[str, str], mode: str) -> str | None:
    url = environ.get("PUBLIC_BASE_URL", "").rstrip("/")
    if not url:
        if mode == "production":
            raise WrongSetting("PUBLIC_BASE_URL is missing. Set it to the address people type, such as https://….")
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongSetting("PUBLIC_BASE_URL is not an address. Set it to something like https://portal.example.org.")
    if mode == "production" and parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
        raise WrongSetting("PUBLIC_BASE_URL must begin with https:// in production.")
    return url


def _hosts(environ: Mapping[str, str], mode: str) -> tuple[str, ...]:
    hosts = tuple(filter(None, (host.strip() for host in environ.get("TRUSTED_HOSTS", "").split(","))))
    if not hosts and mode == "production":
        raise WrongSetting("TRUSTED_HOSTS is missing. List the host names the portal answers to, with commas.")
    return hosts


def _hops(environ: Mapping[str, str]) -> int:
    text = environ.get("PROXY_HOPS", "0")
    if not text.isdigit() or int(text) > 5:
        raise WrongSetting("PROXY_HOPS must be the number of proxies in front of the portal, 0 to 5.")
    return int(text)


_MAIL_SCHEMES: Mapping[str, tuple[Literal["none", "tls", "starttls"], int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}


def _mail(environ: Mapping[str, str]) -> MailServer | None:
    url, sender = environ.get("SMTP_URL", "").strip(), environ.get("MAIL_FROM", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in _MAIL_SCHEMES or not parts.hostname or (port := _port(parts)) == 0:
        raise WrongSetting(
            "SMTP_URL is not the address of a mail server. Set it to something like "
            "smtp+starttls://user:password@mail.example.org:587 (or smtps://…, or smtp://… inside your network)."
        )
    if not re.fullmatch(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+", sender):
        raise WrongSetting(
            "MAIL_FROM is not an e-mail address. Set it to the one that the portal's messages come from."
        )
    security, usual = _MAIL_SCHEMES[parts.scheme]
    if parts.password and security == "none" and parts.hostname not in _THIS_MACHINE:
        raise WrongSetting("SMTP_URL would send its password unencrypted. Use smtps:// or smtp+starttls://.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return MailServer(parts.hostname, port or usual, security, sender, user, password)


_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def _port(parts: SplitResult) -> int | None:
    """None when it is not said, 0 when it is not a port."""
    try:
        return parts.port
    except ValueError:
        return 0


def _clamav(environ: Mapping[str, str]) -> str | None:
    url = environ.get("CLAMAV_URL", "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    over_network = parts.scheme == "tcp" and parts.hostname and _port(parts) != 0
    over_socket = parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc
    if not (over_network or over_socket):
        raise WrongSetting(
            "CLAMAV_URL is not the address of a virus scanner. Set it to something like tcp://127.0.0.1:3310 or "
            "unix:/run/clamav/clamd.ctl."
        )
    return url


def _work_providers(environ: Mapping[str, str], mode: str) -> tuple[WorkProvider, ...]:
    return tuple(filter(None, (_microsoft(environ, mode), _google(environ, mode))))


def _microsoft(environ: Mapping[str, str], mode: str) -> WorkProvider | None:
    if not _is_wanted(environ, "OIDC_MICROSOFT", "TENANTS"):
        return None
    tenants = _listed(environ, "OIDC_MICROSOFT_TENANTS")
    if any(not _MICROSOFT_TENANT.fullmatch(tenant) or tenant == _PERSONAL_ACCOUNTS for tenant in tenants):
        raise WrongSetting(
            "OIDC_MICROSOFT_TENANTS holds something that is not the id of an organisation's tenant. List tenant ids "
            "such as 0f6f1c1e-1c2d-4a3b-9a8b-112233445566, with commas."
        )
    tenant = tenants[0] if len(tenants) == 1 else "organizations"
    usual = f"https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration"
    return _work_provider(environ, mode, "microsoft", tenants, usual)


def _google(environ: Mapping[str, str], mode: str) -> WorkProvider | None:
    if not _is_wanted(environ, "OIDC_GOOGLE", "DOMAINS"):
        return None
    domains = _listed(environ, "OIDC_GOOGLE_DOMAINS")
    if any(not _DOMAIN.fullmatch(domain) for domain in domains):
        raise WrongSetting("OIDC_GOOGLE_DOMAINS holds something that is not a domain. List domains with commas.")
    usual = "https://accounts.google.com/.well-known/openid-configuration"
    return _work_provider(environ, mode, "google", domains, usual)


def _is_wanted(environ: Mapping[str, str], prefix: str, places: str) -> bool:
    """All three settings or none: half a provider would be a button that opens nothing, or opens for everybody."""
    names = (f"{prefix}_CLIENT_ID", f"{prefix}_CLIENT_SECRET", f"{prefix}_{places}")
    missing = [name for name in names if not environ.get(name, "").strip()]
    if missing and len(missing) < len(names):
        raise WrongSetting(f"{missing[0]} is missing. Set {', '.join(names)}, or none of them.")
    return not missing


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    listed = tuple(filter(None, (part.strip().lower() for part in environ[name].split(","))))
    if not listed:
        raise WrongSetting(f"{name} names nobody. List at least one, or leave it out with the other settings.")
    return listed


def _work_provider(
    environ: Mapping[str, str], mode: str, name: Literal["microsoft", "google"], tenants: tuple[str, ...], usual: str
) -> WorkProvider:
    prefix = f"OIDC_{name.upper()}"
    mfa, discovery = environ.get(f"{prefix}_MFA", "no"), environ.get(f"{prefix}_DISCOVERY") or usual
    if mfa not in ("yes", "no"):
        raise WrongSetting(
            f"{prefix}_MFA is “{mfa}”. Set it to yes when every tenant asks for a second factor, else no."
        )
    parts = urlsplit(discovery)
    local = mode == "demonstration" and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or (parts.scheme != "https" and not local):
        raise WrongSetting(f"{prefix}_DISCOVERY must be an address that begins with https://, or be left out.")
    return WorkProvider(
        name,
        environ[f"{prefix}_CLIENT_ID"].strip(),
        environ[f"{prefix}_CLIENT_SECRET"].strip(),
        tenants,
        discovery,
        mfa == "yes",
    )
