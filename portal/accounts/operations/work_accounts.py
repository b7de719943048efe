"""Work accounts: linked by the person themself or with an invitation, then a way in. Roles never come from outside."""

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from portal.accounts import rules
from portal.accounts.models import Person, WorkIdentity
from portal.accounts.operations import links, sign_in
from portal.accounts.operations.sessions import end_other_sessions, rotate_session
from portal.extensions import db
from portal.kernel import clock
from portal.kernel.audit import record
from portal.kernel.errors import OutOfReach, Refused
from portal.notices.operations import tell
from portal.policy import Actor

LINKED_ALREADY = "This work account is linked already."


def sign_in_with(asserted: rules.Asserted, *, device: str) -> sign_in.SignedIn | None:
    """A new session of the person whose account is linked; None when it is linked to nobody or they are disabled."""
    identity = db.session.scalars(_the_one(asserted)).one_or_none()
    if identity is None or identity.person.is_disabled:
        return None
    identity.used_at = clock.now()
    person = identity.person
    record(Actor(person.id, person.name, ()), "work account used", identity)
    return sign_in.begin(person, device=device, second_factor=asserted.strong)


def accept_invitation(link_digest: str, asserted: rules.Asserted, *, device: str) -> sign_in.SignedIn:
    """Uses an invitation up with a work account instead of a password: the one-time link is the proof.

    Raises ``OutOfReach`` for a link that opens nothing, and ``Refused`` for a work account that is linked already or a
    person who was here before (a link to set another password must not go round their second step).
    """
    link = links.open_link(link_digest)
    person = link.person
    if person.was_here:
        raise Refused("This account has a way to sign in already.")
    identity = _add(person, asserted)
    identity.used_at = link.used_at = person.joined_at = clock.now()
    themself = Actor(person.id, person.name, ())
    record(themself, "work account linked", identity)
    record(themself, "one-time link used", link)
    record(themself, "account first used", person)
    return sign_in.begin(person, device=device, second_factor=asserted.strong)


def link(actor: Actor, asserted: rules.Asserted) -> None:
    """The work account opens the actor's account from now on. Raises ``Refused`` when it opens one already."""
    identity = _add(db.session.get_one(Person, actor.person_id), asserted)
    record(actor, "work account linked", identity)
    tell("sign_in_changed", [actor.person_id], "/me", key=f"work-account-{identity.id}-linked")


def unlink(actor: Actor, session_id: int, identity_id: int) -> str:
    """Takes one's own work account away and answers the token of the rotated session; other sessions end.

    Raises ``OutOfReach`` for somebody else's, and ``Refused`` for the last way in.
    """
    person = db.session.get_one(Person, actor.person_id)
    identity = next((one for one in person.work_identities if one.id == identity_id), None)
    if identity is None:
        raise OutOfReach
    refuse_last_way(person)
    record(actor, "work account unlinked", identity)
    db.session.delete(identity)
    end_other_sessions(person.id, session_id)
    return rotate_session(session_id, second_factor=False)


def refuse_last_way(person: Person) -> None:
    """Raises ``Refused`` when the person has only one way in. Locks the person: two removals at once must not pass."""
    db.session.refresh(person, with_for_update=True)
    ways = rules.Ways(
        password=person.password_hash is not None,
        work=tuple(one.provider for one in person.work_identities),
        passkeys=len(person.passkeys),
    )
    if ways.count < 2:
        raise Refused(rules.LAST_WAY)


def _add(person: Person, asserted: rules.Asserted) -> WorkIdentity:
    identity = WorkIdentity(
        person_id=person.id,
        provider=asserted.provider,
        issuer=asserted.issuer,
        tenant=asserted.tenant,
        object_id=asserted.object_id,
        label=asserted.label,
        linked_at=clock.now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(identity)
    except IntegrityError:
        raise Refused(LINKED_ALREADY) from None
    return identity


def _the_one(asserted: rules.Asserted) -> Select[WorkIdentity]:
    return select(WorkIdentity).where(
        WorkIdentity.provider == asserted.provider,
        WorkIdentity.issuer == asserted.issuer,
        WorkIdentity.tenant == asserted.tenant,
        WorkIdentity.object_id == asserted.object_id,
    )
