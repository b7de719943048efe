"""A draft goes to a colleague of the same school, who goes on with it."""

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.history import StepTaken
from portal.kernel.versions import check_version
from portal.notices.operations import tell
from portal.policy import Action, Actor
from portal.referrals.models import Referral
from portal.referrals.operations.due import ask_new_writer
from portal.referrals.operations.form import ensure_editable, lock
from portal.referrals.queries.form import colleagues_of
from portal.referrals.queries.shown import HAND_OVER


def hand_over(actor: Actor, referral: Referral, person_id: int, *, note: str = "", opened_with: int | None) -> None:
    """The colleague is now its writer and is told so; both still see it.

    Raises ``EditConflict``, and ``Refused`` for somebody who is not of the school or once the referral was sent.
    """
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    lock(referral)
    check_version(referral, opened_with)
    ensure_editable(referral)
    names = dict(colleagues_of(referral))
    if person_id == referral.written_by_id:
        raise Refused(f"{names.get(person_id, 'This person')} is writing it already. Choose somebody else.")
    if person_id not in names:
        raise Refused("Choose a colleague of your school.")
    referral.written_by_id = person_id
    taken = StepTaken(
        kind=Referral.__tablename__,
        record_id=referral.id,
        step=HAND_OVER,
        source=referral.status,
        target=referral.status,
        person_id=actor.person_id,
        person_name=actor.name,
        at=clock.now(),
        note="\n".join(filter(None, (f"To {names[person_id]}.", note.strip()))),
    )
    db.session.add(taken)
    audit.record(actor, "referral handed over", referral)
    db.session.expire(referral, ["written_by"])
    ask_new_writer(referral)
    if person_id != actor.person_id:
        url = f"/referrals/{referral.reference}/form"
        tell("draft_handed_over", [person_id], url, key=f"referral-{referral.id}-handed-over-{taken.id}")
