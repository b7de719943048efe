"""Texts of further languages, as speakers write and check them; for which English a language was checked.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    with op.batch_alter_table("checked_language") as batch:
        batch.add_column(sa.Column("checked_for", sa.String(length=64), nullable=True))
    op.create_table(
        "translation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language_id", sa.Integer(), nullable=False),
        sa.Column("catalogue", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("english", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("speaker", sa.String(length=120), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["language_id"], ["checked_language.id"], name=op.f("fk_translation_language_id_checked_language")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint("language_id", "catalogue", "key", name=op.f("uq_translation_language_id_catalogue_key")),
    )


def downgrade() -> None:
    op.drop_table("translation")
    with op.batch_alter_table("checked_language") as batch:
        batch.drop_column("checked_for")
