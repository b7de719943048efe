"""Who of a family may be asked and who not, and how each question stands. Words never show."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Person
from portal.cases.models import Case, CasePupil
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import FamilyInvitation
from portal.feedback.queries.manager import facts_seen_by, not_answered_for_workers, sees_answer
from portal.feedback.queries.opening import facts_of_invitation, is_reachable, paper_mark
from portal.feedback.rules import Channel, FamilyMoment, InvitationState
from portal.kernel import clock
from portal.kernel.dates import day_words, short_day_words
from portal.kernel.errors import OutOfReach
from portal.kernel.languages import LANGUAGES, offered
from portal.policy import Actor
from portal.schools.models import Contact
from portal.schools.rules import RELATIONSHIPS

_TONES = {
    InvitationState.ANSWERED: "good",
    InvitationState.OPENED: "brand",
    InvitationState.SENT: "brand",
    InvitationState.ASKED: "attention",
}


@dataclass(frozen=True)
class PersonToAsk:
    """Somebody around the child: the ways in which they may be asked, or ``why_not``."""

    id: int
    name: str
    relationship: str
    ways: tuple[str, ...]
    why_not: str
    language: str
    asked_before: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"{self.name}, {self.relationship.lower()}"


@dataclass(frozen=True)
class InvitationRow:
    """One question to one person, as the case's section shows it."""

    id: int
    who: str
    moment: str
    way: str
    state: str
    tone: str
    when: str
    reminded: str
    is_open: bool
    channel: str
    language: str
    large_print: bool
    mark: str
    closes: str
    asked_by: str | None
    may_send: bool
    may_remind: bool
    may_type_in: bool
    is_sent: bool
    phone: str
    address: str


def people_to_ask(case: Case) -> list[PersonToAsk]:
    """The people around the pupils of the case, those who may be asked first, and when each was asked last."""
    asked = _last_asked(case)
    rows = [_person(contact, asked.get(contact.id, ())) for contact in _contacts(case)]
    return sorted(rows, key=lambda row: (bool(row.why_not), row.name))


def _last_asked(case: Case) -> dict[int | None, tuple[str, ...]]:
    """By contact: each moment that they were asked about in this work, with the last day on which that was."""
    rows = db.session.execute(
        select(FamilyInvitation.contact_id, FamilyInvitation.moment, func.max(FamilyInvitation.asked_at))
        .where(FamilyInvitation.case_id == case.id, FamilyInvitation.contact_id.is_not(None))
        .group_by(FamilyInvitation.contact_id, FamilyInvitation.moment)
        .order_by(func.max(FamilyInvitation.asked_at))
    )
    today = clock.today()
    found: dict[int | None, tuple[str, ...]] = {}
    for contact_id, moment, at in rows:
        words = f"{rules.FAMILY_MOMENTS[FamilyMoment(moment)]}: last asked {_day(at, today)}"
        found[contact_id] = (*found.get(contact_id, ()), words)
    return found


def _contacts(case: Case) -> list[Contact]:
    pupils = [entry.pupil_id for entry in case.pupils]
    return list(db.session.scalars(select(Contact).where(Contact.pupil_id.in_(pupils)).order_by(Contact.id)))


def contact_of_case(case: Case, contact_id: int) -> Contact | None:
    """A contact of a pupil of this case, locked against a “do not contact” that is being set just now."""
    pupils = [entry.pupil_id for entry in case.pupils]
    return db.session.scalars(
        select(Contact)
        .where(Contact.id == contact_id, Contact.pupil_id.in_(pupils))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _person(contact: Contact, asked_before: tuple[str, ...]) -> PersonToAsk:
    ways = tuple(rules.CHANNEL_WORDS[channel] for channel in Channel if is_reachable(contact, channel))
    why = "" if ways else "Neither e-mail, text nor post is safe, or there is no address for it."
    return PersonToAsk(
        id=contact.id,
        name=contact.name,
        relationship=RELATIONSHIPS.get(contact.relationship_code, "Contact"),
        ways=ways,
        why_not="Do not contact this person." if contact.do_not_contact else why,
        language=_language(contact),
        asked_before=asked_before,
    )


def _language(contact: Contact) -> str:
    """The offered language that the contact's own words name, else English."""
    said = (contact.language or "").lower()
    return next((one.code for one in offered() if one.name.lower() in said or one.own_name.lower() in said), "en")


def earlier_questions(
    actor: Actor, case: Case, contact_id: int, moment: FamilyMoment
) -> tuple[rules.InvitationFacts, ...]:
    """How everything stands that this person was asked about this moment, as the actor sees it."""
    rows = db.session.scalars(
        select(FamilyInvitation).where(
            FamilyInvitation.case_id == case.id,
            FamilyInvitation.contact_id == contact_id,
            FamilyInvitation.moment == moment.value,
        )
    )
    return tuple(facts_seen_by(actor, row) for row in rows)


def was_asked_at_end(case: Case) -> bool:
    """Whether somebody of the family was asked about the end of this work; what was taken back was not asked."""
    asked = exists().where(
        FamilyInvitation.case_id == case.id,
        FamilyInvitation.moment == FamilyMoment.END.value,
        FamilyInvitation.revoked_at.is_(None),
    )
    return bool(db.session.scalar(select(asked)))


def nobody_may_be_asked(case: Case, without: Contact | None = None) -> bool:
    """Whether there are people around the child, and every one of them is marked “do not contact”.

    ``without`` is somebody who is just being removed.
    """
    found = [contact for contact in _contacts(case) if contact is not without]
    return bool(found) and all(contact.do_not_contact for contact in found)


def open_questions_to(contact: Contact) -> list[FamilyInvitation]:
    """What this person was asked and has, as the workers see it, neither answered nor had taken back; it may have
    closed by itself."""
    return list(
        db.session.scalars(
            select(FamilyInvitation)
            .where(
                FamilyInvitation.contact_id == contact.id,
                not_answered_for_workers(),
                FamilyInvitation.revoked_at.is_(None),
            )
            .order_by(FamilyInvitation.id)
        )
    )


def cases_around(contact: Contact) -> list[Case]:
    """The pieces of work that this person's child is of."""
    return list(
        db.session.scalars(
            select(Case)
            .join(CasePupil, CasePupil.case_id == Case.id)
            .where(CasePupil.pupil_id == contact.pupil_id)
            .order_by(Case.id)
        )
    )


def invitations_of(actor: Actor, case: Case) -> list[InvitationRow]:
    """Every question to the family as the actor sees it, the newest first. One statement."""
    found = db.session.execute(_rows(actor).where(FamilyInvitation.case_id == case.id))
    return [_invitation_row(*row) for row in found]


def invitation_row(actor: Actor, row: FamilyInvitation) -> InvitationRow:
    """One of them."""
    found = db.session.execute(_rows(actor).where(FamilyInvitation.id == row.id)).one()
    return _invitation_row(*found)


def invitation_for(case: Case, invitation_id: int) -> FamilyInvitation:
    """One question of this case. Raises ``OutOfReach`` for any other."""
    row = db.session.scalars(
        select(FamilyInvitation).where(FamilyInvitation.id == invitation_id, FamilyInvitation.case_id == case.id)
    ).one_or_none()
    if row is None:
        raise OutOfReach(invitation_id)
    return row


def _rows(actor: Actor) -> Any:
    return (
        select(FamilyInvitation, Person.name, sees_answer(actor).label("seen"))
        .outerjoin(Person, Person.id == FamilyInvitation.asked_by_id)
        .options(joinedload(FamilyInvitation.contact))
        .order_by(FamilyInvitation.asked_at.desc(), FamilyInvitation.id.desc())
    )


def _invitation_row(row: FamilyInvitation, by: str | None, seen: bool) -> InvitationRow:
    now, today = clock.now(), clock.today()
    facts = facts_of_invitation(row)
    facts = facts if seen else replace(facts, answered_at=None)
    state = rules.invitation_state(facts, now)
    open_states = (InvitationState.ASKED, InvitationState.SENT, InvitationState.OPENED)
    contact: Contact | None = row.contact
    is_open = state in open_states
    return InvitationRow(
        id=row.id,
        who=_who(contact),
        moment=rules.FAMILY_MOMENTS[FamilyMoment(row.moment)],
        way=rules.CHANNEL_WORDS[Channel(row.channel)].capitalize(),
        state=rules.INVITATION_STATES[state],
        tone=_TONES.get(state, "quiet"),
        when=f"asked {_day(row.asked_at, today)}{_since(row, state, today)}",
        reminded=f"reminded {_day(row.reminded_at, today)}" if _was_reminded(facts) else "",
        is_open=is_open,
        channel=row.channel,
        language=LANGUAGES[row.language].name if row.language in LANGUAGES else "English",
        large_print=row.large_print,
        mark=paper_mark(row.id),
        closes=day_words(row.expires_at.astimezone(clock.LONDON).date(), today),
        asked_by=by,
        may_send=rules.may_send(facts, now) and row.channel != Channel.EMAIL and not _is_silent(row, today),
        may_remind=rules.may_remind(facts, now) and row.channel == Channel.EMAIL,
        may_type_in=facts.answered_at is None and row.revoked_at is None,
        is_sent=row.sent_at is not None,
        phone=(contact.phone or "") if contact and facts.reachable else "",
        address=(contact.address or "") if contact and facts.reachable else "",
    )


def _was_reminded(facts: rules.InvitationFacts) -> bool:
    """A reminder after the answer went to nobody: it only looks like one to whoever sees no answer."""
    at = facts.reminded_at
    return at is not None and (facts.answered_at is None or at < facts.answered_at)


def _is_silent(row: FamilyInvitation, today: date) -> bool:
    """Reminded on an earlier day: after one reminder nothing is made again."""
    return row.reminded_at is not None and row.reminded_at.astimezone(clock.LONDON).date() != today


def _who(contact: Contact | None) -> str:
    if contact is None:
        return "Somebody who is not recorded any more"
    return f"{contact.name}, {RELATIONSHIPS.get(contact.relationship_code, 'Contact').lower()}"


def _since(row: FamilyInvitation, state: InvitationState, today: date) -> str:
    at = {
        InvitationState.ANSWERED: row.answered_at,
        InvitationState.OPENED: row.opened_at,
        InvitationState.TAKEN_BACK: row.revoked_at,
        InvitationState.EXPIRED: row.expires_at,
    }.get(state)
    words = {InvitationState.EXPIRED: "closed", InvitationState.TAKEN_BACK: "taken back"}.get(state, state.value)
    return f", {words} {_day(at, today)}" if at else ""


def _day(at: datetime | None, today: date) -> str:
    return short_day_words(at.astimezone(clock.LONDON).date(), today) if at else ""
