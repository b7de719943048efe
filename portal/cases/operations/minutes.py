"""The time used on a case, as its card says it."""

from typing import cast

from sqlalchemy import Table, update

from portal.cases.models import Case
from portal.extensions import db


def note_minutes(case: Case, delta: int) -> None:
    """Adds ``delta`` minutes (less when negative) to what the case has used; called by whoever records the visit.

    The figure only repeats the visits, which are recorded themselves. It is raised in one statement, so that two
    workers who log at once lose nothing and nobody's open form of the case turns stale.
    """
    if not delta:
        return
    db.session.flush()
    table = cast(Table, Case.__table__)
    db.session.execute(update(table).where(table.c.id == case.id).values(minutes_used=table.c.minutes_used + delta))
    db.session.expire(case, ["minutes_used"])
