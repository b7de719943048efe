"""What the forms of a case are opened with, and what they offer."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.cases.models import Case
from portal.extensions import db
from portal.kernel.access import reach_filter
from portal.kernel.errors import OutOfReach
from portal.policy import Action, Actor
from portal.referrals.models import Referral
from portal.schools.queries import name_of, pupil_choices


@dataclass(frozen=True)
class PlanOpened:
    """The form of days and dates as the case stands."""

    planned_days: Decimal
    starts_on: date | None
    planned_end_on: date | None
    extension_reason: str
    version: int


@dataclass(frozen=True)
class CaseOpened:
    """The form of a new case as the referral suggests it."""

    service_line_id: int | None
    planned_days: Decimal | None
    pupil_ids: tuple[int, ...] = ()
    """The further pupils of a group"""


def plan_opened(case: Case) -> PlanOpened:
    return PlanOpened(
        Decimal(case.planned_half_days) / 2,
        case.starts_on,
        case.planned_end_on,
        case.extension_reason or "",
        case.version,
    )


def referral_to_open(actor: Actor, reference: str) -> Referral:
    """The referral that a case is opened from. Raises ``OutOfReach``."""
    reach = reach_filter(actor, Action.OPEN_CASE, school=Referral.school_id, line=Referral.service_line_id)
    referral: Referral | None = db.session.scalars(
        db.select(Referral).where(Referral.reference == reference, Referral.submitted_at.is_not(None), reach)
    ).one_or_none()
    if referral is None:
        raise OutOfReach(reference)
    return referral


def case_opened(referral: Referral) -> CaseOpened:
    line = referral.service_line
    return CaseOpened(
        referral.service_line_id,
        Decimal(line.planned_half_days) / 2 if line else None,
        tuple(row.pupil_id for row in referral.further),
    )


def pupils_to_choose(actor: Actor, referral: Referral) -> list[tuple[str, str]]:
    """The pupils of the referral's school, without the one that was referred."""
    first = str(referral.pupil_id)
    return [choice for choice in pupil_choices(actor, referral.school_id) if choice[0] != first]


def pupil_name(referral: Referral) -> str:
    """The name of the pupil that was referred."""
    pupil = referral.pupil
    return name_of(pupil.given_name, pupil.family_name) if pupil else "No pupil is linked to the referral"
