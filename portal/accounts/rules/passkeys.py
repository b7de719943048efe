"""Where passkeys work, and how one is greeted on return."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

MOST_PASSKEYS = 10
"""For one person."""
LONGEST_PASSKEY_NAME = 60
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "dame"})


@dataclass(frozen=True)
class Place:
    """The site that passkeys are made for: its host name, and its address with scheme and port."""

    rp_id: str
    origin: str


def place_of(base: str, opened: str) -> Place | None:
    """The site at ``base`` (the public address) as opened at ``opened``; None where no passkey works.

    A passkey belongs to a host name: numbers have none, and at another name than the public one it would not be known.
    """
    parts, seen = urlsplit(base), urlsplit(opened)
    if not parts.hostname or parts.hostname != seen.hostname or is_numeric(parts.hostname):
        return None
    if parts.scheme != "https" and parts.hostname != "localhost" and not parts.hostname.endswith(".localhost"):
        return None
    return Place(parts.hostname, f"{parts.scheme}://{parts.netloc}")


def is_numeric(host: str) -> bool:
    """Is this an IP address instead of a name?"""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def localhost_address(opened: str) -> str | None:
    """The same address by name, for a portal that was opened on this machine by its numbers."""
    parts = urlsplit(opened)
    if not parts.hostname or not is_numeric(parts.hostname) or not ip_address(parts.hostname).is_loopback:
        return None
    return f"{parts.scheme}://localhost{f':{parts.port}' if parts.port else ''}"


def first_name(name: str) -> str:
    """What somebody is called on a page that others may see; a name that begins with a title stays whole."""
    words = name.split()
    if not words or words[0].rstrip(".").lower() in _TITLES:
        return name.strip()
    return words[0]
