"""The people around a pupil, how it is safe to reach each, and who must not be contacted."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from portal.kernel.names import name_problem
from portal.schools.rules.codes import CONTACT_CHANNELS, RELATIONSHIPS
from portal.schools.rules.lengths import length_problems
from portal.schools.rules.pupils import plain_name

LENGTHS = {"name": 120, "phone": 30, "email": 254, "address": 500, "do_not_contact_reason": 1000, "language": 80}
"""The most characters of each text."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DETAIL_OF = {"text": "phone", "phone": "phone", "email": "email", "post": "address"}
_ENTER = {"phone": "Enter a phone number", "email": "Enter an e-mail address", "address": "Enter a postal address"}


@dataclass(frozen=True)
class ContactDraft:
    """A person around a pupil; ``safe_channels`` holds codes of CONTACT_CHANNELS with commas between them."""

    name: str = ""
    relationship_code: str = ""
    parental_responsibility: bool | None = None
    safe_channels: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    do_not_contact: bool = False
    do_not_contact_reason: str = ""
    language: str = ""
    alike_id: int | None = None


class Reachable(Protocol):
    """What is needed to know whether and how a person may be reached."""

    @property
    def safe_channels(self) -> str: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def do_not_contact(self) -> bool: ...
    @property
    def alike_id(self) -> int | None: ...


Person = TypeVar("Person", bound=Reachable)


def contact_problems(draft: ContactDraft) -> dict[str, str]:
    """What must be mended before the contact can be saved: a sentence by field, empty when all is well."""
    problems = _channel_problems(draft) | length_problems(draft, LENGTHS)
    if not draft.name.strip():
        problems["name"] = "Enter the person's name."
    elif wrong := name_problem(draft.name):
        problems["name"] = wrong
    if draft.relationship_code not in RELATIONSHIPS:
        problems["relationship_code"] = "Choose how this person is related to the pupil."
    if draft.email.strip() and not _EMAIL.fullmatch(draft.email.strip()):
        problems["email"] = "Enter an e-mail address like name@example.org."
    return problems


def channels_of(safe_channels: str) -> frozenset[str]:
    """The codes in a text with commas: ``frozenset({"text", "post"})`` for "text,post"."""
    return frozenset(code.strip() for code in safe_channels.split(",") if code.strip())


def channels_text(channels: Iterable[str]) -> str:
    """The codes with commas between them, in the order of CONTACT_CHANNELS; unknown codes come last."""
    chosen = set(channels)
    return ",".join([code for code in CONTACT_CHANNELS if code in chosen] + sorted(chosen - set(CONTACT_CHANNELS)))


def may_reach(contact: Reachable, channel: str) -> bool:
    """Whether the person may be reached in this way: it is marked as safe, and nobody said "do not contact".

    Who may be somebody already on record is not reached before that is settled: the other may be "do not contact".
    """
    if contact.do_not_contact or contact.alike_id is not None:
        return False
    return channel in CONTACT_CHANNELS and channel in channels_of(contact.safe_channels)


def reachable_by(contacts: Iterable[Person], channel: str) -> list[Person]:
    """The people who may be reached in this way and whose number or address for it is known, in the order given."""
    return [contact for contact in contacts if may_reach(contact, channel) and _detail(contact, channel)]


class Named(Protocol):
    """What is needed to see whether two contacts may be one person."""

    @property
    def name(self) -> str: ...
    @property
    def relationship_code(self) -> str: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def do_not_contact(self) -> bool: ...


_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev"})


def same_name(one: Named, other: Named) -> bool:
    """Whether two contacts have the same name, titles and accents left out."""
    return _plain_words(one.name) == _plain_words(other.name)


def may_be_same(one: Named, other: Named) -> bool:
    """Whether two contacts of a pupil may be one person: by name, or by a number or address that only one would have.

    Parents share a telephone, so that alone says nothing of two who are different relations of the child, unless one
    of them must not be contacted.
    """
    if same_name(one, other) or _similar(_plain_words(one.name), _plain_words(other.name)):
        return True
    shares = _shares(one.phone, other.phone, "0123456789") or _shares(one.email, other.email, "")
    different = one.relationship_code != other.relationship_code
    return shares and (not different or one.do_not_contact or other.do_not_contact)


def filled_from(known: ContactDraft, more: ContactDraft) -> ContactDraft:
    """What is on record, with what it lacks and the other says; nothing that is there changes.

    A safe way comes along only with the number or address it belongs to. “Do not contact” takes nothing.
    """
    if known.do_not_contact:
        return known
    new: dict[str, Any] = {
        name: getattr(more, name)
        for name in ("phone", "email", "address", "language")
        if getattr(more, name).strip() and not getattr(known, name).strip()
    }
    ways = {way for way in channels_of(more.safe_channels) if _DETAIL_OF.get(way) in new}
    if known.parental_responsibility is None:
        new["parental_responsibility"] = more.parental_responsibility
    return replace(known, safe_channels=channels_text(channels_of(known.safe_channels) | ways), **new)


def _plain_words(name: str) -> list[str]:
    words = plain_name(name).split()
    return [word for word in words if word not in _TITLES] or words


def _similar(one: list[str], other: list[str]) -> bool:
    """A name without its first name, or with an initial: “R Khan”, “Mrs Khan” and “Rosa Khan”."""
    if not one or not other or one[-1] != other[-1]:
        return False
    first, other_first = one[0], other[0]
    if len(one) == 1 or len(other) == 1:
        return True
    return first.startswith(other_first) or other_first.startswith(first)


def _shares(one: str | None, other: str | None, only: str) -> bool:
    def plain(text: str | None) -> str:
        return "".join(c for c in (text or "").casefold() if not only or c in only).strip()

    return bool(plain(one)) and plain(one) == plain(other)


def _channel_problems(draft: ContactDraft) -> dict[str, str]:
    channels = channels_of(draft.safe_channels)
    if channels - set(CONTACT_CHANNELS):
        return {"safe_channels": "Choose the safe ways from the list."}
    if draft.do_not_contact and channels:
        return {"safe_channels": "Take away the ways to reach this person, or “do not contact”: only one is right."}
    return {
        _DETAIL_OF[channel]: f"{_ENTER[_DETAIL_OF[channel]]}, or take “{label.lower()}” away."
        for channel, label in CONTACT_CHANNELS.items()
        if channel in channels and not _detail(draft, channel)
    }


def _detail(contact: Reachable, channel: str) -> str:
    return (getattr(contact, _DETAIL_OF[channel]) or "").strip()
