"""Settings from the environment, checked by name at start; a wrong one is refused with its mend."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
DEMONSTRATION_PASSWORD = "demonstration only"  # noqa: S105  (public on purpose, refused in production)

SHORTEST_SECRET = 32


class WrongSetting(Exception):
    """A setting of the environment is missing or does not fit; the text says how to mend it."""


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
        path.parent.mkdir(parents=True, exist_ok=True)
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
