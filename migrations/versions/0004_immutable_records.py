"""What was signed, sent or told stays as it was: triggers refuse to change it, and to delete a signature.

What a referral said and what its school was told hold a child's affairs, so that erasure must be able to delete them.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT_FOR_GOOD = ("agreement_signature",)
NEVER_CHANGED = ("referral_version", "referral_version_page", "referral_letter")


def _refused() -> list[tuple[str, tuple[str, ...]]]:
    kept = [(table, ("UPDATE", "DELETE")) for table in KEPT_FOR_GOOD]
    return [*kept, *((table, ("UPDATE",)) for table in NEVER_CHANGED)]


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, acts in _refused():
        if on_sqlite:
            for act in acts:
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        else:  # the function is there since 0002
            more = ("TRUNCATE",) if "DELETE" in acts else ()
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE {' OR '.join((*acts, *more))} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, acts in _refused():
        if on_sqlite:
            for act in acts:
                op.execute(f"DROP TRIGGER {table}_no_{act.lower()}")
        else:
            op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
