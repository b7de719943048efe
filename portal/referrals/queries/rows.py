"""One referral as lists show it: the columns of the one statement, and the words made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Person
from portal.kernel import clock
from portal.kernel.dates import school_year_start, short_day_words
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralPupil
from portal.referrals.queries.records import case_stages, is_arranged, is_its_task, line_of_facts
from portal.schools.models import Pupil, PupilYear, School, ServiceLine
from portal.schools.queries import calendar_of
from portal.schools.rules import year_group_words
from portal.tasks import rules as due
from portal.tasks.models import Task

NO_PUPIL = "Pupil not entered yet"


@dataclass(frozen=True)
class ReferralRow:
    """A referral as every list shows it."""

    id: int
    reference: str
    pupil: str
    year_group: str
    school: str
    line: str
    status: str
    status_words: str
    tone: str
    line_words: str
    """The one plain line: where it is, who acts next, by when"""
    date_words: str
    """When it came; before that, when it was begun"""
    waiting: str
    due_words: str
    due_tone: str
    decision: str
    is_draft: bool
    possible_match: bool = False
    added_to: bool = False
    """The school added something since it was sent"""
    """For the service alone: earlier work of perhaps the same child"""


@dataclass(frozen=True)
class Rows:
    """One page of a list; ``next`` is the id to ask for as ``after``."""

    rows: tuple[ReferralRow, ...]
    next: int | None = None


_latest = aliased(PupilYear)
Approver = aliased(Person)


def _others_of_group() -> Any:
    return (
        select(func.count(ReferralPupil.id))
        .where(ReferralPupil.referral_id == Referral.id)
        .correlate(Referral)
        .scalar_subquery()
    )


def _year_shown(school_year: int) -> Any:
    """The year group recorded for this school year, else the latest before it, else the first after it."""
    before = select(func.max(_latest.school_year)).where(
        _latest.pupil_id == Referral.pupil_id, _latest.school_year <= school_year
    )
    after = select(func.min(_latest.school_year)).where(_latest.pupil_id == Referral.pupil_id)
    return func.coalesce(before.scalar_subquery(), after.scalar_subquery())


def referral_rows() -> Any:
    """The statement of every list; its caller adds whose, in which order and how many."""
    shown = _year_shown(school_year_start(clock.today()))
    return (
        select(
            Referral.id,
            Referral.reference,
            Referral.school_id,
            Referral.service_line_id,
            Referral.pupil_id,
            Referral.status,
            Referral.created_at,
            Referral.submitted_at,
            Referral.decided_at,
            Referral.decision,
            Referral.route,
            Referral.signpost,
            Referral.to_be_ratified,
            Referral.scope_kind,
            _others_of_group().label("others"),
            Approver.name.label("approver_name"),
            Pupil.given_name,
            Pupil.family_name,
            PupilYear.school_year,
            PupilYear.year_group,
            School.name.label("school"),
            ServiceLine.name.label("line"),
            Task.due_on,
            is_arranged().label("arranged"),
        )
        .join(School, School.id == Referral.school_id)
        .outerjoin(ServiceLine, ServiceLine.id == Referral.service_line_id)
        .outerjoin(Pupil, Pupil.id == Referral.pupil_id)
        .outerjoin(PupilYear, and_(PupilYear.pupil_id == Referral.pupil_id, PupilYear.school_year == shown))
        .outerjoin(Approver, Approver.id == Referral.approver_id)
        .outerjoin(Task, is_its_task())
    )


def page_of(found: Sequence[Any], size: int) -> Rows:
    """One page of what ``referral_rows`` found, which holds one row more where there is a next page."""
    shown = found[:size]
    stages = case_stages([row.id for row in shown if row.status == "decided"])
    rows = tuple(_row(row, stages) for row in shown)
    return Rows(rows, shown[-1].id if len(found) > size else None)


def _row(row: Any, stages: Mapping[int, rules.CaseStage]) -> ReferralRow:
    today = clock.today()
    known = {row.school_year: row.year_group} if row.school_year is not None else {}
    came = row.submitted_at or row.created_at
    shown_due = row.due_on if row.status in ("submitted", "returned", "at_panel") else None
    return ReferralRow(
        id=row.id,
        reference=row.reference,
        pupil=rules.subject_words(row.scope_kind, pupil_name(row), (row.pupil_id is not None) + row.others),
        year_group=year_group_words(known, school_year_start(today)) if known else "",
        school=row.school,
        line=row.line or "",
        status=row.status,
        status_words=rules.STATUSES[row.status],
        tone=rules.status_tone(row.status, row.decision or ""),
        line_words=line_of_facts(row, stages).words(today),
        date_words=short_day_words(came.astimezone(clock.LONDON).date(), today),
        waiting=_waiting(row),
        due_words=due.due_words(shown_due, today, _days_late(row, shown_due)) if shown_due else "",
        due_tone=_due_tone(shown_due),
        decision=rules.DECISIONS.get(row.decision or "", ""),
        is_draft=row.status in rules.EDITABLE,
        possible_match=bool(getattr(row, "possible_match", False)),
        added_to=bool(getattr(row, "added_to", False)),
    )


def pupil_name(row: Any) -> str:
    return f"{row.given_name or ''} {row.family_name or ''}".strip() or NO_PUPIL


def _waiting(row: Any) -> str:
    if row.submitted_at is None or row.status not in rules.OPEN:
        return ""
    came_on = row.submitted_at.astimezone(clock.LONDON).date()
    return rules.waiting(came_on, clock.today(), calendar_of(row.service_line_id)).words


def _days_late(row: Any, due_on: Any) -> int:
    return calendar_of(row.service_line_id).school_days_late(due_on, clock.today())


def _due_tone(due_on: Any) -> str:
    if due_on is None:
        return "quiet"
    state = due.due_state(due_on, clock.today())
    if state is due.DueState.OVERDUE:
        return "problem"
    return "attention" if state in (due.DueState.TODAY, due.DueState.TOMORROW) else "quiet"
