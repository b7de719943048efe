"""What the school was asked and what it wrote itself: for its pages, the case's section and the form."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, selectinload

from portal.accounts.models import Person
from portal.cases.models import Case
from portal.extensions import db
from portal.feedback import rules
from portal.feedback.models import BeyondChange, Feedback, FeedbackAsk
from portal.feedback.queries.said import TONES, stopped_words
from portal.kernel import clock
from portal.kernel.dates import day_words
from portal.tasks.rules import due_words

_SCALE_TONES = {rules.Answer.GOOD: "good", rules.Answer.MIXED: "attention", rules.Answer.NOT_GOOD: "problem"}
_CHANGE_TONES = {rules.Change.YES: "good", rules.Change.PARTLY: "attention", rules.Change.NO: "problem"}


@dataclass(frozen=True)
class Ask:
    """The school was asked."""

    asked_on: date
    due_on: date


@dataclass(frozen=True)
class Line:
    """One sentence with its answer in words, and the school's own words."""

    sentence: str
    answer: str
    tone: str
    words: str


@dataclass(frozen=True)
class OwnRow:
    """One moment: asked and awaited, or answered. ``summary`` is empty until it is answered."""

    moment: str
    label: str
    due: str
    is_open: bool
    summary: str = ""
    tone: str = "quiet"
    when: str = ""
    by: str | None = None
    lines: tuple[Line, ...] = ()
    good: str = ""
    better: str = ""
    stopped: str = ""
    beyond: tuple[Line, ...] = ()

    @property
    def due_said(self) -> str:
        """Of the answer, with its verb: "is due tomorrow", "was due Friday 13 November"."""
        return self.due if self.due.startswith("was ") else f"is {self.due}"

    @property
    def is_answered(self) -> bool:
        return bool(self.when)


def asks_of(case_id: int) -> dict[rules.Moment, Ask]:
    """What the school was asked about a piece of work, by moment. One statement."""
    rows = db.session.execute(
        select(FeedbackAsk.moment, FeedbackAsk.asked_on, FeedbackAsk.due_on).where(FeedbackAsk.case_id == case_id)
    )
    return {rules.Moment(moment): Ask(asked_on, due_on) for moment, asked_on, due_on in rows}


def may_still_answer(moment: rules.Moment, asked: Mapping[rules.Moment, Ask]) -> bool:
    """Until it is asked the next time, a school may change what it said."""
    return moment in asked and (moment is rules.Moment.MONITORING or rules.Moment.MONITORING not in asked)


def own_answers(case: Case) -> list[OwnRow]:
    """What the school was asked and said, the newest moment first. Four statements."""
    asked, today = asks_of(case.id), clock.today()
    by = aliased(Person)
    found = db.session.execute(
        select(Feedback, by.name)
        .outerjoin(by, by.id == Feedback.given_by_id)
        .where(Feedback.case_id == case.id, Feedback.moment.is_not(None))
        .options(selectinload(Feedback.aspects), selectinload(Feedback.beyond))
    )
    given = {rules.Moment(row.moment): (row, name) for row, name in found if row.moment}
    moments = [moment for moment in reversed(rules.Moment) if moment in asked or moment in given]
    return [_row(moment, asked, given.get(moment), today) for moment in moments]


def _row(
    moment: rules.Moment,
    asked: Mapping[rules.Moment, Ask],
    given: tuple[Feedback, str | None] | None,
    today: date,
) -> OwnRow:
    is_open = may_still_answer(moment, asked)
    label = rules.MOMENT_LABELS[moment]
    due = due_words(asked[moment].due_on, today) if moment in asked else ""
    if given is None:
        return OwnRow(moment.value, label, due, is_open)
    row, by = given
    said = _said(row)
    tone = rules.tone(said)
    return OwnRow(
        moment=moment.value,
        label=label,
        due=due,
        is_open=is_open,
        summary=said.words() or "Words only",
        tone=TONES[tone] if tone else "quiet",
        when=day_words(row.given_on, today) if row.given_on else "Date not known",
        by=by,
        lines=_lines(row),
        good=row.good or "",
        better=row.better or "",
        stopped=stopped_words(said),
        beyond=_beyond_lines(row.beyond),
    )


def _said(row: Feedback) -> rules.Feedback:
    return rules.Feedback(
        source=rules.Source(row.source),
        answers={aspect.aspect: rules.Answer(aspect.answer) for aspect in row.aspects},
        good_words=row.good or "",
        better_words=row.better or "",
        work_stopped=row.could_not_continue,
        stopped_words=row.stopped_words or "",
        given_on=row.given_on,
        moment=rules.Moment(row.moment) if row.moment else None,
    )


def _lines(row: Feedback) -> tuple[Line, ...]:
    by_code = {aspect.aspect: aspect for aspect in row.aspects if aspect.scale or aspect.words}
    lines = []
    for code, sentence in rules.SENTENCES.items():
        part = by_code.get(code)
        if part is None:
            continue
        scale = rules.Scale(part.scale) if part.scale else None
        tone = _SCALE_TONES.get(rules.answer_of(scale), "quiet") if scale else "quiet"
        lines.append(Line(sentence, rules.SCALE_LABELS[scale] if scale else "Words only", tone, part.words or ""))
    return tuple(lines)


def _beyond_lines(parts: Collection[BeyondChange]) -> tuple[Line, ...]:
    by_area = {part.area: part for part in parts if part.change or part.words}
    lines = []
    for area, label in rules.SHORT_AREAS.items():
        part = by_area.get(area)
        if part is None:
            continue
        change = rules.Change(part.change) if part.change else None
        answer = rules.CHANGE_LABELS[change] if change else "Words only"
        lines.append(Line(label, answer, _CHANGE_TONES.get(change, "quiet") if change else "quiet", part.words or ""))
    return tuple(lines)


def opened_own(row: Feedback | None) -> dict[str, object]:
    """The first page as it opens, by field name; version 0 before the first answer."""
    if row is None:
        return {"version": 0}
    answers = {f"aspect_{part.aspect}": part.scale for part in row.aspects}
    words = {f"words_{part.aspect}": part.words for part in row.aspects}
    return {
        **answers,
        **words,
        "good": row.good,
        "better": row.better,
        "work_stopped": row.could_not_continue,
        "stopped_words": row.stopped_words,
        "version": row.version,
    }


def opened_beyond(row: Feedback) -> dict[str, object]:
    """The second page as it opens, by field name."""
    answers = {f"area_{part.area}": part.change for part in row.beyond}
    return {**answers, **{f"words_{part.area}": part.words for part in row.beyond}, "version": row.version}


def own_feedback(case: Case, moment: rules.Moment) -> Feedback | None:
    """What the school wrote itself at this moment, with its parts."""
    return db.session.scalars(
        select(Feedback)
        .where(Feedback.case_id == case.id, Feedback.moment == moment.value)
        .options(selectinload(Feedback.aspects), selectinload(Feedback.beyond))
    ).one_or_none()


def beyond_of(case_ids: Collection[int] | Select[int]) -> list[tuple[int, str, rules.Change]]:
    """(case, area, answer) of many cases: of each the school's latest answers alone. One statement.

    ``case_ids`` may be a SELECT of ids.
    """
    later = aliased(Feedback)
    superseded = (
        select(later.id)
        .where(later.case_id == Feedback.case_id, later.moment == rules.Moment.MONITORING.value)
        .where(Feedback.moment == rules.Moment.END.value)
        .where(select(BeyondChange.id).where(BeyondChange.feedback_id == later.id).correlate(later).exists())
        .correlate(Feedback)
        .exists()
    )
    rows = db.session.execute(
        select(Feedback.case_id, BeyondChange.area, BeyondChange.change)
        .join(BeyondChange, BeyondChange.feedback_id == Feedback.id)
        .where(Feedback.case_id.in_(case_ids), BeyondChange.change.is_not(None), ~superseded)
        .order_by(Feedback.case_id, BeyondChange.id)
    )
    return [(case_id, area, rules.Change(change)) for case_id, area, change in rows if change]
