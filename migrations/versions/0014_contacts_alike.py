"""A contact that came with a referral can be the same person as one on record: somebody has to say.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    with op.batch_alter_table("contact") as batch:
        batch.add_column(sa.Column("alike_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_contact_alike_id_contact"), "contact", ["alike_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("contact") as batch:
        batch.drop_constraint(op.f("fk_contact_alike_id_contact"), type_="foreignkey")
        batch.drop_column("alike_id")
