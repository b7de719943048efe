"""The closed cases beside the board, page by page."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select, tuple_

from portal.board.queries.cards import binds_of
from portal.board.queries.statement import Shape, conditions, lines_shape
from portal.board.rules import BoardFilter
from portal.cases import rules
from portal.cases.models import Case
from portal.cases.queries import listed_name, listed_workers, pack_names, pack_workers
from portal.extensions import db
from portal.kernel import access, clock, settings
from portal.kernel.dates import day_words
from portal.policy import Action, Actor, bounds_of
from portal.schools.models import School

PAGE = 30


class ClosedRow(NamedTuple):
    """One closed case."""

    reference: str
    name: str
    school: str
    workers: str
    days: str
    closed: str
    may_read: bool


class ClosedPage(NamedTuple):
    """One page; ``next_key`` leads to the next."""

    rows: tuple[ClosedRow, ...]
    next_key: str | None


def closed_page(actor: Actor, wanted: BoardFilter, key: str) -> ClosedPage:
    """The closed cases within reach, those closed last first; earlier charts' imported work stays off."""
    today, day_minutes = clock.today(), settings.current().day_minutes
    lines, known = lines_shape(bounds_of(actor, Action.READ_BOARD), wanted.line)
    shape = Shape(lines, bool(wanted.worker), bool(wanted.school), bool(wanted.year), bool(wanted.q), False)
    binds = binds_of(actor, wanted, known, today)
    found = db.session.execute(_statement(actor, shape, read_key(key)), binds).all()
    rows = tuple(_row(row, today, day_minutes) for row in found[:PAGE])
    return ClosedPage(rows, write_key(found[PAGE - 1]) if len(found) > PAGE else None)


def _statement(actor: Actor, shape: Shape, after: tuple[datetime, int] | None) -> Any:
    may_read = access.reach_filter(
        actor,
        Action.READ_CASE,
        school=Case.school_id,
        line=Case.service_line_id,
        kind=Case.__tablename__,
        record=Case.id,
    )
    statement = (
        select(
            Case.id,
            Case.reference,
            Case.stage_since,
            Case.planned_half_days,
            Case.minutes_used,
            School.name.label("school"),
            pack_names().label("names"),
            pack_workers(clock.today()).label("workers"),
            may_read.label("may_read"),
        )
        .join(School, School.id == Case.school_id)
        .where(Case.stage == "closed", Case.imported_year.is_(None), *conditions(shape))
        .order_by(Case.stage_since.desc(), Case.id.desc())
        .limit(PAGE + 1)
    )
    return statement if after is None else statement.where(tuple_(Case.stage_since, Case.id) < after)


def _row(row: Any, today: Any, day_minutes: int) -> ClosedRow:
    bar = rules.bar(Decimal(row.minutes_used) / day_minutes, Decimal(row.planned_half_days) / 2)
    return ClosedRow(
        row.reference,
        listed_name(row.names),
        row.school,
        ", ".join(listed_workers(row.workers)) or "–",
        bar.words,
        day_words(row.stage_since.astimezone(clock.LONDON).date(), today),
        bool(row.may_read),
    )


def write_key(row: Any) -> str:
    """Where the next page begins: microseconds and row id."""
    since: datetime = row.stage_since
    return f"{int(since.timestamp()) * 1_000_000 + since.microsecond}.{row.id}"


def read_key(text: str) -> tuple[datetime, int] | None:
    """The place that ``write_key`` wrote; anything else reads as the beginning."""
    micros, _, number = text.partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) <= 17 for part in (micros, number)):
        return None
    seconds, rest = divmod(int(micros), 1_000_000)
    if seconds > 4_102_444_800 or int(number) > 2_147_483_647:
        return None
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), int(number)
