"""A school adds to a referral that was sent: each addition is a version of its own, and nothing sent before changes."""

from sqlalchemy.orm.attributes import flag_modified

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.history import StepTaken
from portal.policy import Actor
from portal.referrals.models import Referral
from portal.referrals.operations.contacts import keep_contacts
from portal.referrals.operations.pupil import keep_on_pupil
from portal.referrals.operations.telling import tell_of_addition
from portal.referrals.operations.versions import keep_version
from portal.referrals.queries.versions import ADD


def note_addition(actor: Actor, referral: Referral, what: str) -> None:
    """Keeps what was added as a version, dated, and tells coordinators and head teacher. ``what``: in words.

    The referral's own version moves, so that nobody decides on a page that lacks it.
    """
    if referral.pupil is not None:
        db.session.refresh(referral.pupil)  # it may have moved while this waited for the referral
    keep_on_pupil(actor, referral)
    keep_contacts(actor, referral)
    db.session.flush()
    keep_version(actor, referral, ADD)
    note_step(actor, referral, ADD, what)
    flag_modified(referral, "status")
    audit.record(actor, "added to referral", referral)
    tell_of_addition(actor, referral)


def note_step(actor: Actor, referral: Referral, step: str, note: str = "") -> StepTaken:
    """A line of the history: the status stays what it was."""
    taken = StepTaken(
        kind=Referral.__tablename__,
        record_id=referral.id,
        step=step,
        source=referral.status,
        target=referral.status,
        person_id=actor.person_id,
        person_name=actor.name,
        at=clock.now(),
        note=note or None,
    )
    db.session.add(taken)
    return taken
