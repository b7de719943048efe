"""Questionnaires, children's turns at a tablet, what came back, and what became of it; the workers' tablet PIN.

What a child said never changes, nor does a questionnaire that was published: triggers refuse it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questionnaire",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("moment", sa.String(length=10), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
    )
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(length=120), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing_key")),
    )
    op.create_table(
        "hand_over",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lasts_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_place_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hand_over_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("digest", name=op.f("uq_hand_over_digest")),
    )
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_over_person_id"), ["person_id"], unique=False)

    op.create_table(
        "questionnaire_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("questionnaire_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_questionnaire_version_published_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"],
            ["questionnaire.id"],
            name=op.f("fk_questionnaire_version_questionnaire_id_questionnaire"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_version")),
        sa.UniqueConstraint(
            "questionnaire_id", "number", name=op.f("uq_questionnaire_version_questionnaire_id_number")
        ),
    )
    op.create_table(
        "voice_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=22), nullable=False),
        sa.Column("nonce", sa.String(length=43), nullable=False),
        sa.Column("hand_over_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("age", sa.String(length=10), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("helper", sa.Text(), nullable=True),
        sa.Column("named_adult_id", sa.Integer(), nullable=False),
        sa.Column("animal", sa.String(length=20), nullable=False),
        sa.Column("prepared_by_id", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("walk", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_voice_place_case_id_case_file")),
        sa.ForeignKeyConstraint(["hand_over_id"], ["hand_over.id"], name=op.f("fk_voice_place_hand_over_id_hand_over")),
        sa.ForeignKeyConstraint(["named_adult_id"], ["person.id"], name=op.f("fk_voice_place_named_adult_id_person")),
        sa.ForeignKeyConstraint(["prepared_by_id"], ["person.id"], name=op.f("fk_voice_place_prepared_by_id_person")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_voice_place_pupil_id_pupil")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["questionnaire_version.id"], name=op.f("fk_voice_place_version_id_questionnaire_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_place")),
        sa.UniqueConstraint("public_id", name=op.f("uq_voice_place_public_id")),
    )
    with op.batch_alter_table("voice_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_place_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voice_place_hand_over_id"), ["hand_over_id"], unique=False)
        batch_op.create_index("ix_voice_place_open", ["settled_at", "prepared_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voice_place_version_id"), ["version_id"], unique=False)

    op.create_table(
        "child_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("ended", sa.String(length=10), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("has_words", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("held_words", sa.Text(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_child_view_case_id_case_file")),
        sa.ForeignKeyConstraint(["place_id"], ["voice_place.id"], name=op.f("fk_child_view_place_id_voice_place")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_child_view_pupil_id_pupil")),
        sa.ForeignKeyConstraint(["read_by_id"], ["person.id"], name=op.f("fk_child_view_read_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_view")),
        sa.UniqueConstraint("place_id", name=op.f("uq_child_view_place_id")),
    )
    with op.batch_alter_table("child_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_child_view_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_child_view_pupil_id"), ["pupil_id"], unique=False)
        batch_op.create_index("ix_child_view_unread", ["read_at", "arrived_at"], unique=False)

    op.create_table(
        "talk_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.Integer(), nullable=False),
        sa.Column("named_adult_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.Column("deputies_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("done", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_talk_wish_case_id_case_file")),
        sa.ForeignKeyConstraint(["closed_by_id"], ["person.id"], name=op.f("fk_talk_wish_closed_by_id_person")),
        sa.ForeignKeyConstraint(["named_adult_id"], ["person.id"], name=op.f("fk_talk_wish_named_adult_id_person")),
        sa.ForeignKeyConstraint(["place_id"], ["voice_place.id"], name=op.f("fk_talk_wish_place_id_voice_place")),
        sa.ForeignKeyConstraint(["pupil_id"], ["pupil.id"], name=op.f("fk_talk_wish_pupil_id_pupil")),
        sa.ForeignKeyConstraint(["seen_by_id"], ["person.id"], name=op.f("fk_talk_wish_seen_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_wish")),
        sa.UniqueConstraint("place_id", name=op.f("uq_talk_wish_place_id")),
    )
    with op.batch_alter_table("talk_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_talk_wish_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_talk_wish_open", ["closed_at", "asked_at"], unique=False)

    op.create_table(
        "view_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("choices", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("strokes", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["view_id"], ["child_view.id"], name=op.f("fk_view_answer_view_id_child_view")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_answer")),
        sa.UniqueConstraint("view_id", "question", name=op.f("uq_view_answer_view_id_question")),
    )
    op.create_table(
        "view_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("you_said", sa.Text(), nullable=False),
        sa.Column("said_symbol", sa.String(length=30), nullable=False),
        sa.Column("we_did", sa.Text(), nullable=False),
        sa.Column("did_symbol", sa.String(length=30), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_how", sa.String(length=10), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seen_by_id"], ["person.id"], name=op.f("fk_view_reply_seen_by_id_person")),
        sa.ForeignKeyConstraint(["view_id"], ["child_view.id"], name=op.f("fk_view_reply_view_id_child_view")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_view_reply_written_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_reply")),
        sa.UniqueConstraint("view_id", name=op.f("uq_view_reply_view_id")),
    )
    op.create_table(
        "view_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["view_id"], ["child_view.id"], name=op.f("fk_view_share_view_id_child_view")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_share")),
    )
    with op.batch_alter_table("view_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_view_share_view_id"), ["view_id"], unique=False)

    op.add_column("person", sa.Column("tablet_pin_hash", sa.String(length=200), nullable=True))
    _refuse_changes()


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER view_answer_no_update BEFORE UPDATE ON view_answer "
            "BEGIN SELECT RAISE(ABORT, 'view_answer is append-only'); END"
        )
        op.execute(
            "CREATE TRIGGER questionnaire_version_frozen BEFORE UPDATE OF document ON questionnaire_version "
            "WHEN OLD.published_at IS NOT NULL "
            "BEGIN SELECT RAISE(ABORT, 'questionnaire_version is published'); END"
        )
        return
    op.execute(
        "CREATE TRIGGER view_answer_no_update BEFORE UPDATE ON view_answer "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER questionnaire_version_frozen BEFORE UPDATE OF document ON questionnaire_version "
        "FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION refuse_change()"
    )


def _allow_changes() -> None:
    on = "" if op.get_bind().dialect.name == "sqlite" else " ON {}"
    for trigger, table in (
        ("view_answer_no_update", "view_answer"),
        ("questionnaire_version_frozen", "questionnaire_version"),
    ):
        op.execute(f"DROP TRIGGER IF EXISTS {trigger}{on.format(table)}")


def downgrade() -> None:
    op.drop_column("person", "tablet_pin_hash")
    _allow_changes()
    with op.batch_alter_table("view_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_view_share_view_id"))

    op.drop_table("view_share")
    op.drop_table("view_reply")
    op.drop_table("view_answer")
    with op.batch_alter_table("talk_wish", schema=None) as batch_op:
        batch_op.drop_index("ix_talk_wish_open")
        batch_op.drop_index(batch_op.f("ix_talk_wish_case_id"))

    op.drop_table("talk_wish")
    with op.batch_alter_table("child_view", schema=None) as batch_op:
        batch_op.drop_index("ix_child_view_unread")
        batch_op.drop_index(batch_op.f("ix_child_view_pupil_id"))
        batch_op.drop_index(batch_op.f("ix_child_view_case_id"))

    op.drop_table("child_view")
    with op.batch_alter_table("voice_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_voice_place_version_id"))
        batch_op.drop_index("ix_voice_place_open")
        batch_op.drop_index(batch_op.f("ix_voice_place_hand_over_id"))
        batch_op.drop_index(batch_op.f("ix_voice_place_case_id"))

    op.drop_table("voice_place")
    op.drop_table("questionnaire_version")
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hand_over_person_id"))

    op.drop_table("hand_over")
    op.drop_table("sealing_key")
    op.drop_table("questionnaire")
