"""What a child lets somebody outside the service see. The only place from which such a page reads a view."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select

from portal.cases.models import Case, CasePupil
from portal.cases.queries.one import KIND
from portal.extensions import db
from portal.kernel.access import reach_filter
from portal.policy import SCHOOL_ROLES, Action, Actor, Role, may
from portal.referrals.models import Referral
from portal.voice.models import ChildView, ViewShare
from portal.voice.queries.rows import AnswerRow, ViewRow, view_rows
from portal.voice.rules.sharing import Audience, may_see


@dataclass(frozen=True)
class SharedRow:
    """A view as somebody outside the service sees it: nothing of what was done about it."""

    id: int
    child: str
    title: str
    moment: str
    when: str
    age: str
    how: str
    early: str
    answers: tuple[AnswerRow, ...]
    note: str = ""
    """For people of the service alone: that nobody else sees it"""


def given_to(audience: Audience) -> ColumnElement[bool]:
    """``rules.sharing.may_see`` as a condition on ``ChildView``."""
    return and_(
        ChildView.read_at.is_not(None),
        ChildView.is_held.is_(False),
        ChildView.taken_back_at.is_(None),
        exists().where(
            ViewShare.view_id == ChildView.id, ViewShare.audience == audience.value, ViewShare.ended_at.is_(None)
        ),
    )


def shared_with(
    audience: Audience,
    *,
    case_ids: Collection[int] = (),
    pupil_ids: Collection[int] = (),
    school_id: int | None = None,
) -> list[SharedRow]:
    """What the children of these cases, or these children, let the audience see; the newest first.

    ``school_id`` leaves out work with another school: "my school" is the school of that time.
    """
    wanted = [
        given_to(audience),
        or_(ChildView.case_id.in_(case_ids), ChildView.pupil_id.in_(pupil_ids)),
    ]
    if school_id is not None:
        wanted.append(Case.school_id == school_id)
    return [_shown(row) for row in view_rows(*wanted) if may_see(row.standing, audience)]


def _shown(row: ViewRow, note: str = "") -> SharedRow:
    return SharedRow(
        row.id,
        row.short,
        row.title,
        row.moment_words,
        row.when,
        row.age,
        row.how,
        row.early,
        row.answers,
        note,
    )


def shown_with_referral(actor: Actor, referral: Referral) -> list[SharedRow]:
    """What the reader of a referral sees of the children it is about.

    The school sees what was given to it, a panel what was given to a meeting, people of the service what they may
    read of the cases. Without any of these it is nothing.
    """
    pupil_ids = _pupils_of(referral)
    found = {row.id: row for row in _outside(actor, referral, pupil_ids)}
    if may(actor, Action.READ_VOICE):
        found |= {row.id: row for row in _inside(actor, pupil_ids)}
    return list(found.values())


def _outside(actor: Actor, referral: Referral, pupil_ids: Collection[int]) -> list[SharedRow]:
    rows: list[SharedRow] = []
    if actor.roles & SCHOOL_ROLES and referral.school_id in actor.school_ids:
        rows += shared_with(Audience.SCHOOL, pupil_ids=pupil_ids, school_id=referral.school_id)
    if Role.PANEL in actor.roles and referral.status == "at_panel":
        rows += shared_with(Audience.MEETING, pupil_ids=pupil_ids)
    return rows


def _inside(actor: Actor, pupil_ids: Collection[int]) -> list[SharedRow]:
    reach = reach_filter(
        actor, Action.READ_VOICE, school=Case.school_id, line=Case.service_line_id, kind=KIND, record=Case.id
    )
    rows = view_rows(ChildView.pupil_id.in_(pupil_ids), ChildView.taken_back_at.is_(None), reach)
    return [_shown(row, _note(row)) for row in rows]


def _note(row: ViewRow) -> str:
    if row.standing.is_held:
        return "Held back: nobody outside the service sees it."
    return "" if row.is_read else "Not yet read by an adult: nobody outside the service sees it."


def _pupils_of(referral: Referral) -> list[int]:
    """The pupil of the referral and those of the work that came of it."""
    of_case = select(CasePupil.pupil_id).join(Case, Case.id == CasePupil.case_id).where(Case.referral_id == referral.id)
    found = set(db.session.scalars(of_case))
    return sorted(found | ({referral.pupil_id} if referral.pupil_id else set()))
