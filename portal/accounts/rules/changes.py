"""What managers ask for about somebody else's way in, who lets it happen, and who hears of it."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal.policy import Role

CHANGE_LASTS = timedelta(days=7)
CONFIRMER_SINCE = timedelta(days=7)
"""How old an account must be before it counts as the second person: one made for the purpose is seen meanwhile."""
WATCHED_ROLES = frozenset({Role.HEAD, Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMIN})
"""Roles that sign for others or reach far: whoever is given one, others hear of it."""

NOBODY_CONFIRMS = (
    "No one else can confirm this. It needs another coordinator or administrator whose account is at least 7 days "
    "old, or a mail server so that we can email the person."
)


class ChangeKind(StrEnum):
    """What is asked for; it happens once the person's own address or a second person has confirmed it."""

    LINK = "link"
    ADDRESS = "address"
    SECOND_STEP = "second_step"

    @property
    def words(self) -> str:
        return _CHANGES[self]


_CHANGES = {
    ChangeKind.LINK: "A link to set a new password",
    ChangeKind.ADDRESS: "A new email address to sign in with",
    ChangeKind.SECOND_STEP: "Removing the second step",
}


class Act(StrEnum):
    """What was done about an account, as those who are told read it."""

    LINK_ASKED = "link_asked"
    ADDRESS_ASKED = "address_asked"
    STEP_ASKED = "step_asked"
    LINK_CONFIRMED = "link_confirmed"
    ADDRESS_CONFIRMED = "address_confirmed"
    STEP_CONFIRMED = "step_confirmed"
    ADDRESS_CHANGED = "address_changed"
    STEP_REMOVED = "step_removed"
    WORK_UNLINKED = "work_unlinked"
    INVITED = "invited"
    ROLE_ADDED = "role_added"
    ENABLED = "enabled"

    def sentence(self, by: str, about: str) -> str:
        return _ACTS[self].format(by=by, about=about)


_ACTS = {
    Act.LINK_ASKED: "{by} asked for a link for {about} to set a new password.",
    Act.ADDRESS_ASKED: "{by} asked to change the email address {about} signs in with.",
    Act.STEP_ASKED: "{by} asked to remove the second step from the account of {about}.",
    Act.LINK_CONFIRMED: "{by} confirmed a link for {about} to set a new password, and was given it to pass on.",
    Act.ADDRESS_CONFIRMED: "{by} confirmed a new email address for {about} to sign in with.",
    Act.STEP_CONFIRMED: "{by} confirmed that the second step of {about} is removed.",
    Act.ADDRESS_CHANGED: "{about} now signs in with a different email address.",
    Act.STEP_REMOVED: "The second step of {about} was removed, confirmed from their own email.",
    Act.WORK_UNLINKED: "{by} unlinked a work account from the account of {about}.",
    Act.INVITED: "{by} invited {about} to a role that can sign or see a lot.",
    Act.ROLE_ADDED: "{by} gave {about} a role that can sign or see a lot.",
    Act.ENABLED: "{by} enabled the account of {about} again.",
}


def may_confirm(*, asked_by: int, about: int, confirmer: int, made_at: datetime, now: datetime) -> bool:
    """Does this manager count as a second person? Neither who asked nor whom it is about, nor a fresh account."""
    return confirmer not in (asked_by, about) and now - made_at >= CONFIRMER_SINCE
