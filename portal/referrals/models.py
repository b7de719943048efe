"""A referral, and its form page by page."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, event, false
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from portal.extensions import Model
from portal.files.models import StoredFile
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime
from portal.kernel.errors import PortalError
from portal.policy import Scope


class Referral(Audited, Model):
    """A school asks for help for one pupil. ``school_id`` is the referring organisation and the scope of access."""

    __tablename__ = "referral"
    __table_args__ = (
        Index("ix_referral_screening", "status", "submitted_at"),
        Index("ix_referral_school", "school_id", "status"),
    )
    status_attribute = "status"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(16), unique=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    service_line_id: Mapped[int | None] = mapped_column(ForeignKey("service_line.id"))
    pupil_id: Mapped[int | None] = mapped_column(ForeignKey("pupil.id"), index=True)
    scope_kind: Mapped[str] = mapped_column(String(10), default="pupil", server_default="pupil")
    """pupil; group: ``pupil`` is the first of several; school: nobody in particular"""
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it first reached the service; None while it is the school's own"""
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision: Mapped[str | None] = mapped_column(String(30))
    decision_reason: Mapped[str | None] = mapped_column(EncryptedText)
    decision_conditions: Mapped[str | None] = mapped_column(EncryptedText)
    route: Mapped[str | None] = mapped_column(String(20))
    signpost: Mapped[str | None] = mapped_column(String(30))
    """With the decision “signpost elsewhere”: where the school should turn"""
    signpost_contact: Mapped[str | None] = mapped_column(EncryptedText)
    """How to reach them"""
    to_be_ratified: Mapped[bool] = mapped_column(Boolean, default=False)
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", name="fk_referral_approver"))
    """Who was asked to approve it for the school"""
    version: Mapped[int] = mapped_column(Integer)

    school = relationship("School")
    service_line = relationship("ServiceLine")
    pupil = relationship("Pupil")
    written_by = relationship("Person", foreign_keys=[written_by_id])
    approver = relationship("Person", foreign_keys=[approver_id])
    pages: Mapped[list["ReferralPage"]] = relationship(cascade="all, delete-orphan", back_populates="referral")
    further: Mapped[list["ReferralPupil"]] = relationship(
        cascade="all, delete-orphan", back_populates="referral", order_by="ReferralPupil.position"
    )
    files: Mapped[list["ReferralFile"]] = relationship(
        cascade="all, delete-orphan", back_populates="referral", order_by="ReferralFile.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def approver_name(self) -> str:
        """The name of whoever was asked to approve it; empty while nobody was."""
        return self.approver.name if self.approver else ""

    @property
    def scope(self) -> Scope:
        """Without the people involved: ``queries`` adds them where a check needs them."""
        return Scope(
            school_id=self.school_id,
            line_id=self.service_line_id,
            handed_in=self.submitted_at is not None,
            on_agenda=self.status == "at_panel",
        )


class ReferralPage(Audited, Model):
    """The answers of one page of the form, as its rules' dataclass writes them (JSON), encrypted."""

    __tablename__ = "referral_page"
    __table_args__ = (UniqueConstraint("referral_id", "page"),)
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    page: Mapped[str] = mapped_column(String(30))
    answers: Mapped[str] = mapped_column(EncryptedText)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(Integer)

    referral: Mapped[Referral] = relationship(back_populates="pages")

    __mapper_args__ = {"version_id_col": version}


class ReferralVersion(Audited, Model):
    """What a referral said when it was sent: never changed afterwards."""

    __tablename__ = "referral_version"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1 for the first sending"""
    step: Mapped[str] = mapped_column(String(20))
    """submit, approve or resubmit"""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_by_name: Mapped[str] = mapped_column(String(120))

    referral: Mapped[Referral] = relationship()
    pages: Mapped[list["ReferralVersionPage"]] = relationship(
        order_by="ReferralVersionPage.id", cascade="all, delete-orphan", back_populates="of_version"
    )


class ReferralVersionPage(Audited, Model):
    """One page of a version as it was sent (JSON), encrypted. ``asked-7`` answers the service's own question 7."""

    __tablename__ = "referral_version_page"
    audited_through = "of_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("referral_version.id"), index=True)
    page: Mapped[str] = mapped_column(String(30))
    answers: Mapped[str] = mapped_column(EncryptedText)

    of_version: Mapped[ReferralVersion] = relationship(back_populates="pages")


class ReferralQuestion(Audited, Model):
    """One question of a return: one of the form (``page`` and ``field``), or the service's own, answered here."""

    __tablename__ = "referral_question"
    __table_args__ = (Index("ix_referral_question_round", "referral_id", "round"),)
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    round: Mapped[int] = mapped_column(Integer)
    """1 for the first return"""
    page: Mapped[str] = mapped_column(String(30), default="")
    field: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(EncryptedText)
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unknown: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """The school says that it does not know"""
    version: Mapped[int] = mapped_column(Integer)

    referral: Mapped[Referral] = relationship()

    __mapper_args__ = {"version_id_col": version}


class ReferralMatch(Audited, Model):
    """A pupil on record who may be the child of this referral, with earlier work; for the service alone."""

    __tablename__ = "referral_match"
    __table_args__ = (UniqueConstraint("referral_id", "pupil_id"),)
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"), index=True)
    why: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10))
    """possible, same or different"""
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    referral: Mapped[Referral] = relationship()


class ReferralLetter(Audited, Model):
    """What the school was told of a decision, in the words of that day (JSON of ``rules.Letter``)."""

    __tablename__ = "referral_letter"
    __table_args__ = (UniqueConstraint("referral_id", "number"),)
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(EncryptedText)

    referral: Mapped[Referral] = relationship()


class KeptForGood(PortalError):
    """Something tried to change what was sent or told: a defect of the portal."""


def _refuse_change(_mapper: Any, _connection: Any, kept: Any) -> None:
    session = object_session(kept)
    if session is not None and session.is_modified(kept, include_collections=False):
        raise KeptForGood(f"a {kept.__tablename__} stays as it was written")


for _kept in (ReferralVersion, ReferralVersionPage, ReferralLetter):
    event.listen(_kept, "before_update", _refuse_change)


class ReferralPupil(Audited, Model):
    """The second and every further pupil of a group; ``position`` counts from 2."""

    __tablename__ = "referral_pupil"
    __table_args__ = (UniqueConstraint("referral_id", "pupil_id"),)
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)

    referral: Mapped[Referral] = relationship(back_populates="further")
    pupil = relationship("Pupil")


class ReferralFile(Audited, Model):
    """A file that came with the referral, and which item of the evidence it is (plan, other)."""

    __tablename__ = "referral_file"
    audited_through = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    item: Mapped[str] = mapped_column(String(20))

    referral: Mapped[Referral] = relationship(back_populates="files")
    file = relationship(StoredFile)


class DraftBuffer(Model):
    """What one person typed on one page and has not saved yet; it never stands in the place of the saved page.

    Not audited row by row: a line is written once a sitting (one opening of the page in one browser).
    """

    __tablename__ = "referral_draft_buffer"
    __table_args__ = (UniqueConstraint("referral_id", "page", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    page: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    typed: Mapped[str | None] = mapped_column(EncryptedText)
    """The raw fields as JSON ``[[name, value], …]``; None once they were saved or given up"""
    page_version: Mapped[int] = mapped_column(Integer)
    """Of the saved page on which the typing began; 0 before any"""
    sitting: Mapped[str] = mapped_column(String(32))
    stroke: Mapped[int] = mapped_column(Integer)
    """Counts the sendings of a sitting, so that one that was late does not undo a newer one"""
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    person = relationship("Person")

    __mapper_args__ = {"version_id_col": version}
