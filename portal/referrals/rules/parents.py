"""Parents and carers of a referral, and the contacts of the pupil: what each makes of the other."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from portal.referrals.rules.drafts import FamilyPage, Parent
from portal.schools.rules import ContactDraft, channels_of, channels_text, may_be_same, same_name

WAYS = {"text": "Text message", "phone": "Phone call", "email": "Email"}
"""The safe ways that the form asks; a letter needs an address, which it does not ask"""
_DETAIL_OF = {"text": "phone", "phone": "phone", "email": "email"}
_NOT_SAID = "other"


class Known(Protocol):
    """A contact that is on record."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def relationship_code(self) -> str: ...
    @property
    def parental_responsibility(self) -> bool | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def safe_channels(self) -> str: ...
    @property
    def do_not_contact(self) -> bool: ...
    @property
    def alike_id(self) -> int | None: ...


def new_contact(parent: Parent, known: Sequence[Known]) -> ContactDraft | None:
    """The contact that this parent becomes; None for one without a name, and for one who is on record already.

    With ``alike_id`` where a person has to say whether it is one on record. Somebody of the same name who must not be
    contacted stays as recorded, whatever a referral says.
    """
    draft = _contact_of(parent)
    if not draft.name:
        return None
    same = [one for one in known if same_name(draft, one)]
    if any(one.do_not_contact or _says_nothing_new(draft, one) for one in same):
        return None
    alike = next((one for one in (*same, *known) if may_be_same(draft, one)), None)
    return replace(draft, alike_id=alike.id if alike else None)


def family_of(known: Sequence[Known]) -> FamilyPage | None:
    """The page “The family” begun with the contacts on record who may be contacted; None without any."""
    parents = tuple(_parent_of(one) for one in known if not one.do_not_contact and one.alike_id is None)
    return FamilyPage(parents=parents) if parents else None


def _contact_of(parent: Parent) -> ContactDraft:
    reachable = (way for way in parent.safe_channels if way in WAYS and getattr(parent, _DETAIL_OF[way]).strip())
    return ContactDraft(
        name=parent.name.strip(),
        relationship_code=parent.relationship or _NOT_SAID,
        parental_responsibility=parent.parental_responsibility,
        phone=parent.phone.strip(),
        email=parent.email.strip(),
        safe_channels=channels_text(reachable),
    )


def _parent_of(contact: Known) -> Parent:
    return Parent(
        name=contact.name,
        relationship=contact.relationship_code,
        parental_responsibility=contact.parental_responsibility,
        phone=contact.phone or "",
        email=contact.email or "",
        safe_channels=tuple(way for way in WAYS if way in channels_of(contact.safe_channels)),
    )


def _says_nothing_new(draft: ContactDraft, known: Known) -> bool:
    """Neither another number or address, nor other safe ways than those on record."""
    details = ((draft.phone, known.phone or ""), (draft.email, known.email or ""))
    if any(said and said != kept.strip() for said, kept in details):
        return False
    kept = channels_of(known.safe_channels) & set(WAYS)
    return channels_of(draft.safe_channels) == {way for way in kept if getattr(draft, _DETAIL_OF[way])}
