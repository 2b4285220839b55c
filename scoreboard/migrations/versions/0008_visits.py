"""How long a judge is to stay with a team, for a timer on the phone."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up one version; rounds that are there get no timer."""
    # In plain words, since a column with a check of its own is added in place: no row of a round is moved.
    op.execute(
        'ALTER TABLE "round" ADD COLUMN visit_minutes INTEGER DEFAULT 0 NOT NULL '
        "CONSTRAINT ck_round_visit_minutes CHECK (visit_minutes BETWEEN 0 AND 120)"
    )


def downgrade() -> None:
    """Go down again; the check goes with its column."""
    op.drop_column("round", "visit_minutes")
