"""What managers ask for about somebody else's way in, who is told of it, and when a person first had a way in.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("person", sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE person SET joined_at = created_at WHERE password_hash IS NOT NULL"
        " OR EXISTS (SELECT 1 FROM work_identity WHERE work_identity.person_id = person.id)"
        " OR EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = person.id)"
        " OR EXISTS (SELECT 1 FROM sign_in_session WHERE sign_in_session.person_id = person.id)"
    )
    op.create_table(
        "account_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_change_person_id_person")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_account_change_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_account_change_confirmed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
        sa.UniqueConstraint("digest", name=op.f("uq_account_change_digest")),
    )
    op.create_index(op.f("ix_account_change_person_id"), "account_change", ["person_id"])
    op.create_table(
        "account_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("viewer_id", sa.Integer(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["viewer_id"], ["person.id"], name=op.f("fk_account_notice_viewer_id_person")),
        sa.ForeignKeyConstraint(["about_id"], ["person.id"], name=op.f("fk_account_notice_about_id_person")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_account_notice_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_notice")),
    )
    op.create_index("ix_account_notice_viewer_id", "account_notice", ["viewer_id", "seen_at"])


def downgrade() -> None:
    op.drop_table("account_notice")
    op.drop_table("account_change")
    op.drop_column("person", "joined_at")
