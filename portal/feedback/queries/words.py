"""What families said themselves: for the case's section, and the words that somebody has to read the same day.

What was said to the manager alone is there only for who reads it (``queries.manager``).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, selectinload

from portal.accounts.models import Person
from portal.cases.models import Case
from portal.cases.queries.names import listed_name, pack_names
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import FamilyInvitation, Feedback
from portal.feedback.queries.manager import readable_by
from portal.feedback.queries.said import TONES
from portal.kernel import clock
from portal.kernel.access import reach_filter
from portal.kernel.dates import day_words
from portal.kernel.errors import OutOfReach
from portal.kernel.languages import LANGUAGES
from portal.policy import Action, Actor
from portal.schools.models import Contact, School
from portal.schools.rules import RELATIONSHIPS

_QUOTE = {True: "May be quoted, without a name", False: "Must not be quoted", None: "Not answered, so do not quote"}


@dataclass(frozen=True)
class FamilyRow:
    """One answer that a family gave itself, as the section shows it."""

    id: int
    who: str
    moment: str
    summary: str
    tone: str
    when: str
    way: str
    language: str
    aspects: tuple[tuple[str, str], ...]
    good: str
    better: str
    quote: str
    manager_only: bool
    read: str
    to_read: bool
    version: int


@dataclass(frozen=True)
class WordsToRead:
    """Free words of a family that nobody answerable has read yet."""

    id: int
    case_id: int
    reference: str
    pupil: str
    school: str
    when: str
    at: datetime
    who: str
    good: str
    better: str
    quote: str
    language: str
    manager_only: bool

    @property
    def key(self) -> str:
        """Its place on a page, and the key of its task."""
        return f"read-words-family-{self.id}"


def family_answers(actor: Actor, case: Case) -> list[FamilyRow]:
    """What the family said itself, the newest first."""
    typist, reader = aliased(Person), aliased(Person)
    found = db.session.execute(
        select(Feedback, Contact, typist.name, reader.name)
        .outerjoin(FamilyInvitation, FamilyInvitation.id == Feedback.invitation_id)
        .outerjoin(Contact, Contact.id == FamilyInvitation.contact_id)
        .outerjoin(typist, typist.id == Feedback.recorded_by_id)
        .outerjoin(reader, reader.id == Feedback.read_by_id)
        .where(Feedback.case_id == case.id, Feedback.way.is_not(None), readable_by(actor))
        .options(selectinload(Feedback.aspects))
        .order_by(Feedback.recorded_at.desc(), Feedback.id.desc())
    )
    today = clock.today()
    return [_family_row(row, contact, typist_name, name, today) for row, contact, typist_name, name in found]


def _family_row(
    row: Feedback, contact: Contact | None, typist: str | None, reader: str | None, today: date
) -> FamilyRow:
    answers = {part.aspect: rules.Answer(part.answer) for part in row.aspects}
    said = rules.Feedback(rules.Source.FAMILY, answers, row.good or "", row.better or "")
    tone = rules.tone(said)
    when = day_words(row.given_on, today) if row.given_on else ""
    has_words = bool(row.good or row.better)
    return FamilyRow(
        id=row.id,
        who=_who(contact),
        moment=rules.FAMILY_MOMENTS[rules.FamilyMoment(row.family_moment or "end")],
        summary=said.words() or "Words only",
        tone=TONES[tone] if tone else "quiet",
        when=when,
        way=f"typed in from paper by {typist}, {when}" if row.way == rules.Way.PAPER else f"by link, {when}",
        language=_in_language(row.language),
        aspects=tuple((rules.ASPECTS[rules.Source.FAMILY][p.aspect], _point(p.scale)) for p in row.aspects),
        good=row.good or "",
        better=row.better or "",
        quote=_QUOTE[row.quote] if has_words else "",
        manager_only=row.manager_only,
        read=f"Read by {reader}" if reader else "",
        to_read=has_words and row.read_at is None,
        version=row.version,
    )


def _point(scale: str | None) -> str:
    return rules.POINT_LABELS[rules.Point(scale)] if scale else ""


def _who(contact: Contact | None) -> str:
    return RELATIONSHIPS.get(contact.relationship_code, "Contact") if contact else "Somebody of the family"


def _in_language(code: str | None) -> str:
    language = LANGUAGES.get(code or "en")
    return f"in {language.name}" if language and language.code != "en" else ""


def family_feedback_for(actor: Actor, case: Case, feedback_id: int) -> Feedback:
    """One answer that a family gave itself. Raises ``OutOfReach``, also for what only the manager reads."""
    row = db.session.scalars(
        select(Feedback).where(
            Feedback.id == feedback_id, Feedback.case_id == case.id, Feedback.way.is_not(None), readable_by(actor)
        )
    ).one_or_none()
    if row is None:
        raise OutOfReach(feedback_id)
    return row


def words_to_read(actor: Actor) -> list[WordsToRead]:
    """Free words of families that wait to be read, the oldest first. One statement."""
    reach = reach_filter(
        actor,
        Action.READ_SAME_DAY,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=Case.__tablename__,
        record=Case.id,
    )
    unread = (
        Feedback.source == rules.Source.FAMILY.value,
        Feedback.way.is_not(None),
        Feedback.read_at.is_(None),
        or_(Feedback.good.is_not(None), Feedback.better.is_not(None)),
    )
    found = db.session.execute(
        select(Feedback, Case.reference, School.name, Contact, pack_names().label("names"))
        .join(Case, Case.id == Feedback.case_id)
        .join(School, School.id == Case.school_id)
        .outerjoin(FamilyInvitation, FamilyInvitation.id == Feedback.invitation_id)
        .outerjoin(Contact, Contact.id == FamilyInvitation.contact_id)
        .where(*unread, readable_by(actor), reach)
        .order_by(Feedback.recorded_at, Feedback.id)
    )
    today = clock.today()
    return [_to_read(row, today) for row in found]


def _to_read(found: Any, today: date) -> WordsToRead:
    row: Feedback = found.Feedback
    return WordsToRead(
        id=row.id,
        case_id=row.case_id,
        reference=found.reference,
        pupil=listed_name(found.names),
        school=found.name,
        when=day_words(row.given_on, today) if row.given_on else "",
        at=row.recorded_at,
        who=_who(found.Contact),
        good=row.good or "",
        better=row.better or "",
        quote=_QUOTE[row.quote],
        language=_in_language(row.language),
        manager_only=row.manager_only,
    )
