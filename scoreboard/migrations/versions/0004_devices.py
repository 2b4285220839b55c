"""Judges' devices, each by the session that it was last signed in with, and the PINs that let further ones in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up one version. Whoever is signed in stays so: the server makes devices of their sessions when it starts."""
    op.create_table(
        "judgedevice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("paired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["judgelink.id"], name=op.f("fk_judgedevice_link_id")),
        sa.ForeignKeyConstraint(["sign_in_id"], ["signin.id"], name=op.f("fk_judgedevice_sign_in_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgedevice")),
        sa.UniqueConstraint("key", name=op.f("uq_judgedevice_key")),
        sa.UniqueConstraint("sign_in_id", name=op.f("uq_judgedevice_sign_in_id")),
    )
    op.create_index(op.f("ix_judgedevice_link_id"), "judgedevice", ["link_id"])
    op.create_table(
        "devicepin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("of_console", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["judgelink.id"], name=op.f("fk_devicepin_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devicepin")),
        sa.UniqueConstraint("key", name=op.f("uq_devicepin_key")),
    )
    op.create_index(op.f("ix_devicepin_link_id"), "devicepin", ["link_id"])


def downgrade() -> None:
    """Go down again."""
    op.drop_table("devicepin")
    op.drop_table("judgedevice")
