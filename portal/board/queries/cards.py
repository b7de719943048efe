"""The cards of the board, in words."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from portal.board.queries.statement import Shape, lines_shape, statement_of
from portal.board.rules import BoardFilter, due_before
from portal.cases import rules
from portal.cases.queries import initials, listed_name, listed_workers
from portal.cases.rules import ON_BOARD, STAGES
from portal.extensions import db
from portal.kernel import clock, settings
from portal.kernel.dates import MONTHS, WEEKDAYS, monday_of, school_year_days, school_year_start
from portal.policy import Action, Actor, bounds_of
from portal.schools.rules import year_group_words
from portal.tasks.rules import (
    AWAITED_CELL,
    CLOSING_REPORT,
    MONITORING_VISIT,
    OBSERVATION_REPORT,
    PLANNED_END,
    WEEK_SIX_REVIEW,
    due_words,
)

_SHORT = {
    OBSERVATION_REPORT: "Report",
    WEEK_SIX_REVIEW: "Review",
    PLANNED_END: "End",
    CLOSING_REPORT: "Closing",
    MONITORING_VISIT: "Visit",
    AWAITED_CELL: "Awaited",
}
"""What is due, in a word that fits a card."""


class Card(NamedTuple):
    """One card; ``on`` and ``back`` are steps of the road, empty where the actor may not take them."""

    id: int
    reference: str
    name: str
    meta: str
    chip: str
    workers: str
    due: str
    due_tone: str
    due_title: str
    days: str
    percent: int
    is_over: bool
    has_plan: bool
    time: str
    version: int
    may_read: bool
    may_cover: bool
    on: str
    on_target: str
    back: str
    back_target: str


class Column(NamedTuple):
    """One stage; ``has_more`` when there are cards beyond those shown."""

    stage: str
    label: str
    cards: tuple[Card, ...]
    has_more: bool

    @property
    def number(self) -> str:
        return f"{len(self.cards)}+" if self.has_more else str(len(self.cards))


class Board(NamedTuple):
    """The board as one person sees it."""

    columns: tuple[Column, ...]
    late: int
    this_week: int

    @property
    def is_empty(self) -> bool:
        return not any(column.cards for column in self.columns)

    def shown_on_phone(self, wanted: str) -> str:
        """The stage that a phone shows: the wanted one, else the first that has cards, else the first."""
        return wanted or next((column.stage for column in self.columns if column.cards), self.columns[0].stage)


class _Rights(NamedTuple):
    read_all: bool
    read_involved: bool
    move_all: bool
    move_involved: bool
    close_all: bool
    close_involved: bool
    cover: bool


def board(actor: Actor, wanted: BoardFilter) -> Board:
    """The cards within the actor's reach, stage by stage, those that wait longest first. One statement."""
    today, day_minutes = clock.today(), settings.current().day_minutes
    lines, known = lines_shape(bounds_of(actor, Action.READ_BOARD), wanted.line)
    shape = Shape(lines, bool(wanted.worker), bool(wanted.school), bool(wanted.year), bool(wanted.q), bool(wanted.due))
    rows = db.session.execute(statement_of(shape), binds_of(actor, wanted, known, today))
    by_stage: dict[str, list[Card]] = {stage: [] for stage in ON_BOARD}
    rights, due_days = _rights(actor), []
    for row in rows:
        by_stage[row.stage].append(_card(row, today, day_minutes, rights))
        due_days.append(row.due_on)
    columns = tuple(_column(stage, cards, wanted.limit_of(stage)) for stage, cards in by_stage.items())
    late = sum(day is not None and day < today for day in due_days)
    week = sum(day is not None and day >= today and monday_of(day) == monday_of(today) for day in due_days)
    return Board(columns, late, week)


def binds_of(actor: Actor, wanted: BoardFilter, lines: list[int], today: date) -> dict[str, Any]:
    """The values of a board's statement; those its shape does not ask for are not given."""
    binds: dict[str, Any] = {
        "today": today,
        "school_year": school_year_start(today),
        "person": actor.person_id,
        **{f"limit_{stage}": wanted.limit_of(stage) + 1 for stage in ON_BOARD},
    }
    binds["line" if len(lines) == 1 else "lines"] = lines[0] if len(lines) == 1 else lines
    given = {"worker": wanted.worker, "school": wanted.school, "due_before": due_before(wanted.due, today)}
    binds |= {name: value for name, value in given.items() if value}
    if wanted.q:
        binds["text"] = _like(wanted.q)
    if wanted.year:
        binds["year_first"], binds["year_last"] = school_year_days(wanted.year)
    return binds


def _like(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return text.lower()


def _rights(actor: Actor) -> _Rights:
    read, move, close = (bounds_of(actor, a) for a in (Action.READ_CASE, Action.MOVE_CASE, Action.CLOSE_CASE))
    return _Rights(
        read.everything,
        read.involved_id is not None,
        move.everything,
        move.involved_id is not None,
        close.everything,
        close.involved_id is not None,
        not bounds_of(actor, Action.COVER_CASE).nothing,
    )


def _column(stage: str, cards: list[Card], limit: int) -> Column:
    return Column(stage, STAGES[stage], tuple(cards[:limit]), len(cards) > limit)


@lru_cache(maxsize=64)
def _steps(stage: str) -> tuple[str, str, str, str]:
    on, back = rules.next_step(stage), rules.previous_step(stage)
    return (
        on.name if on else "",
        STAGES[on.target] if on else "",
        back.name if back else "",
        STAGES[back.target] if back else "",
    )


def _card(row: Any, today: date, day_minutes: int, rights: _Rights) -> Card:
    involved = bool(row.involved)
    may_read = rights.read_all or (rights.read_involved and involved)
    may_move = rights.move_all or (rights.move_involved and involved)
    may_close = rights.close_all or (rights.close_involved and involved)
    on, on_target, back, back_target = _steps(row.stage)
    may_on = may_close if on == "close" else may_move
    workers = listed_workers(row.workers)
    bar = _bar(row.minutes_used, row.planned_half_days, day_minutes)
    due, tone, title = _due(row.rule, row.title, row.due_on, today)
    return Card(
        id=row.id,
        reference=row.reference,
        name=listed_name(row.names),
        meta=_meta(row, today),
        chip=_chip(workers),
        workers=", ".join(workers) or "No worker yet",
        due=due,
        due_tone=tone,
        due_title=title,
        days=bar.words,
        percent=bar.percent,
        is_over=bar.is_over,
        has_plan=row.planned_half_days > 0,
        time=_time(_local(row.stage_since), today),
        version=row.version,
        may_read=may_read,
        may_cover=rights.cover and not may_read,
        on=on if may_on else "",
        on_target=on_target,
        back=back if may_move else "",
        back_target=back_target,
    )


@lru_cache(maxsize=2_000)
def _bar(minutes: int, half_days: int, day_minutes: int) -> rules.Bar:
    return rules.bar(Decimal(minutes) / day_minutes, Decimal(half_days) / 2)


@lru_cache(maxsize=2_000)
def _time(since: date, today: date) -> str:
    return rules.stage_words(since, today)


def _local(moment: datetime) -> date:
    return moment.astimezone(clock.LONDON).date()


def _meta(row: Any, today: date) -> str:
    if row.year_group is None:
        return str(row.school)
    return f"{_year_words(row.school_year, row.year_group, school_year_start(today))} · {row.school}"


@lru_cache(maxsize=200)
def _year_words(known: int, year_group: str, school_year: int) -> str:
    return year_group_words({known: year_group}, school_year)


def _chip(workers: tuple[str, ...]) -> str:
    if not workers:
        return "–"
    first = initials(workers[0])
    return first if len(workers) == 1 else f"{first} +{len(workers) - 1}"


@lru_cache(maxsize=2_000)
def _due(rule: str | None, title: str | None, due_on: date | None, today: date) -> tuple[str, str, str]:
    """The tag's words, its tone, and the long words for whoever asks."""
    if rule is None or due_on is None:
        return "", "", ""
    short = _SHORT.get(rule, title or "Due")
    long = f"{title}, {due_words(due_on, today)}"
    day = f"{due_on.day} {MONTHS[due_on.month - 1][:3]}"
    if due_on < today:
        return f"{short} late, {day}", "problem", long
    if (due_on - today).days < 2:
        return f"{short} {'today' if due_on == today else 'tomorrow'}", "attention", long
    return f"{short} {WEEKDAYS[due_on.weekday()][:3]} {day}", "quiet", long
