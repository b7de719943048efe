"""Mending the ledger: what an entry said before stays beside what it says now."""

from dataclasses import replace

from portal.cases.operations import note_minutes
from portal.kernel import audit, clock
from portal.kernel.access import ensure
from portal.kernel.errors import Refused
from portal.kernel.versions import check_version
from portal.policy import Action, Actor
from portal.schools.operations import RefusedFields
from portal.visits import rules
from portal.visits.models import EarlierVisit, Visit
from portal.visits.queries import allocation_for, scope_of

REASON_LENGTH = 500
_KEPT = ("kind", "on_date", "starts_at", "minutes", "note")
"""What a correction may change, and what an earlier wording therefore holds."""


def correct_visit(
    actor: Actor, visit: Visit, draft: rules.VisitDraft, reason: str, *, opened_with: int | None
) -> Visit:
    """Changes date, start, minutes, kind and note, for a reason; what was there stays as an earlier wording.

    Raises ``EditConflict``, ``RefusedFields`` for what must be mended, ``Refused`` for an imported or removed entry.
    """
    _may_change(actor, visit, opened_with)
    if visit.removed_at is not None:
        raise Refused("This entry was taken out. Put it back before you correct it.")
    filled = replace(
        draft, person_id=visit.person_id, school_id=visit.school_id, case_id=visit.case_id, is_imported=False
    )
    problems = rules.visit_problems(filled, clock.today()) | _reason_problems(reason)
    if problems:
        raise RefusedFields(problems)
    _put(actor, visit, filled, reason)
    return visit


def _put(actor: Actor, visit: Visit, draft: rules.VisitDraft, reason: str) -> None:
    before = {name: getattr(visit, name) for name in _KEPT}
    after = {name: getattr(draft, name) for name in _KEPT} | {"note": draft.note.strip() or None}
    if before == after:
        raise Refused("Nothing is different from before. Change what is wrong, or leave the entry as it is.")
    earlier = EarlierVisit(**before, reason=reason.strip(), corrected_at=clock.now(), corrected_by_id=actor.person_id)
    visit.earlier.append(earlier)
    for name, value in after.items():
        setattr(visit, name, value)
    if visit.case is not None and visit.person_id is not None and visit.on_date is not None:
        visit.allocation_id = allocation_for(visit.case, visit.person_id, visit.on_date)
    audit.record(actor, "visit corrected", visit)
    _note_minutes(visit, visit.minutes - before["minutes"])


def remove_visit(actor: Actor, visit: Visit, reason: str, *, opened_with: int | None) -> Visit:
    """Takes an entry out that was made by mistake: it counts no more, and stays struck through with its reason.

    Raises ``EditConflict``, ``RefusedFields`` without a reason, ``Refused`` for an imported or removed entry.
    """
    _may_change(actor, visit, opened_with)
    if visit.removed_at is not None:
        raise Refused("This entry was taken out already.")
    if problems := _reason_problems(reason):
        raise RefusedFields(problems)
    visit.removed_at, visit.removed_by_id, visit.removed_reason = clock.now(), actor.person_id, reason.strip()
    audit.record(actor, "visit removed", visit)
    _note_minutes(visit, -visit.minutes)
    return visit


def put_back(actor: Actor, visit: Visit, *, opened_with: int | None) -> Visit:
    """Takes a removal back: the entry counts again. Raises ``EditConflict``, or ``Refused`` when it does count."""
    _may_change(actor, visit, opened_with)
    if visit.removed_at is None:
        raise Refused("This entry is in the list already.")
    visit.removed_at = visit.removed_by_id = visit.removed_reason = None
    audit.record(actor, "visit put back", visit)
    _note_minutes(visit, visit.minutes)
    return visit


def _may_change(actor: Actor, visit: Visit, opened_with: int | None) -> None:
    ensure(actor, Action.LOG_VISIT, scope_of(visit.case, visit.person_id))
    if visit.is_imported:
        raise Refused("This entry came with an earlier chart and cannot be changed here.")
    check_version(visit, opened_with)


def _reason_problems(reason: str) -> dict[str, str]:
    if not reason.strip():
        return {"reason": "Say why, in a few words. The reason stays with the entry."}
    if len(reason) > REASON_LENGTH:
        return {"reason": f"Shorten the reason to {REASON_LENGTH} characters or fewer."}
    return {}


def _note_minutes(visit: Visit, delta: int) -> None:
    if visit.case is not None:
        note_minutes(visit.case, delta)
