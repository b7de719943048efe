"""What a link, a code or a cookie of a family opens. Reading only: opening changes nothing."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import joinedload

from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import FamilyInvitation, FamilySitting, Feedback
from portal.feedback.rules import FamilyMoment, Sitting
from portal.kernel import clock
from portal.kernel.crypto import keyed_digest
from portal.schools.models import Contact
from portal.schools.rules import reachable_by


@dataclass(frozen=True)
class OpenSitting:
    """The draft behind a cookie; it names nobody."""

    invitation: FamilyInvitation
    draft: Sitting
    moment: FamilyMoment


def token_digest(token: str) -> str:
    return keyed_digest("family link", token)


def code_digest(code: str) -> str:
    return keyed_digest("family code", rules.shaped_code(code))


def cookie_digest(secret: str) -> str:
    return keyed_digest("family sitting", secret)


def address_digest(address: str) -> str:
    return keyed_digest("family address", address.strip().lower())


def paper_mark(invitation_id: int) -> str:
    """The mark that a question's paper carries, so that papers of two families are told apart; it opens nothing."""
    return rules.mark_of(keyed_digest("family paper", str(invitation_id)))


def opens(row: FamilyInvitation) -> bool:
    """Whether it can still be answered, by somebody whom nobody has marked “do not contact” since."""
    facts = facts_of_invitation(row)
    return rules.can_be_answered(facts, clock.now()) and row.contact is not None and not row.contact.do_not_contact


def facts_of_invitation(row: FamilyInvitation) -> rules.InvitationFacts:
    """For the rules; a contact that is gone is not reachable."""
    return rules.InvitationFacts(
        expires_at=row.expires_at,
        sent_at=row.sent_at,
        opened_at=row.opened_at,
        answered_at=row.answered_at,
        revoked_at=row.revoked_at,
        reminded_at=row.reminded_at,
        reachable=row.contact is not None and is_reachable(row.contact, rules.Channel(row.channel)),
    )


def is_reachable(contact: Contact, channel: rules.Channel) -> bool:
    """Safe in this way, and with an address for it; never past “do not contact”."""
    return bool(reachable_by([contact], rules.CONTACT_WAY[channel]))


def invitation_by_token(token: str) -> FamilyInvitation | None:
    """None for a link that is unknown, over, taken back, used, or of somebody not to be contacted: all look alike."""
    return _found(FamilyInvitation.digest == token_digest(token))


def invitation_by_code(code: str) -> FamilyInvitation | None:
    """The same for a code of a letter, however it is typed."""
    return _found(FamilyInvitation.code_digest == code_digest(code))


def answered_by_token(token: str) -> FamilyInvitation | None:
    """The invitation of a link that was used already."""
    return _answered(FamilyInvitation.digest == token_digest(token))


def answered_by_code(code: str) -> FamilyInvitation | None:
    """The same for the code of a letter."""
    return _answered(FamilyInvitation.code_digest == code_digest(code))


def _answered(wanted: ColumnElement[bool]) -> FamilyInvitation | None:
    return db.session.scalars(
        select(FamilyInvitation).where(wanted, FamilyInvitation.answered_at.is_not(None))
    ).one_or_none()


def is_for_manager_only(row: FamilyInvitation) -> bool:
    """Whether what was said is for the manager alone: then only the browser that sent it is told that it arrived."""
    kept = select(Feedback.manager_only).where(Feedback.invitation_id == row.id)
    return bool(db.session.scalar(kept))


def knows_code(code: str) -> bool:
    """Whether this is the code of an invitation, also of one that is over."""
    return bool(db.session.scalar(select(exists().where(FamilyInvitation.code_digest == code_digest(code)))))


def open_sitting(cookie: str) -> OpenSitting | None:
    """None without the cookie of an open sitting."""
    if not cookie:
        return None
    row = db.session.scalars(
        select(FamilySitting)
        .join(FamilySitting.invitation)
        .join(FamilyInvitation.contact)
        .where(FamilySitting.digest == cookie_digest(cookie), FamilySitting.until > clock.now(), _open())
        .options(joinedload(FamilySitting.invitation))
    ).one_or_none()
    if row is None:
        return None
    return OpenSitting(row.invitation, rules.sitting_of(row.draft), FamilyMoment(row.invitation.moment))


def _found(wanted: ColumnElement[bool]) -> FamilyInvitation | None:
    return db.session.scalars(
        select(FamilyInvitation).join(FamilyInvitation.contact).where(wanted, _open())
    ).one_or_none()


def _open() -> ColumnElement[bool]:
    return and_(
        FamilyInvitation.answered_at.is_(None),
        FamilyInvitation.revoked_at.is_(None),
        FamilyInvitation.expires_at > clock.now(),
        Contact.do_not_contact.is_(False),
    )


def let_go() -> None:
    """Ends the reading of what was looked up before a unit that writes begins."""
    db.session.rollback()
