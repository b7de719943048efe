"""Lists by key: a page begins after (or ends before) one row, so that it never counts and never skips."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import aliased

SIZE = 50

Statement = Select[*tuple[Any, ...]]

Row = TypeVar("Row")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows in order; ``previous`` and ``next`` are the ids to ask for as ``before`` and ``after``."""

    rows: tuple[Row, ...]
    previous: int | None = None
    next: int | None = None


def keyed(statement: Statement, model: Any, names: Sequence[str], after: int | None, before: int | None) -> Statement:
    """One page of ``statement`` in the order of the named columns and the id, with one row more to look ahead."""
    order = [*(getattr(model, name) for name in names), model.id]
    edge = after if before is None else before
    if edge is not None:
        twin = aliased(model)
        key = [select(getattr(twin, name)).where(twin.id == edge).scalar_subquery() for name in (*names, "id")]
        here, there = tuple_(*order), tuple_(*key)
        statement = statement.where(here > there if before is None else here < there)
    if before is not None:
        order = [column.desc() for column in order]
    return statement.order_by(*order).limit(SIZE + 1)


def page_of(
    found: Sequence[Row], after: int | None, before: int | None, make: Callable[[Row], Other], key: Callable[[Row], int]
) -> Page[Other]:
    """The page of what a ``keyed`` statement found."""
    more, shown = len(found) > SIZE, list(found[:SIZE])
    if before is not None:
        shown.reverse()
    has_earlier = more if before is not None else after is not None
    has_later = more if before is None else True
    return Page(
        rows=tuple(make(row) for row in shown),
        previous=key(shown[0]) if shown and has_earlier else None,
        next=key(shown[-1]) if shown and has_later else None,
    )
