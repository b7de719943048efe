"""Taking over what another source says: it fills what is empty, and changes nothing that somebody wrote."""

from collections.abc import Collection, Mapping
from contextlib import suppress

from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.policy import Action, Actor
from portal.referrals import rules
from portal.referrals.models import Referral
from portal.referrals.operations.form import ensure_editable, keep_page, lock
from portal.referrals.operations.pupil import find_pupil
from portal.referrals.queries.form import opened_page
from portal.schools.operations import LooksKnown

SOURCES: Mapping[str, str] = {"ctf": "answers taken from a CTF", "last": "answers taken from the last referral"}


def take_answers(
    actor: Actor, referral: Referral, offered: Mapping[str, rules.PageDraft], chosen: Collection[str], source: str
) -> list[str]:
    """Takes the chosen pages of what is offered; answers the keys of the pages that changed.

    Raises ``Refused`` when nothing is left to take, and once the referral was sent.
    """
    ensure(actor, Action.WRITE_REFERRAL, referral.scope)
    lock(referral)
    ensure_editable(referral)
    changed = []
    for page in rules.pages_of(referral.scope_kind):
        if page.key not in offered or page.key not in chosen:
            continue
        known = opened_page(actor, referral, page.key).draft
        filled = rules.fill(known, offered[page.key], clock.today())
        if filled != known:
            _take(actor, referral, page.key, filled)
            changed.append(page.key)
    if not changed:
        raise Refused("There is nothing to take: these answers are all there.")
    audit.record(actor, SOURCES[source], referral, fields=changed)
    return changed


def _take(actor: Actor, referral: Referral, key: str, draft: rules.PageDraft) -> None:
    if isinstance(draft, rules.PupilPage):
        with suppress(LooksKnown):  # the page itself asks whether it is the same child, when it is saved or sent
            find_pupil(actor, referral, draft, knows_alike=False)
    keep_page(actor, referral, key, draft)
