"""People, their dated roles, their sessions, and the one-time links that let them in."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Model
from portal.kernel.audit import Audited
from portal.kernel.crypto import EncryptedText
from portal.kernel.database import UtcDateTime


class Person(Audited, Model):
    """Somebody with an account. ``email`` is kept in small letters."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    work_telephone: Mapped[str | None] = mapped_column(String(30))
    """Where colleagues, schools and families call them"""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText)
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int | None] = mapped_column(Integer)
    """The last 30-second step whose code was used: a code opens once."""
    tablet_pin_hash: Mapped[str | None] = mapped_column(String(200))
    """Six figures, only for handing a tablet over: they open nothing else"""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    joined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When they first had a way in of their own; it stays when every way in was taken from them"""
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)

    roles: Mapped[list["RoleAssignment"]] = relationship(
        back_populates="person", order_by="RoleAssignment.id", cascade="all, delete-orphan"
    )
    recovery_codes: Mapped[list["RecoveryCode"]] = relationship(cascade="all, delete-orphan")
    passkeys: Mapped[list["Passkey"]] = relationship(
        back_populates="person", order_by="Passkey.id", cascade="all, delete-orphan"
    )
    work_identities: Mapped[list["WorkIdentity"]] = relationship(
        back_populates="person", order_by="WorkIdentity.id", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def has_app(self) -> bool:
        """Is an authenticator app set up?"""
        return self.totp_confirmed_at is not None

    @property
    def has_second_factor(self) -> bool:
        return self.has_app or bool(self.passkeys)

    @property
    def was_here(self) -> bool:
        """Did the person ever have a way in of their own? An invitation opens only before that."""
        has_way_in = self.password_hash is not None or bool(self.work_identities) or bool(self.passkeys)
        return has_way_in or self.joined_at is not None

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None


class RoleAssignment(Audited, Model):
    """A role from day to day; ``ends_on`` is the last day on which it holds."""

    __tablename__ = "role_assignment"
    audited_through = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("school.id"), index=True)
    service_line_id: Mapped[int | None] = mapped_column(ForeignKey("service_line.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)

    person: Mapped[Person] = relationship(back_populates="roles")


class RecoveryCode(Audited, Model):
    """One of ten codes for the day the phone is lost; only its keyed digest is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(overlaps="recovery_codes")
    audited_through = "person"


class SignInSession(Model):
    """One signed-in browser; the cookie holds a token, this table its keyed digest. Ending the row ends the session."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    second_factor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device: Mapped[str] = mapped_column(String(60), default="")
    """Browser and machine in words of our own, so that the person recognises it"""
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the person last showed who they are: with a password, a passkey or a work account"""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WorkIdentity(Audited, Model):
    """A Microsoft or Google work account that opens this account; known by tenant and object, never by its address."""

    __tablename__ = "work_identity"
    __table_args__ = (UniqueConstraint("provider", "issuer", "tenant", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    provider: Mapped[str] = mapped_column(String(20))
    issuer: Mapped[str] = mapped_column(String(255))
    tenant: Mapped[str] = mapped_column(String(255))
    object_id: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(254))
    """What its owner recognises it by; only shown"""
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(back_populates="work_identities")


class Passkey(Audited, Model):
    """A passkey of a person: the public half of a key that their device or its keeper holds."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often the device says it was used; one that counts backwards is a copy. 0 for devices that do not count"""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(back_populates="passkeys")


class Ceremony(Model):
    """A way in that a browser began: what it may bring back once and soon. Keyed digests only."""

    __tablename__ = "sign_in_ceremony"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(64))
    """Of what the browser's own cookie holds: nobody else can bring it back"""
    way: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int | None] = mapped_column(Integer)
    link_digest: Mapped[str | None] = mapped_column(String(64))
    wanted: Mapped[str] = mapped_column(String(2000))
    """The page to go on with: an address of this portal"""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OneTimeLink(Audited, Model):
    """A link to set a password: an invitation or a reset. Only the keyed digest of its token is kept."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class AccountChange(Audited, Model):
    """What a manager asked for about somebody else's way in; open until it is done, stopped or too old."""

    __tablename__ = "account_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    """The new address, where that is what changes"""
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the token that was emailed last; the outbox holds none"""
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """The second person"""
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class AccountNotice(Model):
    """Something done about an account, told to one other person until they have seen it.

    Not audited: it follows from records whose changes are.
    """

    __tablename__ = "account_notice"
    __table_args__ = (Index("ix_account_notice_viewer_id", "viewer_id", "seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    viewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    about_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    act: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccountRequest(Audited, Model):
    """Somebody without an account asks for one; open until ``answered_at``."""

    __tablename__ = "account_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    school_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(254))
    words: Mapped[str | None] = mapped_column(EncryptedText)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None] = mapped_column(String(20))
    """approved, declined or known (the e-mail address already had an account)."""
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    """Why it was declined, for the next coordinator who looks"""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(Integer)

    __mapper_args__ = {"version_id_col": version}


class FailedTry(Model):
    """A failed sign-in, for the lock-out; both columns are keyed digests."""

    __tablename__ = "failed_try"
    __table_args__ = (Index("ix_failed_try_account", "account", "at"), Index("ix_failed_try_address", "address", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(String(64))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
