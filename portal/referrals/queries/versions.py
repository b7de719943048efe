"""The versions of a referral: what was sent, when, by whom, and what changed."""

import json
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.extensions import db
from portal.kernel import clock
from portal.kernel.errors import OutOfReach
from portal.referrals import rules
from portal.referrals.models import Referral, ReferralVersion
from portal.referrals.queries.shown import moment_words

ADD = "add"
"""The step of a version that the school added to after sending"""
FILES = "files"
"""The page of a version that names the files which were sent with it."""


@dataclass(frozen=True)
class VersionRow:
    """One sending, in words."""

    number: int
    sent: str
    by: str
    how: str
    is_addition: bool = False


@dataclass(frozen=True)
class VersionPage:
    """One version to be read, with what changed since the one before."""

    row: VersionRow
    against: int | None
    parts: tuple[tuple[str, tuple[rules.Written, ...]], ...]
    """Answers by the title of their page"""
    changes: tuple[rules.Change, ...]


def versions_of(referral: Referral) -> list[VersionRow]:
    """Every sending, the newest first, in one statement."""
    rows = db.session.scalars(
        select(ReferralVersion)
        .where(ReferralVersion.referral_id == referral.id)
        .order_by(ReferralVersion.number.desc())
    )
    return [_row(row) for row in rows]


@dataclass(frozen=True)
class Additions:
    """What the school added since it sent the referral last: since when, by whom and when, and what is new."""

    since: str
    newest: int
    against: int
    rows: tuple[VersionRow, ...]
    changes: tuple[rules.Change, ...]


def additions_of(referral: Referral) -> Additions | None:
    """None when nothing was added since it was sent last."""
    rows = versions_of(referral)
    number = next((place for place, row in enumerate(rows) if not row.is_addition), len(rows))
    if number in (0, len(rows)):
        return None
    sent = rows[number]
    page = version_page(referral, rows[0].number, sent.number)
    return Additions(sent.sent, rows[0].number, sent.number, tuple(rows[:number]), page.changes)


def version_page(referral: Referral, number: int, against: int | None = None) -> VersionPage:
    """One version, compared with ``against`` (default: the one before). Raises ``OutOfReach`` for an unknown number."""
    earlier = against if against is not None else number - 1
    rows = db.session.scalars(
        select(ReferralVersion)
        .where(ReferralVersion.referral_id == referral.id, ReferralVersion.number.in_({number, earlier}))
        .options(selectinload(ReferralVersion.pages))
    )
    found = {row.number: row for row in rows}
    if number not in found:
        raise OutOfReach
    now = _written(found[number])
    before = _written(found[earlier]) if earlier in found and earlier != number else None
    return VersionPage(
        row=_row(found[number]),
        against=earlier if before is not None else None,
        parts=tuple((title, tuple(part)) for title, part in groupby(now, key=lambda one: one.title)),
        changes=rules.changes(before, now) if before is not None else (),
    )


def _row(version: ReferralVersion) -> VersionRow:
    return VersionRow(
        version.number,
        moment_words(version.made_at),
        version.made_by_name,
        rules.STEP_WORDS.get(version.step, version.step),
        is_addition=version.step == ADD,
    )


def _written(version: ReferralVersion) -> tuple[rules.Written, ...]:
    kept = {page.page: json.loads(page.answers) for page in version.pages}
    own = [(key, page["question"], page["answer"]) for key, page in kept.items() if key.startswith("asked-")]
    own += [(FILES, "Files", "\n".join(kept[FILES]))] if kept.get(FILES) else []
    return rules.written(rules.read_pages(kept), own, clock.today())
