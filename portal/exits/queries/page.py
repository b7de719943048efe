"""The end of one case, as its section and its page show it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.assessments.queries import definitions, readings_of
from portal.assessments.rules import THRESHOLD, THRIVE
from portal.cases.models import Case
from portal.cases.queries import pupils_of
from portal.exits import rules
from portal.exits.models import MonitoringVisit, PupilOutcome
from portal.exits.queries.facts import monitoring_of, outcomes_of, stated_cells_of
from portal.exits.queries.one import StrategyRow, strategies_of
from portal.extensions import db
from portal.feedback.queries import feedback_of
from portal.feedback.rules import Source
from portal.kernel import clock, settings
from portal.kernel.dates import day_words, short_day_words
from portal.kernel.settings import Feature
from portal.tasks.queries import open_of_case
from portal.tasks.rules import CLOSING_REPORT, due_words
from portal.voice.queries.said import voices_of

_TONES = {
    rules.ColumnState.MET: "good",
    rules.ColumnState.PARTLY: "brand",
    rules.ColumnState.NOT_MET: "problem",
    rules.ColumnState.NOT_APPLICABLE: "quiet",
    rules.ColumnState.IN_PROGRESS: "quiet",
    rules.ColumnState.AWAITED: "attention",
    rules.ColumnState.SCHEDULED: "attention",
}
_CHECK_TONES = {
    rules.Persistence.STILL_IN_PLACE: "good",
    rules.Persistence.ADAPTED: "good",
    rules.Persistence.STEPPED_DOWN: "good",
    rules.Persistence.STOPPED: "problem",
    rules.Persistence.NOT_SEEN: "quiet",
}


@dataclass(frozen=True)
class OutcomeRow:
    """What became of one pupil."""

    pupil_id: int
    name: str
    words: str
    note: str | None
    is_recorded: bool


@dataclass(frozen=True)
class CheckRow:
    """One strategy at one monitoring visit."""

    strategy: str
    words: str
    tone: str
    note: str | None


@dataclass(frozen=True)
class MonitoringRow:
    """A monitoring visit; ``tag`` and ``tone`` say where it stands."""

    id: int
    title: str
    tag: str
    tone: str
    words: str
    reason: str | None
    note: str | None
    checks: tuple[CheckRow, ...]
    is_done: bool
    is_open: bool


@dataclass(frozen=True)
class ColumnRow:
    """A column of the chart for this piece of work."""

    column: str
    label: str
    state: str
    tag: str
    tone: str
    words: str
    note: str | None
    is_stated: bool
    may_state: bool


@dataclass(frozen=True)
class ExitPage:
    """The end of a case: empty parts while the work goes on."""

    ended: bool
    ended_words: str
    how_words: str
    outcomes: tuple[OutcomeRow, ...]
    visits: tuple[MonitoringRow, ...]
    columns: tuple[ColumnRow, ...]
    report_due: str
    """The closing report in words while it waits, else empty"""
    may_reopen: bool


def exit_page(case: Case, *, manager_only: bool = False) -> ExitPage:
    """Everything that the page of an ending shows; ``manager_only`` for who reads what is said to the manager alone."""
    today = clock.today()
    strategies = strategies_of(case)
    visits = _visits(case, strategies, today)
    how = rules.HowEnded(case.how_ended) if case.how_ended else None
    return ExitPage(
        ended=case.ended_on is not None,
        ended_words=day_words(case.ended_on, today) if case.ended_on else "",
        how_words=rules.HOW_ENDED_LABELS[how] if how else "",
        outcomes=_outcomes(case),
        visits=visits,
        columns=tuple(_columns(case, strategies, manager_only)),
        report_due=_report_due(case, today),
        may_reopen=case.ended_on is not None and case.stage != "closed" and not any(v.is_done for v in visits),
    )


def _report_due(case: Case, today: date) -> str:
    waiting = (task for task in open_of_case(case.id, today) if task.rule == CLOSING_REPORT)
    return next((task.words for task in waiting), "")


def _outcomes(case: Case) -> tuple[OutcomeRow, ...]:
    rows = {row.pupil_id: row for row in db.session.scalars(select(PupilOutcome).filter_by(case_id=case.id))}
    return tuple(_outcome_row(pupil.id, pupil.name, rows.get(pupil.id)) for pupil in pupils_of(case))


def _outcome_row(pupil_id: int, name: str, row: PupilOutcome | None) -> OutcomeRow:
    if row is None:
        return OutcomeRow(pupil_id, name, rules.PupilOutcome("").words(), None, False)
    known = rules.PupilOutcome("", rules.Outcome(row.outcome), row.placement_holds)
    return OutcomeRow(pupil_id, name, known.words(), row.note, True)


def _visits(case: Case, strategies: list[StrategyRow], today: date) -> tuple[MonitoringRow, ...]:
    rows = db.session.scalars(
        select(MonitoringVisit)
        .where(MonitoringVisit.case_id == case.id)
        .options(selectinload(MonitoringVisit.checks))
        .order_by(MonitoringVisit.due_on.nulls_first(), MonitoringVisit.id)
    )
    words = {strategy.id: strategy.words for strategy in strategies}
    weeks = case.service_line.monitoring_weeks
    return tuple(_visit_row(visit, words, moment_words(visit.moment, weeks), today) for visit in rows)


def _visit_row(visit: MonitoringVisit, strategies: dict[int, str], title: str, today: date) -> MonitoringRow:
    checks = [(check, rules.Persistence(check.state)) for check in visit.checks]
    answer = rules.still_in_place(state for _, state in checks)
    said = answer or (rules.StillInPlace(visit.answer) if visit.answer else None)
    done = visit.done_on is not None or visit.answer is not None
    tag, tone, words = _visit_words(visit, done, said, today)
    return MonitoringRow(
        id=visit.id,
        title=title,
        tag=tag,
        tone=tone,
        words=words,
        reason=visit.not_done_reason,
        note=visit.note,
        checks=tuple(
            CheckRow(strategies.get(c.strategy_id, ""), rules.PERSISTENCE_LABELS[s], _CHECK_TONES[s], c.note)
            for c, s in checks
        ),
        is_done=done,
        is_open=not done and visit.not_done_reason is None,
    )


def _visit_words(
    visit: MonitoringVisit, done: bool, said: rules.StillInPlace | None, today: date
) -> tuple[str, str, str]:
    if done:
        when = f"Visited on {day_words(visit.done_on, today)}." if visit.done_on else "From an earlier chart."
        held = f" Still in place: {rules.STILL_IN_PLACE_LABELS[said].lower()}." if said else " No strategy was seen."
        return "Done", "good", when + held
    if visit.not_done_reason is not None:
        return "Will not take place", "quiet", ""
    words = due_words(visit.due_on, today) if visit.due_on else ""
    due = f"{words[0].upper()}{words[1:]}." if words else ""
    if visit.scheduled_for:
        return "Booked", "brand", f"Booked for {day_words(visit.scheduled_for, today)}."
    late = visit.due_on is not None and visit.due_on < today
    return "To be arranged", "problem" if late else "attention", due


def moment_words(moment: str, weeks: int) -> str:
    """What a monitoring visit is called: by the time after the end at which it is due."""
    return {
        "weeks": f"{weeks} school weeks after the end",
        "term": "One term after the end",
    }.get(moment, "Monitoring visit")


def chart_states(case: Case) -> dict[str, rules.ColumnState]:
    """How far each column of the chart is answered for this case, from met to awaited."""
    return {column: answer.state for column, answer in chart_answers(case).items()}


def chart_answers(
    case: Case, strategies: list[StrategyRow] | None = None, *, manager_only: bool = False
) -> dict[str, rules.Answer]:
    """The same with each result in words."""
    known = strategies_of(case) if strategies is None else strategies
    return rules.column_answers(_records(case, known, manager_only))


def _records(case: Case, strategies: list[StrategyRow], manager_only: bool) -> rules.Records:
    ids = [case.id]
    visits = monitoring_of(ids).get(case.id, [])
    said = feedback_of(ids, manager_only=manager_only).get(case.id, [])
    known = definitions()
    booked = [v.scheduled_for for v in visits if v.is_open and v.scheduled_for]
    return rules.Records(
        outcomes=tuple(outcomes_of(ids).get(case.id, [])),
        ended=case.ended_on is not None or case.stage == "closed",
        how_ended=rules.HowEnded(case.how_ended) if case.how_ended else None,
        strategies=tuple(strategy.implemented for strategy in strategies),
        readings=tuple(readings_of(ids, [THRESHOLD.code, THRIVE.code]).get(case.id, [])),
        visits=tuple(rules.VisitFound(v.done_on, v.checks, v.answer) for v in visits if v.is_done),
        booked_on=min(booked, default=None),
        school_feedback=tuple(row for row in said if row.source is Source.SCHOOL),
        family_feedback=tuple(row for row in said if row.source is Source.FAMILY),
        child_voice=voices_of(ids).get(case.id) if settings.is_on(Feature.VOICE) else None,
        stated=stated_cells_of(ids).get(case.id, {}),
        threshold=known.get(THRESHOLD.code, THRESHOLD),
        thrive=known.get(THRIVE.code, THRIVE),
    )


def _columns(case: Case, strategies: list[StrategyRow], manager_only: bool) -> list[ColumnRow]:
    stated = stated_cells_of([case.id]).get(case.id, {})
    answers = chart_answers(case, strategies, manager_only=manager_only)
    return [_column_row(column, answer, stated.get(column)) for column, answer in answers.items()]


def _column_row(column: str, answer: rules.Answer, said: rules.Statement | None) -> ColumnRow:
    words = answer.words
    if answer.due_on:
        words = f"For {short_day_words(answer.due_on, clock.today())}"
    return ColumnRow(
        column=column,
        label=rules.COLUMNS[column],
        state=answer.state.value,
        tag=rules.STATE_LABELS[answer.state],
        tone=_TONES[answer.state],
        words=words,
        note=said.note if said and answer.stated else None,
        is_stated=answer.stated,
        may_state=answer.stated or not answer.words,
    )
