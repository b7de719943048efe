"""What was found in a file about one pupil, sealed: it travels in the page to the next step and is kept nowhere."""

import json
from datetime import timedelta

from portal.kernel import clock
from portal.kernel.crypto import seal, unseal
from portal.kernel.errors import PortalError
from portal.policy import Actor
from portal.referrals import rules
from portal.referrals.models import Referral

GOOD_FOR = timedelta(hours=1)
_LONGEST = 400_000


def seal_offer(actor: Actor, referral: Referral, offer: rules.Offer) -> str:
    """The offer as a text that only the portal can read, for this person and this referral, good for an hour."""
    content = {
        "person": actor.person_id,
        "referral": referral.id,
        "until": (clock.now() + GOOD_FOR).timestamp(),
        "pages": {key: rules.to_answers(page) for key, page in offer.pages.items()},
        "left_out": offer.left_out,
    }
    return seal(json.dumps(content))


def open_sealed(actor: Actor, referral: Referral, sealed: str) -> rules.Offer | None:
    """What ``seal_offer`` made; None when it is too old, damaged, or somebody else's."""
    if not sealed or len(sealed) > _LONGEST:
        return None
    try:
        content = json.loads(unseal(sealed))
        mine = (content["person"], content["referral"]) == (actor.person_id, referral.id)
        if not mine or content["until"] < clock.now().timestamp():
            return None
        return rules.Offer(rules.read_pages(content["pages"]), tuple(content["left_out"]))
    except (PortalError, ValueError, KeyError, TypeError):
        return None
