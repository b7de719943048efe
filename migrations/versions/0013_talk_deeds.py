"""What was done about a wish to talk, and the school's safeguarding lead.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "talk_deed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_talk_deed_person_id_person")),
        sa.ForeignKeyConstraint(["wish_id"], ["talk_wish.id"], name=op.f("fk_talk_deed_wish_id_talk_wish")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_deed")),
    )
    op.create_index(op.f("ix_talk_deed_wish_id"), "talk_deed", ["wish_id"])
    with op.batch_alter_table("school") as batch:
        batch.add_column(sa.Column("dsl_name", sa.String(length=120), server_default="", nullable=False))
        batch.add_column(sa.Column("dsl_telephone", sa.String(length=30), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("school") as batch:
        batch.drop_column("dsl_telephone")
        batch.drop_column("dsl_name")
    op.drop_table("talk_deed")
