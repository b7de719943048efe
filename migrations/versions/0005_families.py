"""Families are asked and answer themselves; languages that a speaker checked.

``feedback`` gets columns only: no table is built anew, so that nothing which hangs on a row can be lost.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEYS = {"invitation_id": "family_invitation", "read_by_id": "person"}


def upgrade() -> None:
    op.create_table(
        "checked_language",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("speaker", sa.String(length=120), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checked_language")),
        sa.UniqueConstraint("code", name=op.f("uq_checked_language_code")),
    )
    op.create_table(
        "family_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("moment", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("large_print", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminder_due_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_family_invitation_asked_by_id_person")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_family_invitation_case_id_case_file")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_family_invitation_contact_id_contact"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_invitation")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_family_invitation_code_digest")),
        sa.UniqueConstraint("digest", name=op.f("uq_family_invitation_digest")),
    )
    op.create_index("ix_family_invitation_case", "family_invitation", ["case_id", "asked_at"])
    op.create_index(op.f("ix_family_invitation_contact_id"), "family_invitation", ["contact_id"])
    op.create_table(
        "family_sitting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["family_invitation.id"], name=op.f("fk_family_sitting_invitation_id_family_invitation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_sitting")),
        sa.UniqueConstraint("digest", name=op.f("uq_family_sitting_digest")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_family_sitting_invitation_id")),
    )
    for column, table in _KEYS.items():
        _add_key(column, table)
    op.add_column("feedback", sa.Column("family_moment", sa.String(length=12), nullable=True))
    op.add_column("feedback", sa.Column("way", sa.String(length=8), nullable=True))
    op.add_column("feedback", sa.Column("manager_only", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("feedback", sa.Column("quote", sa.Boolean(), nullable=True))
    op.add_column("feedback", sa.Column("language", sa.String(length=5), nullable=True))
    op.add_column("feedback", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("uq_feedback_invitation", "feedback", ["invitation_id"], unique=True)
    op.create_index("ix_feedback_unread", "feedback", ["source", "way", "read_at"])


def _add_key(column: str, table: str) -> None:
    """Both engines take a column together with its foreign key; Alembic's own way would build the table anew."""
    name = f"fk_feedback_{column}_{table}"
    op.execute(f"ALTER TABLE feedback ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {table} (id)")


def downgrade() -> None:
    op.drop_index("ix_feedback_unread", table_name="feedback")
    op.drop_index("uq_feedback_invitation", table_name="feedback")
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        for column, table in _KEYS.items():
            batch_op.drop_constraint(f"fk_feedback_{column}_{table}", type_="foreignkey")
            batch_op.drop_column(column)
        for column in ("family_moment", "way", "manager_only", "quote", "language", "read_at"):
            batch_op.drop_column(column)
    op.drop_table("family_sitting")
    op.drop_table("family_invitation")
    op.drop_table("checked_language")
