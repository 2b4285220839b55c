"""What judges have begun and not submitted, so that it is not lost with a phone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up one version."""
    op.create_table(
        "draft",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("base_revision >= 0", name=op.f("ck_draft_revision")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_draft_round_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_draft_judge_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_draft_team_id")),
        sa.PrimaryKeyConstraint("round_id", "judge_id", "team_id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_judge_id"), "draft", ["judge_id"])
    op.create_index(op.f("ix_draft_team_id"), "draft", ["team_id"])


def downgrade() -> None:
    """Go down again. What was begun is lost, unless a phone still has it."""
    op.drop_table("draft")
