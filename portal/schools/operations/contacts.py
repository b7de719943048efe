"""The people around a pupil: adding, changing and removing them."""

from dataclasses import replace

from flask import current_app

from portal.extensions import db
from portal.kernel import audit
from portal.kernel.access import ensure, people_on
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor, Scope
from portal.schools import rules
from portal.schools.models import Contact, Pupil
from portal.schools.operations.problems import refuse_any
from portal.schools.queries.contacts import contact_draft

CONTACT_CHANGED, CONTACT_REMOVED = "schools.contact_changed", "schools.contact_removed"
"""What features above do once a contact was changed, and before one goes; ``app.py`` plugs them in."""

_OR_NONE = ("phone", "email", "address", "do_not_contact_reason", "language")


def add_contact(actor: Actor, pupil: Pupil, draft: rules.ContactDraft) -> Contact:
    """Adds a person around a pupil. Raises ``RefusedFields`` for a wrong entry."""
    ensure(actor, Action.WRITE_PUPIL, _scope(pupil))
    refuse_any(rules.contact_problems(draft))
    contact = Contact()
    _put(contact, draft)
    contact.alike_id = draft.alike_id
    pupil.contacts.append(contact)
    audit.record(actor, "contact added", pupil)
    return contact


def change_contact(actor: Actor, contact: Contact, draft: rules.ContactDraft, *, opened_with: int | None) -> Contact:
    """Changes a person around a pupil. Raises ``EditConflict`` or ``RefusedFields``."""
    ensure(actor, Action.WRITE_PUPIL, _scope(contact.pupil))
    check_version(contact, opened_with)
    refuse_any(rules.contact_problems(draft))
    _put(contact, draft)
    audit.record(actor, "contact changed", contact)
    current_app.extensions[CONTACT_CHANGED](actor, contact)
    return contact


def settle_alike(actor: Actor, contact: Contact, *, is_same: bool, opened_with: int | None) -> None:
    """Somebody says whether a contact is the person on record whom it looks like.

    If so, the one on record stays: only what it lacks is filled, and nothing of somebody who must not be contacted.
    Raises ``EditConflict`` when somebody saved in between, and ``Refused`` when it was settled already.
    """
    pupil = contact.pupil
    ensure(actor, Action.WRITE_PUPIL, _scope(pupil))
    check_version(contact, opened_with)
    known = next((one for one in pupil.contacts if one.id == contact.alike_id), None)
    if known is None:
        raise Refused("Somebody has already said who this is.")
    if not is_same:
        contact.alike_id = None
        audit.record(actor, "contact found to be another person", contact)
        current_app.extensions[CONTACT_CHANGED](actor, contact)
        return
    draft = contact_draft(known)
    filled = rules.filled_from(draft, contact_draft(contact))
    remove_contact(actor, contact, opened_with=opened_with)
    if filled != draft:
        change_contact(actor, known, filled, opened_with=known.version)


def remove_contact(actor: Actor, contact: Contact, *, opened_with: int | None) -> None:
    """Takes away somebody who was entered by mistake. Raises ``EditConflict`` when somebody saved in between."""
    pupil = contact.pupil
    ensure(actor, Action.WRITE_PUPIL, _scope(pupil))
    check_version(contact, opened_with)
    current_app.extensions[CONTACT_REMOVED](actor, contact)
    db.session.delete(contact)
    audit.record(actor, "contact removed", pupil)
    db.session.expire(pupil, ["contacts"])


def _scope(pupil: Pupil) -> Scope:
    return replace(people_on("pupil", pupil.id), school_id=pupil.school_id)


def _put(contact: Contact, draft: rules.ContactDraft) -> None:
    contact.name = draft.name.strip()
    contact.relationship_code = draft.relationship_code
    contact.parental_responsibility = draft.parental_responsibility
    contact.safe_channels = rules.channels_text(rules.channels_of(draft.safe_channels))
    contact.do_not_contact = draft.do_not_contact
    for name in _OR_NONE:
        setattr(contact, name, getattr(draft, name).strip() or None)
