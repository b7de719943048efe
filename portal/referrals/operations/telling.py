"""Who is told of which step: the school what it must know or do, the coordinators what waits for them."""

from collections.abc import Iterable, Mapping

from portal.accounts.queries import people_with
from portal.kernel import clock
from portal.notices.operations import tell
from portal.policy import SCHOOL_ROLES, Actor, Role
from portal.referrals.models import Referral

_SCHOOL: Mapping[str, str] = {
    "send_back": "sent_back",
    "return": "referral_returned",
    "decide": "referral_decided",
    "defer": "referral_decided",
    "take_back": "referral_decided",
    "arranged": "referral_arranged",
    "ratify": "decision_ratified",
}
_SERVICE: Mapping[str, str] = {
    "submit": "referral_arrived",
    "approve": "referral_arrived",
    "resubmit": "referral_answered",
}
_APPROVER = frozenset({"send_for_approval", "ask_another"})


def tell_of_step(actor: Actor, referral: Referral, step: str, taken_id: int) -> None:
    """One message for a step, to everybody concerned but the one who took it; ``taken_id`` tells steps apart."""
    if step in _APPROVER:
        _tell("approval_asked", referral, {referral.approver_id}, actor, taken_id)
    elif step in _SCHOOL:
        _tell(_SCHOOL[step], referral, _at_school(referral), actor, taken_id)
    elif step in _SERVICE:
        _tell(_SERVICE[step], referral, _coordinators(referral), actor, taken_id)
    elif step == "withdraw" and referral.submitted_at is not None:
        by_school = referral.school_id in actor.school_ids
        others = _coordinators(referral) if by_school else _at_school(referral)
        _tell("referral_withdrawn", referral, others, actor, taken_id)


def tell_of_addition(actor: Actor, referral: Referral) -> None:
    """Coordinators and head teacher learn that there is more; several additions of one hour are one message."""
    heads = {referral.approved_by_id} if referral.approved_by_id else _heads(referral)
    hour = int(clock.now().strftime("%Y%m%d%H"))
    _tell("referral_added", referral, _coordinators(referral) | heads, actor, hour)


def tell_support_opened(actor: Actor, referral: Referral, url: str) -> None:
    """The school learns that the work it asked for is being set up; ``url`` leads to its page of the work."""
    tell("support_opened", sorted(_at_school(referral)), url, key=f"referral-{referral.id}-opened")


def _tell(kind: str, referral: Referral, people: Iterable[int | None], actor: Actor, taken_id: int) -> None:
    others = sorted(person_id for person_id in people if person_id is not None and person_id != actor.person_id)
    tell(kind, others, f"/referrals/{referral.reference}", key=f"referral-{referral.id}-{kind}-{taken_id}")


def _at_school(referral: Referral) -> set[int]:
    """Who writes it and who approved it, of those who act for the school today; when none does, all who do."""
    today = {one for role in SCHOOL_ROLES for one in people_with(role, school_id=referral.school_id)}
    concerned = {referral.written_by_id, referral.approved_by_id}
    return today & concerned or today


def _heads(referral: Referral) -> set[int | None]:
    return set(people_with(Role.HEAD, school_id=referral.school_id))


def _coordinators(referral: Referral) -> set[int]:
    return set(people_with(Role.COORDINATOR, line_id=referral.service_line_id))
