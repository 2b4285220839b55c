"""What a freeze holds is kept with it: the terms that the held ranking rests on, and the names that belong to it."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FROZEN = (
    "SELECT r.id, r.event_id, r.key, r.name_en, r.name_ar, n.at, n.sequence, n.standings "
    "FROM round r JOIN run n ON n.round_id = r.id "
    "WHERE n.kind = 'frozen' AND r.thawed_at IS NULL AND r.frozen_at IS NOT NULL "
    "AND n.id = (SELECT MAX(m.id) FROM run m WHERE m.round_id = r.id AND m.kind = 'frozen')"
)
FROZEN_AT = "(SELECT frozen_at FROM round WHERE id = :held)"
EVENT = "SELECT slug, name_en, name_ar, time_zone, digits FROM event WHERE id = :event"
TEAMS = (
    "SELECT t.key, t.name_en, t.name_ar, o.name_en AS of_en, o.name_ar AS of_ar "
    "FROM team t LEFT JOIN organisation o ON o.id = t.organisation_id WHERE t.event_id = :event ORDER BY t.key"
)


def upgrade() -> None:
    """Go up one version. Boards that are frozen stay so."""
    hold = op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_hold_sequence")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_hold_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sa.UniqueConstraint("round_id", "sequence", name=op.f("uq_hold_round_id_sequence")),
    )
    connection = op.get_bind()
    for round_ in connection.execute(sa.text(FROZEN)).mappings().all():
        stated = round_["standings"]
        stated = json.loads(stated) if isinstance(stated, str) else stated
        event = connection.execute(sa.text(EVENT), {"event": round_["event_id"]}).mappings().one()
        teams = connection.execute(sa.text(TEAMS), {"event": round_["event_id"]}).mappings().all()
        op.execute(
            sa.insert(hold).values(
                round_id=round_["id"],
                at=sa.text(FROZEN_AT).bindparams(held=round_["id"]),
                sequence=round_["sequence"] + 1,
                terms=terms(stated),
                names={
                    "event": {
                        "slug": event["slug"],
                        "name": {"en": event["name_en"], "ar": event["name_ar"]},
                        "time_zone": event["time_zone"],
                        "digits": event["digits"],
                    },
                    "round_key": round_["key"],
                    "round": {"en": round_["name_en"], "ar": round_["name_ar"]},
                    "teams": [
                        {
                            "key": team["key"],
                            "name": {"en": team["name_en"], "ar": team["name_ar"]},
                            "organisation": {"en": team["of_en"] or "", "ar": team["of_ar"] or ""},
                        }
                        for team in teams
                    ],
                },
                keys={
                    kind: {
                        str(number): key
                        for number, key in connection.execute(
                            sa.text(f"SELECT id, key FROM {kind} WHERE {of} = :of"),  # noqa: S608  (the names below)
                            {"of": round_["id" if kind == "criterion" else "event_id"]},
                        )
                    }
                    for kind, of in (("judge", "event_id"), ("team", "event_id"), ("criterion", "round_id"))
                },
            )
        )
    if connection.dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER hold_append_only BEFORE UPDATE OR DELETE ON hold FOR EACH ROW "
            "EXECUTE FUNCTION scoreboard_refuse('hold is append-only')"
        )
        return
    for deed in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER hold_no_{deed.lower()} BEFORE {deed} ON hold "
            "BEGIN SELECT RAISE(ABORT, 'hold is append-only'); END"
        )


def terms(stated: dict[str, Any]) -> dict[str, Any]:
    """What a stored result says that it was computed by."""
    return {
        "rule": stated["rule"],
        "beside": stated["beside"],
        "precedence": stated["precedence"],
        "minimum_ballots": stated["minimum_ballots"],
        "rubric": stated["rubric"],
        "judges": stated["judges"],
        "teams": stated["teams"],
        "excluded": stated["excluded"],
        "conflicts": stated["left_out"],
        "acceptance": stated["acceptance"],
    }


def downgrade() -> None:
    """Go down one version."""
    op.drop_table("hold")
