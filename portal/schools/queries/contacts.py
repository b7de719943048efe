"""Reading the people around a pupil, and how each may be reached."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.kernel.errors import OutOfReach
from portal.schools import rules
from portal.schools.models import Contact, Pupil


@dataclass(frozen=True)
class Way:
    """One way to a person. ``href`` only where it is safe; ``note`` says why there is no link."""

    label: str
    value: str
    href: str | None = None
    note: str = ""


@dataclass(frozen=True)
class ContactRow:
    """A person around a pupil. Nothing of somebody who must not be contacted is a link."""

    id: int
    name: str
    relationship: str
    parental_responsibility: bool | None
    language: str
    ways: tuple[Way, ...]
    do_not_contact: bool
    do_not_contact_reason: str
    version: int
    alike: str = ""
    """Who on record may be the same person; somebody has to say"""
    alike_do_not_contact: bool = False


@dataclass(frozen=True)
class OpenedContact(rules.ContactDraft):
    """A contact as its form opens it."""

    version: int = 0


_TEXTS = ("safe_channels", "phone", "email", "address", "do_not_contact_reason", "language")


def contact_for(pupil: Pupil, contact_id: int) -> Contact:
    """A contact of this pupil, which the caller has found in reach. Raises ``OutOfReach``."""
    for contact in pupil.contacts:
        if contact.id == contact_id:
            return contact
    raise OutOfReach


def contact_draft(contact: Contact) -> OpenedContact:
    """What the form of a contact is opened with."""
    return OpenedContact(
        name=contact.name,
        relationship_code=contact.relationship_code,
        parental_responsibility=contact.parental_responsibility,
        do_not_contact=contact.do_not_contact,
        alike_id=contact.alike_id,
        version=contact.version,
        **{name: getattr(contact, name) or "" for name in _TEXTS},
    )


def contacts_of(pupil: Pupil) -> list[ContactRow]:
    """The people around a pupil: those with parental responsibility first, who must not be contacted last."""
    rows = [contact_row(contact) for contact in pupil.contacts]
    return sorted(rows, key=lambda row: (row.do_not_contact, not row.parental_responsibility, row.id))


def contact_row(contact: Contact) -> ContactRow:
    """A contact with the ways to reach them."""
    alike = next((one for one in contact.pupil.contacts if one.id == contact.alike_id), None)
    return ContactRow(
        id=contact.id,
        name=contact.name,
        relationship=rules.RELATIONSHIPS.get(contact.relationship_code, contact.relationship_code),
        parental_responsibility=contact.parental_responsibility,
        language=contact.language or "",
        ways=_ways(contact),
        do_not_contact=contact.do_not_contact,
        do_not_contact_reason=contact.do_not_contact_reason or "",
        version=contact.version,
        alike=alike.name if alike else "",
        alike_do_not_contact=bool(alike and alike.do_not_contact),
    )


_DETAILS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "phone": ("Phone", ("phone", "text")),
    "email": ("E-mail", ("email",)),
    "address": ("Address", ("post",)),
}


def _ways(contact: Contact) -> tuple[Way, ...]:
    ways = []
    for field, (label, channels) in _DETAILS.items():
        value = (getattr(contact, field) or "").strip()
        if value:
            safe = [channel for channel in channels if rules.may_reach(contact, channel)]
            ways.append(Way(label, value, _href(field, value) if safe else None, _note(contact, field, safe)))
    return tuple(ways)


def _href(field: str, value: str) -> str | None:
    if field == "phone":
        return "tel:" + "".join(character for character in value if character in "+0123456789")
    return f"mailto:{value}" if field == "email" else None


def _note(contact: Contact, field: str, safe: list[str]) -> str:
    if contact.do_not_contact:
        return "do not use"
    if contact.alike_id is not None:
        return "not to be used until it is clear who this is"
    if not safe:
        return "not marked as safe"
    if field == "phone":
        return {"phone": "calls only", "text": "texts only"}.get(safe[0], "") if len(safe) == 1 else "calls and texts"
    return ""
