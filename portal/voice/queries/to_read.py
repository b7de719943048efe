"""New words of children that an adult of the service reads the same day."""

from dataclasses import dataclass

from sqlalchemy import select

from portal.cases.models import Case
from portal.cases.queries.one import KIND
from portal.extensions import db
from portal.kernel.access import reach_filter
from portal.policy import Action, Actor
from portal.voice.models import ChildView, TalkWish
from portal.voice.queries.rows import ViewRow, view_rows
from portal.voice.queries.said import sees_taken_back
from portal.voice.rules.reading import may_worry, reading_key


@dataclass(frozen=True)
class ToRead:
    """A view that nobody has read yet."""

    view: ViewRow
    wants_to_talk: bool
    worrying: bool
    may_be_read: bool
    """False where the child took it back: a safeguarding lead reads it"""


def views_to_read(actor: Actor) -> list[ToRead]:
    """Views that wait to be read: a child who wants to talk first, then what may worry, then words, then the oldest.

    Two statements, and two for answers and shares.
    """
    reach = reach_filter(
        actor, Action.READ_SAME_DAY, school=Case.school_id, line=Case.service_line_id, kind=KIND, record=Case.id
    )
    sees = sees_taken_back(actor)
    found = view_rows(ChildView.read_at.is_(None), reach, sees_taken_back=sees)
    talking = _wanting_to_talk() if found else frozenset()
    rows = [
        ToRead(
            view, (view.case_id, view.pupil_id) in talking, may_worry(view.given), sees or not view.standing.taken_back
        )
        for view in found
    ]
    return sorted(rows, key=_order)


def _order(row: ToRead) -> tuple[object, ...]:
    return reading_key(
        wants_to_talk=row.wants_to_talk,
        worrying=row.worrying,
        has_words=row.view.has_words,
        arrived_at=row.view.arrived_at,
        view_id=row.view.id,
    )


def _wanting_to_talk() -> frozenset[tuple[int, int]]:
    """(case, child) of each wish to talk that is still open."""
    rows = db.session.execute(select(TalkWish.case_id, TalkWish.pupil_id).where(TalkWish.closed_at.is_(None)))
    return frozenset((row.case_id, row.pupil_id) for row in rows)
