"""The first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("logentry", "checkpoint", "ballot", "score")


def upgrade() -> None:
    """Go up one version."""
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("code_salt", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_deployment_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("place_en", sa.String(), nullable=False),
        sa.Column("place_ar", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("digits", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("digits IN ('latn', 'arab')", name=op.f("ck_event_digits")),
        sa.CheckConstraint("language IN ('ar', 'en')", name=op.f("ck_event_language")),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_event_named")),
        sa.CheckConstraint("slug <> ''", name=op.f("ck_event_slug")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_event_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("slug", name=op.f("uq_event_slug")),
    )
    op.create_table(
        "organiser",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_organiser_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organiser")),
        sa.UniqueConstraint("name", name=op.f("uq_organiser_name")),
    )
    op.create_table(
        "ledgerhead",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_ledgerhead_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_ledgerhead")),
        sa.UniqueConstraint("key", name=op.f("uq_ledgerhead_key")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("size >= 1", name=op.f("ck_checkpoint_size")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_checkpoint_event_id")),
        sa.PrimaryKeyConstraint("event_id", "size", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "logentry",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("leaf", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_logentry_sequence")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_logentry_event_id")),
        sa.PrimaryKeyConstraint("event_id", "sequence", name=op.f("pk_logentry")),
    )
    with op.batch_alter_table("logentry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_logentry_event_id_logentry_action"), ["event_id", "action"], unique=False)

    op.create_table(
        "onetimelink",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_onetimelink_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onetimelink")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_onetimelink_secret_hash")),
    )
    with op.batch_alter_table("onetimelink", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onetimelink_organiser_id"), ["organiser_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_organisation_named")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_organisation_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_organisation_event_id_key")),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_event_id"), ["event_id"], unique=False)

    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("beside", sa.String(), nullable=False),
        sa.Column("minimum_ballots", sa.Integer(), nullable=False),
        sa.Column("ballots_per_team", sa.Integer(), nullable=False),
        sa.Column("precedence", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thawed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finalised_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("final_comment", sa.String(), nullable=False),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_round_named")),
        sa.CheckConstraint("ballots_per_team >= 0", name=op.f("ck_round_ballots_per_team")),
        sa.CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_round_closed_after_opened")),
        sa.CheckConstraint(
            "finalised_at IS NULL OR closed_at IS NOT NULL", name=op.f("ck_round_finalised_after_closed")
        ),
        sa.CheckConstraint("frozen_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_round_frozen_after_opened")),
        sa.CheckConstraint("minimum_ballots >= 1", name=op.f("ck_round_minimum_ballots")),
        sa.CheckConstraint("thawed_at IS NULL OR frozen_at IS NOT NULL", name=op.f("ck_round_thawed_after_frozen")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_round_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_round_event_id_key")),
    )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_event_id"), ["event_id"], unique=False)

    op.create_table(
        "track",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_track_named")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_track_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_track_event_id_key")),
    )
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_track_event_id"), ["event_id"], unique=False)

    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_award_named")),
        sa.CheckConstraint("places >= 1", name=op.f("ck_award_places")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_award_event_id")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_award_track_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_award_event_id_key")),
    )
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_award_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_award_track_id"), ["track_id"], unique=False)

    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("description_ar", sa.String(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.Column("levels", sa.JSON(), nullable=False),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_criterion_named")),
        sa.CheckConstraint("maximum > minimum", name=op.f("ck_criterion_range")),
        sa.CheckConstraint("step > 0 AND maximum - minimum = top * step", name=op.f("ck_criterion_steps")),
        sa.CheckConstraint("weight > 0", name=op.f("ck_criterion_weight")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_criterion_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint("id", "top", name=op.f("uq_criterion_id_top")),
        sa.UniqueConstraint("round_id", "key", name=op.f("uq_criterion_round_id_key")),
    )
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_round_id"), ["round_id"], unique=False)

    op.create_table(
        "judge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("language IN ('', 'ar', 'en')", name=op.f("ck_judge_language")),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_judge_named")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_judge_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_judge_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_judge_event_id_key")),
    )
    with op.batch_alter_table("judge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_judge_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_judge_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("software", sa.String(), nullable=False),
        sa.Column("standings", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('frozen', 'final')", name=op.f("ck_run_kind")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_run_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_round_id"), ["round_id"], unique=False)

    op.create_table(
        "team",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_ar", sa.String(), nullable=False),
        sa.Column("project_en", sa.String(), nullable=False),
        sa.Column("project_ar", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disqualified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_reason", sa.String(), nullable=False),
        sa.CheckConstraint("name_en <> '' OR name_ar <> ''", name=op.f("ck_team_named")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_team_event_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_team_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_team_event_id_key")),
    )
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_team_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'skipped', 'done')", name=op.f("ck_assignment_state")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_assignment_judge_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_assignment_round_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_assignment_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("round_id", "judge_id", "team_id", name=op.f("uq_assignment_round_id_judge_id_team_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_judge_id"), ["judge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_team_id"), ["team_id"], unique=False)

    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision = base_revision + 1 AND base_revision >= 0", name=op.f("ck_ballot_revision")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_ballot_judge_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_ballot_round_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ballot_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint(
            "round_id", "judge_id", "team_id", "revision", name=op.f("uq_ballot_round_id_judge_id_team_id_revision")
        ),
        sa.UniqueConstraint("uuid", name=op.f("uq_ballot_uuid")),
    )
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("source IN ('organisation', 'file', 'organiser', 'judge')", name=op.f("ck_conflict_source")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_conflict_judge_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_conflict_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("judge_id", "team_id", name=op.f("uq_conflict_judge_id_team_id")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_team_id"), ["team_id"], unique=False)

    op.create_table(
        "entry",
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_entry_team_id")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"], name=op.f("fk_entry_track_id")),
        sa.PrimaryKeyConstraint("team_id", "track_id", name=op.f("pk_entry")),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_track_id"), ["track_id"], unique=False)

    op.create_table(
        "judgelink",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_judgelink_judge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgelink")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_judgelink_code_hash")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_judgelink_secret_hash")),
    )
    with op.batch_alter_table("judgelink", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_judgelink_judge_id"), ["judge_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("top", sa.Integer(), nullable=False),
        sa.CheckConstraint("steps >= 0 AND steps <= top", name=op.f("ck_score_range")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_score_ballot_id")),
        sa.ForeignKeyConstraint(
            ["criterion_id", "top"], ["criterion.id", "criterion.top"], name=op.f("fk_score_criterion_id_top")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "criterion_id", name=op.f("pk_score")),
    )
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_criterion_id"), ["criterion_id"], unique=False)

    op.create_table(
        "signin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(judge_id IS NULL) <> (organiser_id IS NULL)", name=op.f("ck_signin_one_person")),
        sa.CheckConstraint("(judge_id IS NULL) = (link_id IS NULL)", name=op.f("ck_signin_judges_by_link")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_signin_judge_id")),
        sa.ForeignKeyConstraint(["link_id"], ["judgelink.id"], name=op.f("fk_signin_link_id")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_signin_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signin")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_signin_token_hash")),
    )
    with op.batch_alter_table("signin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signin_judge_id"), ["judge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signin_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signin_organiser_id"), ["organiser_id"], unique=False)

    append_only()


def append_only() -> None:
    """Let the database itself refuse to change or remove what is only ever added, and entries out of their order."""
    next_sequence = "(SELECT COALESCE(MAX(sequence), 0) + 1 FROM logentry WHERE event_id = NEW.event_id)"
    gap = "an entry of the ledger must follow the one before"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION scoreboard_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        op.execute(
            "CREATE FUNCTION scoreboard_follow() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NEW.sequence <> {next_sequence} THEN RAISE EXCEPTION '{gap}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        for table in APPEND_ONLY:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION scoreboard_refuse('{table} is append-only')"
            )
        op.execute(
            "CREATE TRIGGER logentry_sequence BEFORE INSERT ON logentry FOR EACH ROW "
            "EXECUTE FUNCTION scoreboard_follow()"
        )
        return
    for table in APPEND_ONLY:
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    op.execute(
        f"CREATE TRIGGER logentry_sequence BEFORE INSERT ON logentry WHEN NEW.sequence <> {next_sequence} "
        f"BEGIN SELECT RAISE(ABORT, '{gap}'); END"
    )


def downgrade() -> None:
    """Go down one version."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION scoreboard_refuse CASCADE")
        op.execute("DROP FUNCTION scoreboard_follow CASCADE")
    with op.batch_alter_table("signin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signin_organiser_id"))
        batch_op.drop_index(batch_op.f("ix_signin_link_id"))
        batch_op.drop_index(batch_op.f("ix_signin_judge_id"))

    op.drop_table("signin")
    with op.batch_alter_table("score", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_criterion_id"))

    op.drop_table("score")
    with op.batch_alter_table("judgelink", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judgelink_judge_id"))

    op.drop_table("judgelink")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_track_id"))

    op.drop_table("entry")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_team_id"))

    op.drop_table("conflict")
    op.drop_table("ballot")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_team_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_judge_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_team_event_id"))

    op.drop_table("team")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_round_id"))

    op.drop_table("run")
    with op.batch_alter_table("judge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_judge_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_judge_event_id"))

    op.drop_table("judge")
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_round_id"))

    op.drop_table("criterion")
    with op.batch_alter_table("award", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_award_track_id"))
        batch_op.drop_index(batch_op.f("ix_award_event_id"))

    op.drop_table("award")
    with op.batch_alter_table("track", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_track_event_id"))

    op.drop_table("track")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_event_id"))

    op.drop_table("round")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_event_id"))

    op.drop_table("organisation")
    with op.batch_alter_table("onetimelink", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_onetimelink_organiser_id"))

    op.drop_table("onetimelink")
    with op.batch_alter_table("logentry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_logentry_event_id_logentry_action"))

    op.drop_table("logentry")
    op.drop_table("checkpoint")
    op.drop_table("ledgerhead")
    op.drop_table("organiser")
    op.drop_table("event")
    op.drop_table("deployment")
