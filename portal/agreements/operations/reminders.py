"""The one reminder, once an agreement has waited for more than five school days."""

from collections.abc import Mapping
from typing import Any

from portal.agreements.models import Agreement
from portal.agreements.operations import due
from portal.agreements.queries.one import newest_of
from portal.extensions import db
from portal.kernel import clock, jobs, settings
from portal.kernel.settings import Feature
from portal.kernel.unit_of_work import writing
from portal.tasks.rules import CHASE_AGREEMENT


def remind(agreement_id: int) -> bool:
    """Tells the heads once more and asks the coordinator to follow it up, while it still waits and is late.

    Whether it did. Asked twice, it tells nobody twice.
    """
    agreement = db.session.get(Agreement, agreement_id)
    if agreement is None or agreement.status != "waiting" or agreement.due_on >= clock.today():
        return False
    if not settings.is_on(Feature.AGREEMENTS) or newest_of(agreement.referral_id) is not agreement:
        return False
    due.tell_heads(agreement, "agreement_overdue", f"agreement-{agreement.referral_id}-{agreement.due_on}-overdue")
    due.ask_coordinator(agreement, CHASE_AGREEMENT, "Ask why the agreement for {} is not signed", "")
    return True


@jobs.handles(due.REMINDER)
def _on_time(payload: Mapping[str, Any]) -> None:
    with writing():
        remind(int(payload["agreement"]))
