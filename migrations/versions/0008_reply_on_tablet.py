"""A tablet can be handed over to show a child what was done; which answer it shows.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("hand_over") as batch:
        batch.add_column(sa.Column("reply_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_hand_over_reply_id_view_reply"), "view_reply", ["reply_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("hand_over") as batch:
        batch.drop_constraint(op.f("fk_hand_over_reply_id_view_reply"), type_="foreignkey")
        batch.drop_column("reply_id")
