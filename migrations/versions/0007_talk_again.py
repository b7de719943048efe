"""A wish to talk that was closed can be followed by another one of the same turn.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("talk_wish") as batch:
        batch.add_column(sa.Column("press", sa.String(length=64), nullable=True))
        batch.drop_constraint(op.f("uq_talk_wish_place_id"), type_="unique")
        batch.create_unique_constraint(op.f("uq_talk_wish_place_id_press"), ["place_id", "press"])


def downgrade() -> None:
    with op.batch_alter_table("talk_wish") as batch:
        batch.drop_constraint(op.f("uq_talk_wish_place_id_press"), type_="unique")
        batch.create_unique_constraint(op.f("uq_talk_wish_place_id"), ["place_id"])
        batch.drop_column("press")
