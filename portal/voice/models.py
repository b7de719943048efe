"""Questionnaires and their versions, children's turns at a tablet, what came back, and what became of it."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Person
from portal.cases.models import Case
from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.schools.models import Pupil


class Questionnaire(Audited, Model):
    """A set of questions that goes on through its versions."""

    __tablename__ = "questionnaire"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    moment: Mapped[str] = mapped_column(String(10))
    """start, end, help or other"""
    is_active: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)

    versions: Mapped[list["QuestionnaireVersion"]] = relationship(
        order_by="QuestionnaireVersion.number", back_populates="questionnaire"
    )

    __mapper_args__ = {"version_id_col": version}


class QuestionnaireVersion(Audited, Model):
    """One version's questions as a document; it never changes once it was published."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)
    audited_through = "questionnaire"

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    number: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(String(5), default="en")
    document: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None while it is a draft"""
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(Integer)

    questionnaire: Mapped[Questionnaire] = relationship(back_populates="versions")

    __mapper_args__ = {"version_id_col": version}


class SealingKey(Model):
    """A pair of keys: tablets seal answers to the public half before they keep them."""

    __tablename__ = "sealing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(String(120))
    """The uncompressed point, base64url"""
    private_key: Mapped[str] = mapped_column(EncryptedText)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HandOver(Audited, Model):
    """A tablet that was handed over: the child's session, which can write these places' answers, or see one reply to
    the child, and nothing else.
    """

    __tablename__ = "hand_over"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    handed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lasts_until: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    current_place_id: Mapped[int | None] = mapped_column(Integer)
    """Whose turn it is, where the server draws the screens"""
    reply_id: Mapped[int | None] = mapped_column(ForeignKey("view_reply.id", use_alter=True))
    """The answer that it shows to the child; there are no places then. The tables point at each other in a ring."""

    person: Mapped[Person] = relationship()
    reply: Mapped["ViewReply | None"] = relationship(viewonly=True)
    places: Mapped[list["VoicePlace"]] = relationship(order_by="VoicePlace.id", back_populates="hand_over")


class VoicePlace(Audited, Model):
    """One child's turn with one questionnaire, used once. Children know it by an animal, never by a name."""

    __tablename__ = "voice_place"
    __table_args__ = (Index("ix_voice_place_open", "settled_at", "prepared_by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    nonce: Mapped[str] = mapped_column(String(43))
    """With the secret key it makes the secret that delivers the answer; useless by itself"""
    hand_over_id: Mapped[int | None] = mapped_column(ForeignKey("hand_over.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("questionnaire_version.id"), index=True)
    age: Mapped[str] = mapped_column(String(10))
    how: Mapped[str] = mapped_column(String(12))
    helper: Mapped[str | None] = mapped_column(EncryptedText)
    """Who helped, in a few words"""
    named_adult_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    animal: Mapped[str] = mapped_column(String(20))
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_until: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(12))
    walk: Mapped[str | None] = mapped_column(EncryptedText)
    """How far the child has come, where the server draws the screens; emptied at the end"""
    version: Mapped[int] = mapped_column(Integer)

    hand_over: Mapped[HandOver | None] = relationship(back_populates="places")
    case: Mapped[Case] = relationship()
    pupil: Mapped[Pupil] = relationship()
    asked: Mapped[QuestionnaireVersion] = relationship()

    __mapper_args__ = {"version_id_col": version}


class ChildView(Audited, Model):
    """What one turn brought. The answers never change; what is done about them stands here."""

    __tablename__ = "child_view"
    __table_args__ = (Index("ix_child_view_unread", "read_at", "arrived_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("voice_place.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"), index=True)
    ended: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime] = mapped_column(UtcDateTime)
    has_words: Mapped[bool] = mapped_column(Boolean)
    """Words or lines of the child's own: an adult reads them the same day"""
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_held: Mapped[bool] = mapped_column(Boolean, default=False)
    """Something in it worries the adult who read it: nothing of it is shown outside the service"""
    held_words: Mapped[str | None] = mapped_column(EncryptedText)
    taken_back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    place: Mapped[VoicePlace] = relationship()
    case: Mapped[Case] = relationship()
    pupil: Mapped[Pupil] = relationship()
    answers: Mapped[list["ViewAnswer"]] = relationship(order_by="ViewAnswer.position", back_populates="view")
    shares: Mapped[list["ViewShare"]] = relationship(order_by="ViewShare.id", back_populates="view")

    __mapper_args__ = {"version_id_col": version}


class ViewAnswer(Audited, Model):
    """One answer, word for word. Triggers refuse UPDATE."""

    __tablename__ = "view_answer"
    __table_args__ = (UniqueConstraint("view_id", "question"),)
    audited_through = "view"

    id: Mapped[int] = mapped_column(primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("child_view.id"))
    position: Mapped[int] = mapped_column(Integer)
    question: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    choices: Mapped[str] = mapped_column(String(300), default="")
    """Codes, with commas"""
    words: Mapped[str | None] = mapped_column(EncryptedText)
    strokes: Mapped[str | None] = mapped_column(EncryptedText)

    view: Mapped[ChildView] = relationship(back_populates="answers")


class ViewShare(Audited, Model):
    """The child lets somebody outside the service see a view, from moment to moment."""

    __tablename__ = "view_share"
    audited_through = "view"

    id: Mapped[int] = mapped_column(primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("child_view.id"), index=True)
    audience: Mapped[str] = mapped_column(String(10))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    view: Mapped[ChildView] = relationship(back_populates="shares")


class ViewReply(Audited, Model):
    """“You said, we did”: what the worker writes back, and that the child has seen it."""

    __tablename__ = "view_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("child_view.id"), unique=True)
    you_said: Mapped[str] = mapped_column(EncryptedText)
    said_symbol: Mapped[str] = mapped_column(String(30), default="")
    we_did: Mapped[str] = mapped_column(EncryptedText)
    did_symbol: Mapped[str] = mapped_column(String(30), default="")
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_how: Mapped[str | None] = mapped_column(String(10))
    """tablet, printed or told"""
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Who recorded that the child saw it"""
    version: Mapped[int] = mapped_column(Integer)

    view: Mapped[ChildView] = relationship()

    __mapper_args__ = {"version_id_col": version}


class TalkWish(Audited, Model):
    """“I want to talk to someone”: open until a safeguarding lead says what was done; asked again, it is another."""

    __tablename__ = "talk_wish"
    __table_args__ = (Index("ix_talk_wish_open", "closed_at", "asked_at"), UniqueConstraint("place_id", "press"))

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("voice_place.id"))
    press: Mapped[str | None] = mapped_column(String(64))
    """A digest of the sealed wish, by which the same one is known again; None where the server drew the screen"""
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    named_adult_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it arrived here"""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    deputies_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    done: Mapped[str | None] = mapped_column(EncryptedText)
    """What was done"""
    version: Mapped[int] = mapped_column(Integer)

    place: Mapped[VoicePlace] = relationship()
    case: Mapped[Case] = relationship()
    pupil: Mapped[Pupil] = relationship()
    deeds: Mapped[list["TalkDeed"]] = relationship(order_by="TalkDeed.id", back_populates="wish")

    __mapper_args__ = {"version_id_col": version}


class TalkDeed(Audited, Model):
    """What somebody did about a wish to talk, and when they wrote it. No page changes it."""

    __tablename__ = "talk_deed"
    audited_through = "wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    wish_id: Mapped[int] = mapped_column(ForeignKey("talk_wish.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(EncryptedText)

    wish: Mapped[TalkWish] = relationship(back_populates="deeds")
    person: Mapped[Person] = relationship()
