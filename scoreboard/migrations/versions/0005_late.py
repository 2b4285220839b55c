"""Ballots that arrive after the close, rounds that are paused, and what phones say that they have not sent yet."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Of a late ballot only what was decided may change.
SENT = (
    *("uuid", "round_id", "judge_id", "team_id", "base_revision", "sequence"),
    *("steps", "comment", "note", "entered_at", "received_at"),
)


def upgrade() -> None:
    """Go up one version."""
    op.create_table(
        "lateballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("base_revision >= 0", name=op.f("ck_lateballot_base_revision")),
        sa.CheckConstraint("state IN ('waiting', 'admitted', 'refused')", name=op.f("ck_lateballot_state")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_lateballot_round_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_lateballot_judge_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_lateballot_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lateballot")),
        sa.UniqueConstraint("uuid", name=op.f("uq_lateballot_uuid")),
    )
    op.create_index(op.f("ix_lateballot_round_id"), "lateballot", ["round_id"])
    op.create_index(op.f("ix_lateballot_judge_id"), "lateballot", ["judge_id"])
    op.create_table(
        "announcementseen",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_announcementseen_event_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_announcementseen_judge_id")),
        sa.PrimaryKeyConstraint("event_id", "sequence", "judge_id", name=op.f("pk_announcementseen")),
    )
    op.create_index(op.f("ix_announcementseen_judge_id"), "announcementseen", ["judge_id"])
    op.add_column("round", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("judgedevice") as device:
        device.add_column(sa.Column("unsent", sa.Integer(), server_default="0", nullable=False))
        device.add_column(sa.Column("unsent_since", sa.DateTime(timezone=True), nullable=True))
        device.add_column(sa.Column("drafts", sa.Integer(), server_default="0", nullable=False))
        device.create_check_constraint(op.f("ck_judgedevice_counts"), "unsent >= 0 AND drafts >= 0")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER lateballot_kept BEFORE UPDATE OF {', '.join(SENT)} OR DELETE ON lateballot FOR EACH ROW "
            "EXECUTE FUNCTION scoreboard_refuse('lateballot is append-only')"
        )
        return
    for deed in (f"UPDATE OF {', '.join(SENT)}", "DELETE"):
        op.execute(
            f"CREATE TRIGGER lateballot_no_{deed.split()[0].lower()} BEFORE {deed} ON lateballot "
            "BEGIN SELECT RAISE(ABORT, 'lateballot is append-only'); END"
        )


def downgrade() -> None:
    """Go down again. Late ballots that wait are lost."""
    with op.batch_alter_table("judgedevice") as device:
        device.drop_constraint(op.f("ck_judgedevice_counts"), type_="check")
        for column in ("drafts", "unsent_since", "unsent"):
            device.drop_column(column)
    op.drop_column("round", "paused_at")
    op.drop_table("announcementseen")
    op.drop_table("lateballot")
