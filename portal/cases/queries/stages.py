"""What referrals, which lie below, tell their school of the work that followed; ``app`` plugs it in."""

from collections.abc import Collection, Mapping

from sqlalchemy import func, select

from portal.cases import rules
from portal.cases.models import Case
from portal.cases.queries.workers import listed_workers, pack_workers
from portal.extensions import db
from portal.kernel import clock
from portal.referrals.rules import CaseStage
from portal.tasks.models import Task


def stages_by_referral(referral_ids: Collection[int]) -> Mapping[int, CaseStage]:
    """Stage, workers, next thing due and reference of the cases opened from these referrals, in one statement."""
    if not referral_ids:
        return {}
    next_due = (
        select(func.min(Task.due_on))
        .where(Task.case_id == Case.id, Task.done_at.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Case.referral_id, Case.stage, pack_workers(clock.today()), next_due, Case.reference).where(
            Case.referral_id.in_(sorted(referral_ids))
        )
    )
    return {
        referral_id: CaseStage(rules.STAGES[stage], listed_workers(workers), due_on, reference)
        for referral_id, stage, workers, due_on, reference in rows
        if referral_id is not None
    }
