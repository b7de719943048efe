"""The first page of one person, over all their roles."""

import re
from dataclasses import dataclass
from datetime import date

from portal.accounts.queries.changes import NoticeRow, unseen_notices
from portal.home import rules
from portal.home.queries import parts
from portal.home.queries.waiting import waiting_rows
from portal.kernel.settings import Feature, is_on
from portal.policy import SCHOOL_ROLES, Actor, Role
from portal.referrals.queries import ReferralRow
from portal.schools.queries.clocks import LineClock, line_clocks
from portal.voice.queries.talking import WishRow, open_wishes


@dataclass(frozen=True)
class Home:
    """What waits, and the part of each role that the person holds (None for the others)."""

    wishes: tuple[WishRow, ...]
    """Children who want to talk to someone, above everything"""
    account_notices: tuple[NoticeRow, ...]
    """What was done about how people sign in, until it is seen"""
    groups: tuple[rules.Group, ...]
    lead: str
    school: parts.SchoolPart | None
    worker: parts.WorkerPart | None
    service: parts.ServicePart | None
    panel: tuple[ReferralRow, ...] | None
    safeguarding: parts.SafeguardingPart | None
    admin: parts.AdminPart | None
    is_commissioner: bool

    @property
    def keys(self) -> list[str]:
        """What the page is about: references, and addresses or keys of what has none. For the access record."""
        rows = [*(self.school.referrals + self.school.support if self.school else ()), *(self.panel or ())]
        keys = [row.reference for row in rows]
        if self.worker:
            keys += [row.reference for row in self.worker.cases]
            keys += [row.reference for day in self.worker.week.days for row in day.rows if row.reference]
        waiting = [row for group in self.groups for row in group.rows if row.about]
        keys += [found[0] if (found := _REFERENCE.search(row.url)) else row.key for row in waiting]
        return [*keys, *(wish.url for wish in self.wishes)]


_REFERENCE = re.compile(r"[CR]-[0-9]{4}-[0-9]{4,7}")


def home_for(actor: Actor, today: date) -> Home:
    """Everything of the first page in a handful of statements (a test counts)."""
    clocks = line_clocks()
    school = _school(actor, clocks)
    wishes = open_wishes(actor)  # also while the tablet is switched off: a child waits
    waiting = waiting_rows(
        actor,
        today,
        school.pupils if school else {},
        school.supported if school else {},
        [wish.url for wish in wishes],
    )
    roles = actor.roles
    return Home(
        wishes=tuple(wishes),
        account_notices=unseen_notices(actor),
        groups=rules.groups_of(waiting),
        lead=rules.lead(waiting),
        school=school,
        worker=parts.worker_part(actor, today) if Role.WORKER in roles else None,
        service=parts.service_part(actor, today) if Role.COORDINATOR in roles else None,
        panel=_panel(actor),
        safeguarding=parts.safeguarding_part(actor) if Role.SAFEGUARDING in roles else None,
        admin=parts.admin_part(today) if Role.ADMIN in roles else None,
        is_commissioner=Role.COMMISSIONER in roles,
    )


def _school(actor: Actor, clocks: list[LineClock]) -> parts.SchoolPart | None:
    return parts.school_part(actor, clocks) if actor.roles & SCHOOL_ROLES else None


def _panel(actor: Actor) -> tuple[ReferralRow, ...] | None:
    if Role.PANEL not in actor.roles or not is_on(Feature.REFERRALS):
        return None
    return parts.at_panel(actor)
