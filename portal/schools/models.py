"""Schools and other referring organisations, service lines, term calendars; pupils and the people around them."""

from datetime import date, time

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Time, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.finding import search_words


class TermCalendar(Audited, Model):
    """A named calendar of terms and closures; a service line chooses one."""

    __tablename__ = "term_calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    version: Mapped[int] = mapped_column(Integer)

    terms: Mapped[list["Term"]] = relationship(
        order_by="Term.starts_on", cascade="all, delete-orphan", back_populates="calendar"
    )
    closures: Mapped[list["Closure"]] = relationship(
        order_by="Closure.starts_on", cascade="all, delete-orphan", back_populates="calendar"
    )

    __mapper_args__ = {"version_id_col": version}


class Term(Audited, Model):
    __tablename__ = "term"
    audited_through = "calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("term_calendar.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)

    calendar: Mapped[TermCalendar] = relationship(back_populates="terms")


class Closure(Audited, Model):
    """Half-term, INSET or bank holiday inside a term; both days are closed."""

    __tablename__ = "closure"
    audited_through = "calendar"

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("term_calendar.id"), index=True)
    label: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)

    calendar: Mapped[TermCalendar] = relationship(back_populates="closures")


class ServiceLine(Audited, Model):
    """One offer with its own route and clocks. Weeks are school weeks; ``planned_half_days`` counts half days."""

    __tablename__ = "service_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    phase: Mapped[str] = mapped_column(String(20))
    """early_years, primary, secondary or all"""
    route: Mapped[str] = mapped_column(String(20))
    """direct, panel or partnership"""
    calendar_id: Mapped[int | None] = mapped_column(ForeignKey("term_calendar.id"))
    cut_off_weekday: Mapped[int] = mapped_column(Integer)
    """Monday is 0"""
    cut_off_time: Mapped[time] = mapped_column(Time)
    asks_head: Mapped[bool] = mapped_column(Boolean)
    """A referral waits for the head's approval in the portal before it is submitted."""
    observation_weeks: Mapped[int] = mapped_column(Integer)
    review_week: Mapped[int] = mapped_column(Integer)
    length_weeks: Mapped[int] = mapped_column(Integer)
    longest_weeks: Mapped[int] = mapped_column(Integer)
    closing_report_weeks: Mapped[int] = mapped_column(Integer)
    monitoring_weeks: Mapped[int] = mapped_column(Integer)
    group_limit: Mapped[int] = mapped_column(Integer)
    planned_half_days: Mapped[int] = mapped_column(Integer)
    is_active: Mapped[bool] = mapped_column(Boolean)
    evidence_attendance: Mapped[str] = mapped_column(String(10), default="wished", server_default="wished")
    evidence_suspensions: Mapped[str] = mapped_column(String(10), default="wished", server_default="wished")
    evidence_plan: Mapped[str] = mapped_column(String(10), default="wished", server_default="wished")
    evidence_cycles: Mapped[str] = mapped_column(String(10), default="wished", server_default="wished")
    evidence_pupil_view: Mapped[str] = mapped_column(String(10), default="wished", server_default="wished")
    evidence_family_view: Mapped[str] = mapped_column(String(10), default="wished", server_default="wished")
    """What goes with a referral: needed, wished or not_asked"""
    version: Mapped[int] = mapped_column(Integer)

    calendar: Mapped[TermCalendar | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class School(Audited, Model):
    """A school, or another organisation that refers (``kind`` authority). A closed one keeps its history."""

    __tablename__ = "school"
    __table_args__ = (
        Index("ix_school_ours", "is_ours", "name"),
        Index("ix_school_search", "search_name"),
        Index("ix_school_successor", "successor_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """school, authority, or imported (only a label from an earlier chart)"""
    urn: Mapped[str | None] = mapped_column(String(6), unique=True)
    phase: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(40))
    town: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    telephone: Mapped[str] = mapped_column(String(30), default="")
    dsl_name: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """Its designated safeguarding lead"""
    dsl_telephone: Mapped[str] = mapped_column(String(30), default="", server_default="")
    closed_on: Mapped[date | None] = mapped_column(Date)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"))
    authority_code: Mapped[str | None] = mapped_column(String(3))
    establishment_number: Mapped[str | None] = mapped_column(String(4))
    """With the authority's code before it, the number by which the department knows the school"""
    is_ours: Mapped[bool] = mapped_column(Boolean, default=True, server_default=text("true"))
    """The service works with it: forms offer it. The rest of the national register is found by searching."""
    search_name: Mapped[str | None] = mapped_column(String(300))
    """Name, town and URN as ``rules.search_words`` folds them; kept by the listener below"""
    version: Mapped[int] = mapped_column(Integer)

    successor: Mapped["School | None"] = relationship(remote_side=[id])

    __mapper_args__ = {"version_id_col": version}


@event.listens_for(School, "before_insert")
@event.listens_for(School, "before_update")
def _keep_findable(_mapper: object, _connection: object, school: School) -> None:
    """However a school came to its name, a search finds it by that."""
    school.search_name = search_words(school.name, school.town or "", school.urn or "")


class Pupil(Audited, Model):
    """A child, as the organisation that entered the record knows them. Names are empty only for imported work."""

    __tablename__ = "pupil"
    __table_args__ = (Index("ix_pupil_name", "family_name", "given_name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    """The organisation that keeps this record; where the child is enrolled is in ``enrolments``."""
    given_name: Mapped[str] = mapped_column(String(80), default="")
    family_name: Mapped[str] = mapped_column(String(80), default="")
    born_on: Mapped[date | None] = mapped_column(Date, index=True)
    upn: Mapped[str | None] = mapped_column(String(13), index=True)
    upn_unknown_reason: Mapped[str | None] = mapped_column(String(20))
    gender: Mapped[str | None] = mapped_column(String(40))
    ethnicity: Mapped[str | None] = mapped_column(String(80))
    first_language: Mapped[str | None] = mapped_column(String(80))
    interpreter_needed: Mapped[bool] = mapped_column(Boolean, default=False)
    sen_status: Mapped[str | None] = mapped_column(String(1))
    sen_need: Mapped[str | None] = mapped_column(String(4))
    diagnosis: Mapped[str | None] = mapped_column(EncryptedText)
    looked_after: Mapped[bool | None] = mapped_column(Boolean)
    social_care: Mapped[str | None] = mapped_column(String(30))
    address: Mapped[str | None] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(String(30))
    lone_visit_warning: Mapped[str | None] = mapped_column(EncryptedText)
    """Reasons a home visit should not be made alone: shown on every visit form of the child's cases."""
    version: Mapped[int] = mapped_column(Integer)

    school: Mapped[School | None] = relationship()
    enrolments: Mapped[list["Enrolment"]] = relationship(
        order_by="Enrolment.starts_on", cascade="all, delete-orphan", back_populates="pupil"
    )
    year_groups: Mapped[list["PupilYear"]] = relationship(
        order_by="PupilYear.school_year", cascade="all, delete-orphan", back_populates="pupil"
    )
    contacts: Mapped[list["Contact"]] = relationship(
        order_by="Contact.id", cascade="all, delete-orphan", back_populates="pupil"
    )

    __mapper_args__ = {"version_id_col": version}


class Enrolment(Audited, Model):
    """Where a pupil goes to school from day to day; without a school the reason says why."""

    __tablename__ = "enrolment"
    audited_through = "pupil"

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    no_school_reason: Mapped[str | None] = mapped_column(String(20))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)

    pupil: Mapped[Pupil] = relationship(back_populates="enrolments")
    school: Mapped[School | None] = relationship()


class PupilYear(Audited, Model):
    """The year group that a pupil was known to be in during one school year (2016 for 2016/17)."""

    __tablename__ = "pupil_year"
    __table_args__ = (UniqueConstraint("pupil_id", "school_year"),)
    audited_through = "pupil"

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"))
    school_year: Mapped[int] = mapped_column(Integer)
    year_group: Mapped[str] = mapped_column(String(2))

    pupil: Mapped[Pupil] = relationship(back_populates="year_groups")


class Contact(Audited, Model):
    """A parent, carer or other person around a child. *Do not contact* stands above every channel."""

    __tablename__ = "contact"
    audited_through = "pupil"

    id: Mapped[int] = mapped_column(primary_key=True)
    pupil_id: Mapped[int] = mapped_column(ForeignKey("pupil.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    relationship_code: Mapped[str] = mapped_column(String(30))
    parental_responsibility: Mapped[bool | None] = mapped_column(Boolean)
    phone: Mapped[str | None] = mapped_column(String(30))
    email: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(EncryptedText)
    safe_channels: Mapped[str] = mapped_column(String(60), default="")
    """Codes of the ways that are safe, with commas: text, email, post, phone"""
    do_not_contact: Mapped[bool] = mapped_column(Boolean, default=False)
    do_not_contact_reason: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str | None] = mapped_column(String(80))
    alike_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    """Who on record may be the same person; until somebody says, nobody is contacted by what is written here."""
    version: Mapped[int] = mapped_column(Integer)

    pupil: Mapped[Pupil] = relationship(back_populates="contacts")

    __mapper_args__ = {"version_id_col": version}
