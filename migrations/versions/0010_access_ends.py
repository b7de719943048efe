"""Access ends with the work: reading from the day a case was closed, for thirty days.

Revision ID: 0010
Revises: 0009
"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

DAYS_AFTER_CLOSE = 30

_involvement = sa.table(
    "involvement",
    sa.column("id", sa.Integer),
    sa.column("person_id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("record_id", sa.Integer),
    sa.column("ends_on", sa.Date),
    sa.column("reads_from", sa.Date),
    sa.column("reads_until", sa.Date),
)
_case = sa.table(
    "case_file",
    sa.column("id", sa.Integer),
    sa.column("stage", sa.String),
    sa.column("referral_id", sa.Integer),
    sa.column("closed_on", sa.Date),
)
_case_pupil = sa.table("case_pupil", sa.column("case_id", sa.Integer), sa.column("pupil_id", sa.Integer))
_allocation = sa.table(
    "allocation",
    sa.column("case_id", sa.Integer),
    sa.column("person_id", sa.Integer),
    sa.column("ends_on", sa.Date),
)


def upgrade() -> None:
    with op.batch_alter_table("involvement") as batch:
        batch.add_column(sa.Column("reads_from", sa.Date(), nullable=True))
        batch.add_column(sa.Column("reads_until", sa.Date(), nullable=True))
    closed = sa.select(_case.c.id, _case.c.referral_id, _case.c.closed_on).where(
        _case.c.stage == "closed", _case.c.closed_on.is_not(None)
    )
    for row in op.get_bind().execute(closed).all():
        _end(row.closed_on, "case_file", [row.id])
        _end(row.closed_on, "referral", [row.referral_id])
        pupils = sa.select(_case_pupil.c.pupil_id).where(_case_pupil.c.case_id == row.id)
        _end(row.closed_on, "pupil", list(op.get_bind().scalars(pupils)))


def _end(closed_on: date, kind: str, record_ids: list[int]) -> None:
    """Not where the same person works with the same child in a case that is open."""
    open_elsewhere = (
        sa.exists()
        .where(
            _case.c.stage != "closed",
            _case_pupil.c.case_id == _case.c.id,
            _case_pupil.c.pupil_id == _involvement.c.record_id,
            _allocation.c.case_id == _case.c.id,
            _allocation.c.person_id == _involvement.c.person_id,
            _allocation.c.ends_on.is_(None),
        )
        .correlate(_involvement)
    )
    op.execute(
        _involvement.update()
        .where(
            _involvement.c.kind == kind,
            _involvement.c.record_id.in_(record_ids),
            sa.or_(_involvement.c.ends_on.is_(None), _involvement.c.ends_on >= closed_on),
            sa.not_(open_elsewhere) if kind == "pupil" else sa.true(),
        )
        .values(reads_from=closed_on, reads_until=closed_on + timedelta(days=DAYS_AFTER_CLOSE))
    )


def downgrade() -> None:
    with op.batch_alter_table("involvement") as batch:
        batch.drop_column("reads_until")
        batch.drop_column("reads_from")
