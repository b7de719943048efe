"""What each page of the referral form makes: one frozen draft a page. Empty text, None and () mean "not answered"."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class PupilPage:
    """Who the pupil is; ``at_school`` False asks for the reason why there is no current school."""

    given_name: str = ""
    family_name: str = ""
    born_on: date | None = None
    year_group: str = ""
    at_school: bool = True
    no_school_reason: str = ""
    upn: str = ""
    upn_unknown_reason: str = ""
    gender: str = ""
    ethnicity: str = ""
    first_language: str = ""
    interpreter_needed: bool | None = None
    address: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Parent:
    """A parent or carer as the school names them."""

    name: str = ""
    relationship: str = ""
    parental_responsibility: bool | None = None
    phone: str = ""
    email: str = ""
    safe_channels: tuple[str, ...] = ()
    """Codes of the ways in which it is safe to contact them"""


@dataclass(frozen=True)
class FamilyPage:
    """The family, and two facts each with its date: they agree to the referral; they permit sharing with agencies.

    ``…_who`` names the person of the family, ``…_why_not`` is asked when the answer is no.
    """

    parents: tuple[Parent, ...] = ()
    agrees: bool | None = None
    agrees_on: date | None = None
    agrees_who: str = ""
    agrees_why_not: str = ""
    shares: bool | None = None
    shares_on: date | None = None
    shares_who: str = ""
    shares_why_not: str = ""
    shares_with: str = ""


@dataclass(frozen=True)
class Concern:
    """One concern; ``frequency`` is daily, weekly or monthly, ``severity`` 1 (slight) to 10 (extreme)."""

    words: str = ""
    frequency: str = ""
    severity: int | None = None


@dataclass(frozen=True)
class ConcernPage:
    """What worries the school; ``exclusion_risk`` runs from 0 (none) to 10 (certain)."""

    concern: str = ""
    concerns: tuple[Concern, ...] = ()
    exclusion_risk: int | None = None


@dataclass(frozen=True)
class NeedsPage:
    """Needs and strengths."""

    sen_status: str = ""
    sen_need: str = ""
    nature_of_need: str = ""
    diagnosis: str = ""
    attainment: str = ""
    strengths: str = ""


@dataclass(frozen=True)
class StrategyTried:
    """What the school has tried, from when to when (None: still going on), and what it did."""

    strategy: str = ""
    from_on: date | None = None
    until_on: date | None = None
    effect: str = ""


@dataclass(frozen=True)
class TriedPage:
    """What the school has tried already: the graduated response."""

    strategies: tuple[StrategyTried, ...] = ()


@dataclass(frozen=True)
class Suspension:
    """One suspension; a session is half a school day, ``reasons`` are codes and may be several."""

    starts_on: date | None = None
    sessions: int | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class AttendancePage:
    """Attendance in percent since a date, suspensions, and time out of lessons; hours are hours a week."""

    attendance_percent: Decimal | None = None
    attendance_since: date | None = None
    suspensions: tuple[Suspension, ...] = ()
    internal_exclusions: int | None = None
    part_time: bool | None = None
    part_time_hours: Decimal | None = None
    managed_moves: str = ""
    suspended: bool | None = None


@dataclass(frozen=True)
class Agency:
    """An agency that is or was involved; ``current`` False means in the past."""

    name: str = ""
    contact: str = ""
    current: bool | None = None


@dataclass(frozen=True)
class AgenciesPage:
    """Social care and the agencies around the child."""

    looked_after: bool | None = None
    social_care: str = ""
    early_help: bool | None = None
    lead_professional: str = ""
    agencies: tuple[Agency, ...] = ()


@dataclass(frozen=True)
class SupportPage:
    """What the school hopes for."""

    support_wanted: str = ""
    desired_change: str = ""


@dataclass(frozen=True)
class ViewsPage:
    """What the pupil and the family say, in their own words, and how it was gathered.

    ``…_how`` is a code of ``codes.PUPIL_WAYS`` or ``codes.FAMILY_WAYS``.
    ``…_helper`` names who helped, ``…_not_yet`` says why nobody has asked so far.
    """

    pupil_views: str = ""
    family_views: str = ""
    pupil_views_how: str = ""
    pupil_views_helper: str = ""
    pupil_views_not_yet: str = ""
    family_views_how: str = ""
    family_views_who: str = ""
    family_views_not_yet: str = ""


@dataclass(frozen=True)
class SafetyPage:
    """Whether a home visit should not be made alone, and why; shown on every visit form of the case."""

    not_alone: bool | None = None
    not_alone_reasons: str = ""


@dataclass(frozen=True)
class ReferrerPage:
    """Who refers, and the head's approval where it is not asked for in the portal itself.

    Where an officer of the authority refers there is no head: officer and parent sign, each with the date.
    """

    name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    head_approves: bool | None = None
    head_name: str = ""
    head_approved_on: date | None = None
    officer_signs: bool | None = None
    officer_signed_on: date | None = None
    parent_signs: bool | None = None
    parent_name: str = ""
    parent_signed_on: date | None = None


@dataclass(frozen=True)
class GroupPupil:
    """One pupil of a group, with what is asked of every child: need, care, and what the family agreed to."""

    given_name: str = ""
    family_name: str = ""
    born_on: date | None = None
    year_group: str = ""
    upn: str = ""
    sen_status: str = ""
    sen_need: str = ""
    looked_after: bool | None = None
    social_care: str = ""
    agrees: bool | None = None
    agrees_on: date | None = None
    agrees_who: str = ""
    agrees_why_not: str = ""
    shares: bool | None = None
    shares_on: date | None = None
    shares_who: str = ""
    shares_why_not: str = ""


@dataclass(frozen=True)
class GroupPage:
    """The pupils of a group; the first gives the referral its record."""

    pupils: tuple[GroupPupil, ...] = ()
    why_together: str = ""


@dataclass(frozen=True)
class WholeSchoolPage:
    """A referral for the whole school: what it is about, where, since when; no pupil is named."""

    what: str = ""
    where: str = ""
    since: str = ""
    how_many: str = ""
    staff: str = ""


PageDraft = (
    PupilPage
    | FamilyPage
    | ConcernPage
    | NeedsPage
    | TriedPage
    | AttendancePage
    | AgenciesPage
    | SupportPage
    | ViewsPage
    | SafetyPage
    | ReferrerPage
    | GroupPage
    | WholeSchoolPage
)
