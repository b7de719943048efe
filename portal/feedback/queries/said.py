"""What was said: for the chart, and as the service wrote it down for a case's section and its form."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, func, select

from portal.accounts.models import Person
from portal.cases.models import Case
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import FamilyInvitation, Feedback, FeedbackAspect
from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.kernel.errors import OutOfReach

TONES = {
    rules.Tone.ALL_POSITIVE: "good",
    rules.Tone.POSITIVE: "good",
    rules.Tone.POSITIVE_EXCEPT: "brand",
    rules.Tone.MIXED: "attention",
    rules.Tone.NOT_POSITIVE: "problem",
    rules.Tone.NOT_ABLE: "quiet",
}
_FIELD, _ROW = "\x1f", "\x1e"


@dataclass(frozen=True)
class FeedbackRow:
    """One feedback as the section shows it; ``aspects`` are (aspect, answer in words)."""

    id: int
    source: str
    source_label: str
    summary: str
    tone: str
    aspects: tuple[tuple[str, str], ...]
    good: str
    better: str
    stopped: str
    when: str
    by: str | None


@dataclass(frozen=True)
class SourceRow:
    """School or family: what they said, and what to call it on a button."""

    code: str
    label: str
    rows: tuple[FeedbackRow, ...]


def _aspects_in_one() -> object:
    """A column: every answered aspect of a feedback in one text, so that a list is one statement."""
    return (
        select(func.aggregate_strings(FeedbackAspect.aspect + _FIELD + FeedbackAspect.answer, _ROW))
        .where(FeedbackAspect.feedback_id == Feedback.id)
        .correlate(Feedback)
        .scalar_subquery()
    )


def _statement() -> Select:
    return (
        select(
            Feedback.case_id,
            Feedback.id,
            Feedback.source,
            Feedback.given_on,
            Feedback.could_not_continue,
            Feedback.stopped_words,
            Feedback.good,
            Feedback.better,
            Feedback.overall,
            Feedback.moment,
            Feedback.way,
            FamilyInvitation.contact_id,
            _aspects_in_one().label("aspects"),  # type: ignore[attr-defined]
        )
        .select_from(Feedback)
        .outerjoin(FamilyInvitation, FamilyInvitation.id == Feedback.invitation_id)
        .order_by(Feedback.case_id, Feedback.given_on.nulls_first(), Feedback.id)
    )


def feedback_of(case_ids: Collection[int] | Select, *, manager_only: bool = False) -> dict[int, list[rules.Feedback]]:
    """The feedback of many cases, by case id, each case's oldest first, in one statement.

    ``case_ids`` may be a SELECT of ids. ``manager_only`` says whether what a family said to the manager alone is
    among it: never for a page of somebody who does not read that.
    """
    found: dict[int, list[rules.Feedback]] = {}
    wanted = _statement().where(Feedback.case_id.in_(case_ids))
    if not manager_only:
        wanted = wanted.where(Feedback.manager_only.is_(False))
    for row in db.session.execute(wanted):
        found.setdefault(row.case_id, []).append(_to_rules(row))
    return found


def _to_rules(row: Row) -> rules.Feedback:
    pairs = [pair.split(_FIELD) for pair in (row.aspects or "").split(_ROW) if pair]
    return rules.Feedback(
        source=rules.Source(row.source),
        answers={aspect: rules.Answer(answer) for aspect, answer in pairs},
        good_words=row.good or "",
        better_words=row.better or "",
        work_stopped=row.could_not_continue,
        stopped_words=row.stopped_words or "",
        given_on=row.given_on,
        overall=rules.Tone(row.overall) if row.overall else None,
        moment=rules.Moment(row.moment) if row.moment else None,
        way=rules.Way(row.way) if row.way else None,
        contact_id=row.contact_id,
    )


def case_feedback(case: Case) -> list[SourceRow]:
    """What the service wrote down of school and family, the newest first. One statement.

    What the school wrote itself is in ``own_answers``, what the family wrote itself in ``family_answers``.
    """
    statement = (
        _statement()
        .add_columns(Person.name.label("by"))
        .outerjoin(Person, Person.id == Feedback.recorded_by_id)
        .where(Feedback.case_id == case.id, Feedback.moment.is_(None), Feedback.way.is_(None))
    )
    today = clock.today()
    rows = [_row(row, today) for row in db.session.execute(statement)]
    rows.reverse()
    return [
        SourceRow(source.value, label, tuple(row for row in rows if row.source == source.value))
        for source, label in rules.SOURCE_LABELS.items()
    ]


def _row(row: Row, today: date) -> FeedbackRow:
    said = _to_rules(row)
    tone = rules.tone(said)
    labels = rules.ASPECTS[said.source]
    return FeedbackRow(
        id=row.id,
        source=said.source.value,
        source_label=rules.SOURCE_LABELS[said.source],
        summary=said.words(),
        tone=TONES[tone] if tone else "quiet",
        aspects=tuple((labels[code], rules.ANSWER_LABELS[answer]) for code, answer in said.asked().items()),
        good=said.good_words,
        better=said.better_words,
        stopped=stopped_words(said),
        when=day_words(said.given_on, today) if said.given_on else "Date not known",
        by=row.by,
    )


def stopped_words(said: rules.Feedback) -> str:
    if not said.work_stopped:
        return ""
    words = rules.TONE_LABELS[rules.Tone.NOT_ABLE]
    return f"{words}: {said.stopped_words}" if said.stopped_words else words


def feedback_for(case: Case, feedback_id: int) -> Feedback:
    """One feedback of this case that the service wrote down. Raises ``OutOfReach`` for any other."""
    row = db.session.scalars(
        select(Feedback).where(
            Feedback.id == feedback_id,
            Feedback.case_id == case.id,
            Feedback.moment.is_(None),
            Feedback.way.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise OutOfReach(feedback_id)
    return row


def opened_feedback(row: Feedback) -> dict[str, object]:
    """The feedback as its form opens it, by field name."""
    answers = {f"aspect_{aspect.aspect}": aspect.answer for aspect in row.aspects}
    return {
        **{f"aspect_{code}": "not_asked" for code in rules.ASPECTS[rules.Source(row.source)]},
        **answers,
        "good": row.good,
        "better": row.better,
        "work_stopped": row.could_not_continue,
        "stopped_words": row.stopped_words,
        "given_on": row.given_on,
        "version": row.version,
    }
