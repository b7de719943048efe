"""Looking for earlier work with the same child, and what the coordinator says about it.

Neither changes the referral's own row: a version number that moved would tell its school of a match.
"""

from sqlalchemy import select

from portal.extensions import db
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor
from portal.referrals.models import Referral, ReferralMatch
from portal.referrals.queries.matches import match_for, pupil_ids_of, pupils_like, works_of


def look_for_matches(referral: Referral) -> None:
    """Keeps pupils who may be the same child and with whom there was work; what was settled stays settled."""
    own = pupil_ids_of(referral)
    if not own:
        return
    likes = pupils_like(own)
    works = works_of(likes, but_not=referral.id)
    known = set(db.session.scalars(select(ReferralMatch.pupil_id).where(ReferralMatch.referral_id == referral.id)))
    for pupil_id in sorted(set(works) - known):
        if works[pupil_id]:
            db.session.add(
                ReferralMatch(
                    referral=referral,
                    pupil_id=pupil_id,
                    why=likes[pupil_id],
                    state="possible",
                    found_at=clock.now(),
                )
            )


def settle_match(actor: Actor, referral: Referral, match_id: int, *, same: bool) -> ReferralMatch:
    """The coordinator says whether it is the same child. Raises ``OutOfReach`` for another referral's match."""
    ensure(actor, Action.SCREEN_REFERRAL, referral.scope)
    match = match_for(actor, referral, match_id)
    if match is None:
        raise OutOfReach
    match.state = "same" if same else "different"
    match.settled_at, match.settled_by_id = clock.now(), actor.person_id
    audit.record(actor, "possible match settled", match)
    return match
