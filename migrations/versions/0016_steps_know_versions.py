"""Each step of a record knows the version that it made, so that a conflict can tell what was decided meanwhile.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    with op.batch_alter_table("step_taken") as batch:
        batch.add_column(sa.Column("record_version", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("step_taken") as batch:
        batch.drop_column("record_version")
