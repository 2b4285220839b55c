"""Roles at an event, second factors, sign-in elsewhere, two persons for a result, members of teams."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up one version. Whoever could run every event still can."""
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.CheckConstraint(
            "role IN ('owner', 'organiser', 'chief_judge', 'presenter', 'auditor')", name=op.f("ck_membership_role")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_membership_event_id")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_membership_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("organiser_id", "event_id", name=op.f("uq_membership_organiser_id_event_id")),
    )
    op.create_index(op.f("ix_membership_event_id"), "membership", ["event_id"])
    op.create_table(
        "recoverycode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_recoverycode_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoverycode")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recoverycode_code_hash")),
    )
    op.create_index(op.f("ix_recoverycode_organiser_id"), "recoverycode", ["organiser_id"])
    op.create_table(
        "outsidesignin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("browser_hash", sa.String(), nullable=False),
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("back", sa.String(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_outsidesignin_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outsidesignin")),
        sa.UniqueConstraint("browser_hash", name=op.f("uq_outsidesignin_browser_hash")),
    )
    op.create_index(op.f("ix_outsidesignin_organiser_id"), "outsidesignin", ["organiser_id"])
    for table, column in (
        ("organiser", sa.Column("email", sa.String(), nullable=False, server_default="")),
        ("organiser", sa.Column("everywhere", sa.Boolean(), nullable=False, server_default=sa.true())),
        ("organiser", sa.Column("totp_secret", sa.String(), nullable=False, server_default="")),
        ("organiser", sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0")),
        ("organiser", sa.Column("issuer", sa.String(), nullable=True)),
        ("organiser", sa.Column("subject", sa.String(), nullable=True)),
        ("signin", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True)),
        ("signin", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True)),
        ("signin", sa.Column("halfway", sa.Boolean(), nullable=False, server_default=sa.false())),
        ("event", sa.Column("four_eyes", sa.Boolean(), nullable=False, server_default=sa.false())),
        ("team", sa.Column("members", sa.JSON(), nullable=False, server_default="[]")),
    ):
        op.add_column(table, column)
    op.create_index("uq_organiser_issuer", "organiser", ["issuer", "subject"], unique=True)


def downgrade() -> None:
    """Go down again."""
    op.drop_index("uq_organiser_issuer", "organiser")
    for table, names in (
        ("team", ("members",)),
        ("event", ("four_eyes",)),
        ("signin", ("halfway", "confirmed_at", "seen_at")),
        ("organiser", ("subject", "issuer", "totp_step", "totp_secret", "everywhere", "email")),
    ):
        for name in names:
            op.drop_column(table, name)
    op.drop_table("outsidesignin")
    op.drop_table("recoverycode")
    op.drop_table("membership")
