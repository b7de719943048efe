"""Roles from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DatedRole:
    """A role with its first and last day."""

    role: str
    school_id: int | None
    line_id: int | None
    starts_on: date
    ends_on: date | None


def held_today(roles: Sequence[DatedRole], today: date) -> list[DatedRole]:
    """Those that hold on ``today``; the last day counts."""
    return [r for r in roles if r.starts_on <= today and (r.ends_on is None or r.ends_on >= today)]


def held_today_or_later(roles: Sequence[DatedRole], today: date) -> list[DatedRole]:
    """Those that hold now, or will."""
    return [r for r in roles if r.ends_on is None or r.ends_on >= max(today, r.starts_on)]
