"""What happens in the hall: teams that are away, signatures and their PINs, ballots on paper."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IN_FORCE: sa.ColumnElement[bool] = sa.literal_column("lifted_at IS NULL")


def upgrade() -> None:
    """Go up one version."""
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint("outcome IN ('', 'excused', 'present')", name=op.f("ck_absence_outcome")),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome = '')", name=op.f("ck_absence_settled")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_absence_round_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_absence_judge_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_absence_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_round_id"), "absence", ["round_id"])
    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_signature_round_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_signature_judge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature")),
    )
    op.create_index(
        "uq_signature_in_force",
        "signature",
        ["round_id", "judge_id"],
        unique=True,
        sqlite_where=IN_FORCE,
        postgresql_where=IN_FORCE,
    )
    op.create_table(
        "signingpin",
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_signingpin_judge_id")),
        sa.PrimaryKeyConstraint("judge_id", name=op.f("pk_signingpin")),
    )
    op.create_table(
        "paperballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("filled_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked", sa.JSON(), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.CheckConstraint("outcome IN ('', 'taken', 'discarded')", name=op.f("ck_paperballot_outcome")),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome = '')", name=op.f("ck_paperballot_settled")),
        sa.CheckConstraint("checked_by <> entered_by", name=op.f("ck_paperballot_two_people")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_paperballot_round_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_paperballot_judge_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_paperballot_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paperballot")),
        sa.UniqueConstraint("uuid", name=op.f("uq_paperballot_uuid")),
    )
    op.create_index(op.f("ix_paperballot_round_id"), "paperballot", ["round_id"])


def downgrade() -> None:
    """Go down again."""
    for table in ("paperballot", "signingpin", "signature", "absence"):
        op.drop_table(table)
